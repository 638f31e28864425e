/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several messages at once from a source that does not say which one an event is
 * of (D2, T2): every message ends with its own, complete content.
 */
#include "hearing.h"

/* The events of a model call at the root, which say nothing of it but in the start. */
#define BEGIN(id) START (".", id, "")
#define TEXT(index) BLOCK (".", index, TEXT_BLOCK (""), "")
#define SAY(index, text) DELTA (".", index, TEXT_DELTA (text), "")
#define SAID(index, text) DONE (".", index, TEXT_BLOCK (text), "")
#define CALL(index, id) BLOCK (".", index, CHUNK_BLOCK (id, "f"), "")
#define ARGS(index, args) DELTA (".", index, ARGS_DELTA (args), "")
#define CALLED(index, id, args) DONE (".", index, CALL_BLOCK (id, "f", args), "")
#define END(usage) FINISH (".", ",\"usage\":{\"n\":" #usage "}")

static void
assert_usage (GPtrArray *heard,
              guint      i,
              gint64     n)
{
  g_assert_cmpint (gstream_payload_get_integer (gstream_message_get_usage (heard_message (heard, i)), "/n"), ==, n);
}

static void
test_one (void)
{
  g_autoptr (GstreamRunStream) run = story (BEGIN ("a"), TEXT (0), SAY (0, "Hel"), SAY (0, "lo"), SAID (0, "Hello"),
                                            END (1), BEGIN ("b"), SAY (0, "again"), END (2));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a FINISHED Hello");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "Hel|lo|end");
  heard_assert (heard, 1, "b FINISHED again");
  assert_usage (heard, 0, 1);
  assert_usage (heard, 1, 2);
}

/* Those at other namespaces do not count. */
static void
test_elsewhere (void)
{
  g_autoptr (GstreamRunStream) run =
      story (START ("x:1", "x", ""), START ("y:2", "y", ""), DELTA ("x:1", 0, TEXT_DELTA ("x0"), ""),
             DELTA ("y:2", 0, TEXT_DELTA ("y0"), ""), DELTA ("x:1", 0, TEXT_DELTA ("x1"), ""), FINISH ("y:2", ""),
             FINISH ("x:1", ""));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "x FINISHED x0x1");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "x0|x1|end");
  heard_assert (heard, 1, "y FINISHED y0");
}

/* As the Python server sends three models at once. */
static void
test_three (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "a0"), BEGIN ("b"), TEXT (0), SAY (0, "b0"), BEGIN ("c"), TEXT (0),
             SAY (0, "c0"), SAY (0, "a1"), SAY (0, "b1"), SAY (0, "c1"), SAID (0, "a0a1"), END (1), SAY (0, "c2"),
             SAID (0, "b0b1"), END (2), SAY (0, "c3"), SAID (0, "c0c1c2c3"), END (3));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "a FINISHED a0a1");
  heard_assert (heard, 1, "b FINISHED b0b1");
  heard_assert (heard, 2, "c FINISHED c0c1c2c3");
  for (guint i = 0; i < 3; i++)
    {
      assert_usage (heard, i, i + 1);
      g_assert_cmpuint (gstream_payload_get_size (gstream_message_get_content (heard_message (heard, i)), ""), ==, 1);
    }

  /* What was certain came as it came, the rest with the finish: all of it, in order. */
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "a0|a1|end");
  g_assert_cmpstr (heard_at (heard, 1)->text, ==, "b0|b1|end");
  g_assert_cmpstr (heard_at (heard, 2)->text, ==, "c0|c1c2c3|end");
}

/* In whichever order they end. */
static void
test_orders (void)
{
  static const guint orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
  static const char *const begins[] = {
    BEGIN ("a"), TEXT (0), SAY (0, "a0"), BEGIN ("b"), TEXT (0), SAY (0, "b0"), BEGIN ("c"), TEXT (0), SAY (0, "c0"),
  };
  static const char *const ends[][2] = { { SAID (0, "a0a1"), END (1) },
                                         { SAID (0, "b0b1"), END (2) },
                                         { SAID (0, "c0c1"), END (3) } };

  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autoptr (GPtrArray) lines = g_ptr_array_new ();
      g_autoptr (GstreamRunStream) run = NULL;
      g_autoptr (GPtrArray) heard = NULL;

      for (gsize j = 0; j < G_N_ELEMENTS (begins); j++)
        g_ptr_array_add (lines, (gpointer) begins[j]);
      for (gsize j = 0; j < 3; j++)
        {
          g_ptr_array_add (lines, (gpointer) ends[orders[i][j]][0]);
          g_ptr_array_add (lines, (gpointer) ends[orders[i][j]][1]);
        }
      g_ptr_array_add (lines, NULL);
      run = story_new (NULL, (const char *const *) lines->pdata);
      heard = hear (run);

      g_assert_cmpuint (heard->len, ==, 3);
      heard_assert (heard, 0, "a FINISHED a0a1");
      heard_assert (heard, 1, "b FINISHED b0b1");
      heard_assert (heard, 2, "c FINISHED c0c1");
      for (guint j = 0; j < 3; j++)
        assert_usage (heard, j, j + 1);
    }
}

/* Text that is certainly a message's own decides, even against who began first. */
static void
test_certain_text (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "the same start, "), BEGIN ("b"), TEXT (0), SAID (0, "other words"),
             END (2), SAID (0, "the same start, then a"), END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "a FINISHED the same start, then a");
  heard_assert (heard, 1, "b FINISHED other words");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "the same start, |then a|end");
  assert_usage (heard, 0, 1);
}

/* Nothing but one's own: not the deltas while two are open, nor those after a hole. */
static void
test_nothing_of_others (void)
{
  g_autoptr (GstreamRunStream) run = story (BEGIN ("a"), TEXT (0), SAY (0, "a0"), BEGIN ("b"), TEXT (0), SAY (0, "b "),
                                            SAY (0, "?"), SAID (0, "b only"), END (2), SAY (0, "a2"));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "a INCOMPLETE a0");
  heard_assert (heard, 1, "b FINISHED b only");
}

/* Texts and tool calls of three, whose ends come each in one go. */
static void
test_tool_calls (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "a0"), BEGIN ("b"), TEXT (0), SAY (0, "b0"), CALL (1, "call_a"),
             ARGS (1, "{"), BEGIN ("c"), TEXT (0), SAY (0, "c0"), CALL (1, "call_b"), ARGS (1, "}"), ARGS (1, "{}"),
             CALL (1, "call_c"), SAID (0, "b0"), CALLED (1, "call_b", "{\"b\":1}"), END (2), SAID (0, "a0"),
             CALLED (1, "call_a", "{\"a\":1}"), END (1), SAID (0, "c0"), CALLED (1, "call_c", "{\"c\":1}"), END (3));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"a0\",\"index\":0}," CALL_BLOCK ("call_a", "f",
                                                                                        "{\"a\":1}") "]");
  heard_assert_content (heard, 1,
                        "[{\"type\":\"text\",\"text\":\"b0\",\"index\":0}," CALL_BLOCK ("call_b", "f",
                                                                                        "{\"b\":1}") "]");
  heard_assert_content (heard, 2,
                        "[{\"type\":\"text\",\"text\":\"c0\",\"index\":0}," CALL_BLOCK ("call_c", "f",
                                                                                        "{\"c\":1}") "]");
  for (guint i = 0; i < 3; i++)
    assert_usage (heard, i, i + 1);
}

/* One only talks, one only calls: the block that was guessed to be the first's is not. */
static void
test_one_calls (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "a0"), BEGIN ("b"), TEXT (0), SAY (0, "b0"), CALL (1, "call_a"),
             ARGS (1, "{}"), SAID (0, "a0"), CALLED (1, "call_a", "{}"), END (1), SAID (0, "b0b1"), END (2));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert_content (heard, 0,
                        "[{\"type\":\"text\",\"text\":\"a0\",\"index\":0}," CALL_BLOCK ("call_a", "f", "{}") "]");
  heard_assert_content (heard, 1, "[{\"type\":\"text\",\"text\":\"b0b1\",\"index\":0}]");
}

/* Blocks are told apart by type and by id. */
static void
test_by_type_and_id (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), CALL (0, "call_a"), BEGIN ("b"), CALL (0, "call_b"), BEGIN ("c"), TEXT (0), ARGS (0, "{}"),
             SAID (0, "text"), END (3), CALLED (0, "call_b", "{\"b\":1}"), END (2), CALLED (0, "call_a", "{\"a\":1}"),
             END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  assert_json (gstream_message_get_tool_calls (heard_message (heard, 0)),
               "[{\"id\":\"call_a\",\"name\":\"f\",\"args\":{\"a\":1}}]");
  assert_json (gstream_message_get_tool_calls (heard_message (heard, 1)),
               "[{\"id\":\"call_b\",\"name\":\"f\",\"args\":{\"b\":1}}]");
  heard_assert (heard, 2, "c FINISHED text");
  for (guint i = 0; i < 3; i++)
    assert_usage (heard, i, i + 1);
}

/* A model that died leaves its message open; those after it are whole all the same. */
static void
test_one_dies (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("dead"), TEXT (0), SAY (0, "about to"), BEGIN ("b"), TEXT (0), SAY (0, "carried"), SAY (0, " on"),
             SAID (0, "carried on"), END (2), BEGIN ("c"), TEXT (0), SAY (0, "x"), SAID (0, "x y"), END (3));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 3);
  heard_assert (heard, 0, "dead INCOMPLETE about to");
  heard_assert (heard, 1, "b FINISHED carried on");
  heard_assert (heard, 2, "c FINISHED x y");
  assert_usage (heard, 2, 3);
}

/* A tool's message is left out, and what it says is nobody else's. */
static void
test_tool_role (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "a0"), EVENT (".", "message-start", ",\"role\":\"tool\",\"id\":\"t\""),
             TEXT (0), SAY (0, "tool output"), SAID (0, "tool output"), END (9), SAY (0, "a1"), SAID (0, "a0a1"),
             END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 1);
  heard_assert (heard, 0, "a FINISHED a0a1");
  g_assert_cmpstr (heard_at (heard, 0)->text, ==, "a0|a1|end");
  assert_usage (heard, 0, 1);
}

/* Nobody can say whose error it is: both go on. */
static void
test_error (void)
{
  g_autoptr (GstreamRunStream) run = story (BEGIN ("a"), TEXT (0), BEGIN ("b"), TEXT (0),
                                            EVENT (".", "error", ",\"message\":\"x\""), SAID (0, "whose?"), END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert (heard, 0, "a FINISHED whose?");
  heard_assert (heard, 1, "b INCOMPLETE ");
}

/* Text that continues nobody's replaces that of the only one it can be. */
static void
test_replaces_only (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "wrong"), BEGIN ("b"), SAID (0, "right"), END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a INCOMPLETE wrong");
  heard_assert (heard, 1, "b FINISHED right");
}

/* A message without blocks comes in one piece. */
static void
test_without_blocks (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), TEXT (0), SAY (0, "Hel"), BEGIN ("b"), END (2), SAY (0, "lo"), SAID (0, "Hello"), END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a FINISHED Hello");
  heard_assert (heard, 1, "b FINISHED ");
  assert_usage (heard, 0, 1);
  assert_usage (heard, 1, 2);
}

/* Finishes that come together tell together whose they are. */
static void
test_burst (void)
{
  g_autoptr (GstreamRunStream) run =
      story (BEGIN ("a"), CALL (0, "call_a"), BEGIN ("b"), CALL (0, "call_b"), TEXT (1), SAY (1, "?"),
             DONE (".", 1, TEXT_BLOCK ("of b"), ""), CALLED (0, "call_b", "{}"), END (2), CALLED (0, "call_a", "{}"),
             DONE (".", 1, TEXT_BLOCK ("of a"), ""), END (1));
  g_autoptr (GPtrArray) heard = hear (run);

  heard_assert_content (heard, 0,
                        "[" CALL_BLOCK ("call_a", "f", "{}") ",{\"type\":\"text\",\"text\":\"of a\",\"index\":1}]");
  heard_assert_content (heard, 1,
                        "[" CALL_BLOCK ("call_b", "f", "{}") ",{\"type\":\"text\",\"text\":\"of b\",\"index\":1}]");
}

/* What has no ids is late where nothing is open, and a message was. */
static void
test_late (void)
{
  g_autoptr (GstreamRunStream) run = story (BEGIN ("a"), TEXT (0), SAID (0, "a"), END (1), SAY (0, "late"), TEXT (0),
                                            SAID (0, "late"), BEGIN ("b"), SAY (0, "b"), END (2));
  g_autoptr (GPtrArray) heard = hear (run);

  g_assert_cmpuint (heard->len, ==, 2);
  heard_assert (heard, 0, "a FINISHED a");
  heard_assert (heard, 1, "b FINISHED b");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dialect/D2/one", test_one);
  g_test_add_func ("/dialect/D2/elsewhere", test_elsewhere);
  g_test_add_func ("/dialect/D2/three", test_three);
  g_test_add_func ("/dialect/D2/orders", test_orders);
  g_test_add_func ("/dialect/D2/certain-text", test_certain_text);
  g_test_add_func ("/dialect/D2/nothing-of-others", test_nothing_of_others);
  g_test_add_func ("/dialect/D2/tool-calls", test_tool_calls);
  g_test_add_func ("/dialect/D2/one-calls", test_one_calls);
  g_test_add_func ("/dialect/D2/by-type-and-id", test_by_type_and_id);
  g_test_add_func ("/dialect/D2/one-dies", test_one_dies);
  g_test_add_func ("/dialect/D2/tool-role", test_tool_role);
  g_test_add_func ("/dialect/D2/error", test_error);
  g_test_add_func ("/dialect/D2/replaces-only", test_replaces_only);

  g_test_add_func ("/dialect/D2/without-blocks", test_without_blocks);
  g_test_add_func ("/dialect/D2/burst", test_burst);
  g_test_add_func ("/projection/T2/late-without-ids", test_late);

  return g_test_run ();
}
