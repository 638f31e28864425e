/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation in the list of conversations.
 */
#pragma once

#include "chat-entry.h"

#include <gtk/gtk.h>

#define CHAT_TYPE_SIDEBAR_ROW (chat_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (ChatSidebarRow, chat_sidebar_row, CHAT, SIDEBAR_ROW, GtkBox)

GtkWidget *chat_sidebar_row_new (void);
/* It has the signals `rename` and `delete`. */
void       chat_sidebar_row_set_entry (ChatSidebarRow *self,
                                       ChatEntry      *entry);
ChatEntry *chat_sidebar_row_get_entry (ChatSidebarRow *self);
