/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation, with the place to write in.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_VIEW (chat_view_get_type ())
G_DECLARE_FINAL_TYPE (ChatView, chat_view, CHAT, VIEW, GtkWidget)

/* NULL: none. It is opened by whoever has made it. */
void chat_view_set_conversation (ChatView            *self,
                                 GstreamConversation *conversation);
/* What an empty conversation offers to be said; NULL: nothing. */
void chat_view_set_suggestions (ChatView          *self,
                                const char *const *suggestions);
void chat_view_send (ChatView   *self,
                     const char *text);
