/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a conversation, or of one of its sub-agents, as a list model: in the order of the messages in a state,
 * and with messages that are not in the state yet.
 *
 * When something has changed, the list to be shown is computed; then items-changed is emitted for one contiguous change
 * in each iteration of the main loop, which does not include rows that stay (C3).
 */
#pragma once

#include <gstream/conversation/gstream-call-book-private.h>
#include <gstream/conversation/gstream-conversation-row.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONVERSATION_ROWS (gstream_conversation_rows_get_type ())
G_DECLARE_FINAL_TYPE (GstreamConversationRows, gstream_conversation_rows, GSTREAM, CONVERSATION_ROWS, GObject)

/* All are called from the main loop, and may call any function. */
typedef struct
{
  void (*changed) (gpointer owner,
                   guint    position,
                   guint    removed,
                   guint    added); /* nullable */
  void (*settled) (gpointer owner); /* nullable: a state has been read, and the list is up to date */
} GstreamConversationRowsFuncs;

GstreamConversationRows *gstream_conversation_rows_new (void);
void                     gstream_conversation_rows_set_owner (GstreamConversationRows            *self,
                                                              const GstreamConversationRowsFuncs *funcs,
                                                              gpointer                            owner);
/* Stops all pending work. */
void             gstream_conversation_rows_close (GstreamConversationRows *self);
GstreamCallBook *gstream_conversation_rows_get_book (GstreamConversationRows *self);
void             gstream_conversation_rows_set_tool_rows (GstreamConversationRows *self,
                                                          gboolean                 tool_rows);
/*
 * Sets whether the messages of the newest state are held, so that those of the next one are compared with all of them at
 * once. For an owner that holds the state anyway; otherwise they would be in memory twice, here and in the rows.
 */
void gstream_conversation_rows_set_keeps_list (GstreamConversationRows *self,
                                               gboolean                 keeps_list);
/* Sets the time in microseconds that reading a state may take in an iteration of the main loop (R11); 0: no limit. */
void gstream_conversation_rows_set_budget (GstreamConversationRows *self,
                                           guint                    microseconds);

/* --- the state --- */

/*
 * Sets the message list of a newer state, an array; NULL: it has none. It is read at once if the budget allows that,
 * otherwise in slices. If another one is being read, it is read after that; only the newest one is queued.
 */
void gstream_conversation_rows_set_state (GstreamConversationRows *self,
                                          GstreamPayload          *messages);
/* Whether no state is being read, and no change is pending. */
gboolean gstream_conversation_rows_is_settled (GstreamConversationRows *self);
/* Hides the row, and the rows of the state after it, until the next state has been read; NULL: shows all. */
void gstream_conversation_rows_cut (GstreamConversationRows *self,
                                    GstreamConversationRow  *row);
/* These return all rows of the newest state that has been read, whether they are shown or not. */
guint                   gstream_conversation_rows_get_n_state (GstreamConversationRows *self);
GstreamConversationRow *gstream_conversation_rows_get_state (GstreamConversationRows *self,
                                                             guint                    place);

/* --- rows that the state does not have --- */

GstreamConversationRow *gstream_conversation_rows_lookup (GstreamConversationRows *self,
                                                          const char              *id);
/* Appends a row. */
void gstream_conversation_rows_add (GstreamConversationRows *self,
                                    GstreamConversationRow  *row);
/* Removes a row, unless it is in the state. */
void gstream_conversation_rows_remove (GstreamConversationRows *self,
                                       GstreamConversationRow  *row);
/* Called when a message begins: makes a row for it, or uses the row with its id. */
GstreamConversationRow *gstream_conversation_rows_begin (GstreamConversationRows *self,
                                                         GstreamMessage          *message);
/* Called when a run executes a tool call, which a message before has requested. */
void gstream_conversation_rows_add_call (GstreamConversationRows *self,
                                         GstreamToolCall         *call);
/* Fixes the positions of stopped and failed rows: from now on they follow the row that they follow now. */
void gstream_conversation_rows_settle (GstreamConversationRows *self);
/* Moves a fixed row that is sent again to the end. */
void gstream_conversation_rows_unsettle (GstreamConversationRows *self,
                                         GstreamConversationRow  *row);
/*
 * To be called when the run has ended and its final state has been read: removes rows that are not in the state, except
 * stopped and failed ones, which keep their positions. @all: these, too.
 */
void gstream_conversation_rows_end_run (GstreamConversationRows *self,
                                        gboolean                 all);
/* Marks streaming rows, and sent rows that are not in a state, as stopped, or as failed if there is an error. */
void gstream_conversation_rows_stop (GstreamConversationRows *self,
                                     const GError            *error);
/* To be called when a run has ended without a failure: its rows are not marked when a later one stops or fails. */
void gstream_conversation_rows_complete (GstreamConversationRows *self);
/* Returns the newest row that is shown or will be shown, but for those with fixed positions; NULL: none. */
GstreamConversationRow *gstream_conversation_rows_get_newest (GstreamConversationRows *self);

G_END_DECLS
