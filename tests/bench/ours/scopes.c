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
  g_autoptr(GError) error = NULL;
  gpointer object = NULL;

  if (gstream_cursor_try_next_object (cursor, &object, &error) != GSTREAM_TRY_ITEM)
    bench_check (error);
  g_assert (object != NULL);
  return object;
}

/* Takes @run, a direct child of the root, and goes down its only children. */
static GstreamRunStream *
deepest (GstreamRunStream *run)
{
  for (int level = 1; level < depth; level++)
    {
      g_autoptr(GstreamRunStream) parent = run;
      g_autoptr(GstreamCursor) children = bench_subscribe (gstream_run_stream_get_subgraphs (parent));

      run = next_object (children);
    }
  return run;
}

static void
read_message (GstreamMessage *message,
              BenchTotal     *total)
{
  g_autoptr(GstreamCursor) deltas = bench_subscribe (gstream_message_get_text_deltas (message));
  g_autoptr(GError) error = NULL;
  const char *delta;

  while (gstream_cursor_try_next_string (deltas, &delta, &error) == GSTREAM_TRY_ITEM)
    {
      total->items++;
      total->sum += strlen (delta);
    }
  bench_check (error);
}

/* The scopes that messages come in, and a cursor over the messages of each. */
typedef struct
{
  GPtrArray *runs;
  GPtrArray *cursors;
} Scopes;

static void
add_scope (Scopes           *self,
           GstreamRunStream *run)
{
  g_ptr_array_add (self->runs, run);
  g_ptr_array_add (self->cursors, bench_subscribe (gstream_run_stream_get_messages (run)));
}

static void
find_scopes (Scopes           *self,
             GstreamRunStream *root)
{
  g_autoptr(GstreamCursor) children = NULL;

  if (depth == 0)
    {
      add_scope (self, g_object_ref (root));
      return;
    }
  children = bench_subscribe (gstream_run_stream_get_subgraphs (root));
  for (int sibling = 0; sibling < siblings; sibling++)
    add_scope (self, deepest (next_object (children)));
}

static void
once (const char *size,
      BenchTotal *total)
{
  char ***namespaces = all_namespaces ();
  g_autoptr(GstreamEventSource) source =
    bench_messages_new (atoi (size), depth == 0 ? NULL : (const char * const * const *) namespaces);
  g_autoptr(GstreamRunStream) root = gstream_run_stream_new (source, NULL);
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) cursors = g_ptr_array_new_with_free_func (g_object_unref);

  gstream_run_stream_set_turn_budget (root, 0); /* no main loop waits for its turn */
  find_scopes (&(Scopes) { runs, cursors }, root);
  for (int message = 0; message < atoi (size); message++)
    {
      g_autoptr(GstreamMessage) next = next_object (g_ptr_array_index (cursors, message % siblings));

      read_message (next, total);
    }
  free_namespaces (namespaces);
}

int
main (int    argc,
      char **argv)
{
  g_assert (argc == 5);
  depth = atoi (argv[1]);
  siblings = atoi (argv[2]);
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
