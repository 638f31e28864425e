/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What other threads may do while a run is read: push, write messages, cancel calls, and keep what was read (R7, E1).
 * tests/threads/run looks for races in it.
 */
#include <gstream.h>

#include "support.h"

#define N_EVENTS 200
#define N_ROUNDS 50
#define HOUR (60 * 60 * 1000)

/* --- pushing, while a paced run reads --- */

static gpointer
write_message (gpointer data)
{
  GstreamPushSource *source = data;
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr (GstreamEvent) start = gstream_message_writer_start (writer);
  g_autoptr (GstreamEvent) finish = NULL;

  g_assert_true (gstream_push_source_push_sync (source, start, NULL, NULL));
  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (GstreamEvent) event = gstream_message_writer_text (writer, "word ");

      g_assert_true (gstream_push_source_push_sync (source, event, NULL, NULL));
    }
  finish = gstream_message_writer_finish (writer, NULL, NULL);
  g_assert_true (gstream_push_source_push_sync (source, finish, NULL, NULL));
  gstream_push_source_finish (source);

  return NULL;
}

/* Up to the end of the run. */
static char *
read_message (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  g_auto (GValue) end = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamMessage) message = NULL;

  g_assert_true (gstream_cursor_next_sync (messages, &item, NULL, &error));
  message = gstream_message_wait_sync (g_value_get_object (&item), NULL, &error);
  g_assert_no_error (error);
  g_assert_false (gstream_cursor_next_sync (messages, &end, NULL, &error));
  g_assert_no_error (error);

  return g_strdup (gstream_message_get_text (message));
}

static void
test_paced (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (GSTREAM_EVENT_SOURCE (source), HOUR);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (paced, NULL);
  g_autoptr (GThread) thread = NULL;
  g_autofree char *text = NULL;

  gstream_push_source_set_max_buffered (source, 2);
  thread = g_thread_new ("writer", write_message, source);
  text = read_message (run);
  g_assert_cmpuint (strlen (text), ==, N_EVENTS * strlen ("word "));
  g_thread_join (g_steal_pointer (&thread));
}

/* --- cancelling --- */

static gpointer
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);

  return NULL;
}

/* The cancelling comes before, while and after the call begins to wait. */
static void
test_cancel_sync (void)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
      g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
      g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GThread) thread = g_thread_new ("canceller", cancel, cancellable);
      g_auto (GValue) item = G_VALUE_INIT;
      g_autoptr (GError) error = NULL;

      g_assert_false (gstream_cursor_next_sync (log, &item, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_thread_join (g_steal_pointer (&thread));
      gstream_run_stream_abort (run);
      test_iterate_pending ();
    }
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      error)
{
  g_auto (GValue) item = G_VALUE_INIT;

  g_assert_false (gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, error));
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      error)
{
  g_assert_null (gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, error));
}

static void
test_cancel_async (void)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
      g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
      g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GThread) thread = NULL;
      g_autoptr (GError) next = NULL;
      g_autoptr (GError) output = NULL;

      gstream_cursor_next (log, cancellable, on_next, &next);
      gstream_run_stream_output (run, cancellable, on_output, &output);
      thread = g_thread_new ("canceller", cancel, cancellable);
      while (next == NULL || output == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_error (next, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_error (output, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_thread_join (g_steal_pointer (&thread));
      gstream_run_stream_abort (run);
      test_iterate_pending ();
    }
}

typedef struct
{
  GstreamPushSource *source;
  GstreamEvent      *event;
  GCancellable      *cancellable;
} Push;

static gpointer
push_beyond_bound (gpointer data)
{
  Push *push = data;
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_push_source_push_sync (push->source, push->event, push->cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  return NULL;
}

static void
test_cancel_push (void)
{
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
      g_autoptr (GstreamPayload) data = gstream_payload_new ("1", -1, NULL);
      g_autoptr (GstreamEvent) event = gstream_event_new ("values", NULL, data);
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Push push = { source, event, cancellable };
      g_autoptr (GThread) thread = NULL;

      gstream_push_source_set_max_buffered (source, 1);
      g_assert_true (gstream_push_source_push (source, event, NULL));
      thread = g_thread_new ("pusher", push_beyond_bound, &push);
      g_cancellable_cancel (cancellable);
      g_thread_join (g_steal_pointer (&thread));
      g_assert_cmpuint (gstream_push_source_get_n_buffered (source), ==, 1);
    }
}

/* --- keeping --- */

static gpointer
read_events (gpointer events)
{
  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (GstreamEvent) event = g_async_queue_pop (events);
      g_autofree char *json = gstream_event_to_json (event);

      g_assert_cmpstr (gstream_event_get_method (event), ==, "messages");
      g_assert_nonnull (strstr (json, "\"word \""));
      gstream_payload_get_json (gstream_event_get_data (event), NULL);
      g_assert_cmpstr (gstream_payload_get_string (gstream_event_get_data (event), "/delta/text"), ==, "word ");
    }

  return NULL;
}

/* The run reads what it needs of an event while others read it. */
static void
test_keep (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr (GstreamEvent) start = gstream_message_writer_start (writer);
  g_autoptr (GAsyncQueue) events = g_async_queue_new ();
  g_autoptr (GThread) thread = g_thread_new ("keeper", read_events, events);
  g_autofree char *text = NULL;

  g_assert_true (gstream_push_source_push (source, start, NULL));
  for (guint i = 0; i < N_EVENTS; i++)
    {
      GstreamEvent *event = gstream_message_writer_text (writer, "word ");

      g_assert_true (gstream_push_source_push (source, event, NULL));
      g_async_queue_push (events, event);
    }
  gstream_push_source_finish (source);
  text = read_message (run);
  g_assert_cmpuint (strlen (text), ==, N_EVENTS * strlen ("word "));
  g_thread_join (g_steal_pointer (&thread));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sources/R7/threads/paced", test_paced);
  g_test_add_func ("/sources/R7/threads/cancel-sync", test_cancel_sync);
  g_test_add_func ("/sources/R7/threads/cancel-async", test_cancel_async);
  g_test_add_func ("/sources/R7/threads/cancel-push", test_cancel_push);
  g_test_add_func ("/sources/E1/threads/keep", test_keep);

  return g_test_run ();
}
