/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ending a run early (R6), by abort and by dropping the last reference.
 */
#include "../support/calls.h"
#include "../support/transformers.h"

static void
test_pending (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) next = { 0 };
  g_auto (TestCall) output = { 0 };

  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  test_source_give (source, test_event ("values", 1));
  test_iterate_pending (NULL);
  test_assert_drain (cursor, "1 pending");
  test_call_next (&next, cursor, NULL);
  test_iterate_pending (NULL);
  g_assert_nonnull (source->request);

  gstream_run_stream_abort (run);
  /* At once: the request cancelled, the source and the mux closed, not failed. */
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_ABORTED);
  g_assert_cmpuint (source->n_cancelled, ==, 1);
  g_assert_cmpuint (source->n_closed, ==, 1);
  g_assert_true (gstream_projection_get_closed (transformer->items));
  g_assert_cmpstr (transformer->story->str, ==, "1 abort");
  /* From the main loop: whoever waits. */
  g_assert_false (next.done);
  g_assert_false (output.done);
  test_iterate_pending (NULL);
  test_call_assert_end (&next);
  g_assert_true (output.done);
  g_assert_no_error (output.error);
  g_assert_cmpint (gstream_payload_get_integer (output.output, "/n"), ==, 1);
  /* Queued items are delivered, then the end. */
  test_assert_drain (log, "1 ended");

  gstream_run_stream_abort (run);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_closed, ==, 1);
  g_assert_cmpstr (transformer->story->str, ==, "1 abort");
  g_assert_null (gstream_run_stream_get_error (run));

  test_call_clear (&output);
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpint (gstream_payload_get_integer (output.output, "/n"), ==, 1);
}

static void
test_before_and_after (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("values", 1);
  g_autoptr (TestSource) other = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), NULL);
  g_autoptr (GstreamRunStream) ended = test_run_new (g_object_ref (other), NULL);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;

  /* Before anything: nothing is asked of the source any more. */
  gstream_run_stream_abort (run);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (source->n_tried, ==, 0);
  g_assert_cmpuint (source->n_closed, ==, 1);

  /* After the end: the run stays as it is. */
  output = gstream_run_stream_output_sync (ended, NULL, &error);
  g_assert_no_error (error);
  gstream_run_stream_abort (ended);
  g_assert_cmpint (gstream_run_stream_get_status (ended), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_cmpuint (other->n_closed, ==, 1);
}

static void
test_stubborn_source (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) next = { 0 };

  source->stubborn = TRUE;
  test_call_next (&next, log, NULL);
  test_iterate_pending (NULL);
  gstream_run_stream_abort (run);
  test_iterate_pending (NULL);
  test_call_assert_end (&next);

  /* What it still brings is nobody's; nor is there a run any more. */
  g_clear_object (&run);
  g_clear_object (&log);
  test_source_give (source, test_event ("custom", 1));
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_requests, ==, 1);
}

static void
test_last_unref (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  TestTransformer  *transformer = test_transformer_new ("items", NULL);
  GstreamRunStream *run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_autoptr (GstreamProjection) items = g_object_ref (transformer->items);
  g_auto (TestCall) next = { 0 };
  g_autoptr (GError) error = NULL;

  test_push (items, 1);
  test_call_next (&next, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 1);
  test_push (items, 2);
  test_call_next (&next, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 2);
  test_call_next (&next, cursor, NULL);
  test_iterate_pending (NULL);
  g_assert_nonnull (source->request);

  g_assert_finalize_object (run);
  g_assert_cmpuint (source->n_cancelled, ==, 1);
  g_assert_cmpuint (source->n_closed, ==, 1);
  test_iterate_pending (NULL);
  test_call_assert_error (&next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_true (gstream_projection_get_closed (items));
}

/* What was waited for does not come any more: no end for any cursor, after what is queued (R5). */
static void
test_dropped_waiting (gconstpointer wire_pump)
{
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamStreamMux) mux = test_mux_new (transformer, NULL);
  GstreamRunStream *run = g_object_new (GSTREAM_TYPE_RUN_STREAM, "source", source, "mux", mux, "wire-pump",
                                        GPOINTER_TO_INT (wire_pump), NULL);
  g_autoptr (GstreamCursor) queued = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) next = { 0 };

  test_push (transformer->items, 5);
  test_call_next (&next, log, NULL);
  test_iterate_pending (NULL);
  g_assert_false (next.done);
  g_assert_finalize_object (run);
  g_assert_false (next.done);
  g_assert_true (g_str_has_prefix (transformer->story->str, "fail:The run was dropped"));
  test_iterate_pending (NULL);
  test_call_assert_error (&next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  test_call_next (&next, queued, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 5);
  test_call_next (&next, queued, NULL);
  test_iterate_pending (NULL);
  test_call_assert_error (&next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
}

/* The source has ended, and side work that is waited for has not: that too is cut off. */
static void
test_dropped_at_work (void)
{
  TestTransformer  *transformer = test_transformer_new ("items", NULL);
  GstreamRunStream *run = test_run_new (test_source_new_ready ("custom", 0), test_mux_new (transformer, NULL));
  g_autoptr (GstreamSideWork) work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (transformer), FALSE);
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_auto (TestCall) next = { 0 };

  test_call_next (&next, cursor, NULL);
  test_iterate_pending (NULL);
  g_assert_false (next.done);
  g_assert_finalize_object (run);
  test_iterate_pending (NULL);
  test_call_assert_error (&next, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_true (g_cancellable_is_cancelled (gstream_side_work_get_cancellable (work)));
}

/* What came before the run was dropped is what the call gives: an item, or the end. */
static void
test_dropped_ready (void)
{
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (TestSource) source = test_source_new ();
  GstreamRunStream *run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) items = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) item = { 0 };
  g_auto (TestCall) end = { 0 };

  test_call_next (&item, items, NULL);
  test_call_next (&end, log, NULL);
  test_iterate_pending (NULL);
  test_push (transformer->items, 7);
  gstream_run_stream_abort (run);
  g_assert_finalize_object (run);
  test_iterate_pending (NULL);
  test_call_assert_item (&item, 7);
  test_call_assert_end (&end);
}

static void
test_cursors_outlive (void)
{
  TestTransformer  *transformer = test_transformer_new ("items", NULL);
  GstreamRunStream *run = test_run_new (test_source_new_ready ("custom", 2), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) both = NULL;
  g_autoptr (GPtrArray) branches = NULL;
  const char *names[] = { "log", NULL };

  both = gstream_run_stream_interleave (run, names, NULL);
  test_push (transformer->items, 5);
  g_assert_finalize_object (run);
  /* Queued items, then the end. */
  test_assert_drain (cursor, "5 ended");
  test_assert_drain (both, "ended");
  gstream_cursor_close (cursor);
  test_assert_drain (cursor, "ended");
}

static void
test_held (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 5);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = NULL;
  g_auto (TestCall) output = { 0 };

  gstream_projection_set_max_buffered (transformer->items, 2);
  cursor = test_subscribe (transformer->items);
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (gstream_run_stream_get_held_by (run) == transformer->items);

  gstream_run_stream_abort (run);
  g_assert_null (gstream_run_stream_get_held_by (run));
  test_iterate_pending (NULL);
  g_assert_true (output.done);
  test_assert_drain (cursor, "1 2 ended");
}

static void
test_failing (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 1);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamSideWork) work = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (TestCall) output = { 0 };

  /* The run has failed, and waits for side work when it is aborted. */
  work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (transformer), FALSE);
  test_source_fail (source, "broken");
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_false (output.done);
  g_assert_true (g_cancellable_is_cancelled (gstream_side_work_get_cancellable (work)));
  gstream_run_stream_abort (run);
  gstream_side_work_complete (work);
  test_iterate_pending (NULL);
  g_assert_true (output.done);
  g_assert_no_error (output.error);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_ABORTED);
  g_assert_cmpstr (transformer->story->str, ==, "1 abort");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R6/pending", test_pending);
  g_test_add_func ("/run/R6/before-and-after", test_before_and_after);
  g_test_add_func ("/run/R6/stubborn-source", test_stubborn_source);
  g_test_add_func ("/run/R6/last-unref", test_last_unref);
  g_test_add_data_func ("/run/R6/dropped-waiting", GINT_TO_POINTER (TRUE), test_dropped_waiting);
  g_test_add_data_func ("/run/R6/dropped-looking-on", GINT_TO_POINTER (FALSE), test_dropped_waiting);
  g_test_add_func ("/run/R6/dropped-at-work", test_dropped_at_work);
  g_test_add_func ("/run/R6/dropped-ready", test_dropped_ready);
  g_test_add_func ("/run/R6/cursors-outlive", test_cursors_outlive);
  g_test_add_func ("/run/R6/held", test_held);
  g_test_add_func ("/run/R6/failing", test_failing);

  return g_test_run ();
}
