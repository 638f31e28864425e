/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The data of tool calls, which may come from several sources in any order: the message that requests a call, the run
 * that executes it, the tool message with its result, and the sub-agents that it starts. The message is known by its row,
 * the others only by the id of the call. Where several rows request calls with the same id, they belong to the newest one.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/conversation/gstream-conversation-tool-call.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

typedef struct _GstreamCallBook GstreamCallBook;

GstreamCallBook *gstream_call_book_new (void);
GstreamCallBook *gstream_call_book_ref (GstreamCallBook *self);
void             gstream_call_book_unref (GstreamCallBook *self);

/* Begins a listing of all calls of a row, in their order, by one of the following two functions. */
void gstream_call_book_begin_row (GstreamCallBook *self);
/* To be called for the calls of a message as soon as they are known. */
void gstream_call_book_request (GstreamCallBook        *self,
                                GstreamConversationRow *row,
                                const char             *id);
/*
 * Returns the tool call of @row, which is the same object while it is referenced; a new one each time if @id is NULL.
 * (transfer full)
 */
GstreamConversationToolCall *gstream_call_book_get (GstreamCallBook        *self,
                                                    GstreamConversationRow *row,
                                                    const char             *id);
/* Removes all that is known of the calls of @row. */
void gstream_call_book_release (GstreamCallBook        *self,
                                GstreamConversationRow *row);
void gstream_call_book_add_call (GstreamCallBook *self,
                                 GstreamToolCall *call);
/* @message: the tool message with the result of a call with that id; @before: the one it replaces, or NULL. */
void gstream_call_book_set_result (GstreamCallBook *self,
                                   const char      *id,
                                   GstreamPayload  *before,
                                   GstreamPayload  *message);
/* Removes the result that is in @message, if it is still that of a call. */
void gstream_call_book_unset_result (GstreamCallBook *self,
                                     GstreamPayload  *message);
/* Returns the list of the sub-agents (GstreamSubagent) of the call with that id, to add to. */
GListStore *gstream_call_book_get_subagents (GstreamCallBook *self,
                                             const char      *id);
/* Returns the input of the call with that id; NULL: not known. */
GstreamPayload *gstream_call_book_get_input (GstreamCallBook *self,
                                             const char      *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCallBook, gstream_call_book_unref)

G_END_DECLS
