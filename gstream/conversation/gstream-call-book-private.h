/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The data of tool calls by their ids, which may come from several sources in any order: the message that requests a
 * call, the run that executes it, the tool message with its result, and the sub-agents that it starts.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-tool-call.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

typedef struct _GstreamCallBook GstreamCallBook;

GstreamCallBook *gstream_call_book_new (void);
GstreamCallBook *gstream_call_book_ref (GstreamCallBook *self);
void             gstream_call_book_unref (GstreamCallBook *self);

/*
 * Returns the tool call with that id, which is the same object while it is referenced; a new one each time if @id is
 * NULL.
 */
GstreamConversationToolCall *gstream_call_book_get (GstreamCallBook *self,
                                                    const char      *id);
void                         gstream_call_book_add_call (GstreamCallBook *self,
                                                         GstreamToolCall *call);
/* @message: the tool message that has the result of the call with that id. */
void gstream_call_book_set_result (GstreamCallBook *self,
                                   const char      *id,
                                   GstreamPayload  *message);
/* Removes the result, if it is still that of @message. */
void gstream_call_book_unset_result (GstreamCallBook *self,
                                     const char      *id,
                                     GstreamPayload  *message);
/* Returns the list of the sub-agents (GstreamSubagent) of the call with that id, to add to. */
GListStore *gstream_call_book_get_subagents (GstreamCallBook *self,
                                             const char      *id);
/* Returns the input of the call with that id; NULL: not known. */
GstreamPayload *gstream_call_book_get_input (GstreamCallBook *self,
                                             const char      *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCallBook, gstream_call_book_unref)

G_END_DECLS
