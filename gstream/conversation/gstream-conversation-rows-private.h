/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a conversation, or of one of its sub-agents, as a list model: in the order of a state's message list,
 * with those that the state does not have yet.
 *
 * What is to be shown is worked out when something has changed; items-changed then tells one contiguous change a turn
 * of the main loop, and touches no row that stays (C3).
 */
#pragma once

#include <gstream/conversation/gstream-call-book-private.h>
#include <gstream/conversation/gstream-conversation-row.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONVERSATION_ROWS (gstream_conversation_rows_get_type ())
G_DECLARE_FINAL_TYPE (GstreamConversationRows, gstream_conversation_rows, GSTREAM, CONVERSATION_ROWS, GObject)

/* All from the main loop, and may do anything. */
typedef struct
{
  void (*changed) (gpointer owner,
                   guint    position,
                   guint    removed,
                   guint    added); /* nullable */
  void (*settled) (gpointer owner); /* nullable: a state has been read, and all is shown as it is to be */
} GstreamConversationRowsFuncs;

GstreamConversationRows *gstream_conversation_rows_new (void);
void                     gstream_conversation_rows_set_owner (GstreamConversationRows            *self,
                                                              const GstreamConversationRowsFuncs *funcs,
                                                              gpointer                            owner);
/* Ends all that is under way. */
void             gstream_conversation_rows_close (GstreamConversationRows *self);
GstreamCallBook *gstream_conversation_rows_get_book (GstreamConversationRows *self);
void             gstream_conversation_rows_set_tool_rows (GstreamConversationRows *self,
                                                          gboolean                 tool_rows);
/* Microseconds that reading a state may take of a turn (R11); 0: no end. */
void gstream_conversation_rows_set_budget (GstreamConversationRows *self,
                                           guint                    microseconds);

/* --- the state --- */

/*
 * A newer state's message list, an array; NULL: it has none. It is read at once where the budget allows, else in slices.
 * One that comes while another is being read is read after it; only the newest waits.
 */
void gstream_conversation_rows_set_state (GstreamConversationRows *self,
                                          GstreamPayload          *messages);
/* Whether a state is being read, or a change waits to be shown. */
gboolean gstream_conversation_rows_is_settled (GstreamConversationRows *self);
/* Until the next state has been read: the row, and those of the state behind it, are not shown; NULL: all are. */
void gstream_conversation_rows_cut (GstreamConversationRows *self,
                                    GstreamConversationRow  *row);
/* Of the newest state that has been read, all of them, shown or not. */
guint                   gstream_conversation_rows_get_n_state (GstreamConversationRows *self);
GstreamConversationRow *gstream_conversation_rows_get_state (GstreamConversationRows *self,
                                                             guint                    place);

/* --- rows that the state does not have --- */

GstreamConversationRow *gstream_conversation_rows_lookup (GstreamConversationRows *self,
                                                          const char              *id);
/* Shows a row behind all others. */
void gstream_conversation_rows_add (GstreamConversationRows *self,
                                    GstreamConversationRow  *row);
/* Does nothing where the state has it by now. */
void gstream_conversation_rows_remove (GstreamConversationRows *self,
                                       GstreamConversationRow  *row);
/* A message begins: it gets a row, or is that of the row with its id. */
GstreamConversationRow *gstream_conversation_rows_begin (GstreamConversationRows *self,
                                                         GstreamMessage          *message);
/* Those that were stopped or failed stand from now on behind the row that they stand behind now. */
void gstream_conversation_rows_settle (GstreamConversationRows *self);
/* A settled one is sent again: it goes behind all others. */
void gstream_conversation_rows_unsettle (GstreamConversationRows *self,
                                         GstreamConversationRow  *row);
/*
 * The run is over, and the state that it left has been read: rows that it does not have leave, but for those that were
 * stopped or failed, which stay where they are. @all: those too.
 */
void gstream_conversation_rows_end_run (GstreamConversationRows *self,
                                        gboolean                 all);
/* Rows that were being spoken, or sent and not seen in a state, are stopped, or failed where there is an error. */
void gstream_conversation_rows_stop (GstreamConversationRows *self,
                                     const GError            *error);
/* The newest one that is, or is about to be, shown; NULL: none. */
GstreamConversationRow *gstream_conversation_rows_get_newest (GstreamConversationRows *self);

G_END_DECLS
