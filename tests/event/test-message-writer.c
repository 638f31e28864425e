/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The message writer: its events' fields, and the JSON they write when asked.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
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
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (namespace_, "chat", "m");
  g_autoptr (GstreamPayload) usage = gstream_payload_new ("{\"total_tokens\":3}", -1, NULL);
  g_autoptr (GstreamEvent) start = gstream_message_writer_start (writer);
  g_autoptr (GstreamEvent) think = gstream_message_writer_reasoning (writer, "hm");
  g_autoptr (GstreamEvent) first = gstream_message_writer_text (writer, "Hello, ");
  g_autoptr (GstreamEvent) second = gstream_message_writer_text (writer, "\"world\"");
  g_autoptr (GstreamEvent) finish = gstream_message_writer_finish (writer, usage, "stop");

  check_data (start, "{\"event\":\"message-start\",\"role\":\"ai\",\"id\":\"m\",\"run_id\":\"m\"}");
  check_data (think, "{\"event\":\"content-block-delta\",\"index\":0,\"delta\":{\"type\":\"reasoning-delta\","
                     "\"reasoning\":\"hm\"},\"run_id\":\"m\"}");
  check_data (first, "{\"event\":\"content-block-delta\",\"index\":1,\"delta\":{\"type\":\"text-delta\",\"text\":"
                     "\"Hello, \"},\"run_id\":\"m\"}");
  check_data (second, "{\"event\":\"content-block-delta\",\"index\":1,\"delta\":{\"type\":\"text-delta\",\"text\":"
                      "\"\\\"world\\\"\"},\"run_id\":\"m\"}");
  check_data (finish,
              "{\"event\":\"message-finish\",\"reason\":\"stop\",\"usage\":{\"total_tokens\":3},\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_fields (start)->step, ==, GSTREAM_STEP_MESSAGE_START);
  g_assert_cmpstr (gstream_event_get_fields (start)->message_id, ==, "m");
  g_assert_cmpint (gstream_event_get_fields (finish)->step, ==, GSTREAM_STEP_MESSAGE_FINISH);
}

/* An event's fields are those that reading its JSON finds. */
static void
check_fields (GstreamEvent *event)
{
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) read = gstream_event_new_from_json (json, -1, &error);
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  const GstreamEventFields *found;

  g_assert_no_error (error);
  found = gstream_event_get_fields (read);
  g_assert_cmpint (fields->method, ==, found->method);
  g_assert_cmpint (fields->step, ==, found->step);
  g_assert_cmpint (fields->delta, ==, found->delta);
  g_assert_cmpint (fields->tool_role, ==, found->tool_role);
  g_assert_cmpint (fields->index, ==, found->index);
  g_assert_cmpstr (fields->message_id, ==, found->message_id);
  g_assert_cmpstr (fields->run_id, ==, found->run_id);
  g_assert_cmpstr (fields->node, ==, found->node);
  g_assert_cmpstr (fields->text, ==, found->text);
  g_assert_cmpuint (fields->text_length, ==, found->text_length);
  g_assert_cmpstr (fields->key, ==, found->key);
  g_assert_cmpstr (fields->name, ==, found->name);
  g_assert_cmpint (gstream_event_get_timestamp (event), ==, gstream_event_get_timestamp (read));
  g_assert_cmpstrv (gstream_event_get_namespace (event), gstream_event_get_namespace (read));
  g_assert_cmpstr (gstream_event_get_method (event), ==, "messages");
  g_assert_cmpstr (gstream_event_get_node (event), ==, "chat");
  g_assert_true (gstream_event_peek_item (event) == gstream_event_get_data (event));
  gstream_event_unref (event);
}

static void
test_fields (void)
{
  const char *namespace_[] = { "a:1", NULL };
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (namespace_, "chat", "\"m\"");
  g_autoptr (GstreamPayload) text = gstream_payload_new ("{\"type\":\"text\",\"text\":\"\"}", -1, NULL);
  g_autoptr (GstreamEvent) event = gstream_message_writer_text (writer, "t\n");
  g_autoptr (GstreamEvent) other = gstream_message_writer_text (writer, "u");

  g_assert_cmpstr (gstream_event_get_fields (event)->text, ==, "t\n");
  g_assert_cmpuint (gstream_event_get_fields (event)->text_length, ==, 2);
  g_assert_true (gstream_event_peek_namespace (event) == gstream_event_peek_namespace (other));
  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);

  check_fields (gstream_event_ref (event));
  check_fields (gstream_message_writer_start (writer));
  check_fields (gstream_message_writer_reasoning (writer, "hm"));
  check_fields (gstream_message_writer_start_block (writer, text, NULL));
  check_fields (gstream_message_writer_text (writer, "t"));
  check_fields (gstream_message_writer_finish_block (writer, text, NULL));
  check_fields (gstream_message_writer_finish (writer, NULL, "stop"));
  check_fields (gstream_message_writer_fail (writer, "no model"));
}

/* What it is made with are properties, too, and none of them is needed. */
static void
test_properties (void)
{
  const char *namespace_[] = { "a:1", NULL };
  g_autoptr (GstreamMessageWriter) given =
      g_object_new (GSTREAM_TYPE_MESSAGE_WRITER, "namespace", namespace_, "node", "chat", "id", "m", NULL);
  g_autoptr (GstreamMessageWriter) plain = g_object_new (GSTREAM_TYPE_MESSAGE_WRITER, NULL);
  g_autoptr (GstreamEvent) event = gstream_message_writer_text (given, "t");
  g_autoptr (GstreamEvent) other = gstream_message_writer_text (plain, "t");
  g_autofree char *node = NULL;
  g_autofree char *id = NULL;
  g_auto (GStrv) path = NULL;

  g_assert_cmpstrv (gstream_event_get_namespace (event), namespace_);
  g_assert_cmpstr (gstream_event_get_node (event), ==, "chat");
  g_assert_cmpstr (gstream_event_get_fields (event)->run_id, ==, "m");
  g_object_get (given, "namespace", &path, "node", &node, "id", &id, NULL);
  g_assert_cmpstrv (path, namespace_);
  g_assert_cmpstr (node, ==, "chat");
  g_assert_cmpstr (id, ==, "m");

  g_assert_cmpuint (g_strv_length ((char **) gstream_event_get_namespace (other)), ==, 0);
  g_assert_null (gstream_event_get_node (other));
  g_assert_true (g_uuid_string_is_valid (gstream_event_get_fields (other)->run_id));
}

static void
test_outlives_writer (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "chat", NULL);
  g_autoptr (GstreamEvent) event = gstream_message_writer_text (writer, "t");
  g_autoptr (GstreamEvent) copy = gstream_event_take_with_seq (gstream_event_ref (event), 5);
  g_autofree char *json = NULL;

  g_clear_object (&writer);
  g_clear_pointer (&event, gstream_event_unref);
  g_assert_true (g_uuid_string_is_valid (gstream_event_get_fields (copy)->run_id));
  json = gstream_event_to_json (copy);
  g_assert_true (g_str_has_prefix (
      json, "{\"type\":\"event\",\"seq\":5,\"method\":\"messages\",\"params\":{\"namespace\":[],\"timestamp\":"));
}

static void
test_blocks (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr (GstreamPayload) image = gstream_payload_new ("{\"type\":\"image\",\"url\":\"x\"}", -1, NULL);
  g_autoptr (GstreamPayload) text = gstream_payload_new ("{\"type\":\"text\",\"text\":\"\"}", -1, NULL);
  g_autoptr (GstreamPayload) other = gstream_payload_new ("{\"kind\":\"image\"}", -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) whole = gstream_message_writer_finish_block (writer, image, &error);
  g_autoptr (GstreamEvent) start = gstream_message_writer_start_block (writer, text, &error);
  g_autoptr (GstreamEvent) delta = gstream_message_writer_text (writer, "x");
  g_autoptr (GstreamEvent) finish = gstream_message_writer_finish_block (writer, text, &error);
  g_autoptr (GstreamEvent) next = gstream_message_writer_text (writer, "y");

  g_assert_no_error (error);
  check_data (whole, "{\"event\":\"content-block-finish\",\"index\":0,\"content\":{\"type\":\"image\",\"url\":\"x\"},"
                     "\"run_id\":\"m\"}");
  check_data (
      start,
      "{\"event\":\"content-block-start\",\"index\":1,\"content\":{\"type\":\"text\",\"text\":\"\"},\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_fields (delta)->index, ==, 1);
  g_assert_cmpint (gstream_event_get_fields (finish)->index, ==, 1);
  g_assert_cmpint (gstream_event_get_fields (next)->index, ==, 2);

  g_assert_null (gstream_message_writer_start_block (writer, other, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (gstream_message_writer_finish_block (writer, other, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

static void
test_fail (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr (GstreamEvent) event = gstream_message_writer_fail (writer, "no \"model\"");

  check_data (event, "{\"event\":\"error\",\"message\":\"no \\\"model\\\"\",\"run_id\":\"m\"}");
  g_assert_cmpint (gstream_event_get_fields (event)->step, ==, GSTREAM_STEP_MESSAGE_ERROR);
}

/* A model's bytes, cut in the middle of a character. */
static void
test_not_utf8 (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");
  g_autoptr (GstreamEvent) event = gstream_message_writer_text (writer, "caf\xc3");
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr (GstreamEvent) read = gstream_event_new_from_json (json, -1, NULL);

  g_assert_cmpstr (gstream_event_get_fields (event)->text, ==, "caf\uFFFD");
  g_assert_cmpstr (gstream_event_get_fields (read)->text, ==, "caf\uFFFD");
}

/* Text is looked at several bytes at a time: what is wrong is found wherever it stands. */
static void
test_not_utf8_anywhere (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");

  for (guint length = 0; length < 40; length++)
    for (guint at = 0; at <= length; at++)
      {
        g_autofree char *text = g_strnfill (length, 'a');
        g_autofree char *valid = NULL;
        g_autoptr (GstreamEvent) event = NULL;

        if (at < length)
          text[at] = '\xff';
        valid = g_utf8_make_valid (text, -1);
        event = gstream_message_writer_text (writer, text);
        g_assert_cmpstr (gstream_event_get_fields (event)->text, ==, valid);
        g_assert_cmpuint (gstream_event_get_fields (event)->text_length, ==, strlen (valid));
      }
}

static void
assert_mended (GstreamEvent *given,
               const char   *pointer,
               const char   *mended)
{
  g_autoptr (GstreamEvent) event = given;
  g_autofree char *json = gstream_event_to_json (event);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEvent) read = gstream_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_string (gstream_event_get_data (read), pointer), ==, mended);
}

/* What else it is told, such as the words of a library, makes events that can be read again, too. */
static void
test_not_utf8_words (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m\xff");

  assert_mended (gstream_message_writer_start (writer), "/id", "m\uFFFD");
  assert_mended (gstream_message_writer_start_tool_call (writer, "c\xc3", "f"), "/content/id", "c\uFFFD");
  assert_mended (gstream_message_writer_start_tool_call (writer, "c", "\xe9t\u00e9\""), "/content/name",
                 "\uFFFDt\u00e9\"");
  assert_mended (gstream_message_writer_tool_call_arguments (writer, "{}"), "/run_id", "m\uFFFD");
  assert_mended (gstream_message_writer_finish (writer, NULL, "st\xf6p"), "/reason", "st\uFFFDp");
  assert_mended (gstream_message_writer_fail (writer, "caf\xe9"), "/message", "caf\uFFFD");
}

#define N_KEPT 300

static char *
text_of_length (guint i)
{
  return g_strnfill (i % 7 == 0 ? i * 20 : i % 40, 'a' + i % 26);
}

static void
check_kept (GstreamEvent *event,
            guint         i)
{
  g_autofree char *text = text_of_length (i);

  g_assert_cmpstr (gstream_event_get_fields (event)->text, ==, text);
  g_assert_cmpstr (gstream_event_get_fields (event)->run_id, ==, "m");
  g_assert_cmpstr (gstream_event_get_node (event), ==, "chat");
  g_assert_cmpstr (gstream_event_get_namespace (event)[0], ==, "a:1");
}

static void
drop (GPtrArray *events,
      guint      i)
{
  check_kept (g_ptr_array_index (events, i), i);
  gstream_event_unref (g_ptr_array_index (events, i));
}

static gpointer
drop_odd (gpointer events)
{
  for (guint i = 1; i < N_KEPT; i += 2)
    drop (events, i);
  return NULL;
}

/* Deltas share memory. Whatever becomes of the others, one is what it was for as long as somebody holds it. */
static void
test_kept (void)
{
  const char *namespace_[] = { "a:1", NULL };
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (namespace_, "chat", "m");
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  GThread *thread;

  for (guint i = 0; i < N_KEPT; i++)
    {
      g_autofree char *text = text_of_length (i);
      g_autoptr (GstreamEvent) passing = gstream_message_writer_text (writer, "passing");

      g_ptr_array_add (events, gstream_message_writer_text (writer, text));
    }
  g_clear_object (&writer);

  thread = g_thread_new ("consumer", drop_odd, events);
  for (guint i = 0; i < N_KEPT; i += 2)
    drop (events, i);
  g_thread_join (thread);
}

/* Memory that deltas have left is used for others, which are like new. */
static void
test_passing (void)
{
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, NULL, "m");

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      g_autoptr (GstreamEvent) event = gstream_event_take_with_seq (gstream_message_writer_text (writer, text), i);

      g_assert_cmpuint (gstream_event_get_seq (event), ==, i);
      g_assert_cmpstr (gstream_payload_get_string (gstream_event_get_data (event), "/delta/text"), ==, text);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/E1/message-writer/life", test_life);
  g_test_add_func ("/event/E1/message-writer/fields", test_fields);
  g_test_add_func ("/event/E1/message-writer/properties", test_properties);
  g_test_add_func ("/event/E1/message-writer/outlives-writer", test_outlives_writer);
  g_test_add_func ("/event/E1/message-writer/blocks", test_blocks);
  g_test_add_func ("/event/E1/message-writer/fail", test_fail);
  g_test_add_func ("/event/E1/message-writer/not-utf8", test_not_utf8);
  g_test_add_func ("/event/E1/message-writer/not-utf8-anywhere", test_not_utf8_anywhere);
  g_test_add_func ("/event/E2/message-writer/not-utf8-words", test_not_utf8_words);
  g_test_add_func ("/event/E1/message-writer/kept", test_kept);
  g_test_add_func ("/event/E1/message-writer/passing", test_passing);
  return g_test_run ();
}
