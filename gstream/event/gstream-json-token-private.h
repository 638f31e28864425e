/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether a number, a word or an escape of an unchecked text is what JSON allows.
 */
#pragma once

#include <string.h>

#include <gio/gio.h>

G_BEGIN_DECLS

/* GLib's looks it up in a table. */
static inline gboolean
gstream_json_is_digit (char c)
{
  return c >= '0' && c <= '9';
}

/* FALSE, and nothing else: they are not all digits. */
static inline gboolean
gstream_json_read_eight_digits (const char *p,
                                guint64    *value)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  word = GUINT64_FROM_LE (word); /* the first digit's byte is the lowest */
  if (((word & 0xf0f0f0f0f0f0f0f0) | ((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4) != 0x3333333333333333)
    return FALSE;
  word = (word & 0x0f0f0f0f0f0f0f0f) * ((10 << 8) + 1) >> 8;                               /* each two */
  word = (word & 0x00ff00ff00ff00ff) * ((100 << 16) + 1) >> 16;                            /* each four */
  *value = (word & 0x0000ffff0000ffff) * ((G_GUINT64_CONSTANT (10000) << 32) + 1) >> 32;
  return TRUE;
}

/* Behind the count at @p, as almost all are written; NULL if it is not. Eight digits at once, since a time has thirteen. */
static inline const char *
gstream_json_token_pass_count (const char *p,
                               const char *end,
                               gint64     *count)
{
  const char *start = p;
  guint64 value = 0;
  guint digit;

  if (end - p >= 8 && gstream_json_read_eight_digits (p, &value))
    p += 8;
  for (; p < end && (digit = (guint) *p - '0') <= 9; p++)
    value = value * 10 + digit;
  if (p == start || p - start > 18 || (*start == '0' && p > start + 1))
    return NULL;
  *count = value;
  return p;
}

/* Behind the scalar that starts at @p, before @end; NULL if it is neither a number nor a word of JSON's. */
const char *gstream_json_token_pass_scalar  (const char  *p,
                                             const char  *end);
/* Behind the escape that starts at @backslash in a string that ends at @end; NULL if it is none. */
const char *gstream_json_token_pass_escape  (const char  *backslash,
                                             const char  *end);
/* What is expected at @p, where no value is; of NaN and Infinity, that they are none. */
const char *gstream_json_token_expect_value (const char  *p,
                                             const char  *end);
/* What the scan, which does not say, found wrong with @json's strings or encoding: where, and what was expected there. */
const char *gstream_json_token_find_flaw    (const char  *json,
                                             gsize        length,
                                             gsize       *at);

G_END_DECLS
