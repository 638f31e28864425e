/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A picture of a window.
 */
#pragma once

#include <gtk/gtk.h>

/* Writes what @window looks like now to a PNG file, and complains where it cannot. */
void picture_write (GtkWidget  *window,
                    const char *path);
