/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Widgets for what CommonMark's parser has found.
 */
#pragma once

#include <cmark.h>
#include <gtk/gtk.h>

/* Whether a label with the block's markup is all that it takes. */
gboolean chat_markdown_is_paragraph (cmark_node *block);
/* A paragraph's, for a label. */
char *chat_markdown_dup_markup (cmark_node *block);
/* What is to be heard of a text in Markdown. */
char *chat_markdown_dup_words (const char *text);
/* For a block of any kind. */
GtkWidget *chat_markdown_create (cmark_node *block);
