/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the end of what is scrolled in sight, unless the user has scrolled away from it.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_FOLLOW (chat_follow_get_type ())
G_DECLARE_FINAL_TYPE (ChatFollow, chat_follow, CHAT, FOLLOW, GObject)

/* From now on, wherever it is. */
void chat_follow_end (ChatFollow *self);
