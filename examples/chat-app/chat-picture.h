/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pictures of a message.
 */
#pragma once

#include <gstream.h>
#include <gtk/gtk.h>

/* A widget for each picture in @content, which may be NULL. What is not in the message is not fetched. */
void chat_picture_add_all (GtkBox         *box,
                           GstreamPayload *content);
