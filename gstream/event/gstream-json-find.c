/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON Pointer (RFC 6901) on a checked text, in one pass: an object is always
 * gone through to its end, since a name's last occurrence is the one that counts.
 */
#include "gstream/event/gstream-json-text-internal.h"

/* A name of the pointer, or an index: as it is written there. */
typedef struct
{
  const char *start;
  gsize       length;
  gboolean    is_plain; /* equals names that are written like it, and no others without escapes */
} Token;

static const char *look_within (const char       *p,
                                const char       *end,
                                const char       *pointer,
                                GstreamJsonValue *found);

/* Gives where the value at @p ends, found or not. */
static inline const char *
look (const char       *p,
      const char       *end,
      const char       *pointer,
      GstreamJsonValue *found)
{
  if (*pointer != '\0')
    return look_within (p, end, pointer, found);
  found->start = p;
  found->end = gstream_json_pass (p, end);
  return found->end;
}

/* @pointer is at a slash. Gives what is behind the token: a slash or the end. */
static inline const char *
read_token (const char *pointer,
            Token      *token)
{
  static const gboolean is_special[256] = { ['\0'] = TRUE, ['/'] = TRUE, ['~'] = TRUE, ['\\'] = TRUE };
  const char *p = pointer + 1;

  token->is_plain = TRUE;
  while (!is_special[(guchar) *p])
    p++;
  for (; *p != '\0' && *p != '/'; p++)
    token->is_plain = token->is_plain && !is_special[(guchar) *p];
  token->start = pointer + 1;
  token->length = p - token->start;
  return p;
}

/* A tilde that stands for nothing equals nothing. */
static gboolean
is_token_of (const Token *token,
             const char  *name,
             gsize        length)
{
  const char *p = token->start;
  const char *end = p + token->length;
  const char *name_end = name + length;

  for (; p < end && name < name_end; p++, name++)
    if (*p != '~' && *p != *name)
      return FALSE;
    else if (*p == '~' && (*++p == '0' ? '~' : *p == '1' ? '/' : '\0') != *name)
      return FALSE;
  return p == end && name == name_end;
}

/* What has escapes is compared as it is meant. */
G_GNUC_NO_INLINE static gboolean
is_meant (GstreamJsonValue  raw,
          const Token      *token)
{
  gsize length = raw.end - raw.start;
  char buffer[128];
  g_autofree char *large = NULL;
  char *name = buffer;

  if (length > sizeof buffer)
    name = large = g_malloc (length);
  return is_token_of (token, name, gstream_json_unescape (name, raw.start, length));
}

static inline gboolean
has_escapes (GstreamJsonValue  raw,
             const char       *end)
{
  gsize length = raw.end - raw.start;

  if (length > GSTREAM_JSON_BLOCK || end - raw.start < GSTREAM_JSON_BLOCK)
    return memchr (raw.start, '\\', length) != NULL;
  return (gstream_json_mark_block (raw.start, '\\', 0) & ((1u << length) - 1)) != 0;
}

/* A name is never longer than it is written, and only escapes make it shorter. */
static inline gboolean
is_named (GstreamJsonValue  raw,
          const char       *end,
          const Token      *token)
{
  gsize length = raw.end - raw.start;

  if (token->is_plain && length == token->length)
    return length == 0 || (*raw.start == *token->start && memcmp (raw.start, token->start, length) == 0);
  if (token->is_plain && (length < token->length || !has_escapes (raw, end)))
    return FALSE;
  return is_meant (raw, token);
}

static const char *
look_in_object (const char       *p,
                const char       *end,
                const char       *pointer,
                GstreamJsonValue *found)
{
  Token token;
  const char *rest = read_token (pointer, &token);

  p = gstream_json_pass_space (p + 1);
  while (*p != '}')
    {
      GstreamJsonValue name = { p + 1, gstream_json_find_quote (p + 1, end) };

      p = gstream_json_pass_space (name.end + 1) + 1; /* the colon */
      p = gstream_json_pass_space (p);
      p = is_named (name, end, &token) ? look (p, end, rest, found) : gstream_json_pass (p, end);
      p = gstream_json_pass_space (p);
      if (*p == ',')
        p = gstream_json_pass_space (p + 1);
    }
  return p + 1;
}

/* Decimal, without a leading zero. No text has as many elements as 19 digits can count. */
static gboolean
read_index (const Token *token,
            guint64     *index)
{
  if (token->length == 0 || token->length > 18 || (*token->start == '0' && token->length > 1))
    return FALSE;
  *index = 0;
  for (gsize i = 0; i < token->length; i++)
    {
      if (!g_ascii_isdigit (token->start[i]))
        return FALSE;
      *index = *index * 10 + (token->start[i] - '0');
    }
  return TRUE;
}

static const char *
look_in_array (const char       *p,
               const char       *end,
               const char       *pointer,
               GstreamJsonValue *found)
{
  Token token;
  const char *rest = read_token (pointer, &token);
  GstreamJsonIter iter = { p + 1, end };
  guint64 wanted;

  if (!read_index (&token, &wanted))
    return gstream_json_pass (p, end);
  for (guint64 i = 0; gstream_json_iter_step (&iter); i++)
    iter.at = i == wanted ? look (iter.at, end, rest, found) : gstream_json_pass (iter.at, end);
  return iter.at + 1;
}

/* @pointer has a token at least. */
static const char *
look_within (const char       *p,
             const char       *end,
             const char       *pointer,
             GstreamJsonValue *found)
{
  found->start = NULL;
  if (*p == '{')
    return look_in_object (p, end, pointer, found);
  if (*p == '[')
    return look_in_array (p, end, pointer, found);
  return gstream_json_pass (p, end);
}

gboolean
gstream_json_find (GstreamJsonValue  value,
                   const char       *pointer,
                   GstreamJsonValue *found)
{
  *found = value;
  if (*pointer == '\0')
    return TRUE;
  found->start = NULL;
  if (*pointer != '/')
    return FALSE;
  look_within (value.start, value.end, pointer, found);
  return found->start != NULL;
}
