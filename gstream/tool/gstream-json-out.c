/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON, one value after another, and formats it.
 */
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-text.h"

#include <string.h>

/* A comma is needed after anything but an opening bracket or a key. */
static void
separate (GString *out)
{
  if (out->len > 0 && strchr ("[{:", out->str[out->len - 1]) == NULL)
    g_string_append_c (out, ',');
}

void
gstream_json_out_open (GString *out,
                       char     bracket)
{
  separate (out);
  g_string_append_c (out, bracket);
}

void
gstream_json_out_close (GString *out,
                        char     bracket)
{
  g_string_append_c (out, bracket);
}

/* Characters that a terminal might interpret are escaped. */
static void
append_char (GString *out,
             gunichar c)
{
  if (gstream_text_is_plain (c))
    g_string_append_unichar (out, c);
  else
    g_string_append_printf (out, "\\u%04x", c);
}

/* Appends what comes next in @text: as many bytes as are written as they are, or one character. Returns its end. */
static const char *
append_piece (GString    *out,
              const char *text)
{
  const char *end = text;

  while (*end >= ' ' && *end <= '~' && *end != '"' && *end != '\\')
    end++;
  if (end > text)
    {
      g_string_append_len (out, text, end - text);
      return end;
    }

  append_char (out, g_utf8_get_char (text));

  return g_utf8_next_char (text);
}

static void
append_quoted (GString    *out,
               const char *text)
{
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      text = append_piece (out, text);
    }
  g_string_append_c (out, '"');
}

void
gstream_json_out_key (GString    *out,
                      const char *key)
{
  separate (out);
  append_quoted (out, key);
  g_string_append_c (out, ':');
}

void
gstream_json_out_string (GString    *out,
                         const char *text)
{
  separate (out);
  if (text != NULL)
    append_quoted (out, text);
  else
    g_string_append (out, "null");
}

void
gstream_json_out_strings (GString           *out,
                          const char *const *texts)
{
  gstream_json_out_open (out, '[');
  while (*texts != NULL)
    gstream_json_out_string (out, *texts++);
  gstream_json_out_close (out, ']');
}

void
gstream_json_out_boolean (GString *out,
                          gboolean value)
{
  gstream_json_out_json (out, value ? "true" : "false");
}

void
gstream_json_out_integer (GString *out,
                          guint64  value)
{
  separate (out);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, value);
}

void
gstream_json_out_payload (GString        *out,
                          GstreamPayload *payload)
{
  gstream_json_out_json (out, payload ? gstream_payload_get_json (payload, NULL) : "null");
}

void
gstream_json_out_json (GString    *out,
                       const char *json)
{
  if (*json == '\0')
    return;

  separate (out);
  g_string_append (out, json);
}

/* --- formatting --- */

/* The number of "\uXXXX" at @escape; 0: it is another escape. */
static gunichar
read_unit (const char *escape)
{
  gunichar unit = 0;

  if (escape[0] != '\\' || escape[1] != 'u')
    return 0;
  for (guint i = 2; i < 6; i++)
    unit = unit * 16 + g_ascii_xdigit_value (escape[i]);

  return unit;
}

/*
 * Reads one character, written as "\uXXXX" or a surrogate pair of them, and moves *@at behind it; 0: it must stay
 * escaped.
 */
static gunichar
read_escaped (const char **at)
{
  gunichar first = read_unit (*at);
  gunichar second = first >= 0xD800 && first < 0xDC00 ? read_unit (*at + 6) : 0;
  gboolean is_pair = second >= 0xDC00 && second < 0xE000;
  gunichar c = is_pair ? 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00) : first;

  if (c == 0 || c == '"' || c == '\\' || !g_unichar_validate (c) || !gstream_text_is_plain (c))
    return 0;

  *at += is_pair ? 12 : 6;

  return c;
}

static const char *
append_escape (GString    *out,
               const char *at,
               gboolean    readable)
{
  gunichar c = readable ? read_escaped (&at) : 0;

  if (c != 0)
    {
      g_string_append_unichar (out, c);
      return at;
    }

  g_string_append_len (out, at, 2);

  return at + 2;
}

static const char *
append_whole_string (GString    *out,
                     const char *at,
                     gboolean    readable)
{
  g_string_append_c (out, *at++);
  while (*at != '"')
    if (*at == '\\')
      at = append_escape (out, at, readable);
    else
      at = append_piece (out, at);
  g_string_append_c (out, *at++);

  return at;
}

static char *
compact (const char *json,
         gboolean    readable)
{
  GString *out = g_string_new (NULL);

  while (*json != '\0')
    if (*json == '"')
      json = append_whole_string (out, json, readable);
    else if (g_ascii_isspace (*json))
      json++;
    else
      g_string_append_c (out, *json++);

  return g_string_free (out, FALSE);
}

char *
gstream_json_compact (const char *json)
{
  return compact (json, FALSE);
}

char *
gstream_json_readable (const char *json)
{
  return compact (json, TRUE);
}

static void
append_new_line (GString *out,
                 guint    depth)
{
  g_string_append_printf (out, "\n%*s", (int) depth, "");
}

char *
gstream_json_indent (const char *json)
{
  g_autofree char *dense = gstream_json_compact (json);
  GString         *out = g_string_new (NULL);
  guint            depth = 0;

  for (const char *at = dense; *at != '\0';)
    {
      gboolean is_empty = strchr ("[{", *at) != NULL && strchr ("]}", at[1]) != NULL;

      if (strchr ("]}", *at) != NULL)
        append_new_line (out, --depth);
      if (*at == '"')
        {
          at = append_whole_string (out, at, FALSE);
          continue;
        }
      g_string_append_len (out, at, is_empty ? 2 : 1);
      if (strchr ("[{", *at) != NULL && !is_empty)
        append_new_line (out, ++depth);
      else if (*at == ',')
        append_new_line (out, depth);
      else if (*at == ':')
        g_string_append_c (out, ' ');
      at += is_empty ? 2 : 1;
    }

  return g_string_free (out, FALSE);
}
