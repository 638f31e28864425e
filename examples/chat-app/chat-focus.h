/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the keyboard goes on when what had it leaves.
 */
#pragma once

#include <gtk/gtk.h>

gboolean chat_focus_is_in (GtkWidget *widget);
/* Before @widget leaves: if it has the focus, the place to write in gets it. */
void chat_focus_leave (GtkWidget *widget);
