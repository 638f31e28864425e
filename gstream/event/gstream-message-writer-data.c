/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a message whose data is written at once: all but pieces of text.
 */
#include "gstream/event/gstream-message-writer-private.h"

#include "gstream/event/gstream-json-writer-internal.h"

/* --- making them --- */

/* Beside what every event says. */
#define ROOM 160

static GString *
begin (const char *event,
       gsize       size)
{
  GString *out = g_string_sized_new (ROOM + size);

  g_string_append_c (out, '{');
  gstream_json_add_string (out, "event", event);
  return out;
}

/* Takes @out. */
static GstreamPayload *
end (GString    *out,
     const char *run_id)
{
  GstreamPayload *payload;

  gstream_json_add_string (out, "run_id", run_id);
  g_string_append_c (out, '}');
  payload = gstream_payload_new_checked (out->str, out->len);
  g_string_free (out, TRUE);
  return payload;
}

/* One that has data, too; takes @out. */
static GstreamEvent *
data_event_new (GstreamMessageWriter *self,
                GstreamStep           step,
                GString              *out)
{
  gpointer room;
  GstreamEvent *event = gstream_message_writer_event_new (self, step, 0, &room);

  event->body->data = end (out, self->id);
  return event;
}

/* What reading it would find. */
static const GstreamEventFields *
make_first_fields (GstreamEvent *first,
                  const char   *id)
{
  gsize size = strlen (id) + 1;
  GstreamEventFields *fields = g_malloc (sizeof *fields + size);

  gstream_event_fields_init (fields, GSTREAM_METHOD_MESSAGES);
  fields->step = GSTREAM_STEP_MESSAGE_START;
  fields->message_id = fields->run_id = memcpy (fields + 1, id, size);
  fields->node = first->body->node;
  first->body->view.fields = fields;
  first->body->fields_apart = TRUE;
  return fields;
}

void
gstream_message_writer_make_first (GstreamMessageWriter *self,
                                   const char * const   *namespace_,
                                   const char           *node,
                                   const char           *id)
{
  GString *out = begin ("message-start", 2 * strlen (id));
  g_autoptr(GstreamPayload) data = NULL;

  gstream_json_add_string (out, "role", "ai");
  gstream_json_add_string (out, "id", id);
  data = end (out, id);
  self->first = gstream_event_new_full ("messages", namespace_, data, -1, node, NULL, NULL);
  self->id = make_first_fields (self->first, id)->run_id;
}

/* --- in the order of a message --- */

/**
 * gstream_message_writer_start:
 * @self: a writer
 *
 * The event that begins the message. It comes first.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_start (GstreamMessageWriter *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  return gstream_event_ref (self->first);
}

static gboolean
check_block (GstreamPayload  *block,
             GError         **error)
{
  if (gstream_payload_get_string (block, "/type") != NULL)
    return TRUE;
  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "expected a content block, an object with type, a string");
  return FALSE;
}

static GstreamWriterBlock
block_of_type (const char *type)
{
  if (strcmp (type, "text") == 0)
    return GSTREAM_WRITER_TEXT;
  return strcmp (type, "reasoning") == 0 ? GSTREAM_WRITER_REASONING : GSTREAM_WRITER_OTHER;
}

static GstreamEvent *
block_event (GstreamMessageWriter *self,
             GstreamStep           step,
             const char           *name,
             GstreamPayload       *block)
{
  GString *out = begin (name, block->length);
  GstreamEvent *event;

  gstream_json_add_integer (out, "index", self->index);
  gstream_json_add_payload (out, "content", block);
  event = data_event_new (self, step, out);
  gstream_message_writer_fields (event)->index = self->index;
  return event;
}

/**
 * gstream_message_writer_start_block:
 * @self: a writer
 * @block: the content block as far as it is known: an object with `type`
 * @error: return location for an error
 *
 * Begins a block; what comes then goes to it. Fails with %GSTREAM_ERROR_INVALID
 * where @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_message_writer_start_block (GstreamMessageWriter  *self,
                                    GstreamPayload        *block,
                                    GError               **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (block != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_block (block, error))
    return NULL;
  self->index++;
  self->block = block_of_type (gstream_payload_get_string (block, "/type"));
  return block_event (self, GSTREAM_STEP_BLOCK_START, "content-block-start", block);
}

/**
 * gstream_message_writer_finish_block:
 * @self: a writer
 * @block: the whole content block: an object with `type`
 * @error: return location for an error
 *
 * Ends the latest block with its final content, or, where no block is begun, gives a
 * block as a whole. Fails with %GSTREAM_ERROR_INVALID where @block has no `type`.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_message_writer_finish_block (GstreamMessageWriter  *self,
                                     GstreamPayload        *block,
                                     GError               **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (block != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_block (block, error))
    return NULL;
  if (self->block == GSTREAM_WRITER_NONE)
    self->index++;
  self->block = GSTREAM_WRITER_NONE;
  return block_event (self, GSTREAM_STEP_BLOCK_FINISH, "content-block-finish", block);
}

/**
 * gstream_message_writer_finish:
 * @self: a writer
 * @usage: (nullable): the tokens used: an object with `input_tokens`, `output_tokens`, `total_tokens`
 * @finish_reason: (nullable): why the model stopped, such as `stop`
 *
 * The event that ends the message. It comes last.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_finish (GstreamMessageWriter *self,
                               GstreamPayload       *usage,
                               const char           *finish_reason)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);

  out = begin ("message-finish", usage != NULL ? usage->length : 0);
  gstream_json_add_string (out, "reason", finish_reason);
  gstream_json_add_payload (out, "usage", usage);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_FINISH, out);
}

/**
 * gstream_message_writer_fail:
 * @self: a writer
 * @message: what went wrong
 *
 * The event that ends the message because the model failed. It comes last.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_message_writer_fail (GstreamMessageWriter *self,
                             const char           *message)
{
  GString *out;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE_WRITER (self), NULL);
  g_return_val_if_fail (message != NULL, NULL);

  out = begin ("error", strlen (message));
  gstream_json_add_string (out, "message", message);
  return data_event_new (self, GSTREAM_STEP_MESSAGE_ERROR, out);
}
