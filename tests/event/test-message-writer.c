/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The message writer: its events' facts, and the JSON they write when asked.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-private.h>
#include <gstream/event/gstream-message-writer.h>

static void
check_data (GstreamEvent *event,
            const char   *json)
{
  g_assert_cmpstr (gstream_payload_get_json (gstream_event_get_data (event), NULL), ==, json);
}

static void
test_life (void)
{
  const char *namespace_[] = { "a:1", NULL };
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (namespace_, "chat", "m");
  g_autoptr(GstreamPayload) usage = gstream_payload_new ("{\"total_tokens\":3}", -1, NULL);
  g_autoptr(GstreamEvent) start = gstream_message_writer_start (writer);
  g_autoptr(GstreamEvent) think = gstream_message_writer_reasoning (writer, "hm");
  g_autoptr(GstreamEvent) first = gstream_message_writer_text (writer, "Hello, ");
  g_autoptr(GstreamEvent) second = gstream_message_writer_text (writer, "\"world\"");
  g_autoptr(GstreamEvent) finish = gstream_message_writer_finish (writer, usage, "stop");

  check_data (start, "{\"event\":\"message-start\",\"role\":\"ai\",\"id\":\"m\",\"run_id\":\"m\"}");
  check_data (think, "{\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"reasoning-delta\",\"reasoning\":\"hm\"},\"run_id\":\"m\"}");
  check_data (first, "{\"event\":\"content-block-delta\",\"index\":1,\"delta\":{\"type\":\"text-delta\",\"text\":\"Hello, \"},\"run_id\":\"m\"}");
  check_data (second, "{\"event\":\"content-block-delta\",\"index\":1,\"delta\":{\"type\":\"text-delta\",\"text\":\"\\\"world\\\"\"},\"run_id\":\"m\"}");
  check_data (finish, "{\"event\":\"message-finish\",\"reason\":\"stop\",\"usage\":{\"total_tokens\":3},\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_facts (start)->step, ==, GSTREAM_STEP_MESSAGE_START);
  g_assert_cmpstr (gstream_event_get_facts (start)->message_id, ==, "m");
  g_assert_cmpint (gstream_event_get_facts (finish)->step, ==, GSTREAM_STEP_MESSAGE_FINISH);
}

/* A delta's facts are those that reading its JSON finds, and nobody has written that JSON before. */
static void
test_facts (void)
{
  const char *namespace_[] = { "a:1", NULL };
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (namespace_, "chat", "m");
  g_autoptr(GstreamEvent) event = gstream_message_writer_text (writer, "t\n");
  g_autoptr(GstreamEvent) other = gstream_message_writer_text (writer, "u");
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr(GstreamEvent) read = gstream_event_new_from_json (json, -1, NULL);
  const GstreamFacts *facts = gstream_event_get_facts (event);
  const GstreamFacts *found = gstream_event_get_facts (read);

  g_assert_cmpint (facts->method, ==, found->method);
  g_assert_cmpint (facts->step, ==, found->step);
  g_assert_cmpint (facts->delta, ==, found->delta);
  g_assert_cmpint (facts->index, ==, found->index);
  g_assert_cmpstr (facts->run_id, ==, found->run_id);
  g_assert_cmpstr (facts->node, ==, found->node);
  g_assert_cmpstr (facts->text, ==, "t\n");
  g_assert_cmpstr (found->text, ==, "t\n");
  g_assert_cmpuint (facts->text_length, ==, 2);
  g_assert_cmpstr (gstream_event_get_method (event), ==, "messages");
  g_assert_cmpstr (gstream_event_get_node (event), ==, "chat");
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, gstream_event_get_timestamp (read));
  g_assert_true (gstream_event_peek_item (event) == gstream_event_get_data (event));
  g_assert_null (gstream_event_peek_metadata (event));
  g_assert_true (gstream_event_peek_namespace (event) == gstream_event_peek_namespace (other));
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
}

static void
test_outlives_writer (void)
{
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "chat", NULL);
  g_autoptr(GstreamEvent) event = gstream_message_writer_text (writer, "t");
  g_autoptr(GstreamEvent) copy = gstream_event_take_with_seq (gstream_event_ref (event), 5);
  g_autofree char *json = NULL;

  g_clear_object (&writer);
  g_clear_pointer (&event, gstream_event_unref);
  g_assert_true (g_uuid_string_is_valid (gstream_event_get_facts (copy)->run_id));
  json = gstream_event_to_json (copy);
  g_assert_true (g_str_has_prefix (json, "{\"type\":\"event\",\"seq\":5,\"method\":\"messages\",\"params\":{\"namespace\":[],\"timestamp\":"));
}

static void
test_blocks (void)
{
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr(GstreamPayload) image = gstream_payload_new ("{\"type\":\"image\",\"url\":\"x\"}", -1, NULL);
  g_autoptr(GstreamPayload) text = gstream_payload_new ("{\"type\":\"text\",\"text\":\"\"}", -1, NULL);
  g_autoptr(GstreamPayload) other = gstream_payload_new ("{\"kind\":\"image\"}", -1, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GstreamEvent) whole = gstream_message_writer_finish_block (writer, image, &error);
  g_autoptr(GstreamEvent) start = gstream_message_writer_start_block (writer, text, &error);
  g_autoptr(GstreamEvent) delta = gstream_message_writer_text (writer, "x");
  g_autoptr(GstreamEvent) finish = gstream_message_writer_finish_block (writer, text, &error);
  g_autoptr(GstreamEvent) next = gstream_message_writer_text (writer, "y");

  g_assert_no_error (error);
  check_data (whole, "{\"event\":\"content-block-finish\",\"index\":0,\"content\":{\"type\":\"image\",\"url\":\"x\"},\"run_id\":\"m\"}");
  check_data (start, "{\"event\":\"content-block-start\",\"index\":1,\"content\":{\"type\":\"text\",\"text\":\"\"},\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_facts (delta)->index, ==, 1);
  g_assert_cmpint (gstream_event_get_facts (finish)->index, ==, 1);
  g_assert_cmpint (gstream_event_get_facts (next)->index, ==, 2);

  g_assert_null (gstream_message_writer_start_block (writer, other, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (gstream_message_writer_finish_block (writer, other, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

static void
test_fail (void)
{
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr(GstreamEvent) event = gstream_message_writer_fail (writer, "no \"model\"");

  check_data (event, "{\"event\":\"error\",\"message\":\"no \\\"model\\\"\",\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_facts (event)->step, ==, GSTREAM_STEP_MESSAGE_ERROR);
}

/* A model's bytes, cut in the middle of a character. */
static void
test_not_utf8 (void)
{
  g_autoptr(GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr(GstreamEvent) event = gstream_message_writer_text (writer, "caf\xc3");
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr(GstreamEvent) read = gstream_event_new_from_json (json, -1, NULL);

  g_assert_cmpstr (gstream_event_get_facts (event)->text, ==, "caf\uFFFD");
  g_assert_cmpstr (gstream_event_get_facts (read)->text, ==, "caf\uFFFD");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E1/message-writer/life", test_life);
  g_test_add_func ("/event/E1/message-writer/facts", test_facts);
  g_test_add_func ("/event/E1/message-writer/outlives-writer", test_outlives_writer);
  g_test_add_func ("/event/E1/message-writer/blocks", test_blocks);
  g_test_add_func ("/event/E1/message-writer/fail", test_fail);
  g_test_add_func ("/event/E1/message-writer/not-utf8", test_not_utf8);
  return g_test_run ();
}
