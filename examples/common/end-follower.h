/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the end of what is scrolled in sight, unless the user has scrolled away from it.
 */
#pragma once

#include <gtk/gtk.h>

#define END_TYPE_FOLLOWER (end_follower_get_type ())
G_DECLARE_FINAL_TYPE (EndFollower, end_follower, END, FOLLOWER, GObject)

/* From now on, wherever it is. */
void end_follower_follow (EndFollower *self);
