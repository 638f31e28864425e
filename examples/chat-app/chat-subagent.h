/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An agent that works for another one, with what it says.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_SUBAGENT (chat_subagent_get_type ())
G_DECLARE_FINAL_TYPE (ChatSubagent, chat_subagent, CHAT, SUBAGENT, GtkBox)

/* @has_task: what it was asked is shown beside it already. */
GtkWidget *chat_subagent_new (GstreamSubagent *subagent,
                              gboolean         has_task);
