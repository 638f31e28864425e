/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A digest as JSON, with the keys of tests/runs/README.md.
 */
#include "config.h"

#include "gstream/tool/gstream-digest-private.h"
#include "gstream/tool/gstream-json-out.h"

static void
write_list (GString    *out,
            const char *name,
            GString    *list)
{
  gstream_json_out_key (out, name);
  gstream_json_out_open (out, '[');
  gstream_json_out_json (out, list->str);
  gstream_json_out_close (out, ']');
}

static void
write_string (GString    *out,
              const char *name,
              const char *text)
{
  gstream_json_out_key (out, name);
  gstream_json_out_string (out, text);
}

static void
write_payload (GString        *out,
               const char     *name,
               GstreamPayload *payload)
{
  gstream_json_out_key (out, name);
  gstream_json_out_payload (out, payload);
}

static void
write_enum (GString    *out,
            const char *name,
            GType       type,
            int         value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);

  write_string (out, name, g_enum_get_value (class, value)->value_nick);
}

static void
write_error (GString      *out,
             const GError *error)
{
  write_string (out, "error", error ? error->message : NULL);
}

static void
write_message (MessageDigest *self,
               GString       *out)
{
  GstreamMessage *message = self->message;

  gstream_json_out_open (out, '{');
  write_string (out, "id", gstream_message_get_id (message));
  write_string (out, "node", gstream_message_get_node (message));
  write_enum (out, "status", GSTREAM_TYPE_MESSAGE_STATUS, gstream_message_get_status (message));
  write_string (out, "text", gstream_message_get_text (message));
  write_string (out, "reasoning", gstream_message_get_reasoning (message));
  write_payload (out, "content", gstream_message_get_content (message));
  write_payload (out, "tool_calls", gstream_message_get_tool_calls (message));
  write_payload (out, "invalid_tool_calls", gstream_message_get_invalid_tool_calls (message));
  write_payload (out, "usage", gstream_message_get_usage (message));
  write_string (out, "finish_reason", gstream_message_get_finish_reason (message));
  write_error (out, gstream_message_get_error (message));
  write_list (out, "text_deltas", self->text_deltas);
  write_list (out, "reasoning_deltas", self->reasoning_deltas);
  gstream_json_out_close (out, '}');
}

static void
write_tool_call (ToolCallDigest *self,
                 GString        *out)
{
  GstreamToolCall *call = self->call;

  gstream_json_out_open (out, '{');
  write_string (out, "id", gstream_tool_call_get_id (call));
  write_string (out, "name", gstream_tool_call_get_name (call));
  write_payload (out, "input", gstream_tool_call_get_input (call));
  write_list (out, "output_deltas", self->output_deltas);
  write_payload (out, "output", gstream_tool_call_get_output (call));
  write_error (out, gstream_tool_call_get_error (call));
  gstream_json_out_close (out, '}');
}

static void
write_interrupt (GstreamInterrupt *interrupt,
                 GString          *out)
{
  const char *const *namespace_ = gstream_interrupt_get_namespace (interrupt);

  gstream_json_out_open (out, '{');
  write_string (out, "id", gstream_interrupt_get_id (interrupt));
  write_payload (out, "value", gstream_interrupt_get_value (interrupt));
  if (namespace_ != NULL)
    {
      gstream_json_out_key (out, "namespace");
      gstream_json_out_strings (out, namespace_);
    }
  gstream_json_out_close (out, '}');
}

static void write_run (GstreamDigest *self,
                       GString       *out);

static void
write_how_it_ended (GstreamDigest *self,
                    GString       *out)
{
  write_enum (out, "status", GSTREAM_TYPE_RUN_STATUS, gstream_run_stream_get_status (self->run));
  write_error (out, gstream_run_stream_get_error (self->run));
}

static void
write_subgraph (GstreamDigest *self,
                GString       *out)
{
  GstreamSubgraphRunStream *run = GSTREAM_SUBGRAPH_RUN_STREAM (self->run);

  gstream_json_out_open (out, '{');
  gstream_json_out_key (out, "path");
  gstream_json_out_strings (out, gstream_subgraph_run_stream_get_path (run));
  write_string (out, "graph_name", gstream_subgraph_run_stream_get_graph_name (run));
  write_string (out, "trigger_call_id", gstream_subgraph_run_stream_get_trigger_call_id (run));
  write_how_it_ended (self, out);
  gstream_json_out_key (out, "run");
  gstream_json_out_open (out, '{');
  write_run (self, out);
  gstream_json_out_close (out, '}');
  gstream_json_out_close (out, '}');
}

static void
write_all (GString    *out,
           const char *name,
           GPtrArray  *digests,
           GFunc       write)
{
  gstream_json_out_key (out, name);
  gstream_json_out_open (out, '[');
  if (digests != NULL)
    g_ptr_array_foreach (digests, write, out);
  gstream_json_out_close (out, ']');
}

static void
write_extensions (GString   *out,
                  GPtrArray *extensions)
{
  gstream_json_out_key (out, "extensions");
  gstream_json_out_open (out, '{');
  for (guint i = 0; i < extensions->len; i++)
    {
      ExtensionDigest *digest = g_ptr_array_index (extensions, i);

      write_list (out, gstream_projection_get_name (digest->projection), digest->items);
    }
  gstream_json_out_close (out, '}');
}

static void
write_run (GstreamDigest *self,
           GString       *out)
{
  for (guint i = 0; i < GSTREAM_N_DIGEST_LISTS; i++)
    write_list (out, gstream_digest_lists[i], self->lists[i]);
  write_extensions (out, self->extensions);
  write_all (out, "messages", self->messages, (GFunc) write_message);
  write_all (out, "tool_calls", self->tool_calls, (GFunc) write_tool_call);
  write_all (out, "subgraphs", self->subgraphs, (GFunc) write_subgraph);
  /* One that failed has no output but its error (R5): the newest state stands for it. */
  write_payload (out, "output", gstream_run_stream_get_error (self->run) ? self->state : self->output);
  gstream_json_out_key (out, "interrupted");
  gstream_json_out_boolean (out, self->interrupted);
  write_all (out, "interrupts", self->interrupts, (GFunc) write_interrupt);
}

char *
gstream_digest_to_json (GstreamDigest *self)
{
  GString *out = g_string_new (NULL);

  gstream_json_out_open (out, '{');
  write_how_it_ended (self, out);
  write_list (out, "log", self->log);
  write_run (self, out);
  gstream_json_out_close (out, '}');

  return g_string_free (out, FALSE);
}
