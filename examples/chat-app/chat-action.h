/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An action that the agent asks about before it performs it.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_ACTION (chat_action_get_type ())
G_DECLARE_FINAL_TYPE (ChatAction, chat_action, CHAT, ACTION, GtkBox)

GtkWidget *chat_action_new (GstreamActionRequest *request);
