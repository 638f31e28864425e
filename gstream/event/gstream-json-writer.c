/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON to a GString.
 */
#include "gstream/event/gstream-json-writer-internal.h"

#include <string.h>

#include "gstream/event/gstream-payload-internal.h"

static void
write_escape (GString *out,
              guchar   c)
{
  static const char letters[] = "btn\0fr"; /* escapes of U+0008 to U+000D */

  if (c == '"' || c == '\\')
    g_string_append_printf (out, "\\%c", c);
  else if (c >= '\b' && c <= '\r' && letters[c - '\b'] != '\0')
    g_string_append_printf (out, "\\%c", letters[c - '\b']);
  else
    g_string_append_printf (out, "\\u%04x", c);
}

static gboolean
is_plain (guchar c)
{
  return c >= ' ' && c != '"' && c != '\\';
}

/* Returns FALSE if bytes of @string are not ASCII. */
static gboolean
write_bytes (GString    *out,
             const char *string,
             gsize       length)
{
  const char *end = string + length;
  guchar      all = 0;

  g_string_append_c (out, '"');
  while (string < end)
    {
      const char *plain = string;

      while (string < end && is_plain (*string))
        all |= *string++;
      g_string_append_len (out, plain, string - plain);
      if (string < end)
        write_escape (out, *string++);
    }
  g_string_append_c (out, '"');

  return all < 0x80;
}

void
gstream_json_write_string_len (GString    *out,
                               const char *string,
                               gsize       length)
{
  gsize            start = out->len;
  g_autofree char *valid = NULL;

  if (write_bytes (out, string, length) || g_utf8_validate_len (string, length, NULL))
    return;

  valid = g_utf8_make_valid (string, length);
  g_string_truncate (out, start);
  write_bytes (out, valid, strlen (valid));
}

void
gstream_json_write_string (GString    *out,
                           const char *string)
{
  gstream_json_write_string_len (out, string, strlen (string));
}

void
gstream_json_write_member (GString    *out,
                           const char *name)
{
  if (out->len > 0 && strchr ("{[:,", out->str[out->len - 1]) == NULL)
    g_string_append_c (out, ',');
  gstream_json_write_string (out, name);
  g_string_append_c (out, ':');
}

/* Writes the shortest number that is parsed as @value again, and never in the form of an integer. */
void
gstream_json_write_double (GString *out,
                           double   value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.15g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_formatd (digits, sizeof digits, "%.16g", value);
  if (g_ascii_strtod (digits, NULL) != value)
    g_ascii_dtostr (digits, sizeof digits, value);
  g_string_append (out, digits);
  if (strpbrk (digits, ".e") == NULL)
    g_string_append (out, ".0");
}

void
gstream_json_write_strv (GString           *out,
                         const char *const *strv)
{
  g_string_append_c (out, '[');
  for (guint i = 0; strv[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      gstream_json_write_string (out, strv[i]);
    }
  g_string_append_c (out, ']');
}

void
gstream_json_add_string (GString    *out,
                         const char *name,
                         const char *string)
{
  if (string == NULL)
    return;

  gstream_json_write_member (out, name);
  gstream_json_write_string (out, string);
}

void
gstream_json_add_integer (GString    *out,
                          const char *name,
                          gint64      value)
{
  gstream_json_write_member (out, name);
  g_string_append_printf (out, "%" G_GINT64_FORMAT, value);
}

void
gstream_json_add_payload (GString        *out,
                          const char     *name,
                          GstreamPayload *payload)
{
  if (payload == NULL)
    return;

  gstream_json_write_member (out, name);
  g_string_append_len (out, payload->json, payload->length);
}
