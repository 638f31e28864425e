/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FALSE for control characters and those that change the direction of the text around them. */
gboolean gstream_text_is_plain (gunichar c);
/*
 * @text as valid UTF-8, with a space for each white space character, and without other characters that are not plain.
 */
char *gstream_text_clean (const char *text);
/* In columns. @length: in bytes; -1: up to the NUL. */
guint gstream_text_width (const char *text,
                          gssize      length);
/* As much as fits into @width columns, with an ellipsis if that is not all. */
char *gstream_text_cut (const char *text,
                        guint       width);
/*
 * How many bytes of @text go into a row of @width columns: up to the last space that fits, and at least one character.
 */
gsize gstream_text_fit (const char *text,
                        guint       width);

G_END_DECLS
