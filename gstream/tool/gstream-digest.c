/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a consumer of everything that a run shows ends up with, as JSON.
 *
 * Every projection of the run is read, all at once; and as each nested handle
 * comes (a message, a tool call, an extension, the run of a subgraph), so are
 * its own, from where it is taken. Nothing is waited for in between: that is
 * how a run is seen whole, by means of its public interface alone.
 */
#include "config.h"

#include "gstream/tool/gstream-digest-private.h"
#include "gstream/tool/gstream-json-out.h"

const char *const gstream_digest_lists[] = {
  "values", "updates", "custom", "checkpoints", "tasks", "debug", "lifecycle",
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
  GstreamDigest *self = user_data;
  ToolCallDigest *digest = g_new (ToolCallDigest, 1);

  digest->call = g_value_dup_object (item);
  digest->output_deltas = read_strings (self->reader, gstream_tool_call_get_output_deltas (digest->call));
  g_ptr_array_add (self->tool_calls, digest);
}

static void
take_extension (const GValue *item,
                gpointer      user_data)
{
  GstreamDigest *self = user_data;
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

/* --- its life --- */

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
  for (guint i = 1; i < GSTREAM_N_DIGEST_LISTS; i++)
    gstream_reader_add (self->reader, gstream_run_stream_get_projection (self->run, gstream_digest_lists[i], NULL),
                        take_payload, self->lists[i]);
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
  for (guint i = 0; i < GSTREAM_N_DIGEST_LISTS; i++)
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
  for (guint i = 0; i < GSTREAM_N_DIGEST_LISTS; i++)
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
