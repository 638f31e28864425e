/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the agent asks, with the choices that there are.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_QUESTION (chat_question_get_type ())
G_DECLARE_FINAL_TYPE (ChatQuestion, chat_question, CHAT, QUESTION, GtkBox)

GtkWidget *chat_question_new (GstreamConversation *conversation,
                              GstreamQuestion     *question);
