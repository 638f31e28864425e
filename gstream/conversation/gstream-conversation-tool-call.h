/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tool call of a row: the agent's request and its result.
 */
#pragma once

#include <gstream/projections/gstream-tool-call.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONVERSATION_TOOL_CALL_STATUS (gstream_conversation_tool_call_status_get_type ())

/**
 * GstreamConversationToolCallStatus:
 * @GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING: it was requested, but has neither started nor a result
 * @GSTREAM_CONVERSATION_TOOL_CALL_STATUS_RUNNING: the tool runs
 * @GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED: it has its output
 * @GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED: it failed, or its arguments are invalid
 *
 * The status of a tool call of a conversation (C5).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_CONVERSATION_TOOL_CALL_STATUS_PENDING,
  GSTREAM_CONVERSATION_TOOL_CALL_STATUS_RUNNING,
  GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FINISHED,
  GSTREAM_CONVERSATION_TOOL_CALL_STATUS_FAILED,
} GstreamConversationToolCallStatus;

GSTREAM_EXPORT GType gstream_conversation_tool_call_status_get_type (void);

#define GSTREAM_TYPE_CONVERSATION_TOOL_CALL (gstream_conversation_tool_call_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamConversationToolCall, gstream_conversation_tool_call, GSTREAM, CONVERSATION_TOOL_CALL, GObject)

GSTREAM_EXPORT const char     *gstream_conversation_tool_call_get_id (GstreamConversationToolCall *self);
GSTREAM_EXPORT const char     *gstream_conversation_tool_call_get_name (GstreamConversationToolCall *self);
GSTREAM_EXPORT GstreamPayload *gstream_conversation_tool_call_get_input (GstreamConversationToolCall *self);
GSTREAM_EXPORT GstreamConversationToolCallStatus
gstream_conversation_tool_call_get_status (GstreamConversationToolCall *self);
GSTREAM_EXPORT const char      *gstream_conversation_tool_call_get_progress (GstreamConversationToolCall *self);
GSTREAM_EXPORT const char      *gstream_conversation_tool_call_get_output (GstreamConversationToolCall *self);
GSTREAM_EXPORT const GError    *gstream_conversation_tool_call_get_error (GstreamConversationToolCall *self);
GSTREAM_EXPORT GListModel      *gstream_conversation_tool_call_get_subagents (GstreamConversationToolCall *self);
GSTREAM_EXPORT GstreamToolCall *gstream_conversation_tool_call_get_call (GstreamConversationToolCall *self);

G_END_DECLS
