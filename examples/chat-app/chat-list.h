/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A box that shows a list model: few rows, which GtkListView would make more of than they are.
 */
#pragma once

#include <gtk/gtk.h>

typedef GtkWidget *(*ChatListCreate) (gpointer item,
                                      gpointer user_data);

/* @box, which is empty, has a widget for each item of @model, and is visible where there is one. @user_data outlives it. */
void chat_list_bind (GtkBox        *box,
                     GListModel    *model,
                     ChatListCreate create,
                     gpointer       user_data);
/* Without its widgets, and nothing is bound to it. */
void chat_list_unbind (GtkBox *box);
