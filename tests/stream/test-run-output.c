/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run gives at its end (R4), and how it fails (R5).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GPtrArray **interrupts = user_data;
  g_autoptr (GError) error = NULL;

  *interrupts = gstream_run_stream_interrupts_finish (GSTREAM_RUN_STREAM (object), result, &error);
  g_assert_no_error (error);
}

static void
test_last_values (void)
{
  TestSource *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = test_run_new (source, NULL);
  g_auto (TestCall) before = { 0 };
  g_auto (TestCall) during = { 0 };
  g_auto (TestCall) after = { 0 };

  /* Of the run's own scope, the last. */
  test_call_output (&before, run, NULL);
  test_iterate_pending (NULL);
  test_source_give (source, test_event ("values", 1));
  test_iterate_pending (NULL);
  test_call_output (&during, run, NULL);
  test_source_give (source, test_event ("values", 2));
  test_iterate_pending (NULL);
  test_source_give (source, test_event_at ("child:1", "values", 3));
  test_iterate_pending (NULL);
  test_source_give (source, test_event ("updates", 4));
  test_iterate_pending (NULL);
  g_assert_false (before.done);
  test_source_give (source, NULL);
  test_iterate_pending (NULL);
  test_call_output (&after, run, NULL);
  test_iterate_pending (NULL);

  g_assert_cmpint (gstream_payload_get_integer (before.output, "/n"), ==, 2);
  g_assert_true (before.output == during.output);
  g_assert_true (before.output == after.output);
}

static void
test_none (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_ready ("updates", 2), NULL);
  g_autoptr (GPtrArray) interrupts = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (gstream_run_stream_interrupted_sync (run, NULL, &error));
  g_assert_no_error (error);
  interrupts = gstream_run_stream_interrupts_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (interrupts->len, ==, 0);
}

static void
add_json (TestSource *source,
          const char *json)
{
  test_source_add (source, test_event_json (json));
}

static TestSource *
new_interrupted (void)
{
  TestSource *source = test_source_new ();

  add_json (source, "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,"
                    "\"data\":{\"a\":1},\"interrupts\":[{\"id\":\"x\",\"value\":\"ok?\"}]}}");
  add_json (
      source,
      "{\"type\":\"event\",\"method\":\"input.requested\",\"params\":{\"namespace\":[\"child:1\"],\"timestamp\":2,"
      "\"data\":{\"interrupt_id\":\"y\",\"payload\":{\"q\":2}}}}");
  add_json (source, "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":3,"
                    "\"data\":{\"a\":2},\"interrupts\":[{\"id\":\"x\",\"value\":\"ok?\"}]}}");
  source->ended = TRUE;

  return source;
}

static void
test_interrupts (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (new_interrupted (), NULL);
  g_autoptr (GPtrArray) interrupts = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_auto (TestCall) interrupted = { 0 };
  GstreamInterrupt *first;
  GstreamInterrupt *second;

  test_call_interrupted (&interrupted, run, NULL);
  gstream_run_stream_interrupts (run, NULL, on_output, &interrupts);
  g_assert_null (interrupts);
  test_wait (&interrupted.done);
  test_iterate_pending (NULL);
  g_assert_true (interrupted.found);
  g_assert_no_error (interrupted.error);

  g_assert_cmpuint (interrupts->len, ==, 2);
  first = g_ptr_array_index (interrupts, 0);
  second = g_ptr_array_index (interrupts, 1);
  g_assert_cmpstr (gstream_interrupt_get_id (first), ==, "x");
  g_assert_cmpstr (gstream_payload_get_string (gstream_interrupt_get_value (first), ""), ==, "ok?");
  g_assert_cmpstr (gstream_interrupt_get_id (second), ==, "y");
  g_assert_cmpint (gstream_payload_get_integer (gstream_interrupt_get_value (second), "/q"), ==, 2);
  g_assert_cmpstr (gstream_interrupt_get_namespace (second)[0], ==, "child:1");

  output = gstream_run_stream_output_sync (run, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, "/a"), ==, 2);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_INTERRUPTED);
}

/* Beside a consumer, neither takes anything from the other. */
static void
test_beside_consumption (void)
{
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_waiting ("values", 5), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_auto (TestCall) first = { 0 };
  g_auto (TestCall) second = { 0 };
  g_auto (TestCall) next = { 0 };

  test_call_output (&first, run, NULL);
  test_call_next (&next, cursor, NULL);
  test_call_output (&second, run, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 1);
  test_assert_drain (cursor, "2 3 4 5 ended");
  g_assert_true (first.done);
  g_assert_true (first.output == second.output);
}

/* Same domain, same code, same message, for everybody. */
static void
assert_broken (TestCall *call)
{
  g_assert_true (call->done);
  g_assert_error (call->error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpstr (call->error->message, ==, "the very words");
}

static void
test_failed (void)
{
  TestSource      *source = test_source_new ();
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (source, test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) output = { 0 };
  g_auto (TestCall) interrupted = { 0 };
  g_auto (TestCall) next = { 0 };
  g_auto (TestCall) late = { 0 };

  test_call_output (&output, run, NULL);
  test_call_interrupted (&interrupted, run, NULL);
  test_iterate_pending (NULL);
  test_source_give (source, test_event ("values", 1));
  test_iterate_pending (NULL);
  test_assert_drain (log, "1 pending");
  test_call_next (&next, log, NULL);
  test_source_fail (source, "the very words");
  test_iterate_pending (NULL);

  assert_broken (&output);
  g_assert_null (output.output);
  assert_broken (&interrupted);
  g_assert_false (interrupted.found);
  assert_broken (&next);
  test_assert_drain (cursor, "1 failed:the very words");
  test_assert_drain (cursor, "failed:the very words");
  test_call_output (&late, run, NULL);
  test_iterate_pending (NULL);
  assert_broken (&late);
  g_assert_error (gstream_run_stream_get_error (run), G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpuint (source->n_closed, ==, 1);
}

static void
test_failed_try (void)
{
  TestSource *source = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = test_run_new (source, NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  test_source_fail (source, "the very words");
  test_assert_drain (log, "1 failed:the very words");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R4/last-values", test_last_values);
  g_test_add_func ("/run/R4/none", test_none);
  g_test_add_func ("/run/R4/interrupts", test_interrupts);
  g_test_add_func ("/run/R4/beside-consumption", test_beside_consumption);
  g_test_add_func ("/run/R5/failed", test_failed);
  g_test_add_func ("/run/R5/failed-try", test_failed_try);

  return g_test_run ();
}
