/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of single tokens.
 */
#include "gstream/event/gstream-json-token-private.h"

#include <string.h>

static const char *
pass_digits (const char *p,
             const char *end)
{
  while (p < end && gstream_json_is_digit (*p))
    p++;
  return p;
}

/* Where a number that starts at @p ends; NULL if it is none. */
static const char *
pass_number (const char *p,
             const char *end)
{
  const char *digits;

  if (*p == '-')
    p++;
  digits = p;
  p = pass_digits (p, end);
  if (p == digits || (*digits == '0' && p > digits + 1))
    return NULL;
  if (p < end && *p == '.')
    {
      digits = ++p;
      if ((p = pass_digits (p, end)) == digits)
        return NULL;
    }
  if (p < end && (*p == 'e' || *p == 'E'))
    {
      p++;
      if (p < end && (*p == '+' || *p == '-'))
        p++;
      digits = p;
      if ((p = pass_digits (p, end)) == digits)
        return NULL;
    }
  return p;
}

static const char *
pass_word (const char *p,
           const char *end)
{
  const char *word = *p == 't' ? "true" : *p == 'f' ? "false" : "null";
  gsize length = strlen (word);

  if ((gsize) (end - p) < length || memcmp (p, word, length) != 0)
    return NULL;
  return p + length;
}

const char *
gstream_json_token_pass_scalar (const char *p,
                                const char *end)
{
  return gstream_json_is_digit (*p) || *p == '-' ? pass_number (p, end) : pass_word (p, end);
}

const char *
gstream_json_token_pass_escape (const char *backslash,
                                const char *end)
{
  static const char single[] = "\"\\/bfnrt";

  if (backslash[1] != 'u')
    return memchr (single, backslash[1], strlen (single)) != NULL ? backslash + 2 : NULL;
  if (end - backslash < 6)
    return NULL;
  for (guint i = 2; i < 6; i++)
    if (!g_ascii_isxdigit (backslash[i]))
      return NULL;
  return backslash + 6;
}

typedef struct
{
  const char *word;
  const char *expected;
} Foreign;

/* Numbers that are none, as Python, JavaScript and C write them. */
static const Foreign foreign[] = {
  { "NaN", "a value, and NaN is none in JSON" },
  { "nan", "a value, and NaN is none in JSON" },
  { "-NaN", "a value, and NaN is none in JSON" },
  { "-nan", "a value, and NaN is none in JSON" },
  { "Infinity", "a value, and Infinity is none in JSON" },
  { "-Infinity", "a value, and -Infinity is none in JSON" },
  { "inf", "a value, and Infinity is none in JSON" },
  { "-inf", "a value, and -Infinity is none in JSON" },
};

const char *
gstream_json_token_expect_value (const char *p,
                                 const char *end)
{
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      gsize length = strlen (foreign[i].word);

      if ((gsize) (end - p) >= length && memcmp (p, foreign[i].word, length) == 0 &&
          (p + length == end || !g_ascii_isalnum (p[length])))
        return foreign[i].expected;
    }
  return "a value";
}

const char *
gstream_json_token_find_flaw (const char *json,
                              gsize       length,
                              gsize      *at)
{
  const char *end = json + length;
  const char *valid_end;
  const char *quote = NULL;

  g_utf8_validate_len (json, length, &valid_end);
  for (const char *p = json; p <= valid_end && p < end; p++)
    {
      *at = p - json;
      if (quote != NULL && (guchar) *p < ' ')
        return "a control character in a string to be escaped";
      if (quote == NULL && *p == '\\')
        return "a value";
      if (*p == '\\')
        p++;
      else if (*p == '"')
        quote = quote == NULL ? p : NULL;
    }
  *at = quote != NULL && valid_end == end ? quote - json : valid_end - json;
  if (valid_end < end)
    return "valid UTF-8";
  if (quote != NULL)
    return "a string to end with a quote";
  *at = 0;
  return "JSON";
}
