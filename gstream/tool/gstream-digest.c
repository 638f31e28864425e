/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that a run's projections show, as JSON.
 *
 * Every projection of the run is read, all at once. When a nested handle comes (a message, a tool call, an extension,
 * the run of a subgraph), its projections are subscribed to before the callback returns, so that nothing of it is
 * missed. Only public interface is used.
 */
#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"

/* The projections whose items are payloads and nothing more. */
static const char *const list_names[] = {
  "values", "updates", "custom", "checkpoints", "tasks", "debug", "lifecycle",
};

/* A list is a string of JSON: its items with commas between them, without brackets. */
typedef struct
{
  GstreamMessage *message;
  GString        *text_deltas;
  GString        *reasoning_deltas;
} MessageDigest;

typedef struct
{
  GstreamToolCall *call;
  GString         *output_deltas;
} ToolCallDigest;

typedef struct
{
  GstreamProjection *projection;
  GString           *items;
} ExtensionDigest;

struct _GstreamDigest
{
  GstreamRunStream *run;
  GstreamReader    *reader;
  GString          *log;
  GString          *lists[G_N_ELEMENTS (list_names)];
  GstreamPayload   *state;      /* the newest; NULL: none yet */
  GPtrArray        *messages;   /* of MessageDigest */
  GPtrArray        *tool_calls; /* of ToolCallDigest */
  GPtrArray        *extensions; /* of ExtensionDigest */
  GPtrArray        *subgraphs;  /* of GstreamDigest */
  GstreamPayload   *output;     /* NULL: none */
  gboolean          interrupted;
  GPtrArray        *interrupts; /* of GstreamInterrupt; NULL: the run failed */
};

/* --- taking what comes --- */

static void
take_string (const GValue *item,
             gpointer      list)
{
  gstream_json_out_string (list, g_value_get_string (item));
}

static void
take_payload (const GValue *item,
              gpointer      list)
{
  gstream_json_out_payload (list, g_value_get_boxed (item));
}

static void
take_state (const GValue *item,
            gpointer      user_data)
{
  GstreamDigest *self = user_data;

  g_clear_pointer (&self->state, gstream_payload_unref);
  self->state = g_value_dup_boxed (item);
  take_payload (item, self->lists[0]);
}

static void
take_event (const GValue *item,
            gpointer      list)
{
  GstreamEvent *event = g_value_get_boxed (item);

  gstream_json_out_open (list, '[');
  gstream_json_out_integer (list, gstream_event_get_seq (event));
  gstream_json_out_string (list, gstream_event_get_method (event));
  gstream_json_out_strings (list, gstream_event_get_namespace (event));
  gstream_json_out_close (list, ']');
}

static GString *
read_strings (GstreamReader     *reader,
              GstreamProjection *projection)
{
  GString *list = g_string_new (NULL);

  gstream_reader_add (reader, projection, take_string, list);

  return list;
}

static void
take_message (const GValue *item,
              gpointer      user_data)
{
  GstreamDigest *self = user_data;
  MessageDigest *digest = g_new (MessageDigest, 1);

  digest->message = g_value_dup_object (item);
  digest->text_deltas = read_strings (self->reader, gstream_message_get_text_deltas (digest->message));
  digest->reasoning_deltas = read_strings (self->reader, gstream_message_get_reasoning_deltas (digest->message));
  g_ptr_array_add (self->messages, digest);
}

static void
take_tool_call (const GValue *item,
                gpointer      user_data)
{
  GstreamDigest  *self = user_data;
  ToolCallDigest *digest = g_new (ToolCallDigest, 1);

  digest->call = g_value_dup_object (item);
  digest->output_deltas = read_strings (self->reader, gstream_tool_call_get_output_deltas (digest->call));
  g_ptr_array_add (self->tool_calls, digest);
}

static void
take_extension (const GValue *item,
                gpointer      user_data)
{
  GstreamDigest   *self = user_data;
  ExtensionDigest *digest = g_new (ExtensionDigest, 1);

  digest->projection = g_value_dup_object (item);
  digest->items = g_string_new (NULL);
  gstream_reader_add (self->reader, digest->projection, take_payload, digest->items);
  g_ptr_array_add (self->extensions, digest);
}

static void
take_subgraph (const GValue *item,
               gpointer      user_data)
{
  GstreamDigest *self = user_data;

  g_ptr_array_add (self->subgraphs, gstream_digest_new (g_value_get_object (item), self->reader));
}

/* --- how it ended --- */

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GstreamDigest *self = user_data;

  self->output = gstream_run_stream_output_finish (self->run, result, NULL);
  gstream_reader_release (self->reader);
}

static void
on_interrupted (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  GstreamDigest *self = user_data;

  self->interrupted = gstream_run_stream_interrupted_finish (self->run, result, NULL);
  gstream_reader_release (self->reader);
}

static void
on_interrupts (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  GstreamDigest *self = user_data;

  self->interrupts = gstream_run_stream_interrupts_finish (self->run, result, NULL);
  gstream_reader_release (self->reader);
}

static void
wait_for_end (GstreamDigest *self)
{
  gstream_reader_hold (self->reader);
  gstream_run_stream_output (self->run, NULL, on_output, self);
  gstream_reader_hold (self->reader);
  gstream_run_stream_interrupted (self->run, NULL, on_interrupted, self);
  gstream_reader_hold (self->reader);
  gstream_run_stream_interrupts (self->run, NULL, on_interrupts, self);
}

/* --- creation and destruction --- */

static void
free_message (MessageDigest *digest)
{
  g_object_unref (digest->message);
  g_string_free (digest->text_deltas, TRUE);
  g_string_free (digest->reasoning_deltas, TRUE);
  g_free (digest);
}

static void
free_tool_call (ToolCallDigest *digest)
{
  g_object_unref (digest->call);
  g_string_free (digest->output_deltas, TRUE);
  g_free (digest);
}

static void
free_extension (ExtensionDigest *digest)
{
  g_object_unref (digest->projection);
  g_string_free (digest->items, TRUE);
  g_free (digest);
}

static void
read_everything (GstreamDigest *self)
{
  gstream_reader_add (self->reader, gstream_run_stream_get_log (self->run), take_event, self->log);
  gstream_reader_add (self->reader, gstream_run_stream_get_values (self->run), take_state, self);
  for (guint i = 1; i < G_N_ELEMENTS (list_names); i++)
    gstream_reader_add (self->reader, gstream_run_stream_get_projection (self->run, list_names[i], NULL), take_payload,
                        self->lists[i]);
  gstream_reader_add (self->reader, gstream_run_stream_get_messages (self->run), take_message, self);
  gstream_reader_add (self->reader, gstream_run_stream_get_tool_calls (self->run), take_tool_call, self);
  gstream_reader_add (self->reader, gstream_run_stream_get_extensions (self->run), take_extension, self);
  gstream_reader_add (self->reader, gstream_run_stream_get_subgraphs (self->run), take_subgraph, self);
}

GstreamDigest *
gstream_digest_new (GstreamRunStream *run,
                    GstreamReader    *reader)
{
  GstreamDigest *self = g_new0 (GstreamDigest, 1);

  self->run = g_object_ref (run);
  self->reader = reader;
  self->log = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (list_names); i++)
    self->lists[i] = g_string_new (NULL);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) free_message);
  self->tool_calls = g_ptr_array_new_with_free_func ((GDestroyNotify) free_tool_call);
  self->extensions = g_ptr_array_new_with_free_func ((GDestroyNotify) free_extension);
  self->subgraphs = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_digest_free);
  read_everything (self);
  wait_for_end (self);

  return self;
}

void
gstream_digest_free (GstreamDigest *self)
{
  g_object_unref (self->run);
  g_string_free (self->log, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (list_names); i++)
    g_string_free (self->lists[i], TRUE);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->tool_calls);
  g_ptr_array_unref (self->extensions);
  g_ptr_array_unref (self->subgraphs);
  g_clear_pointer (&self->state, gstream_payload_unref);
  g_clear_pointer (&self->output, gstream_payload_unref);
  g_clear_pointer (&self->interrupts, g_ptr_array_unref);
  g_free (self);
}

/* --- as JSON, with the keys of tests/runs/README.md --- */

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
  if (gstream_interrupt_get_response_schema (interrupt) != NULL)
    write_payload (out, "response_schema", gstream_interrupt_get_response_schema (interrupt));
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
  for (guint i = 0; i < G_N_ELEMENTS (list_names); i++)
    write_list (out, list_names[i], self->lists[i]);
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
