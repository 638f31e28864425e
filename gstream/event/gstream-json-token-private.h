/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a number, a word or an escape of an unchecked text is what JSON allows.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* GLib's looks it up in a table. */
static inline gboolean
gstream_json_is_digit (char c)
{
  return c >= '0' && c <= '9';
}


/* Behind the scalar that starts at @p, before @end; NULL if it is neither a number nor a word of JSON's. */
const char *gstream_json_token_pass_scalar  (const char  *p,
                                             const char  *end);
/* Behind the escape that starts at @backslash in a string that ends at @end; NULL if it is none. */
const char *gstream_json_token_pass_escape  (const char  *backslash,
                                             const char  *end);
/* What the scan, which does not say, found wrong with @json's strings or encoding: where, and what was expected there. */
const char *gstream_json_token_find_flaw    (const char  *json,
                                             gsize        length,
                                             gsize       *at);

G_END_DECLS
