/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a message puts together from its blocks (T3).
 */
#include "hearing.h"

#define R RUN ("r")

/* All that one message comes to. */
static GPtrArray *
hear_message_of (const char *const *lines)
{
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  GPtrArray *heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);

  return heard;
}

#define message_of(...) \
  hear_message_of ((const char *const[]) { START (".", "m", R), __VA_ARGS__, FINISH (".", R), NULL })

static void
test_reasoning (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (BLOCK (".", 0, "{\"type\":\"reasoning\",\"reasoning\":\"\"}", R),
                  DELTA (".", 0, "{\"type\":\"reasoning-delta\",\"reasoning\":\"first \"}", R),
                  DELTA (".", 0, "{\"type\":\"reasoning-delta\",\"reasoning\":\"think\"}", R),
                  DONE (".", 0,
                        "{\"type\":\"reasoning\",\"reasoning\":\"first think\",\"extras\":{\"signature\":\"s\"}}", R),
                  DELTA (".", 1, TEXT_DELTA ("then talk"), R));

  heard_assert (heard, 0, "m FINISHED then talk");
  g_assert_cmpstr (gstream_message_get_reasoning (heard_message (heard, 0)), ==, "first think");
  g_assert_cmpstr (heard_at (heard, 0)->reasoning, ==, "first |think|end");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "then talk|end");
  heard_assert_content (
      heard, 0,
      "[{\"type\":\"reasoning\",\"reasoning\":\"first think\",\"extras\":{\"signature\":\"s\"},\"index\":0},"
      "{\"type\":\"text\",\"text\":\"then talk\",\"index\":1}]");
}

/* Reasoning without a word of it stays without. */
static void
test_silent_reasoning (void)
{
  g_autoptr (GPtrArray) heard = message_of (BLOCK (".", 0, "{\"type\":\"reasoning\",\"reasoning\":\"\"}", R),
                                            DONE (".", 0, "{\"type\":\"reasoning\",\"id\":\"rs\"}", R));

  g_assert_cmpstr (gstream_message_get_reasoning (heard_message (heard, 0)), ==, "");
  heard_assert_content (heard, 0, "[{\"type\":\"reasoning\",\"id\":\"rs\",\"index\":0}]");
}

/* In the order of the blocks, whatever that of their deltas. */
static void
test_several_texts (void)
{
  g_autoptr (GPtrArray) heard = message_of (DELTA (".", 2, TEXT_DELTA ("C"), R), DELTA (".", 0, TEXT_DELTA ("A"), R),
                                            DELTA (".", 1, "{\"type\":\"reasoning-delta\",\"reasoning\":\"B\"}", R),
                                            DELTA (".", 2, TEXT_DELTA ("c"), R), DELTA (".", 0, TEXT_DELTA ("a"), R));

  heard_assert (heard, 0, "m FINISHED AaCc");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "C|A|c|a|end");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"Aa\",\"index\":0},"
                        "{\"type\":\"reasoning\",\"reasoning\":\"B\",\"index\":1},"
                        "{\"type\":\"text\",\"text\":\"Cc\",\"index\":2}]");
}

/* --- the finish of a block --- */

static void
test_finish_extends (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (DELTA (".", 0, TEXT_DELTA ("one"), R), DONE (".", 0, TEXT_BLOCK ("one two"), R),
                  DONE (".", 1, TEXT_BLOCK ("three"), R));

  heard_assert (heard, 0, "m FINISHED one twothree");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "one| two|three|end");
}

static void
test_finish_replaces (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (DELTA (".", 0, TEXT_DELTA ("wrong"), R), DONE (".", 0, TEXT_BLOCK ("right"), R),
                  DELTA (".", 1, TEXT_DELTA ("kept"), R), DONE (".", 1, TEXT_BLOCK (""), R));

  heard_assert (heard, 0, "m FINISHED rightkept");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "wrong|kept|end");
}

/* Text that a block begins with is text. */
static void
test_start_with_text (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (BLOCK (".", 0, TEXT_BLOCK ("He"), R), DELTA (".", 0, TEXT_DELTA ("llo"), R));

  heard_assert (heard, 0, "m FINISHED Hello");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "He|llo|end");
}

/* --- tool calls --- */

static void
test_tool_calls (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (BLOCK (".", 0, CHUNK_BLOCK ("c1", "f"), R), DELTA (".", 0, ARGS_DELTA ("{\\\"x\\\""), R),
                  BLOCK (".", 1, CHUNK_BLOCK ("c2", "g"), R), DELTA (".", 0, ARGS_DELTA (":1}"), R),
                  DONE (".", 0, CALL_BLOCK ("c1", "f", "{\"x\":1}"), R), DELTA (".", 1, ARGS_DELTA ("{}"), R),
                  DONE (".", 1, "{\"type\":\"tool_call\",\"args\":{},\"index\":1}", R));
  GstreamMessage *message = heard_message (heard, 0);

  assert_json (gstream_message_get_tool_calls (message), "[{\"id\":\"c1\",\"name\":\"f\",\"args\":{\"x\":1}},"
                                                         "{\"id\":\"c2\",\"name\":\"g\",\"args\":{}}]");
  assert_json (gstream_message_get_invalid_tool_calls (message), "[]");
  heard_assert_content (heard, 0, "[" CALL_BLOCK ("c1", "f", "{\"x\":1}") "," CALL_BLOCK ("c2", "g", "{}") "]");
  g_assert_cmpstr (gstream_message_get_text (message), ==, "");
}

/* A message that ends before its blocks do: what there is decides. */
static void
test_unfinished_tool_calls (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (BLOCK (".", 0, CHUNK_BLOCK ("c1", "f"), R), DELTA (".", 0, ARGS_DELTA ("{\\\"x\\\":1}"), R),
                  BLOCK (".", 1, CHUNK_BLOCK ("c2", "g"), R), DELTA (".", 1, ARGS_DELTA ("{\\\"x"), R),
                  BLOCK (".", 2, CHUNK_BLOCK ("c3", "h"), R), BLOCK (".", 3, CHUNK_BLOCK ("c4", "i"), R),
                  DELTA (".", 3, ARGS_DELTA ("[1]"), R),
                  BLOCK (".", 4, "{\"type\":\"server_tool_call_chunk\",\"id\":\"c5\",\"name\":\"j\",\"args\":\"\"}", R),
                  DELTA (".", 4, ARGS_DELTA ("{}"), R));
  GstreamMessage *message = heard_message (heard, 0);
  g_autoptr (GstreamPayload) last = gstream_payload_lookup (gstream_message_get_content (message), "/4");

  assert_json (gstream_message_get_tool_calls (message), "[{\"id\":\"c1\",\"name\":\"f\",\"args\":{\"x\":1}},"
                                                         "{\"id\":\"c3\",\"name\":\"h\",\"args\":{}}]");
  assert_json (gstream_message_get_invalid_tool_calls (message), "[{\"id\":\"c2\",\"name\":\"g\",\"args\":\"{\\\"x\"},"
                                                                 "{\"id\":\"c4\",\"name\":\"i\",\"args\":\"[1]\"}]");
  g_assert_cmpstr (gstream_payload_get_string (gstream_message_get_content (message), "/1/type"), ==,
                   "invalid_tool_call");
  g_assert_nonnull (gstream_payload_get_string (gstream_message_get_content (message), "/1/error"));
  assert_json (last, "{\"type\":\"server_tool_call\",\"id\":\"c5\",\"name\":\"j\",\"args\":{},\"index\":4}");
}

/* Arguments that come as text after all, whole or not. */
static void
test_finished_with_text_arguments (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (DONE (".", 0, CALL_BLOCK ("c1", "f", "\"{\\\"x\\\":1}\""), R),
                  DONE (".", 1, CALL_BLOCK ("c2", "g", "\"oops\""), R), DONE (".", 2, CALL_BLOCK ("c3", "h", "7"), R),
                  DONE (".", 3, CALL_BLOCK ("c4", "i", "null"), R));
  GstreamMessage *message = heard_message (heard, 0);

  assert_json (gstream_message_get_tool_calls (message), "[{\"id\":\"c1\",\"name\":\"f\",\"args\":{\"x\":1}},"
                                                         "{\"id\":\"c4\",\"name\":\"i\",\"args\":{}}]");
  assert_json (gstream_message_get_invalid_tool_calls (message), "[{\"id\":\"c2\",\"name\":\"g\",\"args\":\"oops\"},"
                                                                 "{\"id\":\"c3\",\"name\":\"h\",\"args\":\"7\"}]");
}

/* A call that has not come to its end is not one yet. */
static void
test_incomplete_tool_call (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START (".", "m", R), BLOCK (".", 0, CHUNK_BLOCK ("c", "f"), R), DELTA (".", 0, ARGS_DELTA ("{\\\"x"), R));
  g_autoptr (GPtrArray) heard = hear (run);

  assert_json (gstream_message_get_tool_calls (heard_message (heard, 0)), "[]");
  assert_json (gstream_message_get_invalid_tool_calls (heard_message (heard, 0)), "[]");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"tool_call_chunk\",\"id\":\"c\",\"name\":\"f\",\"args\":\"{\\\"x\",\"index\":0}]");
}

/* --- other blocks --- */

static void
test_data (void)
{
  g_autoptr (GPtrArray) heard = message_of (BLOCK (".", 0, "{\"type\":\"image\",\"mime_type\":\"image/png\"}", R),
                                            DELTA (".", 0, "{\"type\":\"data-delta\",\"data\":\"iVBO\"}", R),
                                            DELTA (".", 0, "{\"type\":\"data-delta\",\"data\":\"Rw0K\"}", R),
                                            BLOCK (".", 1, "{\"type\":\"audio\",\"base64\":\"AAAA\"}", R),
                                            DELTA (".", 1, "{\"type\":\"data-delta\",\"data\":\"BBBB\"}", R),
                                            DONE (".", 1, "{\"type\":\"audio\",\"mime_type\":\"audio/wav\"}", R),
                                            BLOCK (".", 2, "{\"type\":\"file\",\"data\":\"CC\"}", R),
                                            DELTA (".", 2, "{\"type\":\"data-delta\",\"data\":\"DD\"}", R),
                                            DONE (".", 3, "{\"type\":\"video\",\"base64\":\"EEEE\"}", R));

  heard_assert_content (heard, 0,
                        "[{\"type\":\"image\",\"mime_type\":\"image/png\",\"base64\":\"iVBORw0K\",\"index\":0},"
                        "{\"type\":\"audio\",\"mime_type\":\"audio/wav\",\"base64\":\"AAAABBBB\",\"index\":1},"
                        "{\"type\":\"file\",\"data\":\"CCDD\",\"index\":2},"
                        "{\"type\":\"video\",\"base64\":\"EEEE\",\"index\":3}]");
}

static void
test_unknown_blocks (void)
{
  g_autoptr (GPtrArray) heard =
      message_of (BLOCK (".", 0, "{\"type\":\"hologram\",\"depth\":3}", R),
                  DONE (".", 1, "{\"type\":\"hologram\",\"index\":7}", R), BLOCK (".", 2, "{\"untyped\":true}", R),
                  DONE (".", 2, "{\"untyped\":false}", R));

  heard_assert_content (heard, 0,
                        "[{\"type\":\"hologram\",\"depth\":3,\"index\":0},{\"type\":\"hologram\",\"index\":7},"
                        "{\"type\":\"non_standard\",\"untyped\":false,\"index\":2}]");
}

#define MERGE(fields) "{\"type\":\"block-delta\",\"fields\":" fields "}"

static void
test_block_delta (void)
{
  g_autoptr (GPtrArray) heard = message_of (
      BLOCK (".", 0, "{\"type\":\"server_tool_result\",\"status\":\"running\",\"out\":{\"a\":1}}", R),
      DELTA (".", 0, MERGE ("{\"type\":\"server_tool_result\",\"status\":\"success\",\"out\":{\"b\":2},\"id\":null}"),
             R),
      BLOCK (".", 1, CHUNK_BLOCK ("c", "f"), R),
      DELTA (".", 1, MERGE ("{\"type\":\"tool_call_chunk\",\"id\":null,\"args\":\"{\\\"x\\\":\"}"), R),
      DELTA (".", 1, MERGE ("{\"type\":\"tool_call_chunk\",\"args\":\"{\\\"x\\\":2}\"}"), R),
      DELTA (".", 2, TEXT_DELTA ("see"), R),
      DELTA (".", 2, MERGE ("{\"type\":\"text\",\"text\":\"see here\",\"annotations\":[1]}"), R),
      DELTA (".", 3, MERGE ("{\"type\":\"citation\",\"url\":\"u\"}"), R));

  heard_assert (heard, 0, "m FINISHED see here");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "see| here|end");
  heard_assert_content (
      heard, 0,
      "[{\"type\":\"server_tool_result\",\"status\":\"success\",\"out\":{\"b\":2},\"id\":null,\"index\":0}"
      "," CALL_BLOCK ("c", "f",
                      "{\"x\":2}") ","
                                   "{\"type\":\"text\",\"text\":\"see here\",\"annotations\":[1],\"index\":2},"
                                   "{\"type\":\"citation\",\"url\":\"u\",\"index\":3}]");
}

/* Deltas as older sources send them: a piece of the block. */
static void
test_pieces (void)
{
  g_autoptr (GPtrArray) heard = message_of (
      EVENT (".", "content-block-delta", ",\"index\":0,\"content\":{\"type\":\"text\",\"text\":\"pie\"}" R),
      EVENT (".", "content-block-delta", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"ces\"}" R),
      EVENT (".", "content-block-start", ",\"index\":1,\"content_block\":" CHUNK_BLOCK ("c", "f") R),
      EVENT (".", "content-block-delta", ",\"index\":1,\"content\":{\"type\":\"tool_call_chunk\",\"args\":\"{}\"}" R));

  heard_assert (heard, 0, "m FINISHED pieces");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "pie|ces|end");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"pieces\",\"index\":0}," CALL_BLOCK ("c", "f", "{}") "]");
}

/* --- around the content --- */

static void
test_usage_and_metadata (void)
{
  g_autoptr (GstreamRunStream) run =
      story (EVENT (".", "message-start",
                    ",\"id\":\"m\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1},"
                    "\"metadata\":{\"provider\":\"p\",\"model\":\"a\"}" R),
             FINISH (".",
                     ",\"usage\":{\"output_tokens\":9},\"metadata\":{\"model\":\"b\",\"stop_reason\":\"length\"}" R));
  g_autoptr (GPtrArray) heard = hear (run);
  GstreamMessage *message = heard_message (heard, 0);

  assert_json (gstream_message_get_usage (message), "{\"input_tokens\":3,\"output_tokens\":9}");
  assert_json (gstream_message_get_metadata (message),
               "{\"provider\":\"p\",\"model\":\"b\",\"stop_reason\":\"length\"}");
  g_assert_cmpstr (gstream_message_get_finish_reason (message), ==, "length");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T3/reasoning", test_reasoning);
  g_test_add_func ("/projection/T3/silent-reasoning", test_silent_reasoning);
  g_test_add_func ("/projection/T3/several-texts", test_several_texts);
  g_test_add_func ("/projection/T3/finish-extends", test_finish_extends);
  g_test_add_func ("/projection/T3/finish-replaces", test_finish_replaces);
  g_test_add_func ("/projection/T3/start-with-text", test_start_with_text);
  g_test_add_func ("/projection/T3/tool-calls", test_tool_calls);
  g_test_add_func ("/projection/T3/unfinished-tool-calls", test_unfinished_tool_calls);
  g_test_add_func ("/projection/T3/finished-with-text-arguments", test_finished_with_text_arguments);
  g_test_add_func ("/projection/T3/incomplete-tool-call", test_incomplete_tool_call);
  g_test_add_func ("/projection/T3/data", test_data);
  g_test_add_func ("/projection/T3/unknown-blocks", test_unknown_blocks);
  g_test_add_func ("/projection/T3/block-delta", test_block_delta);
  g_test_add_func ("/projection/T3/pieces", test_pieces);
  g_test_add_func ("/projection/T3/usage-and-metadata", test_usage_and_metadata);

  return g_test_run ();
}
