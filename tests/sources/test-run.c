/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources under a run: that it asks, closes and fails as they promise.
 */
#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-memory-source.h>
#include <gstream/sources/gstream-push-source.h>
#include <gstream/stream/gstream-run-stream.h>

#include "support.h"

static GstreamCursor *
subscribe (GstreamRunStream *run)
{
  GError        *error = NULL;
  GstreamCursor *cursor = gstream_projection_subscribe (gstream_run_stream_get_log (run), &error);

  g_assert_no_error (error);

  return cursor;
}

static int
next_number (GstreamCursor *cursor)
{
  g_auto (GValue) item = G_VALUE_INIT;
  GError *error = NULL;

  g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, &error));
  g_assert_no_error (error);

  return test_event_number (g_value_get_boxed (&item));
}

static void
assert_ended (GstreamCursor *cursor)
{
  g_auto (GValue) item = G_VALUE_INIT;
  GError *error = NULL;

  g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
push (GstreamPushSource *source,
      int                number,
      GError           **error)
{
  g_autoptr (GstreamEvent) event = test_event ("custom", number);

  return gstream_push_source_push (source, event, error);
}

/* --- a source that makes events when they are wanted --- */

static void
make (GstreamPushSource *source,
      gpointer           user_data)
{
  int *n = user_data;

  if (*n == 3)
    gstream_push_source_finish (source);
  else
    g_assert_true (push (source, (*n)++, NULL));
}

static void
test_on_demand (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamCursor) cursor = subscribe (run);
  int n = 0;

  g_signal_connect (source, "wanted", G_CALLBACK (make), &n);
  test_iterate_pending ();
  g_assert_cmpint (n, ==, 0); /* nobody has asked */
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (next_number (cursor), ==, i);
  assert_ended (cursor);
  g_assert_true (gstream_push_source_get_closed (source));
}

static void
abort_run (GstreamPushSource *source,
           gpointer           user_data)
{
  gstream_run_stream_abort (user_data);
}

static void
test_wanted_aborts (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamCursor) cursor = subscribe (run);

  g_signal_connect (source, "wanted", G_CALLBACK (abort_run), run);
  assert_ended (cursor);
  g_assert_true (gstream_push_source_get_closed (source));
}

/* --- whoever pushes is told that the run is over --- */

static void
on_pushed (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GError **error = user_data;

  g_assert_false (gstream_push_source_push_finish (GSTREAM_PUSH_SOURCE (object), result, error));
}

static void
check_closed_by (void (*end) (GstreamRunStream **run))
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  GstreamRunStream *run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamEvent) event = test_event ("custom", 2);
  GError *waited = NULL;
  GError *error = NULL;

  gstream_push_source_set_max_buffered (source, 1);
  g_assert_true (push (source, 1, &error));
  gstream_push_source_push_async (source, event, NULL, on_pushed, &waited);
  end (&run);
  g_assert_true (gstream_push_source_get_closed (source));
  test_iterate_pending ();
  g_assert_error (waited, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_clear_error (&waited);
  g_assert_false (push (source, 3, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_clear_error (&error);
  g_clear_object (&run);
}

static void
end_by_abort (GstreamRunStream **run)
{
  gstream_run_stream_abort (*run);
}

static void
end_by_unref (GstreamRunStream **run)
{
  g_clear_object (run);
}

static void
test_abort (void)
{
  check_closed_by (end_by_abort);
}

static void
test_drop (void)
{
  check_closed_by (end_by_unref);
}

/* --- from another thread, while the run's iterates --- */

static gpointer
push_many (gpointer source)
{
  for (int i = 0; i < 1000; i++)
    g_assert_true (push (source, i, NULL));
  gstream_push_source_finish (source);

  return NULL;
}

static void
test_thread (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamCursor) cursor = subscribe (run);
  GThread *thread = g_thread_new ("pusher", push_many, source);

  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (next_number (cursor), ==, i);
  assert_ended (cursor);
  g_thread_join (thread);
}

/* --- errors --- */

/* What came before a bad line is delivered, then its error, to whoever asks. */
static void
test_bad_line (void)
{
  g_autofree char *line = test_event_json ("values", 1);
  g_autofree char *text = g_strdup_printf ("%s\n%s\nhello\n%s\n", line, line, line);
  g_autoptr (TestStream) stream = test_stream_new (text, -1, 10, 3);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new_for_stream (G_INPUT_STREAM (stream));
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) cursor = subscribe (run);
  g_auto (GValue) item = G_VALUE_INIT;
  GError *error = NULL;

  g_assert_cmpint (next_number (cursor), ==, 1);
  g_assert_cmpint (next_number (cursor), ==, 1);
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "stream: line 3: byte 0: expected "));
      g_clear_error (&error);
    }
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
  test_iterate_pending ();
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
}

/* A run that is dropped while its source waits for bytes ends the read. */
static void
test_abort_reading (void)
{
  g_autoptr (TestStream) stream = test_stream_new ("", -1, 10, 0);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new_for_stream (G_INPUT_STREAM (stream));
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  test_stream_hold (stream);
  gstream_run_stream_output (run, NULL, NULL, NULL);
  test_iterate_pending ();
  g_assert_true (test_stream_is_reading (stream));
  gstream_run_stream_abort (run);
  test_iterate_pending ();
  g_assert_false (test_stream_is_reading (stream));
  g_assert_true (g_input_stream_is_closed (G_INPUT_STREAM (stream)));
}

static void
test_empty (void)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  GError *error = NULL;

  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R1/push-source/on-demand", test_on_demand);
  g_test_add_func ("/run/R7/push-source/wanted-aborts", test_wanted_aborts);
  g_test_add_func ("/run/R6/push-source/abort", test_abort);
  g_test_add_func ("/run/R6/push-source/drop", test_drop);
  g_test_add_func ("/run/R2/push-source/thread", test_thread);
  g_test_add_func ("/run/R5/json-lines/bad-line", test_bad_line);
  g_test_add_func ("/run/R6/json-lines/abort", test_abort_reading);
  g_test_add_func ("/run/R4/memory/empty", test_empty);

  return g_test_run ();
}
