/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The window: conversations at the side, and the one that is chosen.
 */
#pragma once

#include "chat-store.h"
#include "chat-view.h"

#include <adwaita.h>

#define CHAT_TYPE_WINDOW (chat_window_get_type ())
G_DECLARE_FINAL_TYPE (ChatWindow, chat_window, CHAT, WINDOW, AdwApplicationWindow)

ChatWindow *chat_window_new (GtkApplication *application,
                             ChatStore      *store);
ChatView   *chat_window_get_view (ChatWindow *self);
/* Of what is shown; NULL: it cannot be had. */
GstreamConversation *chat_window_get_conversation (ChatWindow *self);
/* One that is in no list before something is sent. */
void chat_window_begin (ChatWindow *self);
