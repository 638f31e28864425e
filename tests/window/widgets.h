/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user sees in a window, and does to it.
 */
#pragma once

#include "examples/run-window/run-window.h"

/* A window, as high as all of a recorded run needs it. */
RunWindow *open_window (void);
/* Gone, and nothing of it is left. */
void close_window (RunWindow *window);
/* Until the run has ended, and what it changed has been drawn. */
void wait_for_end (RunWindow *window);
void wait_for_frames (RunWindow *window,
                      guint      n);

/* The texts of all labels and entries that are visible, a line each. */
char *read_window (RunWindow *window);
#define assert_shows(window, text)                           \
  G_STMT_START                                               \
  {                                                          \
    g_autofree char *shown = read_window (window);           \
    if (strstr (shown, text) == NULL)                        \
      g_error ("“%s” is not shown, only:\n%s", text, shown); \
  }                                                          \
  G_STMT_END
/* A widget of the window's, by its name in the .ui file. */
gpointer find_widget (RunWindow  *window,
                      const char *name);
