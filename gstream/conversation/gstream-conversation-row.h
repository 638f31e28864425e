/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One row of a conversation: a message, as a chat window shows it.
 */
#pragma once

#include <gstream/projections/gstream-message.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONVERSATION_ROLE (gstream_conversation_role_get_type ())

/**
 * GstreamConversationRole:
 * @GSTREAM_CONVERSATION_ROLE_HUMAN: the user
 * @GSTREAM_CONVERSATION_ROLE_AI: the agent
 * @GSTREAM_CONVERSATION_ROLE_TOOL: the result of a tool call
 * @GSTREAM_CONVERSATION_ROLE_SYSTEM: instructions to the agent
 * @GSTREAM_CONVERSATION_ROLE_OTHER: anything else
 *
 * The role of a row's message (C1).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_CONVERSATION_ROLE_HUMAN,
  GSTREAM_CONVERSATION_ROLE_AI,
  GSTREAM_CONVERSATION_ROLE_TOOL,
  GSTREAM_CONVERSATION_ROLE_SYSTEM,
  GSTREAM_CONVERSATION_ROLE_OTHER,
} GstreamConversationRole;

GSTREAM_EXPORT GType gstream_conversation_role_get_type (void);

#define GSTREAM_TYPE_CONVERSATION_ROW_STATUS (gstream_conversation_row_status_get_type ())

/**
 * GstreamConversationRowStatus:
 * @GSTREAM_CONVERSATION_ROW_STATUS_QUEUED: it waits in the queue until the current run has ended (C6)
 * @GSTREAM_CONVERSATION_ROW_STATUS_SENDING: the user has sent it, and the thread does not have it yet (C4)
 * @GSTREAM_CONVERSATION_ROW_STATUS_SENT: the thread has it
 * @GSTREAM_CONVERSATION_ROW_STATUS_STREAMING: it is being spoken
 * @GSTREAM_CONVERSATION_ROW_STATUS_FINISHED: it is complete
 * @GSTREAM_CONVERSATION_ROW_STATUS_STOPPED: the run ended before it was complete, and it is not in the thread's state
 *   (C10)
 * @GSTREAM_CONVERSATION_ROW_STATUS_FAILED: it could not be sent, or failed while it was streaming; see
 *   [property@ConversationRow:error]
 *
 * The status of a row.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_CONVERSATION_ROW_STATUS_QUEUED,
  GSTREAM_CONVERSATION_ROW_STATUS_SENDING,
  GSTREAM_CONVERSATION_ROW_STATUS_SENT,
  GSTREAM_CONVERSATION_ROW_STATUS_STREAMING,
  GSTREAM_CONVERSATION_ROW_STATUS_FINISHED,
  GSTREAM_CONVERSATION_ROW_STATUS_STOPPED,
  GSTREAM_CONVERSATION_ROW_STATUS_FAILED,
} GstreamConversationRowStatus;

GSTREAM_EXPORT GType gstream_conversation_row_status_get_type (void);

#define GSTREAM_TYPE_CONVERSATION_ROW (gstream_conversation_row_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamConversationRow, gstream_conversation_row, GSTREAM, CONVERSATION_ROW, GObject)

GSTREAM_EXPORT const char                  *gstream_conversation_row_get_id (GstreamConversationRow *self);
GSTREAM_EXPORT GstreamConversationRole      gstream_conversation_row_get_role (GstreamConversationRow *self);
GSTREAM_EXPORT GstreamConversationRowStatus gstream_conversation_row_get_status (GstreamConversationRow *self);
GSTREAM_EXPORT const char                  *gstream_conversation_row_get_text (GstreamConversationRow *self);
GSTREAM_EXPORT const char                  *gstream_conversation_row_get_reasoning (GstreamConversationRow *self);
GSTREAM_EXPORT const char                  *gstream_conversation_row_get_name (GstreamConversationRow *self);
GSTREAM_EXPORT GstreamPayload              *gstream_conversation_row_get_content (GstreamConversationRow *self);
GSTREAM_EXPORT GstreamPayload              *gstream_conversation_row_get_payload (GstreamConversationRow *self);
GSTREAM_EXPORT GstreamMessage              *gstream_conversation_row_get_message (GstreamConversationRow *self);
GSTREAM_EXPORT const char                  *gstream_conversation_row_get_tool_call_id (GstreamConversationRow *self);
GSTREAM_EXPORT GDateTime                   *gstream_conversation_row_get_time (GstreamConversationRow *self);
GSTREAM_EXPORT const GError                *gstream_conversation_row_get_error (GstreamConversationRow *self);
GSTREAM_EXPORT GListModel                  *gstream_conversation_row_get_tool_calls (GstreamConversationRow *self);
GSTREAM_EXPORT GListModel                  *gstream_conversation_row_get_subagents (GstreamConversationRow *self);
GSTREAM_EXPORT const char                  *gstream_conversation_row_get_checkpoint_id (GstreamConversationRow *self);
GSTREAM_EXPORT guint                        gstream_conversation_row_get_n_branches (GstreamConversationRow *self);
GSTREAM_EXPORT guint                        gstream_conversation_row_get_branch (GstreamConversationRow *self);

G_END_DECLS
