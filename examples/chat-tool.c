/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chat with a tool, at any endpoint that speaks the OpenAI chat-completions protocol: ask, run the tools that the model
 * calls, ask again.
 *
 *     chat-tool http://localhost:11434/v1 qwen3 "What is 17 times 23?"
 */
#include <gstream.h>

static const char *const tools = "[{\"type\":\"function\",\"function\":{"
                                 "\"name\":\"multiply\",\"description\":\"Multiplies two numbers.\","
                                 "\"parameters\":{\"type\":\"object\",\"required\":[\"a\",\"b\"],"
                                 "\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":\"number\"}}}}}]";

static void
show_text (GstreamMessage *message)
{
  GstreamProjection *deltas = gstream_message_get_text_deltas (message);
  g_autoptr (GstreamCursor) cursor = gstream_projection_subscribe (deltas, NULL);
  GValue delta = G_VALUE_INIT;

  while (gstream_cursor_next_sync (cursor, &delta, NULL, NULL))
    {
      g_print ("%s", g_value_get_string (&delta));
      g_value_unset (&delta);
    }
}

/* Shows the answer as it comes; gives the calls that are in it, or NULL. */
static GstreamPayload *
show (GstreamRunStream *run)
{
  GstreamProjection *messages = gstream_run_stream_get_messages (run);
  g_autoptr (GstreamCursor) cursor = gstream_projection_subscribe (messages, NULL);
  GstreamPayload *calls = NULL;
  GValue          item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (cursor, &item, NULL, NULL))
    {
      show_text (g_value_get_object (&item));
      g_clear_pointer (&calls, gstream_payload_unref);
      calls = gstream_payload_ref (gstream_message_get_tool_calls (g_value_get_object (&item)));
      g_value_unset (&item);
    }

  return calls;
}

/* Runs a tool; adds a message with its result to @messages. */
static void
run_tool (GstreamPayload *call,
          GString        *messages)
{
  double a = gstream_payload_get_double (call, "/args/a");
  double b = gstream_payload_get_double (call, "/args/b");
  g_autoptr (GstreamPayload) id = gstream_payload_lookup (call, "/id");

  g_print ("%s %g, %g = %g\n", gstream_payload_get_string (call, "/name"), a, b, a * b);
  g_string_append_printf (messages, ",{\"role\":\"tool\",\"tool_call_id\":%s,\"content\":\"%g\"}",
                          gstream_payload_get_json (id, NULL), a * b);
}

/* The messages of @state, and the results of all @calls behind them. */
static GstreamPayload *
run_tools (GstreamPayload *state,
           GstreamPayload *calls)
{
  g_autoptr (GstreamPayload) said = gstream_payload_lookup (state, "/messages");
  g_autoptr (GString) messages = g_string_new (gstream_payload_get_json (said, NULL));

  g_string_truncate (messages, messages->len - 1);
  for (guint i = 0; i < gstream_payload_get_size (calls, ""); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%u", i);
      g_autoptr (GstreamPayload) call = gstream_payload_lookup (calls, pointer);

      run_tool (call, messages);
    }
  g_string_append_c (messages, ']');

  return gstream_payload_new (messages->str, messages->len, NULL);
}

/* One answer: the messages to go on with. NULL: the model calls nothing more, or @error is set. */
static GstreamPayload *
answer (const char     *url,
        const char     *model,
        GstreamPayload *messages,
        GError        **error)
{
  g_autoptr (GstreamEventSource) source = gstream_chat_source_new (url, model, messages);
  g_autoptr (GstreamPayload) known = gstream_payload_new (tools, -1, NULL);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamPayload) calls = NULL;
  g_autoptr (GstreamPayload) state = NULL;

  gstream_chat_source_set_tools (GSTREAM_CHAT_SOURCE (source), known);
  gstream_chat_source_set_api_key (GSTREAM_CHAT_SOURCE (source), g_getenv ("API_KEY"));
  calls = show (run);
  state = gstream_run_stream_output_sync (run, NULL, error);
  if (state == NULL || calls == NULL || gstream_payload_get_size (calls, "") == 0)
    return NULL;

  return run_tools (state, calls);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GVariant) question = g_variant_ref_sink (g_variant_new_string (argv[3]));
  g_autoptr (GstreamPayload) quoted = gstream_payload_new_variant (question, NULL);
  g_autofree char *json =
      g_strdup_printf ("[{\"role\":\"user\",\"content\":%s}]", gstream_payload_get_json (quoted, NULL));
  g_autoptr (GstreamPayload) messages = gstream_payload_new (json, -1, NULL);
  g_autoptr (GError) error = NULL;

  while (messages != NULL)
    {
      g_autoptr (GstreamPayload) asked = g_steal_pointer (&messages);

      messages = answer (argv[1], argv[2], asked, &error);
    }
  g_print ("\n");
  if (error != NULL)
    g_printerr ("%s\n", error->message);

  return error != NULL;
}
