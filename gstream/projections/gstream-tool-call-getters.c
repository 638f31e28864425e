/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a tool call shows of itself.
 */
#include "config.h"

#include <gstream/projections/gstream-tool-call-private.h>

/**
 * gstream_tool_call_get_id:
 * @self: a tool call
 *
 * Its id: that of the call in the model's message.
 *
 * Returns: (nullable): the id, or %NULL if the source does not say
 */
const char *
gstream_tool_call_get_id (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->id;
}

/**
 * gstream_tool_call_get_name:
 * @self: a tool call
 *
 * The tool's name.
 *
 * Returns: (nullable): the name, or %NULL if the source does not say
 */
const char *
gstream_tool_call_get_name (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->name;
}

/**
 * gstream_tool_call_get_namespace:
 * @self: a tool call
 *
 * Where in the run its events occur: the scope of the run whose call it is, or
 * the node's own namespace below that (D4).
 *
 * Returns: (array zero-terminated=1) (transfer none): the namespace
 */
const char * const *
gstream_tool_call_get_namespace (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return (const char * const *) self->namespace_->segments;
}

/**
 * gstream_tool_call_get_status:
 * @self: a tool call
 *
 * How it is.
 *
 * Returns: the status
 */
GstreamToolCallStatus
gstream_tool_call_get_status (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), GSTREAM_TOOL_CALL_STATUS_FAILED);

  return self->status;
}

/**
 * gstream_tool_call_get_input:
 * @self: a tool call
 *
 * What the tool was called with.
 *
 * Returns: (transfer none) (nullable): the input, usually an object, or %NULL if the source does not say
 */
GstreamPayload *
gstream_tool_call_get_input (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->input;
}

/**
 * gstream_tool_call_get_output:
 * @self: a tool call
 *
 * What the tool gave: often a message of type `tool`, whose `content` it is.
 *
 * Returns: (transfer none) (nullable): the output, or %NULL if there is none (yet)
 */
GstreamPayload *
gstream_tool_call_get_output (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->output;
}

/**
 * gstream_tool_call_get_error:
 * @self: a tool call
 *
 * Why it failed.
 *
 * Returns: (nullable): the error, or %NULL unless it failed
 */
const GError *
gstream_tool_call_get_error (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->error;
}

/**
 * gstream_tool_call_get_progress:
 * @self: a tool call
 *
 * What the tool has said so far while it works: its output deltas, joined.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL if it has said nothing;
 *   valid until the call goes on
 */
const char *
gstream_tool_call_get_progress (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return self->progress ? self->progress->str : NULL;
}

/**
 * gstream_tool_call_get_output_deltas:
 * @self: a tool call
 *
 * What the tool says while it works, as it comes. A delta that is not a string
 * comes as its JSON.
 *
 * Returns: (transfer none): a projection of strings
 */
GstreamProjection *
gstream_tool_call_get_output_deltas (GstreamToolCall *self)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);

  return gstream_deltas_get (&self->output_deltas);
}
