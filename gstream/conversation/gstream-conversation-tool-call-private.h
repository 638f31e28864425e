/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of a row's tool call.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-tool-call.h>

G_BEGIN_DECLS

GstreamConversationToolCall *gstream_conversation_tool_call_new (const char *id);
/* Sets the data from the message. @error: (nullable): why its arguments are invalid. */
void gstream_conversation_tool_call_set_request (GstreamConversationToolCall *self,
                                                 const char                  *name,
                                                 GstreamPayload              *input,
                                                 const char                  *error);
/* Sets the call of a run; NULL: there is none. */
void gstream_conversation_tool_call_set_call (GstreamConversationToolCall *self,
                                              GstreamToolCall             *call);
/* Sets the result from the state's tool message; NULL: there is none. It takes precedence over the run's. */
void gstream_conversation_tool_call_set_result (GstreamConversationToolCall *self,
                                                const char                  *text,
                                                gboolean                     failed);
/* Sets the list of GstreamSubagent. */
void gstream_conversation_tool_call_set_subagents (GstreamConversationToolCall *self,
                                                   GListStore                  *subagents);

G_END_DECLS
