/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A place that is as high as what is in it, up to a limit; then it is scrolled.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_LIMIT (chat_limit_get_type ())
G_DECLARE_FINAL_TYPE (ChatLimit, chat_limit, CHAT, LIMIT, GtkWidget)
