/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What waits to be sent, and can be taken back.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_CHIP (chat_chip_get_type ())
G_DECLARE_FINAL_TYPE (ChatChip, chat_chip, CHAT, CHIP, GtkBox)

GtkWidget *chat_chip_new (GstreamConversation    *conversation,
                          GstreamConversationRow *row);
