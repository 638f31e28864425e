/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The calls of tools (T4, D1-D4, P2, P11).
 */
#include "story.h"

#include <gstream/event/gstream-error.h>
#include <gstream/projections/gstream-tool-call.h>

#include "tests/support/events.h"

#define TOOL(path, event, id, more) path " tools {\"event\":\"" event "\",\"tool_call_id\":\"" id "\"" more "}"
#define STARTED(path, id, name) \
  TOOL (path, "tool-started", id, ",\"tool_name\":\"" name "\",\"input\":{\"of\":\"" id "\"}")
#define SAYS(path, id, delta) TOOL (path, "tool-output-delta", id, ",\"delta\":" delta)
#define GIVES(path, id, output) TOOL (path, "tool-finished", id, ",\"output\":" output)
#define FAILS(path, id, message) TOOL (path, "tool-error", id, ",\"message\":\"" message "\"")

static GstreamCursor *
subscribe_calls (GstreamRunStream *run)
{
  return story_subscribe (gstream_run_stream_get_tool_calls (run));
}

static void
assert_no_more (GstreamCursor *cursor)
{
  g_auto (GValue) item = G_VALUE_INIT;

  g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
}

/* "ID NAME STATUS INPUT OUTPUT ERROR", - for what there is not. */
static char *
tell (GstreamToolCall *call)
{
  g_autofree char *status = g_enum_to_string (GSTREAM_TYPE_TOOL_CALL_STATUS, gstream_tool_call_get_status (call));
  GstreamPayload  *input = gstream_tool_call_get_input (call);
  GstreamPayload  *output = gstream_tool_call_get_output (call);
  const GError    *error = gstream_tool_call_get_error (call);
  const char      *id = gstream_tool_call_get_id (call);
  const char      *name = gstream_tool_call_get_name (call);

  return g_strdup_printf ("%s %s %s %s %s %s", id ? id : "-", name ? name : "-", strrchr (status, '_') + 1,
                          input ? gstream_payload_get_json (input, NULL) : "-",
                          output ? gstream_payload_get_json (output, NULL) : "-", error ? error->message : "-");
}

/* The next call, to its end: its deltas, and what it comes to. */
static void
assert_next (GstreamCursor *calls,
             const char    *deltas,
             const char    *expected)
{
  g_autoptr (GstreamToolCall) call = story_next (calls);
  g_autoptr (GstreamCursor) cursor = story_subscribe (gstream_tool_call_get_output_deltas (call));
  g_autofree char *actual = NULL;

  story_assert (cursor, deltas);
  actual = tell (call);
  g_assert_cmpstr (actual, ==, expected);
}

static void
test_calls (void)
{
  g_autoptr (GstreamRunStream) run =
      story (STARTED (".", "a", "search"), STARTED (".", "b", "fetch"), SAYS (".", "a", "\"half \""),
             SAYS (".", "b", "\"b\""), SAYS (".", "a", "\"way\""), GIVES (".", "b", "[1,2]"),
             FAILS (".", "a", "no network"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "half \nway\nfailed: no network", "a search FAILED {\"of\":\"a\"} - no network");
  assert_next (calls, "b\nend", "b fetch FINISHED {\"of\":\"b\"} [1,2] -");
  assert_no_more (calls);
}

static void
test_pushed_on_start (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "search"), GIVES (".", "a", "1"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) call = story_next (calls);
  g_autofree char *told = tell (call);

  g_assert_cmpstr (told, ==, "a search RUNNING {\"of\":\"a\"} - -");
}

/* JavaScript's names, and an error that is a document stays what it is (D3). */
static void
test_dialects (void)
{
  g_autoptr (GstreamRunStream) run = story (
      "node:1 tools {\"event\":\"tool-started\",\"toolCallId\":\"a\",\"toolName\":\"f\"}",
      "node:1 tools {\"event\":\"tool-error\",\"toolCallId\":\"a\",\"message\":\"{\\\"message\\\":\\\"inner\\\"}\"}",
      STARTED (".", "b", "g"), ". tools {\"event\":\"tool-error\",\"tool_call_id\":\"b\"}");
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) call = story_next (calls);

  g_assert_cmpstr (gstream_tool_call_get_namespace (call)[0], ==, "node:1");
  g_assert_null (gstream_tool_call_wait_sync (call, NULL, NULL));
  g_assert_error (gstream_tool_call_get_error (call), GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_assert_cmpstr (gstream_tool_call_get_error (call)->message, ==, "{\"message\":\"inner\"}");
  assert_next (calls, "failed: The tool failed, and its source does not say why",
               "b g FAILED {\"of\":\"b\"} - The tool failed, and its source does not say why");
}

static void
test_scope (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("sub:1 values 1", STARTED ("sub:1", "c", "childs"), STARTED (".", "a", "mine"), GIVES ("sub:1", "c", "1"),
             GIVES (".", "a", "2"));
  g_autoptr (GstreamCursor) subgraphs = story_subscribe (gstream_run_stream_get_subgraphs (run));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) of_child = subscribe_calls (child);

  assert_next (of_child, "end", "c childs FINISHED {\"of\":\"c\"} 1 -");
  assert_next (calls, "end", "a mine FINISHED {\"of\":\"a\"} 2 -");
  assert_no_more (calls);
  assert_no_more (of_child);
}

/* --- the end --- */

static void
test_open_at_end (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), SAYS (".", "a", "\"x\""));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "x\nend", "a f FINISHED {\"of\":\"a\"} - -");
}

static void
test_open_at_failure (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), "! broke");
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "failed: broke", "a f FAILED {\"of\":\"a\"} - broke");
}

static void
test_aborted (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), SAYS (".", "a", "\"x\""));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) call = story_next (calls);

  gstream_run_stream_abort (run);
  g_assert_cmpint (gstream_tool_call_get_status (call), ==, GSTREAM_TOOL_CALL_STATUS_FINISHED);
}

/* Whoever is told of a call's end may end the run there and then. */
static void
test_aborted_from_end (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), STARTED (".", "b", "f"), GIVES (".", "a", "1"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) a = story_next (calls);
  g_autoptr (GstreamToolCall) b = story_next (calls);
  g_autoptr (GstreamToolCall) same = NULL;

  g_signal_connect_swapped (gstream_tool_call_get_output_deltas (a), "notify::closed",
                            G_CALLBACK (gstream_run_stream_abort), run);
  same = gstream_tool_call_wait_sync (a, NULL, NULL);
  g_assert_true (same == a);
  g_assert_cmpint (gstream_tool_call_get_status (a), ==, GSTREAM_TOOL_CALL_STATUS_FINISHED);
  g_assert_cmpint (gstream_tool_call_get_status (b), ==, GSTREAM_TOOL_CALL_STATUS_FINISHED);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_ABORTED);
}

/* --- awaited --- */

typedef struct
{
  gboolean done;
  guint    n_notified;
  GError  *error;
} Wait;

static void
on_finished (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Wait *self = user_data;
  g_autoptr (GstreamToolCall) call = gstream_tool_call_wait_finish (GSTREAM_TOOL_CALL (object), result, &self->error);

  g_assert_true ((call == NULL) == (self->error != NULL));
  g_assert_cmpuint (self->n_notified, ==, 1);
  self->done = TRUE;
}

static void
on_status (GstreamToolCall *call,
           GParamSpec      *pspec,
           gpointer         user_data)
{
  ((Wait *) user_data)->n_notified++;
}

static void
test_finished (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), FAILS (".", "a", "no"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) call = story_next (calls);
  g_autoptr (GError) error = NULL;
  Wait wait = { 0 };

  g_signal_connect (call, "notify::status", G_CALLBACK (on_status), &wait);
  gstream_tool_call_wait (call, NULL, on_finished, &wait);
  test_wait (&wait.done);
  g_assert_error (wait.error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
  g_clear_error (&wait.error);

  g_assert_null (gstream_tool_call_wait_sync (call, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
}

static void
test_properties (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED ("n:1", "a", "f"), GIVES ("n:1", "a", "{\"x\":1}"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) call = story_next (calls);
  g_autoptr (GstreamToolCall) same = gstream_tool_call_wait_sync (call, NULL, NULL);
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  g_auto (GStrv) namespace_ = NULL;
  g_autoptr (GstreamPayload) input = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamProjection) deltas = NULL;
  GstreamToolCallStatus status;

  g_assert_true (same == call);
  g_object_get (call, "id", &id, "name", &name, "namespace", &namespace_, "status", &status, "input", &input, "output",
                &output, "error", &error, "output-deltas", &deltas, NULL);
  g_assert_cmpstr (id, ==, "a");
  g_assert_cmpstr (name, ==, "f");
  g_assert_cmpstr (namespace_[0], ==, "n:1");
  g_assert_cmpint (status, ==, GSTREAM_TOOL_CALL_STATUS_FINISHED);
  g_assert_cmpstr (gstream_payload_get_string (input, "/of"), ==, "a");
  g_assert_cmpint (gstream_payload_get_integer (output, "/x"), ==, 1);
  g_assert_null (error);
  g_assert_true (gstream_projection_get_closed (deltas));
}

/* --- what sources should not send --- */

static void
test_malformed (void)
{
  g_autoptr (GstreamRunStream) run =
      story (GIVES (".", "never", "1"), FAILS (".", "never", "started"), SAYS (".", "under-way", "\"x\""),
             GIVES (".", "under-way", "2"), STARTED (".", "a", "f"), SAYS (".", "a", "{\"n\":1}"),
             ". tools {\"event\":\"tool-output-delta\",\"tool_call_id\":\"a\"}", ". tools {\"event\":\"tool-dreams\"}",
             ". tools []", STARTED (".", "a", "f"), GIVES (".", "a", "3"), GIVES (".", "a", "4"),
             FAILS (".", "a", "late"), ". tools {\"event\":\"tool-started\"}",
             ". tools {\"event\":\"tool-output-delta\",\"delta\":\"y\"}", ". tools {\"event\":\"tool-finished\"}");
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "end", "never - FINISHED - 1 -");
  assert_next (calls, "x\nend", "under-way - FINISHED - 2 -");
  assert_next (calls, "{\"n\":1}\nend", "a f FINISHED {\"of\":\"a\"} 3 -");
  assert_next (calls, "end", "a f FINISHED {\"of\":\"a\"} 4 -");
  assert_next (calls, "y\nend", "- - FINISHED - - -");
  assert_no_more (calls);
}

#define PLAIN(event, more) ". tools {\"event\":\"" event "\"" more "}"
#define NAMED(name, more) ",\"tool_name\":\"" name "\"" more

/* An id that is no string counts by its JSON, and null is none. */
static void
test_odd_ids (void)
{
  g_autoptr (GstreamRunStream) run = story (PLAIN ("tool-started", ",\"tool_call_id\":1" NAMED ("f", "")),
                                            PLAIN ("tool-started", ",\"tool_call_id\":[\"x\"]" NAMED ("g", "")),
                                            PLAIN ("tool-started", ",\"toolCallId\":null" NAMED ("h", "")),
                                            PLAIN ("tool-output-delta", ",\"tool_call_id\":[\"x\"],\"delta\":\"of x\""),
                                            PLAIN ("tool-finished", ",\"output\":3"),
                                            PLAIN ("tool-finished", ",\"tool_call_id\":[\"x\"],\"output\":2"),
                                            PLAIN ("tool-finished", ",\"tool_call_id\":\"1\",\"output\":1"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "end", "1 f FINISHED - 1 -");
  assert_next (calls, "of x\nend", "[\"x\"] g FINISHED - 2 -");
  assert_next (calls, "end", "- h FINISHED - 3 -");
  assert_no_more (calls);
}

/* Of calls that have no id, or the same: the oldest of the tool's name, else the oldest. */
static void
test_same_id (void)
{
  g_autoptr (GstreamRunStream) run =
      story (PLAIN ("tool-started", NAMED ("f", ",\"input\":1")), PLAIN ("tool-started", NAMED ("g", ",\"input\":2")),
             PLAIN ("tool-started", NAMED ("g", ",\"input\":3")),
             PLAIN ("tool-output-delta", NAMED ("g", ",\"delta\":\"d\"")),
             PLAIN ("tool-finished", NAMED ("g", ",\"output\":2")),
             PLAIN ("tool-finished", NAMED ("unheard-of", ",\"output\":1")),
             PLAIN ("tool-error", NAMED ("g", ",\"message\":\"no\"")), STARTED (".", "c", "f"), STARTED (".", "c", "g"),
             ". tools {\"event\":\"tool-finished\",\"tool_call_id\":\"c\",\"tool_name\":\"g\",\"output\":5}",
             GIVES (".", "c", "4"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "end", "- f FINISHED 1 1 -");
  assert_next (calls, "d\nend", "- g FINISHED 2 2 -");
  assert_next (calls, "failed: no", "- g FAILED 3 - no");
  assert_next (calls, "end", "c f FINISHED {\"of\":\"c\"} 4 -");
  assert_next (calls, "end", "c g FINISHED {\"of\":\"c\"} 5 -");
  assert_no_more (calls);
}

/* What never started is over all the same; what comes late for a call that is over begins none. */
static void
test_over (void)
{
  g_autoptr (GstreamRunStream) run =
      story (FAILS (".", "e", "boom"), SAYS (".", "e", "\"late\""), GIVES (".", "e", "1"), STARTED (".", "a", "f"),
             GIVES (".", "a", "1"), SAYS (".", "a", "\"late\""), FAILS (".", "a", "late"), STARTED (".", "a", "f"),
             SAYS (".", "a", "\"anew\""), GIVES (".", "a", "2"), PLAIN ("tool-finished", ",\"output\":3"),
             PLAIN ("tool-finished", ",\"output\":4"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "failed: boom", "e - FAILED - - boom");
  assert_next (calls, "end", "a f FINISHED {\"of\":\"a\"} 1 -");
  assert_next (calls, "anew\nend", "a f FINISHED {\"of\":\"a\"} 2 -");
  assert_next (calls, "end", "- - FINISHED - 3 -");
  assert_next (calls, "end", "- - FINISHED - 4 -");
  assert_no_more (calls);
}

/* Output that is no string, and characters in two halves (T3). */
static void
test_odd_deltas (void)
{
  g_autoptr (GstreamRunStream) run =
      story (STARTED (".", "a", "f"), SAYS (".", "a", "[1, 2]"), SAYS (".", "a", "7"), SAYS (".", "a", "true"),
             SAYS (".", "a", "\"hot \\ud83d\""), SAYS (".", "a", "\"\\udd25\""), SAYS (".", "a", "\"\\ud83d\""),
             GIVES (".", "a", "1"));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);

  assert_next (calls, "[1, 2]\n7\ntrue\nhot \n🔥\n\xef\xbf\xbd\nend", "a f FINISHED {\"of\":\"a\"} 1 -");
}

/* --- who listens --- */

static void
test_subscribed_late (void)
{
  g_autoptr (GstreamRunStream) run = story (STARTED (".", "a", "f"), ". values 1", SAYS (".", "a", "\"x\""),
                                            GIVES (".", "a", "1"), STARTED (".", "b", "g"));
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GstreamCursor) calls = NULL;

  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  calls = subscribe_calls (run);
  assert_next (calls, "end", "b g FINISHED {\"of\":\"b\"} - -");
  assert_no_more (calls);
}

static void
test_turn_over (void)
{
  g_autoptr (GstreamRunStream) run =
      story (STARTED (".", "a", "f"), SAYS (".", "a", "\"x\""), STARTED (".", "b", "g"), SAYS (".", "a", "\"y\""));
  g_autoptr (GstreamCursor) calls = subscribe_calls (run);
  g_autoptr (GstreamToolCall) a = story_next (calls);
  g_autoptr (GstreamToolCall) b = story_next (calls);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_tool_call_get_output_deltas (a));

  story_assert (deltas, "y\nend");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T4/calls", test_calls);
  g_test_add_func ("/projection/T4/pushed-on-start", test_pushed_on_start);
  g_test_add_func ("/projection/T4/dialects", test_dialects);
  g_test_add_func ("/projection/T4/scope", test_scope);
  g_test_add_func ("/projection/T4/open-at-end", test_open_at_end);
  g_test_add_func ("/projection/T4/open-at-failure", test_open_at_failure);
  g_test_add_func ("/projection/T4/aborted", test_aborted);
  g_test_add_func ("/run/R7/aborted-from-tool-call-end", test_aborted_from_end);
  g_test_add_func ("/projection/T4/finished", test_finished);
  g_test_add_func ("/projection/T4/properties", test_properties);
  g_test_add_func ("/projection/T4/malformed", test_malformed);
  g_test_add_func ("/projection/T4/odd-ids", test_odd_ids);
  g_test_add_func ("/projection/T4/same-id", test_same_id);
  g_test_add_func ("/projection/T4/over", test_over);
  g_test_add_func ("/projection/T4/odd-deltas", test_odd_deltas);
  g_test_add_func ("/projection/P2/tool-calls-subscribed-late", test_subscribed_late);
  g_test_add_func ("/projection/P11/tool-call-turn-over", test_turn_over);

  return g_test_run ();
}
