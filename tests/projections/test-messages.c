/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which message an event is of, where it says so (T2, D1, D3, D4), and how
 * messages end with their run (T3).
 */
#include "hearing.h"

#include <gstream/event/gstream-error.h>
#include <gstream/sources/gstream-memory-source.h>

static void
test_one (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", RUN ("r")), BLOCK (".", 0, TEXT_BLOCK (""), RUN ("r")),
             DELTA (".", 0, TEXT_DELTA ("Hel"), RUN ("r")), DELTA (".", 0, TEXT_DELTA ("lo"), RUN ("r")),
             DONE (".", 0, TEXT_BLOCK ("Hello"), RUN ("r")), FINISH (".", ",\"reason\":\"stop\"" RUN ("r")));
  g_autoptr (GPtrArray) heard = hear (run);
  GstreamMessage *message = heard_message (heard, 0);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED Hello");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "Hel|lo|end");
  g_assert_cmpstr (heard_at (heard, 0)->reasoning, ==, "end");
  heard_assert_content (heard, 0, "[{\"type\":\"text\",\"text\":\"Hello\",\"index\":0}]");
  g_assert_cmpstr (gstream_message_get_finish_reason (message), ==, "stop");
  g_assert_null (gstream_message_get_usage (message));
  g_assert_null (gstream_message_get_node (message));
  g_assert_null (gstream_message_get_error (message));
  g_assert_null (gstream_message_get_namespace (message)[0]);
}

/* It is there with its start, before anything has been said. */
static void
test_pushed_on_start (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", RUN ("r")), DELTA (".", 0, TEXT_DELTA ("a"), RUN ("r")));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamMessage) message = story_next (messages);

  g_assert_cmpint (gstream_message_get_status (message), ==, GSTREAM_MESSAGE_STATUS_STREAMING);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "");
  assert_json (gstream_message_get_content (message), "[]");
}

static void
test_concurrent_by_run (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "a", RUN ("1")), START (".", "b", RUN ("2")), START (".", "c", RUN ("3")),
             DELTA (".", 0, TEXT_DELTA ("a0"), RUN ("1")), DELTA (".", 0, TEXT_DELTA ("c0"), RUN ("3")),
             DELTA (".", 0, TEXT_DELTA ("b0"), RUN ("2")), DELTA (".", 0, TEXT_DELTA ("a1"), RUN ("1")),
             FINISH (".", RUN ("2")), DELTA (".", 0, TEXT_DELTA ("c1"), RUN ("3")), FINISH (".", RUN ("1")),
             FINISH (".", RUN ("3")));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "a FINISHED a0a1");
  heard_assert (heard, 1, "b FINISHED b0");
  heard_assert (heard, 2, "c FINISHED c0c1");
  g_assert_cmpstr (heard_at (heard, 2)->text, ==, "c0|c1|end");
}

#define OF(id) ",\"message_id\":\"" id "\""

/* Two turns of one run: the message id tells them apart, and the run id alone means the newer. */
static void
test_concurrent_by_id (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "a", RUN ("1")), START (".", "b", RUN ("1")), DELTA (".", 0, TEXT_DELTA ("a0"), OF ("a")),
             DELTA (".", 0, TEXT_DELTA ("b0"), RUN ("1")), DELTA (".", 0, TEXT_DELTA ("a1"), OF ("a") RUN ("1")),
             FINISH (".", RUN ("1")), DELTA (".", 0, TEXT_DELTA ("a2"), RUN ("1")), FINISH (".", RUN ("1")));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a FINISHED a0a1a2");
  heard_assert (heard, 1, "b FINISHED b0");
}

/* A start that names only the message, events that name only the run: it is that one. */
static void
test_named_later (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "a", ""), DELTA (".", 0, TEXT_DELTA ("a0"), RUN ("1")), START (".", "b", RUN ("2")),
             DELTA (".", 0, TEXT_DELTA ("b0"), RUN ("2")), DELTA (".", 0, TEXT_DELTA ("a1"), RUN ("1")),
             FINISH (".", RUN ("1")), FINISH (".", RUN ("2")));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a FINISHED a0a1");
  heard_assert (heard, 1, "b FINISHED b0");
}

#define PAIR(data) ". messages [" data ",{\"langgraph_node\":\"agent\",\"run_id\":\"r\"}]"

static void
test_in_process (void)
{
  g_autoptr (GstreamRunStream) run =
      story (PAIR ("{\"event\":\"message-start\",\"id\":\"m\"}"),
             PAIR (
                 "{\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"text-delta\",\"text\":\"Hi\"}}"),
             PAIR ("{\"event\":\"message-finish\",\"usage\":{\"input_tokens\":1}}"));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED Hi");
  g_assert_cmpstr (gstream_message_get_node (heard_message (heard, 0)), ==, "agent");
  assert_json (gstream_message_get_usage (heard_message (heard, 0)), "{\"input_tokens\":1}");
}

static void
test_whole (void)
{
  g_autoptr (GstreamRunStream) run = story (
      ". messages [{\"type\":\"ai\",\"id\":\"w\",\"content\":\"all at once\",\"usage_metadata\":{\"input_tokens\":1},"
      "\"response_metadata\":{\"finish_reason\":\"stop\"},\"tool_calls\":[]},{\"langgraph_node\":\"n\"}]",
      ". messages [{\"type\":\"human\",\"id\":\"h\",\"content\":[\"one \",{\"type\":\"text\",\"text\":\"two\"},"
      "{\"no\":\"type\"}]},{}]",
      ". messages [{\"type\":\"tool\",\"id\":\"t\",\"content\":\"left out\"},{}]",
      ". messages [{\"type\":\"AIMessageChunk\",\"id\":\"c\",\"content\":\"left out\"},{}]");
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "w FINISHED all at once");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "all at once|end");
  g_assert_cmpstr (gstream_message_get_node (heard_message (heard, 0)), ==, "n");
  g_assert_cmpstr (gstream_message_get_finish_reason (heard_message (heard, 0)), ==, "stop");
  assert_json (gstream_message_get_usage (heard_message (heard, 0)), "{\"input_tokens\":1}");
  heard_assert (heard, 1, "h FINISHED one two");
  heard_assert_content (
      heard, 1,
      "[{\"type\":\"text\",\"text\":\"one \",\"index\":0},{\"type\":\"text\",\"text\":\"two\",\"index\":1},"
      "{\"type\":\"non_standard\",\"value\":{\"no\":\"type\"},\"index\":2}]");
}

static void
test_whole_with_calls (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". messages [{\"type\":\"ai\",\"id\":\"w\",\"content\":[{\"type\":\"text\",\"text\":\"Look:\"},"
             "{\"type\":\"tool_use\",\"id\":\"c\",\"name\":\"f\",\"input\":{}}],"
             "\"tool_calls\":[{\"id\":\"c\",\"name\":\"f\",\"args\":{\"x\":1},\"type\":\"tool_call\"}],"
             "\"invalid_tool_calls\":[{\"id\":\"d\",\"name\":\"g\",\"args\":\"{\",\"error\":\"bad\"}]},{}]");
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "w FINISHED Look:");
  assert_json (gstream_message_get_tool_calls (heard_message (heard, 0)),
               "[{\"id\":\"c\",\"name\":\"f\",\"args\":{\"x\":1}}]");
  assert_json (gstream_message_get_invalid_tool_calls (heard_message (heard, 0)),
               "[{\"id\":\"d\",\"name\":\"g\",\"args\":\"{\"}]");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"Look:\",\"index\":0}," CALL_BLOCK (
                            "c", "f", "{\"x\":1}") ","
                                                   "{\"type\":\"invalid_tool_call\",\"id\":\"d\",\"name\":\"g\","
                                                   "\"args\":\"{\",\"error\":\"bad\"}]");
}

/* Reasoning in the forms of its providers is reasoning; what else they say of it is kept. */
static void
test_whole_reasoning (void)
{
  g_autoptr (GstreamRunStream) run = story (
      ". messages [{\"type\":\"ai\",\"id\":\"a\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"a \\n\","
      "\"signature\":\"s\",\"index\":0},{\"type\":\"text\",\"text\":\"x\"}]},{}]",
      ". messages [{\"type\":\"ai\",\"id\":\"b\",\"content\":[{\"type\":\"reasoning\",\"id\":\"rs\",\"summary\":["
      "{\"type\":\"summary_text\",\"text\":\"b \"},{\"type\":\"summary_text\",\"text\":\"c\"}]},"
      "{\"type\":\"function_call\",\"name\":\"f\",\"arguments\":\"{}\",\"call_id\":\"c\"}],"
      "\"tool_calls\":[{\"id\":\"c\",\"name\":\"f\",\"args\":{}}]},{}]",
      ". messages [{\"type\":\"ai\",\"id\":\"c\",\"content\":[{\"type\":\"reasoning_content\",\"reasoning_content\":"
      "{\"text\":\"d\",\"signature\":\"s\"}}]},{}]",
      ". messages "
      "[{\"type\":\"ai\",\"id\":\"d\",\"content\":\"x\",\"additional_kwargs\":{\"reasoning_content\":\"e\"}},"
      "{}]",
      ". messages [{\"type\":\"ai\",\"id\":\"e\",\"content\":[{\"type\":\"non_standard\",\"value\":"
      "{\"type\":\"thinking\",\"thinking\":\"f\"}}],\"additional_kwargs\":{\"reasoning_content\":\"f\"}},{}]");
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 5);
  heard_assert_content (
      heard, 0,
      "[{\"type\":\"reasoning\",\"reasoning\":\"a \\n\",\"extras\":{\"signature\":\"s\"},\"index\":0},"
      "{\"type\":\"text\",\"text\":\"x\",\"index\":1}]");
  heard_assert_content (
      heard, 1,
      "[{\"type\":\"reasoning\",\"reasoning\":\"b c\",\"id\":\"rs\",\"index\":0}," CALL_BLOCK ("c", "f", "{}") "]");
  heard_assert_content (heard, 2,
                        "[{\"type\":\"reasoning\",\"reasoning\":\"d\",\"extras\":{\"signature\":\"s\"},\"index\":0}]");
  heard_assert_content (heard, 3,
                        "[{\"type\":\"reasoning\",\"reasoning\":\"e\",\"index\":0},"
                        "{\"type\":\"text\",\"text\":\"x\",\"index\":1}]");
  heard_assert_content (heard, 4, "[{\"type\":\"reasoning\",\"reasoning\":\"f\",\"index\":0}]");
  for (guint i = 0; i < heard->len; i++)
    g_assert_cmpstr (gstream_message_get_reasoning (heard_message (heard, i)), !=, "");
}

/* Of one that is being streamed, it is the rest and the end. */
static void
test_whole_completes (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", RUN ("r")), DELTA (".", 0, TEXT_DELTA ("one "), RUN ("r")),
                                            ". messages [{\"type\":\"ai\",\"id\":\"m\",\"content\":\"one two\"},{}]");
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED one two");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "one |two|end");
}

static void
test_tool_role (void)
{
  g_autoptr (GstreamRunStream) run =
      story (EVENT (".", "message-start", ",\"role\":\"tool\",\"id\":\"t\"" RUN ("1")),
             DELTA (".", 0, TEXT_DELTA ("left out"), RUN ("1")), START (".", "m", RUN ("2")),
             DELTA (".", 0, TEXT_DELTA ("said"), RUN ("2")), DELTA (".", 0, TEXT_DELTA ("left out"), RUN ("1")),
             FINISH (".", RUN ("1")), FINISH (".", RUN ("2")));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED said");
}

/* A node's messages are its run's (D4); the run's below it are not. */
static void
test_scope (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("writer:1", "m", RUN ("r")), DELTA ("writer:1", 0, TEXT_DELTA ("mine"), RUN ("r")),
             "deep:2 values 1", START ("deep:2", "d", RUN ("s")),
             DELTA ("deep:2", 0, TEXT_DELTA ("the child's"), RUN ("s")), START ("deep:2/leaf:3", "l", RUN ("t")),
             FINISH ("deep:2/leaf:3", RUN ("t")), FINISH ("deep:2", RUN ("s")), FINISH ("writer:1", RUN ("r")));
  g_autoptr (GstreamCursor) subgraphs = story_subscribe (gstream_run_stream_get_subgraphs (run));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GPtrArray) of_child = hear (child);
  g_autoptr (GPtrArray) heard = hear_cursor (messages);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED mine");
  g_assert_cmpstr (gstream_message_get_node (heard_message (heard, 0)), ==, "writer");
  g_assert_cmpstr (gstream_message_get_namespace (heard_message (heard, 0))[0], ==, "writer:1");

  g_assert_cmpuint (of_child->len, ==, 2);
  heard_assert (of_child, 0, "d FINISHED the child's");
  g_assert_null (gstream_message_get_node (heard_message (of_child, 0)));
  heard_assert (of_child, 1, "l FINISHED ");
  g_assert_cmpstr (gstream_message_get_node (heard_message (of_child, 1)), ==, "leaf");
}

/* --- the end --- */

static void
test_incomplete (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", RUN ("r")), BLOCK (".", 0, TEXT_BLOCK (""), RUN ("r")),
                                            DELTA (".", 0, TEXT_DELTA ("half a"), RUN ("r")));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "m INCOMPLETE half a");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "half a|end");
  heard_assert_content (heard, 0, "[{\"type\":\"text\",\"text\":\"half a\",\"index\":0}]");
  g_assert_null (gstream_message_get_error (heard_message (heard, 0)));
}

static void
test_failed_with_run (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "a", RUN ("1")), FINISH (".", RUN ("1")), START (".", "m", RUN ("r")),
             DELTA (".", 0, TEXT_DELTA ("half a"), RUN ("r")), "! the source broke");
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "a FINISHED ");
  heard_assert (heard, 1, "m FAILED half a");
  g_assert_cmpstr (heard_at (heard, 1)->text, ==, "half a|the source broke");
  g_assert_error (gstream_message_get_error (heard_message (heard, 1)), GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
}

/* Its own error is its own: the run goes on. A document stays what it is: only lifecycle is a JavaScript server's (D3). */
static void
test_failed_alone (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", RUN ("1")), START (".", "n", RUN ("2")), DELTA (".", 0, TEXT_DELTA ("x"), RUN ("1")),
             EVENT (".", "error", ",\"message\":\"too many tokens\"" RUN ("1")),
             DELTA (".", 0, TEXT_DELTA ("y"), RUN ("2")),
             EVENT (".", "error", ",\"message\":\"{\\\"message\\\":\\\"inner\\\"}\"" RUN ("2")),
             START (".", "o", RUN ("3")), EVENT (".", "error", RUN ("3")));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "m FAILED x");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "x|too many tokens");
  g_assert_cmpstr (heard_at (heard, 0)->reasoning, ==, "too many tokens");
  g_assert_cmpstr (heard_at (heard, 1)->text, ==, "y|{\"message\":\"inner\"}");
  heard_assert (heard, 2, "o FAILED ");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
test_aborted (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", RUN ("r")), DELTA (".", 0, TEXT_DELTA ("a"), RUN ("r")),
                                            DELTA (".", 0, TEXT_DELTA ("b"), RUN ("r")));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamMessage) message = story_next (messages);
  g_autoptr (GstreamCursor) deltas = story_subscribe (gstream_message_get_text_deltas (message));
  g_auto (GValue) delta = G_VALUE_INIT;

  g_assert_true (gstream_cursor_next_sync (deltas, &delta, NULL, NULL));
  gstream_run_stream_abort (run);
  g_assert_cmpint (gstream_message_get_status (message), ==, GSTREAM_MESSAGE_STATUS_INCOMPLETE);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "a");
  story_assert (deltas, "end");
}

/* Whoever is told of a message's end may end the run there and then. */
static void
test_aborted_from_end (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", RUN ("r")), START (".", "n", RUN ("s")),
             EVENT (".", "error", ",\"message\":\"x\"" RUN ("r")), START (".", "o", RUN ("t")));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamMessage) m = story_next (messages);
  g_autoptr (GstreamMessage) n = story_next (messages);
  g_auto (GValue) item = G_VALUE_INIT;

  g_signal_connect_swapped (gstream_message_get_text_deltas (m), "notify::closed",
                            G_CALLBACK (gstream_run_stream_abort), run);
  g_assert_false (gstream_cursor_next_sync (messages, &item, NULL, NULL));
  g_assert_cmpint (gstream_message_get_status (m), ==, GSTREAM_MESSAGE_STATUS_FAILED);
  g_assert_cmpint (gstream_message_get_status (n), ==, GSTREAM_MESSAGE_STATUS_INCOMPLETE);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_ABORTED);
}

/* A child's end is the end of its messages, while the parent goes on. */
static void
test_child_ends (void)
{
  g_autoptr (GstreamRunStream) run =
      story ("child:1 values 1", START ("child:1", "c", ""), DELTA ("child:1", 0, TEXT_DELTA ("about to"), ""),
             ". tasks {\"id\":\"1\",\"name\":\"child\",\"error\":\"boom\",\"result\":{}}", START (".", "m", ""),
             FINISH (".", ""));
  g_autoptr (GstreamCursor) subgraphs = story_subscribe (gstream_run_stream_get_subgraphs (run));
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GPtrArray) of_child = hear (child);
  g_autoptr (GPtrArray) heard = hear_cursor (messages);

  g_assert_cmpuint (of_child->len, ==, 1);
  g_assert_cmpint (gstream_message_get_status (heard_message (of_child, 0)), !=, GSTREAM_MESSAGE_STATUS_STREAMING);
  g_assert_cmpstr (gstream_message_get_text (heard_message (of_child, 0)), ==, "about to");
  heard_assert (heard, 0, "m FINISHED ");
}

/* --- who listens --- */

/* A message that began before anybody had subscribed is nobody's (P2), and its events are not another's. */
static void
test_subscribed_late (void)
{
  const char *const lines[] = {
    START (".", "early", ""),
    DELTA (".", 0, TEXT_DELTA ("missed"), ""),
    ". values 1",
    START (".", "m", ""),
    DELTA (".", 0, TEXT_DELTA ("whose?"), ""),
    DONE (".", 0, TEXT_BLOCK ("missed that"), ""),
    FINISH (".", ""),
    DELTA (".", 0, TEXT_DELTA (" tail"), ""),
    DONE (".", 0, TEXT_BLOCK ("mine"), ""),
    FINISH (".", ""),
    NULL,
  };
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GPtrArray) heard = NULL;

  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "m FINISHED mine");
}

static void
test_nobody_listens (void)
{
  g_autoptr (GstreamRunStream) run = story (START (".", "m", RUN ("r")), DELTA (".", 0, TEXT_DELTA ("a"), RUN ("r")),
                                            FINISH (".", RUN ("r")), ". values {\"done\":true}");
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (run, NULL, NULL);

  assert_json (output, "{\"done\":true}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T2/one", test_one);
  g_test_add_func ("/projection/T2/pushed-on-start", test_pushed_on_start);
  g_test_add_func ("/projection/T2/concurrent-by-run", test_concurrent_by_run);
  g_test_add_func ("/projection/T2/concurrent-by-id", test_concurrent_by_id);
  g_test_add_func ("/projection/T2/named-later", test_named_later);
  g_test_add_func ("/projection/T2/whole", test_whole);
  g_test_add_func ("/projection/T2/whole-with-calls", test_whole_with_calls);
  g_test_add_func ("/projection/T2/whole-reasoning", test_whole_reasoning);
  g_test_add_func ("/projection/T2/whole-completes", test_whole_completes);
  g_test_add_func ("/projection/T2/tool-role", test_tool_role);
  g_test_add_func ("/projection/T2/scope", test_scope);
  g_test_add_func ("/dialect/D1/messages", test_in_process);
  g_test_add_func ("/projection/T3/incomplete", test_incomplete);
  g_test_add_func ("/projection/T3/failed-with-run", test_failed_with_run);
  g_test_add_func ("/projection/T3/failed-alone", test_failed_alone);
  g_test_add_func ("/projection/T3/aborted", test_aborted);
  g_test_add_func ("/run/R7/aborted-from-message-end", test_aborted_from_end);
  g_test_add_func ("/projection/T3/child-ends", test_child_ends);
  g_test_add_func ("/projection/P2/subscribed-late", test_subscribed_late);
  g_test_add_func ("/projection/P2/nobody-listens", test_nobody_listens);

  return g_test_run ();
}
