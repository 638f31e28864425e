/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a run says it is (R8, R10), and what it asks (T8).
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
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->source = test_source_new ();
  fixture->source->ended = TRUE;
  fixture->run = test_run_new (g_object_ref (fixture->source), NULL);
  fixture->story = g_string_new (NULL);
  g_signal_connect (fixture->run, "notify::status", G_CALLBACK (on_status), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
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
  g_autofree char *json = g_strdup_printf (
      "{\"type\":\"event\",\"method\":\"lifecycle\",\"params\":{\"namespace\":%s,\"timestamp\":1,\"data\":%s}}",
      namespace_, data);

  test_source_defer (fixture->source, test_event_json (json));
}

static void
add_interrupted (Fixture *fixture)
{
  test_source_defer (fixture->source,
                     test_event_json (
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
  test_iterate_pending (NULL);
  g_assert_cmpstr (fixture->story->str, ==, expected);
}

static void
test_completed (Fixture      *fixture,
                gconstpointer data)
{
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_PENDING);
  test_source_defer (fixture->source, test_event ("values", 1));
  assert_story (fixture, "running completed");
}

static void
test_interrupted (Fixture      *fixture,
                  gconstpointer data)
{
  add_interrupted (fixture);
  assert_story (fixture, "running interrupted");
}

static void
test_failed (Fixture      *fixture,
             gconstpointer data)
{
  test_source_defer (fixture->source, test_event ("values", 1));
  test_source_fail (fixture->source, "broken");
  assert_story (fixture, "running failed");
}

static void
test_aborted (Fixture      *fixture,
              gconstpointer data)
{
  gstream_run_stream_abort (fixture->run);
  g_assert_cmpstr (fixture->story->str, ==, "");
  assert_story (fixture, "aborted");
}

static void
test_stated_completed (Fixture      *fixture,
                       gconstpointer data)
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
test_stated_then_broken (Fixture      *fixture,
                         gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  test_source_fail (fixture->source, "broken");
  g_test_expect_message ("Gstream", G_LOG_LEVEL_MESSAGE, "*broken*");
  assert_story (fixture, "running completed");
  g_test_assert_expected_messages ();
}

static void
test_stated_failed (Fixture      *fixture,
                    gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"error\":\"no credit\"}");
  assert_story (fixture, "running failed");
  g_assert_error (gstream_run_stream_get_error (fixture->run), GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "no credit");
}

static void
test_stated_failed_document (Fixture      *fixture,
                             gconstpointer data)
{
  add_lifecycle (
      fixture, "[]",
      "{\"event\":\"failed\",\"error\":\"{\\\"error\\\":\\\"Error\\\",\\\"message\\\":\\\"no credit\\\"}\"}");
  assert_story (fixture, "running failed");
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "no credit");
}

static void
test_stated_failed_mutely (Fixture      *fixture,
                           gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\"}");
  assert_story (fixture, "running failed");
  g_assert_nonnull (gstream_run_stream_get_error (fixture->run));
}

static void
test_stated_interrupted (Fixture      *fixture,
                         gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"interrupted\"}");
  assert_story (fixture, "running interrupted");
}

/* A scope that ends completed with interrupts is interrupted (T8). */
static void
test_stated_completed_interrupted (Fixture      *fixture,
                                   gconstpointer data)
{
  add_interrupted (fixture);
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  assert_story (fixture, "running interrupted");
}

static void
test_stated_drained (Fixture      *fixture,
                     gconstpointer data)
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

/* --- a source that is cut off (R8) --- */

#define VALUES(interrupts)                                                                              \
  "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":{}," \
  "\"interrupts\":" interrupts "}}"

static void
assert_incomplete (Fixture *fixture)
{
  const GError *error;

  assert_story (fixture, "running failed");
  error = gstream_run_stream_get_error (fixture->run);
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
}

static void
test_begun_without_end (Fixture      *fixture,
                        gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"running\",\"graph_name\":\"g\"}");
  test_source_defer (fixture->source, test_event_json (VALUES ("[]")));

  assert_incomplete (fixture);
}

/* What becomes of others says nothing of the run's own end. */
static void
test_begun_with_childs_end (Fixture      *fixture,
                            gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"started\"}");
  add_lifecycle (fixture, "[\"a:1\"]", "{\"event\":\"started\",\"trigger_call_id\":\"1\"}");
  add_lifecycle (fixture, "[\"a:1\"]", "{\"event\":\"completed\"}");
  add_interrupted (fixture);

  assert_incomplete (fixture);
}

/* A source that says nothing of the root's beginning need not say anything of its end. */
static void
test_never_begun (Fixture      *fixture,
                  gconstpointer data)
{
  add_lifecycle (fixture, "[\"a:1\"]", "{\"event\":\"running\"}");

  assert_story (fixture, "running completed");
}

/* --- questions (T8) --- */

static GPtrArray *
ask (Fixture    *fixture,
     const char *json)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *interrupts;

  test_source_defer (fixture->source, test_event_json (json));
  interrupts = gstream_run_stream_interrupts_sync (fixture->run, NULL, &error);
  g_assert_no_error (error);

  return interrupts;
}

static void
assert_ids (GPtrArray  *interrupts,
            const char *expected)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  for (guint i = 0; i < interrupts->len; i++)
    g_string_append_printf (ids, "%s:%s ", gstream_interrupt_get_id (g_ptr_array_index (interrupts, i)),
                            gstream_payload_get_json (gstream_interrupt_get_value (g_ptr_array_index (interrupts, i)),
                                                      NULL));
  g_assert_cmpstr (ids->str, ==, expected);
}

/* The same id asks the same where the values mean the same, however they are written. */
static void
test_same_id (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GPtrArray) interrupts =
      ask (fixture, VALUES ("[{\"id\":\"i\",\"value\":{\"a\":[1,\"A\"],\"b\":null}},{\"id\":\"i\",\"value\":2},"
                            "{\"id\":\"i\",\"value\":{\"b\":null, \"a\":[1.0,\"\\u0041\"]}},{\"id\":\"j\",\"value\":2},"
                            "{\"id\":\"i\",\"value\":2}]"));

  assert_ids (interrupts, "i:{\"a\":[1,\"A\"],\"b\":null} i:2 j:2 ");
}

/* Nothing tells one without an id from another; an id that is no string counts by its text. */
static void
test_odd_ids (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GPtrArray) interrupts =
      ask (fixture, VALUES ("[{\"value\":1},{\"value\":1},{\"id\":null,\"value\":1},{\"id\":7,\"value\":1},"
                            "{\"id\":7,\"value\":1},{\"interrupt_id\":\"7\",\"payload\":1}]"));

  assert_ids (interrupts, ":1 :1 :1 7:1 ");
}

/* Where it is asked, and what an answer looks like, is known whichever says it. */
static void
test_namespace_of_question (Fixture      *fixture,
                            gconstpointer data)
{
  const char *const *namespace_;
  GstreamPayload    *schema;
  g_autoptr (GPtrArray) interrupts = NULL;

  add_interrupted (fixture);
  test_source_defer (
      fixture->source,
      test_event_json (
          "{\"type\":\"event\",\"method\":\"input.requested\",\"params\":{\"namespace\":[\"a:1\"],\"timestamp\":1,"
          "\"data\":{\"interrupt_id\":\"x\",\"payload\":1,\"response_schema\":null}}}"));
  interrupts = ask (fixture, VALUES ("[{\"id\":\"x\",\"value\":1,\"responseSchema\":{\"type\":\"boolean\"}}]"));

  assert_ids (interrupts, "x:1 ");
  namespace_ = gstream_interrupt_get_namespace (g_ptr_array_index (interrupts, 0));
  g_assert_cmpstr (namespace_[0], ==, "a:1");
  schema = gstream_interrupt_get_response_schema (g_ptr_array_index (interrupts, 0));
  g_assert_cmpstr (gstream_payload_get_string (schema, "/type"), ==, "boolean");
}

/* An error that is an object says why, too. */
static void
test_stated_failed_object (Fixture      *fixture,
                           gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"error\":{\"type\":\"E\",\"message\":\"lost\"}}");

  assert_story (fixture, "running failed");
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "lost");
}

/* Whoever writes the namespace into the data is no JavaScript server, and the text is the error (D3). */
static void
test_stated_failed_text (Fixture      *fixture,
                         gconstpointer data)
{
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"namespace\":[],\"error\":\"{\\\"message\\\":\\\"lost\\\"}\"}");

  assert_story (fixture, "running failed");
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "{\"message\":\"lost\"}");
}

/* The first terminal decides, and what comes after it counts. */
static void
test_stated_twice (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GstreamPayload) output = NULL;

  add_lifecycle (fixture, "[]", "{\"event\":\"running\"}");
  add_lifecycle (fixture, "[]", "{\"event\":\"completed\"}");
  add_lifecycle (fixture, "[]", "{\"event\":\"failed\",\"error\":\"late\"}");
  test_source_defer (
      fixture->source,
      test_event_json (
          "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"timestamp\":1,\"data\":7}}"));

  assert_story (fixture, "running completed");
  output = gstream_run_stream_output_sync (fixture->run, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, ""), ==, 7);
}

/* It has failed with that, whatever is asked of it, and shows its projections like any other. */
static void
assert_refused (GstreamRunStream *run,
                int               code,
                const char       *words)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GError) error = NULL;

  test_iterate_pending (NULL);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
  g_assert_error (gstream_run_stream_get_error (run), GSTREAM_ERROR, code);
  g_assert_nonnull (strstr (gstream_run_stream_get_error (run)->message, words));
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, code);
  g_assert_cmpint (gstream_cursor_try_next (log, &(GValue) G_VALUE_INIT, NULL), ==, GSTREAM_TRY_FAILED);
}

/* The second run of a source gets nothing, and takes nothing from the first. */
static void
test_source_twice (void)
{
  TestSource *source = test_source_new_ready ("values", 2);
  g_autoptr (GstreamRunStream) first = test_run_new (source, NULL);
  g_autoptr (GstreamRunStream) second = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamPayload) output = NULL;

  assert_refused (second, GSTREAM_ERROR_INVALID, "source");
  g_clear_object (&second);
  g_assert_cmpuint (source->n_closed, ==, 0);
  output = gstream_run_stream_output_sync (first, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 2);
}

static void
test_mux_twice (void)
{
  g_autoptr (GstreamEventSource) other = GSTREAM_EVENT_SOURCE (test_source_new_ready ("values", 2));
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamRunStream) first = test_run_new (test_source_new_ready ("values", 1), g_object_ref (mux));
  g_autoptr (GstreamRunStream) second = gstream_run_stream_new (other, mux);
  g_autoptr (GstreamRunStream) third = g_object_new (GSTREAM_TYPE_RUN_STREAM, "mux", mux, NULL);
  g_autoptr (GstreamPayload) output = NULL;

  assert_refused (second, GSTREAM_ERROR_INVALID, "mux");
  assert_refused (third, GSTREAM_ERROR_INVALID, "mux");
  g_assert_true (gstream_run_stream_get_mux (first) == mux);
  output = gstream_run_stream_output_sync (first, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 1);
}

static void
test_unknown_builtin (void)
{
  const char *names[] = { "values", "mesages", NULL };
  g_autoptr (GstreamEventSource) source = GSTREAM_EVENT_SOURCE (test_source_new_ready ("values", 2));
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (names);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, mux);

  assert_refused (run, GSTREAM_ERROR_NOT_FOUND, "“mesages”; there are: ");
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
  ADD ("/run/R10/stated/failed-object", test_stated_failed_object);
  ADD ("/run/R10/stated/twice", test_stated_twice);
  ADD ("/dialect/D3/not-a-document", test_stated_failed_text);
  ADD ("/run/R8/begun-without-end", test_begun_without_end);
  ADD ("/run/R8/begun-with-childs-end", test_begun_with_childs_end);
  ADD ("/run/R8/never-begun", test_never_begun);
  ADD ("/projection/T8/same-id", test_same_id);
  ADD ("/projection/T8/odd-ids", test_odd_ids);
  ADD ("/projection/T8/namespace", test_namespace_of_question);
  g_test_add_func ("/run/R10/no-source", test_no_source);
  g_test_add_func ("/run/R2/source-of-another-run", test_source_twice);
  g_test_add_func ("/mux/M7/mux-of-another-run", test_mux_twice);
  g_test_add_func ("/mux/M2/unknown-builtin", test_unknown_builtin);

  return g_test_run ();
}
