/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message of a conversation, the user's or the agent's.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_ROW (chat_row_get_type ())
G_DECLARE_FINAL_TYPE (ChatRow, chat_row, CHAT, ROW, GtkBox)

GtkWidget *chat_row_new (void);
/* NULL for @row: it shows nothing. Without a @conversation, nothing can be done with what it shows. */
void chat_row_set_row (ChatRow                *self,
                       GstreamConversation    *conversation,
                       GstreamConversationRow *row);
