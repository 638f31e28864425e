/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON Pointer (RFC 6901) on a checked text, in one pass: an object is always
 * gone through to its end, since a name's last occurrence is the one that counts.
 */
#include "gstream/event/gstream-json-text-private.h"

#include <string.h>

/* What is still to be looked for: the pointer's tokens, each ended by a NUL. */
typedef struct
{
  const char *token;
  guint       n_left;
} Path;

static const char *look (const char       *p,
                         const char       *end,
                         Path              path,
                         GstreamJsonValue *found);

static Path
path_next (Path path)
{
  return (Path) { path.token + strlen (path.token) + 1, path.n_left - 1 };
}

/* A name is never longer than it is written, and only escapes make it shorter. */
static gboolean
is_named (GstreamJsonValue  raw,
          const char       *token,
          gsize             length)
{
  gsize raw_length = raw.end - raw.start;
  g_autofree char *name = NULL;

  if (raw_length < length)
    return FALSE;
  if (memchr (raw.start, '\\', raw_length) == NULL)
    return raw_length == length && memcmp (raw.start, token, length) == 0;
  name = gstream_json_dup_raw (raw);
  return strcmp (name, token) == 0;
}

static const char *
look_in_object (const char       *p,
                const char       *end,
                Path              path,
                GstreamJsonValue *found)
{
  GstreamJsonIter iter = { p + 1, end };
  gsize length = strlen (path.token);
  GstreamJsonValue name;

  while (gstream_json_iter_name (&iter, &name))
    iter.at = is_named (name, path.token, length)
                ? look (iter.at, end, path_next (path), found)
                : gstream_json_pass (iter.at, end);
  return iter.at + 1;
}

/* An array's token: decimal, without a leading zero. */
static gboolean
read_index (const char *token,
            guint64    *index)
{
  return g_ascii_isdigit (*token) && (*token != '0' || token[1] == '\0') &&
         g_ascii_string_to_unsigned (token, 10, 0, G_MAXUINT64, index, NULL);
}

static const char *
look_in_array (const char       *p,
               const char       *end,
               Path              path,
               GstreamJsonValue *found)
{
  GstreamJsonIter iter = { p + 1, end };
  guint64 wanted;
  gboolean is_index = read_index (path.token, &wanted);

  for (guint64 i = 0; gstream_json_iter_step (&iter); i++)
    iter.at = is_index && i == wanted
                ? look (iter.at, end, path_next (path), found)
                : gstream_json_pass (iter.at, end);
  return iter.at + 1;
}

/* Gives where the value at @p ends, found or not. */
static const char *
look (const char       *p,
      const char       *end,
      Path              path,
      GstreamJsonValue *found)
{
  found->start = NULL;
  if (path.n_left > 0 && *p == '{')
    return look_in_object (p, end, path, found);
  if (path.n_left > 0 && *p == '[')
    return look_in_array (p, end, path, found);

  end = gstream_json_pass (p, end);
  if (path.n_left == 0)
    *found = (GstreamJsonValue) { p, end };
  return end;
}

/* Writes @pointer's tokens to @out. FALSE where it is no JSON Pointer. */
static gboolean
split (const char *pointer,
       char       *out,
       guint      *n_tokens)
{
  *n_tokens = 0;
  if (*pointer != '/')
    return FALSE;
  for (const char *p = pointer; *p != '\0'; p++)
    {
      if (*p == '~' && p[1] != '0' && p[1] != '1')
        return FALSE;
      if (*p == '/')
        (*n_tokens)++;
      if (*p == '/')
        *out++ = '\0';
      else if (*p == '~')
        *out++ = *++p == '0' ? '~' : '/';
      else
        *out++ = *p;
    }
  *out = '\0';
  return TRUE;
}

gboolean
gstream_json_find (GstreamJsonValue  value,
                   const char       *pointer,
                   GstreamJsonValue *found)
{
  char buffer[128];
  g_autofree char *large = NULL;
  char *tokens = buffer;
  gsize size = strlen (pointer) + 1;
  guint n_tokens;

  *found = value;
  if (*pointer == '\0')
    return TRUE;
  if (size > sizeof buffer)
    tokens = large = g_malloc (size);
  found->start = NULL;
  if (!split (pointer, tokens, &n_tokens))
    return FALSE;

  look (value.start, value.end, (Path) { tokens + 1, n_tokens }, found);
  return found->start != NULL;
}
