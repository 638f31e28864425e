/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The same, with a space for each blank and nothing that a terminal would take for a command. */
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
