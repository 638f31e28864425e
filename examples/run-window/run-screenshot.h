/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A picture of a window.
 */
#pragma once

#include <gtk/gtk.h>

/* Writes the window to a PNG file, in a few frames' time, and closes it. */
void run_screenshot_take (GtkWindow  *window,
                          const char *path);
