/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says aloud what has happened elsewhere in the window than where the user is.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_ANNOUNCER (chat_announcer_get_type ())
G_DECLARE_FINAL_TYPE (ChatAnnouncer, chat_announcer, CHAT, ANNOUNCER, GtkWidget)

void chat_announcer_say (ChatAnnouncer *self,
                         const char    *words);
