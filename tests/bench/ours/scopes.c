/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: scopes DEPTH SIBLINGS MESSAGES RUNS
 *
 * Every delta of MESSAGES messages that take turns in SIBLINGS subgraphs, each
 * DEPTH levels below the root (DEPTH 0: in the root itself).
 */
#include "bench.h"
#include "bench-source.h"

#include <stdlib.h>
#include <string.h>

static int depth;
static int siblings;

/* The namespace of a sibling: its number is in the first segment. */
static char **
namespace_of (int sibling)
{
  char **segments = g_new0 (char *, depth + 1);

  for (int level = 0; level < depth; level++)
    segments[level] = g_strdup_printf ("child:%d", level == 0 ? sibling : level);
  return segments;
}

static char ***
all_namespaces (void)
{
  char ***namespaces = g_new0 (char **, siblings + 1);

  for (int sibling = 0; sibling < siblings; sibling++)
    namespaces[sibling] = namespace_of (sibling);
  return namespaces;
}

static void
free_namespaces (char ***namespaces)
{
  for (int sibling = 0; sibling < siblings; sibling++)
    g_strfreev (namespaces[sibling]);
  g_free (namespaces);
}

static gpointer
next_object (GstreamCursor *cursor)
{
  g_autoptr (GError) error = NULL;
  gpointer object = NULL;

  if (gstream_cursor_try_next_object (cursor, &object, &error) != GSTREAM_TRY_ITEM)
    bench_check (error);
  g_assert (object != NULL);
  return object;
}

static void
read_message (GstreamMessage *message,
              BenchTotal     *total)
{
  g_autoptr (GstreamCursor) deltas = bench_subscribe (gstream_message_get_text_deltas (message));
  g_autoptr (GError) error = NULL;
  const char *delta;

  while (gstream_cursor_try_next_string (deltas, &delta, &error) == GSTREAM_TRY_ITEM)
    {
      total->items++;
      total->sum += strlen (delta);
    }
  bench_check (error);
}

/* What is read: a run dropped would be aborted. */
typedef struct
{
  GPtrArray *runs;     /* all below the root */
  GPtrArray *children; /* the cursors that gave them */
  GPtrArray *messages; /* cursors, of each scope that has some */
} Scopes;

static void
scopes_init (Scopes *self)
{
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  self->messages = g_ptr_array_new_with_free_func (g_object_unref);
}

static void
scopes_clear (Scopes *self)
{
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->runs);
}

static GstreamCursor *
watch_children (Scopes           *self,
                GstreamRunStream *run)
{
  GstreamCursor *children = bench_subscribe (gstream_run_stream_get_subgraphs (run));

  g_ptr_array_add (self->children, children);
  return children;
}

static GstreamRunStream *
take_child (Scopes        *self,
            GstreamCursor *children)
{
  GstreamRunStream *child = next_object (children);

  g_ptr_array_add (self->runs, child);
  return child;
}

/* Goes down the only children of @run, a direct child of the root. */
static void
add_deepest (Scopes           *self,
             GstreamRunStream *run)
{
  for (int level = 1; level < depth; level++)
    run = take_child (self, watch_children (self, run));
  g_ptr_array_add (self->messages, bench_subscribe (gstream_run_stream_get_messages (run)));
}

static void
find_scopes (Scopes           *self,
             GstreamRunStream *root)
{
  GstreamCursor *children;

  if (depth == 0)
    {
      add_deepest (self, root);
      return;
    }
  children = watch_children (self, root);
  for (int sibling = 0; sibling < siblings; sibling++)
    add_deepest (self, take_child (self, children));
}

static void
once (const char *size,
      BenchTotal *total)
{
  char ***namespaces = all_namespaces ();
  g_autoptr (GstreamEventSource) source =
      bench_scopes_new (atoi (size), depth == 0 ? NULL : (const char *const *const *) namespaces);
  g_autoptr (GstreamRunStream) root = gstream_run_stream_new (source, NULL);
  Scopes scopes;

  gstream_run_stream_set_turn_budget (root, 0); /* no main loop waits for its turn */
  scopes_init (&scopes);
  find_scopes (&scopes, root);
  while (g_main_context_iteration (NULL, FALSE)) /* early buffering is over (P11) */
    ;
  for (int message = 0; message < atoi (size); message++)
    {
      g_autoptr (GstreamMessage) next = next_object (g_ptr_array_index (scopes.messages, message % siblings));

      read_message (next, total);
    }
  scopes_clear (&scopes);
  free_namespaces (namespaces);
}

int
main (int    argc,
      char **argv)
{
  g_assert (argc == 5);
  depth = atoi (argv[1]);
  siblings = atoi (argv[2]);
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
