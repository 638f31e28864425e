/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a message shows of itself, made when it is asked for.
 */
#include "config.h"

#include <gstream/projections/gstream-message-private.h>

/* --- views of its content --- */

static GstreamPayload *
make_view (GstreamMessage *self,
           guint           i)
{
  switch (i)
    {
    case GSTREAM_MESSAGE_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_CALL);
    case GSTREAM_MESSAGE_INVALID_TOOL_CALLS:
      return gstream_message_content_calls (&self->content, GSTREAM_BLOCK_INVALID_CALL);
    case GSTREAM_MESSAGE_CONTENT:
    default:
      return gstream_message_content_blocks (&self->content);
    }
}

static GstreamPayload *
get_view (GstreamMessage *self,
          guint           i)
{
  if (self->views[i] == NULL)
    self->views[i] = make_view (self, i);
  self->has_views = TRUE;

  return self->views[i];
}

void
gstream_message_drop_views (GstreamMessage *self)
{
  for (guint i = 0; i < GSTREAM_MESSAGE_N_VIEWS; i++)
    g_clear_pointer (&self->views[i], gstream_payload_unref);
  self->has_views = FALSE;
}

/* --- for whoever shows it --- */

/**
 * gstream_message_get_id:
 * @self: a message
 *
 * Its id, as the model's provider or the run gave it.
 *
 * Returns: (nullable): the id, or %NULL if it is not known
 */
const char *
gstream_message_get_id (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->id;
}

/**
 * gstream_message_get_node:
 * @self: a message
 *
 * The node of the graph that calls the model.
 *
 * Returns: (nullable): the node's name, or %NULL if the source does not say
 */
const char *
gstream_message_get_node (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->node;
}

/**
 * gstream_message_get_namespace:
 * @self: a message
 *
 * Where in the run its events occur: the scope of the run whose message it is,
 * or the node's own namespace below that (D4).
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace
 */
const char * const *
gstream_message_get_namespace (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return (const char * const *) self->namespace_->segments;
}

/**
 * gstream_message_get_status:
 * @self: a message
 *
 * How it is.
 *
 * Returns: the status
 */
GstreamMessageStatus
gstream_message_get_status (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), GSTREAM_MESSAGE_STATUS_FAILED);

  return self->status;
}

/**
 * gstream_message_get_text:
 * @self: a message
 *
 * Its text so far: that of its text blocks, in index order.
 *
 * Returns: (transfer none): the text, possibly empty; valid until more comes
 */
const char *
gstream_message_get_text (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_TEXT);
}

/**
 * gstream_message_get_reasoning:
 * @self: a message
 *
 * What the model has reasoned so far: its reasoning blocks, in index order.
 *
 * Returns: (transfer none): the reasoning, possibly empty; valid until more comes
 */
const char *
gstream_message_get_reasoning (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_message_content_text (&self->content, GSTREAM_BLOCK_REASONING);
}

/**
 * gstream_message_get_content:
 * @self: a message
 *
 * Its content so far: an array of blocks in index order, each an object with
 * `type` and `index`; tool calls and invalid ones without `index`. A block that
 * is not finished is there as far as it has come (T3).
 *
 * Returns: (transfer none): the content; valid until more comes
 */
GstreamPayload *
gstream_message_get_content (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_CONTENT);
}

/**
 * gstream_message_get_tool_calls:
 * @self: a message
 *
 * The tools that the model calls: an array of objects with `id`, `name` and
 * `args`, an object. A call is here when its arguments are complete.
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 */
GstreamPayload *
gstream_message_get_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_TOOL_CALLS);
}

/**
 * gstream_message_get_invalid_tool_calls:
 * @self: a message
 *
 * Calls of tools whose arguments are not a JSON object: an array of objects with
 * `id`, `name` and `args`, the text that the model gave. What is wrong with them
 * is the `error` of their blocks in [property@Message:content].
 *
 * Returns: (transfer none): the calls, possibly none; valid until more comes
 */
GstreamPayload *
gstream_message_get_invalid_tool_calls (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return get_view (self, GSTREAM_MESSAGE_INVALID_TOOL_CALLS);
}

/**
 * gstream_message_get_usage:
 * @self: a message
 *
 * The tokens used: an object such as `{"input_tokens": 12, "output_tokens": 14,
 * "total_tokens": 26}`. Most sources say it at the end.
 *
 * Returns: (transfer none) (nullable): the usage, or %NULL if nothing was said; valid until more comes
 */
GstreamPayload *
gstream_message_get_usage (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_usage == NULL)
    self->shown_usage = gstream_members_to_payload (&self->usage);

  return self->shown_usage;
}

/**
 * gstream_message_get_metadata:
 * @self: a message
 *
 * What the model's provider says of the call, such as the model's name: an
 * object, of what came with the start and, over it, with the end.
 *
 * Returns: (transfer none) (nullable): the metadata, or %NULL if nothing was said; valid until more comes
 */
GstreamPayload *
gstream_message_get_metadata (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  if (self->shown_metadata == NULL)
    self->shown_metadata = gstream_members_to_payload (&self->metadata);

  return self->shown_metadata;
}

/**
 * gstream_message_get_finish_reason:
 * @self: a message
 *
 * Why the model stopped, such as `stop`.
 *
 * Returns: (nullable): the reason, or %NULL if nothing was said
 */
const char *
gstream_message_get_finish_reason (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->finish_reason;
}

/**
 * gstream_message_get_error:
 * @self: a message
 *
 * Why it failed.
 *
 * Returns: (nullable): the error, or %NULL unless it failed
 */
const GError *
gstream_message_get_error (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return self->error;
}

/**
 * gstream_message_get_text_deltas:
 * @self: a message
 *
 * Its text as it comes, piece by piece.
 *
 * Returns: (transfer none): a projection of strings
 */
GstreamProjection *
gstream_message_get_text_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->text_deltas);
}

/**
 * gstream_message_get_reasoning_deltas:
 * @self: a message
 *
 * The model's reasoning as it comes, piece by piece.
 *
 * Returns: (transfer none): a projection of strings
 */
GstreamProjection *
gstream_message_get_reasoning_deltas (GstreamMessage *self)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);

  return gstream_deltas_get (&self->reasoning_deltas);
}
