/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known of tool calls by their ids, whoever says it first: the message that asks for a call, the run that makes
 * it, the tool message that has its result, and the sub-agents that it started.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-tool-call.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

typedef struct _GstreamCallBook GstreamCallBook;

GstreamCallBook *gstream_call_book_new (void);
GstreamCallBook *gstream_call_book_ref (GstreamCallBook *self);
void             gstream_call_book_unref (GstreamCallBook *self);

/* The tool call with that id, the same one while anybody has it; a new one each time where @id is NULL. */
GstreamConversationToolCall *gstream_call_book_get (GstreamCallBook *self,
                                                    const char      *id);
void                         gstream_call_book_add_call (GstreamCallBook *self,
                                                         GstreamToolCall *call);
/* @message: the tool message that has the result of the call with that id. */
void gstream_call_book_set_result (GstreamCallBook *self,
                                   const char      *id,
                                   GstreamPayload  *message);
/* It is not the result any more; another one may be. */
void gstream_call_book_unset_result (GstreamCallBook *self,
                                     const char      *id,
                                     GstreamPayload  *message);
void gstream_call_book_add_subagent (GstreamCallBook *self,
                                     const char      *id,
                                     GstreamSubagent *subagent);
/* What the call with that id was asked to do; NULL: nobody has said. */
GstreamPayload *gstream_call_book_get_input (GstreamCallBook *self,
                                             const char      *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCallBook, gstream_call_book_unref)

G_END_DECLS
