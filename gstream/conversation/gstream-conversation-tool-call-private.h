/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making the tool call of a row, and telling it what becomes of it.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-tool-call.h>

G_BEGIN_DECLS

GstreamConversationToolCall *gstream_conversation_tool_call_new (const char *id);
/* What a message says of it. @error: why its arguments cannot be read, where they cannot. */
void gstream_conversation_tool_call_set_request (GstreamConversationToolCall *self,
                                                 const char                  *name,
                                                 GstreamPayload              *input,
                                                 const char                  *error);
/* What a run says of it; NULL: no run is under way that does. */
void gstream_conversation_tool_call_set_call (GstreamConversationToolCall *self,
                                              GstreamToolCall             *call);
/* What the state's tool message says of it; NULL: there is none. It counts more than what a run says. */
void gstream_conversation_tool_call_set_result (GstreamConversationToolCall *self,
                                                const char                  *text,
                                                gboolean                     failed);
/* Of GstreamSubagent. The list is the one that is shown. */
void gstream_conversation_tool_call_set_subagents (GstreamConversationToolCall *self,
                                                   GListStore                  *subagents);

G_END_DECLS
