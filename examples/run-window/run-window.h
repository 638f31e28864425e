/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A window that shows the runs of an agent.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define RUN_TYPE_WINDOW (run_window_get_type ())
G_DECLARE_FINAL_TYPE (RunWindow, run_window, RUN, WINDOW, GtkApplicationWindow)

RunWindow *run_window_new (GtkApplication *application);
/* A run that was recorded: it is shown, and takes no answers. */
void run_window_play (RunWindow          *self,
                      GstreamEventSource *source);
/* An agent to talk to. @input, the JSON of the first run's input, may be NULL: the user then begins. */
void run_window_talk (RunWindow  *self,
                      const char *url,
                      const char *assistant,
                      const char *input);
/* Writes the window as PNG when the run has ended, and closes it. */
void run_window_shoot (RunWindow  *self,
                       const char *path);
