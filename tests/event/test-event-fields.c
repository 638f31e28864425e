/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the pipeline reads of an event, in every dialect (D1-D3, D5), alike
 * whether the event was read or made.
 */
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/event/gstream-tool-writer.h>

/* NULL and 0 where the event says nothing. */
typedef struct
{
  const char  *method;
  const char  *data;
  GstreamStep  step;
  GstreamDelta delta;
  gboolean     tool_role;
  gint64       index;
  const char  *message_id;
  const char  *run_id;
  const char  *node;
  const char  *text;
  const char  *key;
  const char  *name;
  const char  *item; /* NULL: the data */
} Case;

#define DELTA(fields) "{\"event\":\"content-block-delta\",\"index\":3,\"delta\":{" fields "},\"run_id\":\"r\"}"
#define MESSAGE_DELTA .method = "messages", .step = GSTREAM_STEP_BLOCK_DELTA, .index = 3, .run_id = "r"

static const Case cases[] = {
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"text-delta\",\"text\":\"a\\n\""), .delta = GSTREAM_DELTA_TEXT,
    .text = "a\n" },
  { MESSAGE_DELTA, .data = DELTA ("\"text\":\"a\",\"type\":\"text-delta\""), .delta = GSTREAM_DELTA_TEXT, .text = "a" },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"text-delta\",\"text\":\"\""), .delta = GSTREAM_DELTA_TEXT, .text = "" },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"text-delta\",\"text\":5"), .delta = GSTREAM_DELTA_TEXT },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"reasoning-delta\",\"reasoning\":\"b\",\"text\":\"a\""),
    .delta = GSTREAM_DELTA_REASONING, .text = "b" },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"data-delta\",\"data\":\"c\""), .delta = GSTREAM_DELTA_DATA, .text = "c" },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"tool-call-delta\",\"args\":\"{\\\"\""), .delta = GSTREAM_DELTA_TOOL_CALL,
    .text = "{\"" },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"block-delta\",\"fields\":{\"type\":\"text\"}"),
    .delta = GSTREAM_DELTA_BLOCK },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"new-delta\",\"text\":\"a\""), .delta = GSTREAM_DELTA_OTHER },
  { MESSAGE_DELTA, .data = DELTA ("\"type\":\"text-delta\",\"text\":\"a\",\"type\":\"x\""),
    .delta = GSTREAM_DELTA_OTHER },
  { .method = "messages",
    .data = "{\"event\":\"content-block-delta\",\"delta\":{\"type\":\"text-delta\",\"text\":\"\\\\n\"},\"delta\":7}",
    .step = GSTREAM_STEP_BLOCK_DELTA,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"content-block-delta\",\"delta\":{\"type\":\"text-delta\",\"text\":\"a\"},\"delta\":7,"
            "\"index\":1,\"index\":\"x\"}",
    .step = GSTREAM_STEP_BLOCK_DELTA,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"content-block-delta\",\"content\":{\"type\":\"text\",\"text\":\"a\"},\"role\":\"tool\"}",
    .step = GSTREAM_STEP_BLOCK_DELTA,
    .tool_role = TRUE,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"message-start\",\"role\":\"ai\",\"id\":\"m\"}",
    .step = GSTREAM_STEP_MESSAGE_START,
    .index = -1,
    .message_id = "m" },
  { .method = "messages",
    .data = "{\"event\":\"message-start\",\"role\":\"tool\",\"role\":\"ai\"}",
    .step = GSTREAM_STEP_MESSAGE_START,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"content-block-start\",\"index\":0,\"content\":{\"id\":\"x\"},\"id\":\"y\"}",
    .step = GSTREAM_STEP_BLOCK_START,
    .index = 0,
    .message_id = "y" },
  { .method = "messages",
    .data = "{\"event\":\"content-block-finish\",\"index\":0,\"message_id\":\"y\"}",
    .step = GSTREAM_STEP_BLOCK_FINISH,
    .index = 0,
    .message_id = "y" },
  { .method = "messages",
    .data = "{\"event\":\"content-block-finish\",\"index\":2.0}",
    .step = GSTREAM_STEP_BLOCK_FINISH,
    .index = 2 },
  { .method = "messages",
    .data = "{\"event\":\"content-block-finish\",\"index\":-2}",
    .step = GSTREAM_STEP_BLOCK_FINISH,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"content-block-finish\",\"index\":99999999999999999999}",
    .step = GSTREAM_STEP_BLOCK_FINISH,
    .index = -1 },
  { .method = "messages",
    .data = "{\"event\":\"message-finish\",\"run_id\":\"r\"}",
    .step = GSTREAM_STEP_MESSAGE_FINISH,
    .index = -1,
    .run_id = "r" },
  { .method = "messages",
    .data = "{\"event\":\"error\",\"message\":\"x\"}",
    .step = GSTREAM_STEP_MESSAGE_ERROR,
    .index = -1 },
  { .method = "messages", .data = "{\"event\":\"new-thing\"}", .index = -1 },
  { .method = "messages", .data = "{\"event\":null}", .index = -1 },
  { .method = "messages",
    .data = "{\"type\":\"ai\",\"id\":\"m\",\"content\":\"x\"}",
    .step = GSTREAM_STEP_MESSAGE_WHOLE,
    .index = -1,
    .message_id = "m" },
  { .method = "messages",
    .data = "{\"type\":\"tool\",\"id\":null}",
    .step = GSTREAM_STEP_MESSAGE_WHOLE,
    .tool_role = TRUE,
    .index = -1 },
  { .method = "messages", .data = "{\"type\":\"AIMessageChunk\",\"id\":\"m\"}", .index = -1, .message_id = "m" },
  { .method = "messages", .data = "\"text\"", .index = -1 },
  { .method = "messages", .data = "null", .index = -1 },
  /* D1 */
  { .method = "messages",
    .data = "[{\"event\":\"message-finish\"}, {\"langgraph_node\":\"n\",\"run_id\":\"q\"}]",
    .step = GSTREAM_STEP_MESSAGE_FINISH,
    .index = -1,
    .run_id = "q",
    .node = "n",
    .item = "{\"event\":\"message-finish\"}" },
  { .method = "messages",
    .data = "[{\"event\":\"message-finish\",\"run_id\":\"r\"},{\"run_id\":\"q\"}]",
    .step = GSTREAM_STEP_MESSAGE_FINISH,
    .index = -1,
    .run_id = "r",
    .item = "{\"event\":\"message-finish\",\"run_id\":\"r\"}" },
  { .method = "messages", .data = "[{\"event\":\"message-finish\"}]", .index = -1 },
  { .method = "messages", .data = "[{\"event\":\"message-finish\"},{\"run_id\":\"q\"},3]", .index = -1 },
  { .method = "messages", .data = "[{\"event\":\"message-finish\"},\"x\"]", .index = -1 },
  { .method = "messages", .data = "[7,{\"run_id\":\"q\"}]", .index = -1 },
  { .method = "messages", .data = "[]", .index = -1 },
  /* tools */
  { .method = "tools",
    .data = "{\"event\":\"tool-started\",\"tool_call_id\":\"c\",\"tool_name\":\"t\",\"input\":{\"event\":1}}",
    .step = GSTREAM_STEP_TOOL_STARTED,
    .index = -1,
    .key = "c",
    .name = "t" },
  { .method = "tools",
    .data = "{\"event\":\"tool-output-delta\",\"toolCallId\":\"c\",\"toolName\":\"t\",\"delta\":\"d\"}",
    .step = GSTREAM_STEP_TOOL_DELTA,
    .index = -1,
    .key = "c",
    .name = "t",
    .text = "d" },
  { .method = "tools",
    .data = "{\"event\":\"tool-finished\",\"tool_call_id\":\"c\",\"output\":null}",
    .step = GSTREAM_STEP_TOOL_FINISHED,
    .index = -1,
    .key = "c" },
  { .method = "tools",
    .data = "{\"event\":\"tool-error\",\"message\":\"x\"}",
    .step = GSTREAM_STEP_TOOL_ERROR,
    .index = -1 },
  { .method = "tools", .data = "[1]", .index = -1 },
  /* lifecycle */
  { .method = "lifecycle",
    .data = "{\"event\":\"started\",\"graph_name\":\"g\",\"trigger_call_id\":\"c\"}",
    .step = GSTREAM_STEP_STARTED,
    .index = -1,
    .key = "c",
    .name = "g" },
  { .method = "lifecycle",
    .data = "{\"event\":\"running\",\"graphName\":\"g\",\"triggerCallId\":\"c\"}",
    .step = GSTREAM_STEP_RUNNING,
    .index = -1,
    .key = "c",
    .name = "g" },
  { .method = "lifecycle", .data = "{\"event\":\"completed\"}", .step = GSTREAM_STEP_COMPLETED, .index = -1 },
  { .method = "lifecycle", .data = "{\"event\":\"failed\",\"error\":\"x\"}", .step = GSTREAM_STEP_FAILED, .index = -1 },
  { .method = "lifecycle", .data = "{\"event\":\"interrupted\"}", .step = GSTREAM_STEP_INTERRUPTED, .index = -1 },
  { .method = "lifecycle", .data = "{\"event\":\"drained\"}", .step = GSTREAM_STEP_DRAINED, .index = -1 },
  { .method = "lifecycle", .data = "{\"event\":\"dreaming\"}", .index = -1 },
  /* tasks */
  { .method = "tasks",
    .data = "{\"id\":\"i\",\"name\":\"n\",\"input\":{\"result\":1}}",
    .step = GSTREAM_STEP_TASK_START,
    .index = -1,
    .key = "i",
    .name = "n" },
  { .method = "tasks",
    .data = "{\"id\":\"i\",\"name\":\"n\",\"result\":null}",
    .step = GSTREAM_STEP_TASK_RESULT,
    .index = -1,
    .key = "i",
    .name = "n" },
  { .method = "tasks", .data = "7", .index = -1 },
  /* D5 */
  { .method = "custom", .data = "{\"payload\": [1, 2] }", .index = -1, .item = "[1, 2]" },
  { .method = "custom",
    .data = "{\"name\":\"progress\",\"payload\":null}",
    .index = -1,
    .key = "progress",
    .item = "null" },
  { .method = "custom", .data = "{\"payload\":1,\"name\":\"p\",\"payload\":2}", .index = -1, .key = "p", .item = "2" },
  { .method = "custom", .data = "{\"name\":\"progress\"}", .index = -1 },
  { .method = "custom", .data = "{\"name\":5,\"payload\":1}", .index = -1 },
  { .method = "custom", .data = "{\"payload\":1,\"other\":2}", .index = -1 },
  { .method = "custom", .data = "{}", .index = -1 },
  { .method = "custom", .data = "[{\"payload\":1}]", .index = -1 },
  { .method = "custom:x", .data = "{\"payload\":1}", .index = -1 },
  { .method = "values", .data = "{\"event\":\"started\",\"payload\":1}", .index = -1 },
  { .method = "checkpoints", .data = "{\"id\":\"x\"}", .index = -1 },
};

static void
check_payload (GstreamPayload *payload,
               const char     *json)
{
  g_assert_cmpstr (payload != NULL ? gstream_payload_get_json (payload, NULL) : NULL, ==, json);
}

static void
check (GstreamEvent *event,
       const Case   *expected,
       const char   *node)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  g_assert_cmpint (fields->step, ==, expected->step);
  g_assert_cmpint (fields->delta, ==, expected->delta);
  g_assert_cmpint (fields->tool_role, ==, expected->tool_role);
  g_assert_cmpint (fields->index, ==, expected->index);
  g_assert_cmpstr (fields->message_id, ==, expected->message_id);
  g_assert_cmpstr (fields->run_id, ==, expected->run_id);
  g_assert_cmpstr (fields->node, ==, node != NULL ? node : expected->node);
  g_assert_cmpstr (gstream_event_get_node (event), ==, fields->node);
  g_assert_cmpstr (fields->text, ==, expected->text);
  g_assert_cmpuint (fields->text_length, ==, expected->text != NULL ? strlen (expected->text) : 0);
  g_assert_cmpstr (fields->key, ==, expected->key);
  g_assert_cmpstr (fields->name, ==, expected->name);
  check_payload (gstream_event_get_data (event), expected->data);
  check_payload (gstream_event_peek_item (event), expected->item != NULL ? expected->item : expected->data);
  g_assert_true (gstream_event_peek_item (event) == gstream_event_peek_item (event));
}

static void
test_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf (
          "{\"type\":\"event\",\"method\":\"%s\",\"params\":{\"namespace\":[],\"data\":%s,\"timestamp\":1}}",
          cases[i].method, cases[i].data);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, &error);

      g_test_message ("%s %s", cases[i].method, cases[i].data);
      g_assert_no_error (error);
      check (event, &cases[i], NULL);
    }
}

static void
test_read_method_last (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf (
          "{\"type\":\"event\",\"params\":{\"node\":\"its\",\"namespace\":[],\"data\":%s},\"method\":\"%s\"}",
          cases[i].data, cases[i].method);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstreamEvent) event = gstream_event_new_from_json (json, -1, &error);

      g_assert_no_error (error);
      check (event, &cases[i], "its");
    }
}

static void
test_made (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamPayload) data = gstream_payload_new (cases[i].data, -1, NULL);
      g_autoptr (GstreamEvent) event = gstream_event_new (cases[i].method, NULL, data);
      g_autoptr (GstreamEvent) with_node = gstream_event_new_full (cases[i].method, NULL, data, 1, "its", NULL, NULL);

      g_test_message ("%s %s", cases[i].method, cases[i].data);
      check (event, &cases[i], NULL);
      check (with_node, &cases[i], "its");
    }
}

/* The item of a copy with another seq is that of the first. */
static void
test_copies (void)
{
  g_autoptr (GstreamPayload) data = gstream_payload_new ("{\"name\":\"n\",\"payload\":[1]}", -1, NULL);
  g_autoptr (GstreamEvent) event = gstream_event_new ("custom", NULL, data);
  g_autoptr (GstreamEvent) copy = gstream_event_take_with_seq (gstream_event_ref (event), 9);

  g_assert_true (copy != event);
  g_assert_true (gstream_event_peek_item (copy) == gstream_event_peek_item (event));
  g_assert_true (gstream_event_get_fields (copy) == gstream_event_get_fields (event));
}

static gpointer
read_item (gpointer event)
{
  g_assert_cmpstr (gstream_event_get_fields (event)->key, ==, "n");
  return gstream_event_peek_item (event);
}

static void
test_threads (void)
{
  g_autoptr (GstreamPayload) data = gstream_payload_new ("{\"name\":\"n\",\"payload\":[1]}", -1, NULL);

  for (guint round = 0; round < 50; round++)
    {
      g_autoptr (GstreamEvent) event = gstream_event_new ("custom", NULL, data);
      GThread *threads[4];
      gpointer item;

      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("reader", read_item, event);
      item = read_item (event);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_true (g_thread_join (threads[i]) == item);
    }
}

/* Returns arrays within arrays. */
static char *
make_nested (guint depth)
{
  GString *json = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (json, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (json, ']');
  return g_string_free (json, FALSE);
}

/* A payload of the greatest depth that is read can be part of the data of an event that is made. */
static void
test_deepest (void)
{
  const GstreamEventFields *fields;
  g_autofree char          *nested = make_nested (1024);
  g_autoptr (GstreamPayload) deepest = gstream_payload_new (nested, -1, NULL);
  g_autoptr (GstreamToolWriter) writer = gstream_tool_writer_new (NULL, "f", "call_1");
  g_autoptr (GstreamEvent) started = gstream_tool_writer_start (writer, deepest);
  g_autoptr (GstreamEvent) finished = gstream_tool_writer_finish (writer, deepest);

  g_assert_null (gstream_event_get_node (started));
  fields = gstream_event_get_fields (started);
  g_assert_cmpint (fields->step, ==, GSTREAM_STEP_TOOL_STARTED);
  g_assert_cmpstr (fields->key, ==, "call_1");
  g_assert_cmpstr (fields->name, ==, "f");
  fields = gstream_event_get_fields (finished);
  g_assert_cmpint (fields->step, ==, GSTREAM_STEP_TOOL_FINISHED);
}

/* The same where the data is so long that its arrays are listed while it is parsed. */
static void
test_deepest_of_many (void)
{
  static const char *const methods[] = { "values", "custom", "messages", "lifecycle", "tasks" };
  g_autofree char         *nested = make_nested (1024);
  g_autofree char         *tail = g_strnfill (100000, '1');
  g_autofree char         *json = g_strdup_printf ("{\"input\":%s,\"text\":\"%s\"}", nested, tail);
  g_autoptr (GstreamPayload) whole = gstream_payload_new_checked (json, strlen (json));

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (GstreamEvent) event = gstream_event_new (methods[i], NULL, whole);

      g_assert_null (gstream_event_get_node (event));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/D/fields/read", test_read);
  g_test_add_func ("/event/D/fields/read-method-last", test_read_method_last);
  g_test_add_func ("/event/D/fields/made", test_made);
  g_test_add_func ("/event/D/fields/copies", test_copies);
  g_test_add_func ("/event/D/fields/threads", test_threads);
  g_test_add_func ("/event/E2/fields/deepest", test_deepest);
  g_test_add_func ("/event/E2/fields/deepest-of-many", test_deepest_of_many);
  return g_test_run ();
}
