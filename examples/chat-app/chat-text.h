/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A text in Markdown that grows.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_TEXT (chat_text_get_type ())
G_DECLARE_FINAL_TYPE (ChatText, chat_text, CHAT, TEXT, GtkBox)

GtkWidget *chat_text_new (void);
/* Where it has only grown, what it begins with stays as it is: no frame costs more than the last of its blocks. */
void chat_text_set_text (ChatText   *self,
                         const char *text);
/* The one in which its first words are written; none: it has no letters. */
GtkTextDirection chat_text_get_direction (const char *text);
