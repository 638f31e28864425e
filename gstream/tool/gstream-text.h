/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether a terminal shows it, and does nothing else: no control character, nor one that turns the direction of others. */
gboolean gstream_text_is_plain (gunichar c);
/* The same, with a space for each blank, and of what else is not plain, or no UTF-8, nothing. */
char *gstream_text_clean (const char *text);
/* Columns. */
guint gstream_text_width (const char *text,
                          gssize      length);
/* What fits into @width columns; what was cut ends with an ellipsis. */
char *gstream_text_cut   (const char *text,
                          guint       width);
/* How many bytes of @text go into a row of @width columns: up to the last space that fits, and at least one character. */
gsize gstream_text_fit   (const char *text,
                          guint       width);

G_END_DECLS
