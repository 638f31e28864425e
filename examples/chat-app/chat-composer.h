/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the user writes.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_COMPOSER (chat_composer_get_type ())
G_DECLARE_FINAL_TYPE (ChatComposer, chat_composer, CHAT, COMPOSER, GtkBox)

/*
 * It has the signals `send`, with what is written, and `stop`. While the agent is busy there is a button to stop it, and
 * what is sent waits its turn.
 */
void chat_composer_set_busy (ChatComposer *self,
                             gboolean      busy);
