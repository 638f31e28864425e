/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user should know of the connection.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

#define CHAT_TYPE_BANNER (chat_banner_get_type ())
G_DECLARE_FINAL_TYPE (ChatBanner, chat_banner, CHAT, BANNER, GtkWidget)

/* The run whose connection it tells of; NULL: none. */
void chat_banner_set_run (ChatBanner       *self,
                          GstreamRunStream *run);
