/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A block of code, which can be copied.
 */
#pragma once

#include <gtk/gtk.h>

#define CHAT_TYPE_CODE (chat_code_get_type ())
G_DECLARE_FINAL_TYPE (ChatCode, chat_code, CHAT, CODE, GtkBox)

/* @language may be NULL or empty. */
GtkWidget *chat_code_new (const char *language,
                          const char *code);
