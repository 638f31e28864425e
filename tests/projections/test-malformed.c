/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages as sources should not send them, but may: nothing crashes, what can be
 * shown is shown, and the rest of the run goes on (T2, T3).
 */
#include "hearing.h"

#define R RUN ("r")

/* A message that is as it should be, behind whatever comes before it. */
#define GOOD START (".", "good", RUN ("g")), DELTA (".", 0, TEXT_DELTA ("fine"), RUN ("g")), FINISH (".", RUN ("g"))

static GPtrArray *
hear_lines (const char *const *lines)
{
  g_autoptr (GstreamRunStream) run = story_new (NULL, lines);
  GPtrArray *heard = hear (run);

  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_cmpuint (heard->len, >, 0);
  heard_assert (heard, heard->len - 1, "good FINISHED fine");

  return heard;
}

#define heard_of(...) hear_lines ((const char *const[]) { __VA_ARGS__, GOOD, NULL })

static void
test_delta_without_start (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (DELTA (".", 0, TEXT_DELTA ("the rest"), R), DONE (".", 0, TEXT_BLOCK ("all the rest"), R),
                FINISH (".", R), DELTA ("n:1", 0, TEXT_DELTA ("unnamed"), ""), FINISH ("n:1", ""));

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "- FINISHED all the rest");
  heard_assert (heard, 1, "- FINISHED unnamed");
  g_assert_cmpstr (gstream_message_get_node (heard_message (heard, 1)), ==, "n");
}

/* The start of a message that is open ends it, though its own start was not seen. */
static void
test_late_start (void)
{
  g_autoptr (GPtrArray) heard = heard_of (DELTA (".", 0, TEXT_DELTA ("early "), R), START (".", "m", R),
                                          DELTA (".", 0, TEXT_DELTA ("bird"), R), FINISH (".", R));

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "- INCOMPLETE early ");
  heard_assert (heard, 1, "m FINISHED bird");
}

/* A odd delta, of a message that may go on, does not stand in the way of the message that comes next (D2). */
static void
test_odd_delta (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (DELTA (".", 0, TEXT_DELTA ("odd"), ""), START (".", "m", ""), BLOCK (".", 0, TEXT_BLOCK (""), ""),
                DELTA (".", 0, TEXT_DELTA ("own"), ""), DONE (".", 0, TEXT_BLOCK ("own"), ""), FINISH (".", ""));

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "- INCOMPLETE odd");
  heard_assert (heard, 1, "m FINISHED own");
  g_assert_cmpstr (heard_at (heard, 1)->text, ==, "own|end");
}

static void
test_end_without_start (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (FINISH (".", R), FINISH (".", ""), EVENT (".", "error", ",\"message\":\"x\"" R), START (".", "m", R),
                FINISH (".", R), FINISH (".", R), EVENT (".", "error", ",\"message\":\"late\"" R));

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "m FINISHED ");
}

/* A message that begins again: the first time has come to its end. */
static void
test_second_start (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), DELTA (".", 0, TEXT_DELTA ("first"), R), START (".", "m", R),
                DELTA (".", 0, TEXT_DELTA ("second"), R), FINISH (".", R), FINISH (".", R), START (".", "u", ""),
                DELTA (".", 0, TEXT_DELTA ("third"), ""), START (".", "u", ""),
                DELTA (".", 0, TEXT_DELTA ("fourth"), ""), FINISH (".", ""));

  g_assert_cmpuint (heard->len, ==, 5);
  heard_assert (heard, 0, "m INCOMPLETE first");
  heard_assert (heard, 1, "m FINISHED second");
  heard_assert (heard, 2, "u INCOMPLETE third");
  heard_assert (heard, 3, "u FINISHED fourth");
}

static void
test_start_without_id (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (EVENT (".", "message-start", R), DELTA (".", 0, TEXT_DELTA ("a"), R), FINISH (".", R),
                EVENT (".", "message-start", ""), DELTA (".", 0, TEXT_DELTA ("b"), ""), FINISH (".", ""),
                EVENT (".", "message-start", ",\"id\":7"), FINISH (".", ""));

  g_assert_cmpuint (heard->len, ==, 4);
  heard_assert (heard, 0, "- FINISHED a");
  heard_assert (heard, 1, "- FINISHED b");
  heard_assert (heard, 2, "- FINISHED ");
}

/* --- indices --- */

static void
test_index_gaps (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), DELTA (".", 7, TEXT_DELTA ("last"), R), DONE (".", 3, TEXT_BLOCK ("first "), R),
                BLOCK (".", 9223372036854775807, "{\"type\":\"x\"}", R),
                EVENT (".", "content-block-start", ",\"content\":{\"type\":\"y\"}" R), FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED first last");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"first \",\"index\":3},"
                        "{\"type\":\"text\",\"text\":\"last\",\"index\":7},"
                        "{\"type\":\"x\",\"index\":9223372036854775807},"
                        "{\"type\":\"y\",\"index\":9223372036854775807}]");
}

static void
test_text_indices (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), DELTA (".", "b", TEXT_DELTA ("one "), R), DELTA (".", "a", TEXT_DELTA ("two "), R),
                DELTA (".", "b", TEXT_DELTA ("more "), R), DELTA (".", -1, TEXT_DELTA ("three"), R),
                DONE (".", "a", TEXT_BLOCK ("two and "), R), FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED one more two and three");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"one more \",\"index\":\"b\"},"
                        "{\"type\":\"text\",\"text\":\"two and \",\"index\":\"a\"},"
                        "{\"type\":\"text\",\"text\":\"three\",\"index\":-1}]");
}

/* Without an index: on with the latest block that fits; a start is a new one. */
static void
test_no_index (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), EVENT (".", "content-block-delta", ",\"delta\":" TEXT_DELTA ("a") R),
                EVENT (".", "content-block-delta", ",\"delta\":" TEXT_DELTA ("b") R),
                EVENT (".", "content-block-delta",
                       ",\"index\":null,\"delta\":{\"type\":\"reasoning-delta\",\"reasoning\":\"r\"}" R),
                EVENT (".", "content-block-start", ",\"content\":" TEXT_BLOCK ("") R),
                EVENT (".", "content-block-delta", ",\"delta\":" TEXT_DELTA ("c") R),
                EVENT (".", "content-block-finish", ",\"content\":" TEXT_BLOCK ("cd") R), FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED abcd");
  heard_assert_content (
      heard, 0,
      "[{\"type\":\"text\",\"text\":\"ab\",\"index\":0},{\"type\":\"reasoning\",\"reasoning\":\"r\",\"index\":1},"
      "{\"type\":\"text\",\"text\":\"cd\",\"index\":2}]");
}

/* An index that is used again, by a block of another kind or after the first has finished. */
static void
test_index_twice (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), DELTA (".", 0, "{\"type\":\"reasoning-delta\",\"reasoning\":\"why\"}", R),
                DELTA (".", 0, TEXT_DELTA ("what"), R), DONE (".", 0, TEXT_BLOCK ("what"), R),
                DELTA (".", 0, TEXT_DELTA ("more"), R), BLOCK (".", 1, TEXT_BLOCK (""), R),
                DONE (".", 1, "{\"type\":\"image\",\"url\":\"u\"}", R), FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED whatmore");
  g_assert_cmpstr (gstream_message_get_reasoning (heard_message (heard, 0)), ==, "why");
  heard_assert_content (
      heard, 0,
      "[{\"type\":\"reasoning\",\"reasoning\":\"why\",\"index\":0},"
      "{\"type\":\"text\",\"text\":\"what\",\"index\":0},{\"type\":\"text\",\"text\":\"more\",\"index\":0},"
      "{\"type\":\"image\",\"url\":\"u\",\"index\":1}]");
}

static void
test_second_block_start (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), BLOCK (".", 0, TEXT_BLOCK (""), R), DELTA (".", 0, TEXT_DELTA ("kept"), R),
                BLOCK (".", 0, "{\"type\":\"text\",\"text\":\"\",\"id\":\"x\"}", R), FINISH (".", R));

  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"kept\",\"index\":0},"
                        "{\"type\":\"text\",\"id\":\"x\",\"text\":\"\",\"index\":0}]");
}

/* --- shapes --- */

static void
test_unknown (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), EVENT (".", "message-dream", R),
                DELTA (".", 0, "{\"type\":\"dream-delta\",\"text\":\"no\"}", R), DELTA (".", 0, "{\"text\":\"no\"}", R),
                DELTA (".", 0, "\"no\"", R), DELTA (".", 0, "{\"type\":\"text-delta\",\"text\":5}", R),
                DELTA (".", 0, "{\"type\":\"block-delta\"}", R),
                DELTA (".", 0, "{\"type\":\"block-delta\",\"fields\":[1]}", R),
                EVENT (".", "content-block-delta", ",\"index\":0" R), DELTA (".", 0, TEXT_DELTA (""), R),
                EVENT (".", "content-block-start", ",\"index\":0" R), DONE (".", 0, "\"no\"", R),
                DONE (".", 1, "{}", R), EVENT (".", "content-block-finish", R),
                FINISH (".", ",\"usage\":7,\"metadata\":\"x\",\"reason\":{}" R));

  heard_assert (heard, 0, "m FINISHED ");
  g_assert_null (gstream_message_get_usage (heard_message (heard, 0)));
  g_assert_null (gstream_message_get_metadata (heard_message (heard, 0)));
  g_assert_null (gstream_message_get_finish_reason (heard_message (heard, 0)));
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "end");
}

/* Names that occur twice: the last one counts (E2). */
static void
test_names_twice (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R),
                DONE (".", 0,
                      "{\"type\":\"image\",\"type\":\"text\",\"text\":\"a\",\"text\":\"a longer one, to be sure\"}", R),
                DELTA (".", 1, "{\"type\":\"block-delta\",\"fields\":{\"type\":\"x\",\"k\":1,\"k\":2}}", R),
                FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED a longer one, to be sure");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "a longer one, to be sure|end");
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"a longer one, to be sure\",\"index\":0},"
                        "{\"type\":\"x\",\"k\":2,\"index\":1}]");
}

/* A finish without content says that the block has it all. */
static void
test_bare_finish (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START (".", "m", R), DELTA (".", 0, TEXT_DELTA ("all"), R),
                EVENT (".", "content-block-finish", ",\"index\":0" R), BLOCK (".", 1, CHUNK_BLOCK ("c", "f"), R),
                DELTA (".", 1, ARGS_DELTA ("{}"), R), EVENT (".", "content-block-finish", ",\"index\":1" R),
                FINISH (".", R));

  heard_assert_content (heard, 0, "[{\"type\":\"text\",\"text\":\"all\",\"index\":0}," CALL_BLOCK ("c", "f", "{}") "]");
}

static void
test_strange_data (void)
{
  static const char *const lines[] = {
    ". messages null",
    ". messages 7",
    ". messages \"x\"",
    ". messages []",
    ". messages {}",
    ". messages [[],{}]",
    ". messages [{\"event\":\"content-block-delta\"},{}]",
    ". messages {\"event\":\"content-block-delta\"}",
    ". messages {\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"data-delta\",\"data\":\"AA\"}}",
    ". messages {\"event\":\"message-finish\"}",
    ". messages [{\"type\":\"ai\",\"content\":7},{}]",
    ". messages [{\"type\":\"ai\",\"content\":null,\"tool_calls\":{}},{}]",
    ". messages [{\"type\":\"ai\",\"tool_calls\":[7,{}]},{}]",
    GOOD,
    NULL,
  };
  g_autoptr (GPtrArray) heard = hear_lines (lines);

  for (guint i = 0; i < heard->len; i++)
    g_assert_cmpint (gstream_message_get_status (heard_message (heard, i)), !=, GSTREAM_MESSAGE_STATUS_STREAMING);
}

/* For a namespace that nothing has announced: a node's. */
static void
test_unannounced (void)
{
  g_autoptr (GPtrArray) heard =
      heard_of (START ("nobody:1", "m", R), DELTA ("nobody:1", 0, TEXT_DELTA ("here"), R), FINISH ("nobody:1", R));

  heard_assert (heard, 0, "m FINISHED here");
  g_assert_cmpstr (gstream_message_get_node (heard_message (heard, 0)), ==, "nobody");
}

/* Text that is no text in JSON's eyes only: escapes, and halves of what is no character. */
static void
test_odd_text (void)
{
  g_autoptr (GPtrArray) heard = heard_of (START (".", "m", R), DELTA (".", 0, TEXT_DELTA ("\\u00e9\\n\\\""), R),
                                          DELTA (".", 0, TEXT_DELTA ("\\ud83d\\ude00 \\ud83d"), R), FINISH (".", R));

  heard_assert (heard, 0, "m FINISHED é\n\"😀 \xef\xbf\xbd");
  heard_assert_content (heard, 0, "[{\"type\":\"text\",\"text\":\"é\\n\\\"😀 \xef\xbf\xbd\",\"index\":0}]");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T2/malformed/delta-without-start", test_delta_without_start);
  g_test_add_func ("/projection/T2/malformed/late-start", test_late_start);
  g_test_add_func ("/projection/T2/malformed/odd-delta", test_odd_delta);
  g_test_add_func ("/projection/T2/malformed/end-without-start", test_end_without_start);
  g_test_add_func ("/projection/T2/malformed/second-start", test_second_start);
  g_test_add_func ("/projection/T2/malformed/start-without-id", test_start_without_id);
  g_test_add_func ("/projection/T2/malformed/unannounced", test_unannounced);
  g_test_add_func ("/projection/T3/malformed/index-gaps", test_index_gaps);
  g_test_add_func ("/projection/T3/malformed/text-indices", test_text_indices);
  g_test_add_func ("/projection/T3/malformed/no-index", test_no_index);
  g_test_add_func ("/projection/T3/malformed/index-twice", test_index_twice);
  g_test_add_func ("/projection/T3/malformed/second-block-start", test_second_block_start);
  g_test_add_func ("/projection/T3/malformed/unknown", test_unknown);
  g_test_add_func ("/projection/T3/malformed/names-twice", test_names_twice);
  g_test_add_func ("/projection/T3/malformed/bare-finish", test_bare_finish);
  g_test_add_func ("/projection/T3/malformed/strange-data", test_strange_data);
  g_test_add_func ("/projection/T3/malformed/odd-text", test_odd_text);

  return g_test_run ();
}
