/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON, a value after another. What separates them comes by itself.
 */
#include "config.h"

#include "gstream/tool/gstream-json-out.h"

#include <string.h>

/* A comma is due after whatever is neither the beginning of something nor a key. */
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

static void
append_quoted (GString    *out,
               const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\');
      if ((guchar) *text < 0x20)
        g_string_append_printf (out, "\\u%04x", *text);
      else
        g_string_append_c (out, *text);
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
gstream_json_out_strings (GString            *out,
                          const char * const *texts)
{
  gstream_json_out_open (out, '[');
  while (*texts != NULL)
    gstream_json_out_string (out, *texts++);
  gstream_json_out_close (out, ']');
}

void
gstream_json_out_boolean (GString  *out,
                          gboolean  value)
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

/* --- the same, as it is best read --- */

static const char *
append_whole_string (GString    *out,
                     const char *string)
{
  const char *end = string + 1;

  while (*end != '"')
    end += *end == '\\' ? 2 : 1;
  end++;
  g_string_append_len (out, string, end - string);

  return end;
}

char *
gstream_json_compact (const char *json)
{
  GString *out = g_string_new (NULL);

  while (*json != '\0')
    if (*json == '"')
      json = append_whole_string (out, json);
    else if (g_ascii_isspace (*json))
      json++;
    else
      g_string_append_c (out, *json++);

  return g_string_free (out, FALSE);
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
  g_autofree char *compact = gstream_json_compact (json);
  GString *out = g_string_new (NULL);
  guint depth = 0;

  for (const char *at = compact; *at != '\0';)
    {
      gboolean is_empty = strchr ("[{", *at) != NULL && strchr ("]}", at[1]) != NULL;

      if (strchr ("]}", *at) != NULL)
        append_new_line (out, --depth);
      if (*at == '"')
        {
          at = append_whole_string (out, at);
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
