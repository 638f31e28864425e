/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The source that replays another one at the pace of its timestamps.
 */
#include <gstream.h>

#define HOUR (60 * 60 * 1000)
#define START G_GINT64_CONSTANT (1800000000000)

/* Of two events, the second one @later milliseconds after the first. */
static GstreamRunStream *
make_run (gint64 later,
          double speed)
{
  g_autoptr (GstreamPayload) one = gstream_payload_new ("1", -1, NULL);
  g_autoptr (GstreamPayload) two = gstream_payload_new ("2", -1, NULL);
  g_autoptr (GstreamEvent) first = gstream_event_new_full ("values", NULL, one, START, NULL, NULL, NULL);
  g_autoptr (GstreamEvent) second = gstream_event_new_full ("values", NULL, two, START + later, NULL, NULL, NULL);
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new ((GstreamEvent *[]) { first, second }, 2);
  g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (source, speed);

  return gstream_run_stream_new (paced, NULL);
}

static void
assert_output (GstreamRunStream *run,
               const char       *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (run, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_json (output, NULL), ==, json);
}

static void
test_speed (void)
{
  g_autoptr (GstreamRunStream) run = make_run (HOUR, 10 * HOUR);

  assert_output (run, "2");
}

/* As recordings of several machines may have them. */
static void
test_backwards (void)
{
  g_autoptr (GstreamRunStream) run = make_run (-HOUR, 1);

  assert_output (run, "2");
}

/* An event without a timestamp says nothing about when the others are due. */
static void
test_no_timestamp (void)
{
  g_autoptr (GstreamPayload) one = gstream_payload_new ("1", -1, NULL);
  g_autoptr (GstreamPayload) two = gstream_payload_new ("2", -1, NULL);
  g_autoptr (GstreamEvent) first = gstream_event_new_full ("custom", NULL, one, 0, NULL, NULL, NULL);
  g_autoptr (GstreamEvent) second = gstream_event_new_full ("values", NULL, two, START, NULL, NULL, NULL);
  g_autoptr (GstreamEventSource) source =
      gstream_memory_source_new ((GstreamEvent *[]) { first, second, first, second }, 4);
  g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (source, 1);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (paced, NULL);

  g_assert_cmpint (gstream_event_get_timestamp (first), ==, 0);
  assert_output (run, "2");
}

static void
test_abort (void)
{
  g_autoptr (GstreamRunStream) run = make_run (HOUR, 1);
  g_autoptr (GstreamCursor) values = gstream_projection_subscribe (gstream_run_stream_get_values (run), NULL);
  g_auto (GValue) item = G_VALUE_INIT;

  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  g_assert_cmpint (gstream_cursor_try_next (values, &item, NULL), ==, GSTREAM_TRY_PENDING);
  gstream_cursor_next (values, NULL, NULL, NULL);
  g_main_context_iteration (NULL, FALSE);
  gstream_run_stream_abort (run);
  assert_output (run, "1");
}

static void
test_properties (void)
{
  g_autoptr (GstreamEventSource) memory = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (memory, 0.5);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPacedSource) empty = g_object_new (GSTREAM_TYPE_PACED_SOURCE, NULL);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (empty), NULL);

  g_assert_true (gstream_paced_source_get_source (GSTREAM_PACED_SOURCE (paced)) == memory);
  g_assert_cmpfloat (gstream_paced_source_get_speed (GSTREAM_PACED_SOURCE (paced)), ==, 0.5);
  g_assert_cmpfloat (gstream_paced_source_get_speed (empty), ==, 1);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
}

/* What waits before it, waits (R9). */
static void
test_async_only (void)
{
  g_autoptr (GstreamEventSource) pushed = g_object_new (GSTREAM_TYPE_PUSH_SOURCE, "async-only", TRUE, NULL);
  g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (pushed, 1);

  g_assert_true (gstream_event_source_is_async_only (paced));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sources/paced/speed", test_speed);
  g_test_add_func ("/sources/paced/backwards", test_backwards);
  g_test_add_func ("/sources/paced/E1/no-timestamp", test_no_timestamp);
  g_test_add_func ("/sources/paced/R6/abort", test_abort);
  g_test_add_func ("/sources/paced/properties", test_properties);
  g_test_add_func ("/sources/paced/R9/async-only", test_async_only);

  return g_test_run ();
}
