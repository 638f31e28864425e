/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window that shows the runs of an agent.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_WINDOW (chat_window_get_type ())
G_DECLARE_FINAL_TYPE (ChatWindow, chat_window, CHAT, WINDOW, GtkApplicationWindow)

ChatWindow *chat_window_new (GtkApplication *application);
/* A run that was recorded: it is shown, and takes no answers. */
void chat_window_play (ChatWindow         *self,
                       GstreamEventSource *source);
/* An agent to talk to. @input, the JSON of the first run's input, may be NULL: the user then begins. */
void chat_window_talk (ChatWindow *self,
                       const char *url,
                       const char *assistant,
                       const char *input);
/* Writes the window as PNG when the run has ended, and closes it. */
void chat_window_shoot (ChatWindow *self,
                        const char *path);
