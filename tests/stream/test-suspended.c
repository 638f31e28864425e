/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transformers that have an event for a while (M3).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource           *source;
  TestTransformer      *before;
  TestAsyncTransformer *waiting;
  TestTransformer      *after;
  GstreamRunStream     *run;
  GstreamCursor        *log;
  TestCall              next;
  TestCall              output;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->source = test_source_new_ready ("values", 3);
  fixture->before = g_object_ref (test_transformer_new (NULL, NULL));
  fixture->waiting = g_object_ref (test_async_transformer_new ());
  fixture->after = g_object_ref (test_transformer_new ("items", NULL));
  fixture->run = test_run_new (g_object_ref (fixture->source),
                               test_mux_new (fixture->before, fixture->waiting, fixture->after, NULL));
  fixture->log = test_subscribe (gstream_run_stream_get_log (fixture->run));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->run);
  g_clear_object (&fixture->log);
  if (fixture->waiting->task != NULL)
    test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_call_clear (&fixture->next);
  test_call_clear (&fixture->output);
  g_assert_finalize_object (fixture->before);
  g_assert_finalize_object (fixture->waiting);
  g_assert_finalize_object (fixture->after);
  g_assert_finalize_object (fixture->source);
}

static void
test_one_at_a_time (Fixture      *fixture,
                    gconstpointer data)
{
  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpstr (fixture->before->story->str, ==, "1");
  g_assert_cmpstr (fixture->after->story->str, ==, "");
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
  g_assert_false (fixture->next.done);

  /* Nothing more is asked for while it has the event, whoever waits or tries. */
  test_assert_drain (fixture->log, "failed:Another call is waiting on this cursor");
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 1);

  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 1);
  g_assert_cmpstr (fixture->after->story->str, ==, "1");
  g_assert_cmpstr (fixture->before->story->str, ==, "1 2");

  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
  test_assert_drain (fixture->log, "2 3 ended");
}

static void
test_try (Fixture      *fixture,
          gconstpointer data)
{
  test_assert_drain (fixture->log, "pending");
  test_assert_drain (fixture->log, "pending");
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
  test_assert_drain (fixture->log, "1 pending");
}

static void
test_suppress (Fixture      *fixture,
               gconstpointer data)
{
  test_call_output (&fixture->output, fixture->run, NULL);
  for (int i = 0; i < 3; i++)
    {
      test_iterate_pending (NULL);
      test_async_transformer_release (fixture->waiting, i != 1, NULL);
    }
  test_iterate_pending (NULL);
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
  test_assert_drain (fixture->log, "1 3 ended");
}

static void
test_replace (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("values", 70);

  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  gstream_transformer_replace (GSTREAM_TRANSFORMER (fixture->waiting), other);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 70);
  g_assert_cmpstr (fixture->after->story->str, ==, "70");
}

/* A consumer that comes meanwhile changes the routes of events, and nothing of this one's. */
static void
test_replace_after_subscription (Fixture      *fixture,
                                 gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("values", 70);
  g_autoptr (GstreamCursor) items = NULL;

  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  items = test_subscribe (fixture->after->items);
  g_assert_true (
      gstream_transformer_owns (GSTREAM_TRANSFORMER (fixture->waiting), g_task_get_task_data (fixture->waiting->task)));
  gstream_transformer_replace (GSTREAM_TRANSFORMER (fixture->waiting), other);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 70);
  g_assert_cmpstr (fixture->after->story->str, ==, "70");
}

static void
test_error (Fixture      *fixture,
            gconstpointer data)
{
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  test_async_transformer_release (fixture->waiting, TRUE, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "why"));
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->output, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (fixture->after->story->str, ==, "fail:why");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_FAILED);
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
}

static void
test_abort (Fixture      *fixture,
            gconstpointer data)
{
  test_call_output (&fixture->output, fixture->run, NULL);
  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  gstream_run_stream_abort (fixture->run);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_null (fixture->output.output);
  test_call_assert_end (&fixture->next);
  g_assert_true (fixture->waiting->failed);
  g_assert_cmpstr (fixture->after->story->str, ==, "abort");

  /* What it says afterwards is not heard, but it is told to stop. */
  test_async_transformer_release (fixture->waiting, TRUE, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "why"));
  test_iterate_pending (NULL);
  g_assert_true (fixture->waiting->was_cancelled);
  g_assert_cmpstr (fixture->after->story->str, ==, "abort");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_ABORTED);
}

static void
test_drop (Fixture      *fixture,
           gconstpointer data)
{
  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  g_assert_finalize_object (g_steal_pointer (&fixture->run));
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_cmpuint (fixture->source->n_closed, ==, 1);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  g_assert_true (fixture->waiting->was_cancelled);
}

static void
abort_run (gpointer data)
{
  gstream_run_stream_abort (data);
}

static void
test_abort_in_callback (Fixture      *fixture,
                        gconstpointer data)
{
  fixture->next.then = abort_run;
  fixture->next.data = fixture->run;
  test_call_next (&fixture->next, fixture->log, NULL);
  test_iterate_pending (NULL);
  /* The next event is on its way when the callback comes. */
  test_call_output (&fixture->output, fixture->run, NULL);
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 1);
  g_assert_true (fixture->output.done);
  g_assert_no_error (fixture->output.error);
}

/* One that calls back from inside process_async does not stop the run. */
static void
test_in_place (Fixture      *fixture,
               gconstpointer data)
{
  fixture->waiting->in_place = TRUE;
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
}

/* One that has called back has the event no longer. */
static void
test_replace_late (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("values", 70);
  g_autoptr (GstreamCursor) items = NULL;

  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  fixture->waiting->in_place = TRUE;
  fixture->waiting->late = other;
  items = test_subscribe (fixture->after->items); /* so that the steps of the first event are planned again */
  test_async_transformer_release (fixture->waiting, TRUE, NULL);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->after->story->str, ==, "1 2 3 finish");
  g_assert_cmpint (gstream_payload_get_integer (fixture->output.output, "/n"), ==, 3);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/mux/M3/one-at-a-time", test_one_at_a_time);
  ADD ("/mux/M3/try", test_try);
  ADD ("/mux/M3/suppress", test_suppress);
  ADD ("/mux/M3/replace", test_replace);
  ADD ("/mux/M3/replace/after-subscription", test_replace_after_subscription);
  ADD ("/mux/M3/replace/late", test_replace_late);
  ADD ("/mux/M3/error", test_error);
  ADD ("/mux/M3/abort", test_abort);
  ADD ("/mux/M3/drop", test_drop);
  ADD ("/mux/M3/abort-in-callback", test_abort_in_callback);
  ADD ("/mux/M3/in-place", test_in_place);

  return g_test_run ();
}
