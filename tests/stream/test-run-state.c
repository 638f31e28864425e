/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a run says it is (R10).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource       *source;
  GstreamRunStream *run;
  GString          *story; /* what status was, each time it was notified */
} Fixture;

static void
on_status (GstreamRunStream *run,
           GParamSpec       *pspec,
           Fixture          *fixture)
{
  g_autoptr (GEnumClass) statuses = g_type_class_ref (GSTREAM_TYPE_RUN_STATUS);

  if (fixture->story->len > 0)
    g_string_append_c (fixture->story, ' ');
  g_string_append (fixture->story, g_enum_get_value (statuses, gstream_run_stream_get_status (run))->value_nick);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->source = test_source_new ();
  fixture->source->ended = TRUE;
  fixture->run = test_run_new (g_object_ref (fixture->source), NULL);
  fixture->story = g_string_new (NULL);
  g_signal_connect (fixture->run, "notify::status", G_CALLBACK (on_status), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->run);
  g_assert_finalize_object (fixture->source);
  g_string_free (fixture->story, TRUE);
}

static void
add_lifecycle (Fixture    *fixture,
               const char *namespace_,
               const char *data)
{
  g_autofree char *json =
    g_strdup_printf ("{\"type\":\"event\",\"method\":\"lifecycle\",\"params\":{\"namespace\":%s,\"timestamp\":1,\"data\":%s}}",
                     namespace_, data);

  test_source_defer (fixture->source, test_event_json (json));
}

static void
add_interrupted (Fixture *fixture)
{
  test_source_defer (fixture->source, test_event_json (
    "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,"
    "\"data\":{},\"interrupts\":[{\"id\":\"x\",\"value\":1}]}}"));
}

static void
assert_story (Fixture    *fixture,
              const char *expected)
{
  g_auto (TestCall) output = { 0 };

  test_call_output (&output, fixture->run, NULL);
  test_wait (&output.done);
  test_settle (NULL);
  g_assert_cmpstr (fixture->story->str, ==, expected);
}

static void
test_completed (Fixture       *fixture,
                gconstpointer  data)
{
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_PENDING);
  test_source_defer (fixture->source, test_event ("values", 1));
  assert_story (fixture, "running completed");
}

static void
test_interrupted (Fixture       *fixture,
                  gconstpointer  data)
{
  add_interrupted (fixture);
  assert_story (fixture, "running interrupted");
}

static void
test_failed (Fixture       *fixture,
             gconstpointer  data)
{
  test_source_defer (fixture->source, test_event ("values", 1));
  test_source_fail (fixture->source, "broken");
  assert_story (fixture, "running failed");
}

static void
test_aborted (Fixture       *fixture,
              gconstpointer  data)
{
  gstream_run_stream_abort (fixture->run);
  g_assert_cmpstr (fixture->story->str, ==, "");
  assert_story (fixture, "aborted");
}

static void
test_stated_completed (Fixture       *fixture,
                       gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"running\"}");
  add_lifecycle (fixture, "[\"child:1\"]", "{\"event\":\"failed\",\"error\":\"not ours\"}");
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  /* What comes after it still counts, until the source ends. */
  test_source_defer (fixture->source, test_event ("values", 9));
  assert_story (fixture, "running completed");
  {
    g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (fixture->run, NULL, NULL);

    g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 9);
  }
}

/* What the source stated decides, though it breaks afterwards. */
static void
test_stated_then_broken (Fixture       *fixture,
                         gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  test_source_fail (fixture->source, "broken");
  g_test_expect_message ("Gstream", G_LOG_LEVEL_MESSAGE, "*broken*");
  assert_story (fixture, "running completed");
  g_test_assert_expected_messages ();
}

static void
test_stated_failed (Fixture       *fixture,
                    gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"error\":\"no credit\"}");
  assert_story (fixture, "running failed");
  g_assert_error (gstream_run_stream_get_error (fixture->run), GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "no credit");
}

static void
test_stated_failed_document (Fixture       *fixture,
                             gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"error\":\"{\\\"error\\\":\\\"Error\\\",\\\"message\\\":\\\"no credit\\\"}\"}");
  assert_story (fixture, "running failed");
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "no credit");
}

static void
test_stated_failed_mutely (Fixture       *fixture,
                           gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\"}");
  assert_story (fixture, "running failed");
  g_assert_nonnull (gstream_run_stream_get_error (fixture->run));
}

static void
test_stated_interrupted (Fixture       *fixture,
                         gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"interrupted\"}");
  assert_story (fixture, "running interrupted");
}

/* A scope that ends completed with interrupts is interrupted (T8). */
static void
test_stated_completed_interrupted (Fixture       *fixture,
                                   gconstpointer  data)
{
  add_interrupted (fixture);
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  assert_story (fixture, "running interrupted");
}

static void
test_stated_drained (Fixture       *fixture,
                     gconstpointer  data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"drained\"}");
  assert_story (fixture, "running drained");
}

static void
test_no_source (void)
{
  g_autoptr (GstreamRunStream) run = g_object_new (GSTREAM_TYPE_RUN_STREAM, NULL);
  g_autoptr (GstreamCursor) log = NULL;
  g_autoptr (GError) error = NULL;

  /* Made without a source: whatever is asked says so. */
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  log = test_subscribe (gstream_run_stream_get_log (run));
  test_assert_drain (log, "failed:A run needs a source, and this one was made without");
  gstream_run_stream_abort (run);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/run/R10/completed", test_completed);
  ADD ("/run/R10/interrupted", test_interrupted);
  ADD ("/run/R10/failed", test_failed);
  ADD ("/run/R10/aborted", test_aborted);
  ADD ("/run/R10/stated/completed", test_stated_completed);
  ADD ("/run/R10/stated/then-broken", test_stated_then_broken);
  ADD ("/run/R10/stated/failed", test_stated_failed);
  ADD ("/run/R10/stated/failed-document", test_stated_failed_document);
  ADD ("/run/R10/stated/failed-mutely", test_stated_failed_mutely);
  ADD ("/run/R10/stated/interrupted", test_stated_interrupted);
  ADD ("/run/R10/stated/completed-interrupted", test_stated_completed_interrupted);
  ADD ("/run/R10/stated/drained", test_stated_drained);
  g_test_add_func ("/run/R10/no-source", test_no_source);

  return g_test_run ();
}
