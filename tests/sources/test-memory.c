/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events from memory, and from a function.
 */
#include <gstream/sources/gstream-memory-source.h>

#include "support.h"

static void
test_list (void)
{
  GstreamEvent *events[3];
  g_autoptr (GPtrArray) got = NULL;
  g_autoptr (GstreamEventSource) source = NULL;
  g_autoptr (GstreamEvent) late = test_event ("custom", 3);
  GstreamEvent *event = NULL;
  GError       *error = NULL;

  for (int i = 0; i < 3; i++)
    events[i] = test_event ("custom", i);
  source = gstream_memory_source_new (events, 3);
  gstream_memory_source_append (GSTREAM_MEMORY_SOURCE (source), late);
  for (int i = 0; i < 3; i++)
    gstream_event_unref (events[i]);

  /* The very events, in order. */
  g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_ITEM);
  g_assert_true (event == events[0]);
  g_clear_pointer (&event, gstream_event_unref);

  event = test_next (source, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (event == events[1]);
  g_clear_pointer (&event, gstream_event_unref);

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 2, 2);

  /* The end stays the end. */
  g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_ENDED);
  g_assert_null (test_next (source, NULL, &error));
  g_assert_no_error (error);
}

static void
test_empty (void)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  GstreamEvent *event = NULL;
  GError       *error = NULL;

  g_assert_cmpint (gstream_event_source_try_next (source, &event, &error), ==, GSTREAM_TRY_ENDED);
  g_assert_null (event);
  g_assert_no_error (error);
}

static void
test_close (void)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamEvent) one = test_event ("custom", 1);
  GstreamEvent *event = NULL;

  gstream_memory_source_append (GSTREAM_MEMORY_SOURCE (source), one);
  gstream_event_source_close (source);
  gstream_event_source_close (source);
  g_assert_cmpint (gstream_event_source_try_next (source, &event, NULL), ==, GSTREAM_TRY_ENDED);
}

/* --- a function --- */

typedef struct
{
  GstreamEventSource *source;
  int                 n;        /* made so far */
  int                 fail_at;  /* -1: never */
  int                 close_at; /* likewise */
  int                 end_at;
  gboolean            freed;
} Maker;

static GstreamEvent *
make (gpointer user_data,
      GError **error)
{
  Maker *maker = user_data;

  g_assert_false (maker->freed);
  if (maker->n == maker->fail_at)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no more");
      return NULL;
    }
  if (maker->n == maker->end_at)
    return NULL;
  if (maker->n == maker->close_at)
    gstream_event_source_close (maker->source);
  g_assert_false (maker->freed);

  return test_event ("custom", maker->n++);
}

static void
free_maker (gpointer user_data)
{
  Maker *maker = user_data;

  g_assert_false (maker->freed);
  maker->freed = TRUE;
}

static GstreamEventSource *
new_made (Maker *maker)
{
  maker->source = gstream_memory_source_new_func (make, maker, free_maker);

  return maker->source;
}

static void
test_func (void)
{
  Maker maker = { .fail_at = -1, .close_at = -1, .end_at = 5 };
  g_autoptr (GstreamEventSource) source = new_made (&maker);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  /* Made when it is asked for, not before. */
  g_assert_cmpint (maker.n, ==, 0);
  gstream_event_unref (test_next (source, NULL, &error));
  g_assert_cmpint (maker.n, ==, 1);

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 1, 4);
  g_assert_true (maker.freed);
}

static void
test_func_error (void)
{
  Maker maker = { .fail_at = 2, .close_at = -1, .end_at = -1 };
  g_autoptr (GstreamEventSource) source = new_made (&maker);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, "no more");
  test_assert_numbers (got, 0, 2);
  g_assert_true (maker.freed);
  g_clear_error (&error);

  /* To every later call, too. */
  g_assert_null (test_next (source, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
}

static void
test_func_close (void)
{
  Maker maker = { .fail_at = -1, .close_at = 1, .end_at = -1 };
  g_autoptr (GstreamEventSource) source = new_made (&maker);
  g_autoptr (GPtrArray) got = NULL;
  GError *error = NULL;

  got = test_drain (source, &error);
  g_assert_no_error (error);
  test_assert_numbers (got, 0, 2);
  g_assert_true (maker.freed);
}

static void
test_func_drop (void)
{
  Maker               maker = { .fail_at = -1, .close_at = -1, .end_at = -1 };
  GstreamEventSource *source = new_made (&maker);

  gstream_event_unref (test_next (source, NULL, NULL));
  g_object_unref (source);
  g_assert_true (maker.freed);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sources/memory/list", test_list);
  g_test_add_func ("/sources/memory/empty", test_empty);
  g_test_add_func ("/run/R6/memory-close", test_close);
  g_test_add_func ("/sources/memory/func", test_func);
  g_test_add_func ("/run/R5/memory-func-error", test_func_error);
  g_test_add_func ("/run/R7/memory-func-closes", test_func_close);
  g_test_add_func ("/sources/memory/func-drop", test_func_drop);

  return g_test_run ();
}
