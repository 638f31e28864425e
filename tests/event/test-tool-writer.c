/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The writers of tool calls: what a model asks for, in pieces, and what the tool does.
 */
#include <gstream.h>

/* Consumes @event. */
static void
add (GstreamMemorySource *source,
     GstreamEvent        *event)
{
  gstream_memory_source_append (source, event);
  gstream_event_unref (event);
}

static GstreamRunStream *
make_run (GstreamEventSource *source)
{
  return gstream_run_stream_new (source, NULL);
}

/* T3: the pieces of the arguments are joined, and become a call where the message finishes. */
static void
test_arguments (void)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamMessageWriter) writer = gstream_message_writer_new (NULL, "agent", "m");
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  g_autoptr (GstreamMessage) finished = NULL;
  g_auto (GValue) item = G_VALUE_INIT;
  GstreamMemorySource *memory = GSTREAM_MEMORY_SOURCE (source);
  GstreamMessage      *message;

  add (memory, gstream_message_writer_start (writer));
  add (memory, gstream_message_writer_text (writer, "I look."));
  add (memory, gstream_message_writer_start_tool_call (writer, "call_1", "get_weather"));
  add (memory, gstream_message_writer_tool_call_arguments (writer, "{\"city\":"));
  add (memory, gstream_message_writer_tool_call_arguments (writer, "\"Os\xffo\"}"));
  add (memory, gstream_message_writer_start_tool_call (writer, "call_2", "get_time"));
  add (memory, gstream_message_writer_tool_call_arguments (writer, "{}"));
  add (memory, gstream_message_writer_finish (writer, NULL, "tool_calls"));

  g_assert_true (gstream_cursor_next_sync (messages, &item, NULL, NULL));
  message = g_value_get_object (&item);
  finished = gstream_message_wait_sync (message, NULL, NULL);
  g_assert_true (finished == message);
  g_assert_cmpstr (gstream_message_get_text (message), ==, "I look.");
  g_assert_cmpstr (gstream_payload_get_json (gstream_message_get_tool_calls (message), NULL), ==,
                   "[{\"id\":\"call_1\",\"name\":\"get_weather\",\"args\":{\"city\":\"Os\357\277\275o\"}},"
                   "{\"id\":\"call_2\",\"name\":\"get_time\",\"args\":{}}]");
}

/* T4: a handle with its input, its output in pieces, and its output. */
static void
test_call (void)
{
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (NULL, 0);
  g_autoptr (GstreamToolWriter) writer = gstream_tool_writer_new (NULL, "get_weather", "call_1");
  g_autoptr (GstreamPayload) input = gstream_payload_new ("{\"city\":\"Oslo\"}", -1, NULL);
  g_autoptr (GstreamPayload) output = gstream_payload_new_string ("3 °C");
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) calls = gstream_projection_subscribe (gstream_run_stream_get_tool_calls (run), NULL);
  g_autoptr (GstreamCursor) deltas = NULL;
  g_autoptr (GstreamToolCall) finished = NULL;
  g_auto (GValue) item = G_VALUE_INIT;
  g_auto (GValue) delta = G_VALUE_INIT;
  GstreamMemorySource *memory = GSTREAM_MEMORY_SOURCE (source);
  GstreamToolCall     *call;

  add (memory, gstream_tool_writer_start (writer, input));
  add (memory, gstream_tool_writer_output (writer, "asking"));
  add (memory, gstream_tool_writer_finish (writer, output));

  g_assert_true (gstream_cursor_next_sync (calls, &item, NULL, NULL));
  call = g_value_get_object (&item);
  g_assert_cmpstr (gstream_tool_call_get_id (call), ==, "call_1");
  g_assert_cmpstr (gstream_tool_call_get_name (call), ==, "get_weather");
  g_assert_cmpstr (gstream_payload_get_string (gstream_tool_call_get_input (call), "/city"), ==, "Oslo");
  deltas = gstream_projection_subscribe (gstream_tool_call_get_output_deltas (call), NULL);
  g_assert_true (gstream_cursor_next_sync (deltas, &delta, NULL, NULL));
  g_assert_cmpstr (g_value_get_string (&delta), ==, "asking");
  finished = gstream_tool_call_wait_sync (call, NULL, NULL);
  g_assert_true (finished == call);
  g_assert_cmpstr (gstream_payload_get_string (gstream_tool_call_get_output (call), ""), ==, "3 °C");
}

static void
test_failure (void)
{
  const char *namespace_[] = { "research:1", NULL };
  g_autoptr (GstreamToolWriter) writer = gstream_tool_writer_new (namespace_, "get_weather", NULL);
  g_autoptr (GstreamEvent) start = gstream_tool_writer_start (writer, NULL);
  g_autoptr (GstreamEvent) failed = gstream_tool_writer_fail (writer, "There is no such city.");
  g_autofree char *expected =
      g_strdup_printf ("{\"event\":\"tool-error\",\"tool_call_id\":\"%s\",\"tool_name\":\"get_weather\","
                       "\"message\":\"There is no such city.\"}",
                       gstream_tool_writer_get_id (writer));

  g_assert_cmpstrv (gstream_event_get_namespace (failed), namespace_);
  g_assert_cmpstrv (gstream_tool_writer_get_namespace (writer), namespace_);
  g_assert_cmpstr (gstream_tool_writer_get_name (writer), ==, "get_weather");
  g_assert_cmpstr (gstream_event_get_method (start), ==, "tools");
  g_assert_cmpstr (gstream_payload_get_json (gstream_event_get_data (failed), NULL), ==, expected);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tool-writer/T3/arguments-in-pieces", test_arguments);
  g_test_add_func ("/tool-writer/T4/call", test_call);
  g_test_add_func ("/tool-writer/T4/failure", test_failure);

  return g_test_run ();
}
