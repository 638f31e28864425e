/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What transformers do beside the run (M4).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource       *source;
  TestTransformer  *transformer;
  GstreamRunStream *run;
  GstreamCursor    *cursor;
  GstreamSideWork  *work; /* scheduled at the first event */
  gboolean          fails_run;
  TestCall          output;
} Fixture;

static gboolean
schedule_first (TestTransformer *transformer,
                GstreamEvent    *event,
                GError         **error)
{
  Fixture *fixture = transformer->data;

  if (test_event_number (event) == 1)
    fixture->work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (transformer), fixture->fails_run);
  test_push (transformer->items, test_event_number (event));

  return TRUE;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->fails_run = GPOINTER_TO_INT (data);
  fixture->source = test_source_new_ready ("values", 2);
  fixture->transformer = g_object_ref (test_transformer_new ("items", NULL));
  fixture->transformer->process = schedule_first;
  fixture->transformer->data = fixture;
  fixture->run = test_run_new (g_object_ref (fixture->source), test_mux_new (fixture->transformer, NULL));
  fixture->cursor = test_subscribe (fixture->transformer->items);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  test_iterate_pending (NULL);
  test_call_clear (&fixture->output);
  g_clear_object (&fixture->cursor);
  if (fixture->run != NULL)
    g_assert_finalize_object (fixture->run);
  g_clear_object (&fixture->work);
  g_assert_finalize_object (fixture->transformer);
  g_assert_finalize_object (fixture->source);
}

static GCancellable *
get_cancellable (Fixture *fixture)
{
  return gstream_side_work_get_cancellable (fixture->work);
}

static void
test_end_waits (Fixture      *fixture,
                gconstpointer data)
{
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  /* The source has ended; nothing is finished before the work is. */
  g_assert_cmpuint (fixture->source->n_closed, ==, 1);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 2");
  g_assert_false (fixture->output.done);
  g_assert_false (g_cancellable_is_cancelled (get_cancellable (fixture)));
  test_assert_drain (fixture->cursor, "1 2 pending");

  test_push (fixture->transformer->items, 3);
  gstream_side_work_complete (fixture->work);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 2 finish");
  g_assert_false (fixture->output.done);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  test_assert_drain (fixture->cursor, "3 ended");
  gstream_side_work_complete (fixture->work);
}

static void
test_done_before (Fixture      *fixture,
                  gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  gstream_side_work_complete (fixture->work);
  test_assert_drain (fixture->cursor, "2 ended");
}

static void
test_all_of_it (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GstreamSideWork) more = NULL;

  more = gstream_transformer_schedule (GSTREAM_TRANSFORMER (fixture->transformer), FALSE);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  gstream_side_work_complete (fixture->work);
  test_iterate_pending (NULL);
  g_assert_false (fixture->output.done);
  gstream_side_work_complete (more);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
}

static void
test_failure (Fixture      *fixture,
              gconstpointer data)
{
  test_source_fail (fixture->source, "broken");
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  /* Cancelled, and waited for. */
  g_assert_true (g_cancellable_is_cancelled (get_cancellable (fixture)));
  g_assert_false (fixture->output.done);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 2");
  gstream_side_work_complete (fixture->work);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 2 fail:broken");
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->output, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  test_assert_drain (fixture->cursor, "1 2 failed:broken");
}

static void
test_abort (Fixture      *fixture,
            gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  test_call_output (&fixture->output, fixture->run, NULL);
  gstream_run_stream_abort (fixture->run);
  g_assert_true (g_cancellable_is_cancelled (get_cancellable (fixture)));
  test_iterate_pending (NULL);
  g_assert_false (fixture->output.done);
  gstream_side_work_complete (fixture->work);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_no_error (fixture->output.error);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 abort");
}

static void
test_drop_run (Fixture      *fixture,
               gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  g_assert_finalize_object (g_steal_pointer (&fixture->run));
  /* Nobody can wait any more: it is cancelled, and the end comes at once. */
  g_assert_true (g_cancellable_is_cancelled (get_cancellable (fixture)));
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 abort");
  test_assert_drain (fixture->cursor, "ended");
  gstream_side_work_complete (fixture->work);
}

static void
on_cancelled (GCancellable *cancellable,
              Fixture      *fixture)
{
  gstream_side_work_complete (fixture->work);
}

static void
test_done_when_cancelled (Fixture      *fixture,
                          gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  g_signal_connect (get_cancellable (fixture), "cancelled", G_CALLBACK (on_cancelled), fixture);
  gstream_run_stream_abort (fixture->run);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 abort");
  test_assert_drain (fixture->cursor, "ended");
}

static void
test_error_logged (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no service");
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  g_test_expect_message ("Gstream", G_LOG_LEVEL_MESSAGE, "*no service*");
  gstream_side_work_fail (fixture->work, error);
  g_test_assert_expected_messages ();
  test_assert_drain (fixture->cursor, "2 ended");
}

static void
test_error_fails (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no service");
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  gstream_side_work_fail (fixture->work, error);
  test_assert_drain (fixture->cursor, "failed:no service");
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_FAILED);
}

static void
test_error_fails_at_end (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no service");

  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  gstream_side_work_fail (fixture->work, error);
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->output, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpstr (fixture->transformer->story->str, ==, "1 2 fail:no service");
}

/* Being cancelled is no error. */
static void
test_cancelled (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  gstream_side_work_fail (fixture->work, error);
  test_assert_drain (fixture->cursor, "2 ended");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
test_forgotten (Fixture      *fixture,
                gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  g_clear_object (&fixture->work);
  test_assert_drain (fixture->cursor, "failed:Side work was dropped before it was complete");
}

static void
test_after_the_end (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamSideWork) late = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  gstream_side_work_complete (fixture->work);
  test_assert_drain (fixture->cursor, "2 ended");
  late = gstream_transformer_schedule (GSTREAM_TRANSFORMER (fixture->transformer), TRUE);
  g_assert_finalize_object (g_steal_pointer (&fixture->run));
  gstream_side_work_complete (late);
}

#define ADD(path, fails_run, function) \
  g_test_add (path, Fixture, GINT_TO_POINTER (fails_run), set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/mux/M4/end-waits", FALSE, test_end_waits);
  ADD ("/mux/M4/done-before", FALSE, test_done_before);
  ADD ("/mux/M4/all-of-it", FALSE, test_all_of_it);
  ADD ("/mux/M4/failure", FALSE, test_failure);
  ADD ("/mux/M4/abort", FALSE, test_abort);
  ADD ("/mux/M4/drop-run", FALSE, test_drop_run);
  ADD ("/mux/M4/done-when-cancelled", FALSE, test_done_when_cancelled);
  ADD ("/mux/M4/error-logged", FALSE, test_error_logged);
  ADD ("/mux/M4/error-fails", TRUE, test_error_fails);
  ADD ("/mux/M4/error-fails-at-end", TRUE, test_error_fails_at_end);
  ADD ("/mux/M4/cancelled", TRUE, test_cancelled);
  ADD ("/mux/M4/forgotten", TRUE, test_forgotten);
  ADD ("/mux/M4/after-the-end", TRUE, test_after_the_end);

  return g_test_run ();
}
