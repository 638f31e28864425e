/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tool call, with the agents that work for it.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_TOOL_CALL (chat_tool_call_get_type ())
G_DECLARE_FINAL_TYPE (ChatToolCall, chat_tool_call, CHAT, TOOL_CALL, GtkBox)

GtkWidget *chat_tool_call_new (GstreamConversationToolCall *call);
