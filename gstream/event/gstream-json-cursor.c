/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pass over an unchecked JSON text, token by token.
 */
#include "gstream/event/gstream-json-cursor-private.h"
#include "gstream/event/gstream-json-index-private.h"
#include "gstream/event/gstream-json-text-private.h"

/* Puts the cursor to the end as well, where nothing else can be passed. */
gboolean
gstream_json_cursor_fail (GstreamJsonCursor *self,
                          gsize              at,
                          const char        *expected)
{
  if (self->expected == NULL)
    {
      self->expected = expected;
      self->error_at = at;
      self->error_code = GSTREAM_ERROR_INVALID;
      self->next = self->last;
    }
  return FALSE;
}

/* What seldom happens is kept out of what always does (here and below): that saves a tenth of all instructions. */
G_GNUC_NO_INLINE static gboolean
fail_here (GstreamJsonCursor *self,
           const char        *expected)
{
  return gstream_json_cursor_fail (self, *self->next, expected);
}

void
gstream_json_cursor_set_error (GstreamJsonCursor *self,
                               GError           **error)
{
  if (self->error_code == GSTREAM_ERROR_TOO_LARGE)
    g_set_error (error, GSTREAM_ERROR, self->error_code,
                 "byte %" G_GSIZE_FORMAT ": expected at most %u levels of nesting", self->error_at, self->max_depth);
  else
    g_set_error (error, GSTREAM_ERROR, self->error_code,
                 "byte %" G_GSIZE_FORMAT ": expected %s", self->error_at, self->expected);
}

/* The scan says only that something is wrong with a string or the encoding: look again, slowly. */
static gboolean
fail_lexically (GstreamJsonCursor *self)
{
  const char *end = self->json + self->length;
  const char *valid_end;
  const char *quote = NULL;

  g_utf8_validate_len (self->json, self->length, &valid_end);
  for (const char *p = self->json; p <= valid_end && p < end; p++)
    {
      if (quote != NULL && (guchar) *p < ' ')
        return gstream_json_cursor_fail (self, p - self->json, "a control character in a string to be escaped");
      if (quote == NULL && *p == '\\')
        return gstream_json_cursor_fail (self, p - self->json, "a value");
      if (*p == '\\')
        p++;
      else if (*p == '"')
        quote = quote == NULL ? p : NULL;
    }
  if (valid_end < end)
    return gstream_json_cursor_fail (self, valid_end - self->json, "valid UTF-8");
  if (quote != NULL)
    return gstream_json_cursor_fail (self, quote - self->json, "a string to end with a quote");
  return gstream_json_cursor_fail (self, 0, "JSON");
}

static void
find_backslash (GstreamJsonCursor *self,
                const char        *from)
{
  const char *end = self->json + self->length;

  self->backslash = memchr (from, '\\', end - from);
  if (self->backslash == NULL)
    self->backslash = end;
}

gboolean
gstream_json_cursor_init (GstreamJsonCursor *self,
                          const char        *json,
                          gsize              length,
                          guint              max_depth)
{
  const guint32 *tokens;
  gsize n_tokens;

  self->json = json;
  self->length = length;
  self->max_depth = max_depth;
  self->depth = 0;
  self->next = self->last = NULL;
  self->expected = NULL;
  self->error_code = 0;
  if (length == 0)
    return gstream_json_cursor_fail (self, 0, "JSON");
  if (!gstream_json_index_scan (gstream_json_index_get (), json, length, &tokens, &n_tokens))
    return fail_lexically (self);
  self->next = tokens;
  self->last = tokens + n_tokens;
  find_backslash (self, json);
  return TRUE;
}

void
gstream_json_cursor_move (GstreamJsonCursor *self,
                          const guint32     *next)
{
  if (next < self->next || self->backslash < self->json + *next)
    find_backslash (self, self->json + *next);
  self->next = next;
}

gboolean
gstream_json_cursor_end (GstreamJsonCursor *self)
{
  if (self->expected == NULL && self->next < self->last)
    return fail_here (self, "the end");
  return self->expected == NULL;
}

static gboolean
check_escape (const char *backslash,
              const char *end,
              guint      *length)
{
  static const char single[] = "\"\\/bfnrt";

  *length = 2;
  if (backslash[1] != 'u')
    return strchr (single, backslash[1]) != NULL && backslash[1] != '\0';
  *length = 6;
  if (end - backslash < 6)
    return FALSE;
  for (guint i = 2; i < 6; i++)
    if (!g_ascii_isxdigit (backslash[i]))
      return FALSE;
  return TRUE;
}

G_GNUC_NO_INLINE static gboolean
check_escapes (GstreamJsonCursor *self,
               const char        *end)
{
  guint length;

  while (self->backslash < end)
    {
      if (!check_escape (self->backslash, end, &length))
        return gstream_json_cursor_fail (self, self->backslash - self->json, "an escape that JSON knows");
      find_backslash (self, self->backslash + length);
    }
  return TRUE;
}

/* The string of the next token, which is a quote. */
static inline gboolean
take_string (GstreamJsonCursor *self,
             GstreamJsonString *string)
{
  const guint32 *next = self->next;
  const char *open = self->json + next[0];
  const char *close = self->json + next[1] - 1;

  /* Only white space can be between a string and the token behind it. */
  while ((guchar) *close <= ' ')
    close--;
  if (close == open || *close != '"')
    return fail_here (self, "a string to end with a quote");

  string->start = open + 1;
  string->length = close - open - 1;
  string->escaped = self->backslash < close;
  self->next = next + 1;
  return !string->escaped || check_escapes (self, close);
}

gboolean
gstream_json_cursor_string (GstreamJsonCursor *self,
                            GstreamJsonString *string)
{
  return gstream_json_cursor_peek (self) == '"' ? take_string (self, string) : fail_here (self, "a string");
}

/* GLib's looks it up in a table. */
static inline gboolean
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static const char *
pass_digits (const char *p,
             const char *end)
{
  while (p < end && is_digit (*p))
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

static gboolean
skip_scalar (GstreamJsonCursor *self)
{
  const char *start = self->json + self->next[0];
  const char *end = self->json + self->next[1];
  const char *stop;

  if (self->next == self->last)
    return fail_here (self, "a value");
  stop = is_digit (*start) || *start == '-' ? pass_number (start, end) : pass_word (start, end);
  if (stop == NULL || (stop < end && !gstream_json_is_space (*stop)))
    return fail_here (self, "a value");
  self->next++;
  return TRUE;
}

/* As almost all counts are written. */
static gboolean
read_plain_count (const char *p,
                  const char *end,
                  gint64     *count)
{
  const char *start = p;
  guint64 value = 0;

  while (p < end && is_digit (*p))
    value = value * 10 + (*p++ - '0');
  if (p - start > 18 || (*start == '0' && p > start + 1))
    return FALSE;
  *count = value;
  return p == end || gstream_json_is_space (*p);
}

gboolean
gstream_json_cursor_count (GstreamJsonCursor *self,
                           gint64            *count,
                           const char        *expected)
{
  GstreamJsonValue number;
  guint32 start = *self->next;

  if (!is_digit (gstream_json_cursor_peek (self)))
    return fail_here (self, expected);
  if (read_plain_count (self->json + start, self->json + self->next[1], count))
    {
      self->next++;
      return TRUE;
    }
  if (!skip_scalar (self))
    return FALSE;
  number.start = self->json + start;
  number.end = number.start + gstream_json_cursor_since (self, start).length;
  return gstream_json_read_integer (number, count) || gstream_json_cursor_fail (self, start, expected);
}

gboolean
gstream_json_cursor_open (GstreamJsonCursor *self,
                          char               bracket,
                          const char        *expected)
{
  if (gstream_json_cursor_peek (self) != bracket)
    return fail_here (self, expected);
  if (self->depth == self->max_depth)
    {
      fail_here (self, "");
      self->error_code = GSTREAM_ERROR_TOO_LARGE;
      return FALSE;
    }
  self->depth++;
  self->next++;
  return TRUE;
}

/* Whether the container is open and nothing of it is passed. */
static gboolean
is_first (const GstreamJsonCursor *self,
          char                     bracket)
{
  return self->json[self->next[-1]] == bracket;
}

static gboolean
leave (GstreamJsonCursor *self)
{
  self->depth--;
  self->next++;
  return FALSE;
}

/* To be compared as it is meant. What gstream looks for is never longer, and has no backslash. */
G_GNUC_NO_INLINE static void
read_escapes (GstreamJsonString *string,
              char               buffer[64])
{
  if (string->length > 64)
    return;
  string->length = gstream_json_unescape (buffer, string->start, string->length);
  string->start = buffer;
}

gboolean
gstream_json_cursor_member (GstreamJsonCursor *self,
                            GstreamJsonString *name)
{
  char c = gstream_json_cursor_peek (self);

  if (c == '}')
    return leave (self);
  if (!is_first (self, '{'))
    {
      if (c != ',')
        return fail_here (self, "a comma or }");
      self->next++;
      c = gstream_json_cursor_peek (self);
    }
  if (c != '"')
    return fail_here (self, "a member's name");
  if (!take_string (self, name))
    return FALSE;
  if (gstream_json_cursor_peek (self) != ':')
    return fail_here (self, "a colon");
  self->next++;
  if (name->escaped)
    read_escapes (name, self->name);
  return TRUE;
}

gboolean
gstream_json_cursor_element (GstreamJsonCursor *self)
{
  char c = gstream_json_cursor_peek (self);

  if (c == ']')
    return leave (self);
  if (is_first (self, '['))
    return TRUE;
  if (c != ',')
    return fail_here (self, "a comma or ]");
  self->next++;
  return TRUE;
}

static gboolean
skip_object (GstreamJsonCursor *self)
{
  GstreamJsonString name;

  if (!gstream_json_cursor_open (self, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (self, &name))
    gstream_json_cursor_skip (self);
  return self->expected == NULL;
}

static gboolean
skip_array (GstreamJsonCursor *self)
{
  if (!gstream_json_cursor_open (self, '[', "a list"))
    return FALSE;
  while (gstream_json_cursor_element (self))
    gstream_json_cursor_skip (self);
  return self->expected == NULL;
}

gboolean
gstream_json_cursor_skip (GstreamJsonCursor *self)
{
  GstreamJsonString string;

  switch (gstream_json_cursor_peek (self))
    {
    case '"':
      return gstream_json_cursor_string (self, &string);
    case '{':
      return skip_object (self);
    case '[':
      return skip_array (self);
    default:
      return skip_scalar (self);
    }
}

gboolean
gstream_json_cursor_string_if_any (GstreamJsonCursor *self,
                                   GstreamJsonString *string)
{
  *string = (GstreamJsonString) { NULL, 0, FALSE };
  if (gstream_json_cursor_peek (self) != '"')
    return gstream_json_cursor_skip (self);
  return gstream_json_cursor_string (self, string);
}

gboolean
gstream_json_cursor_word_if_any (GstreamJsonCursor *self,
                                 GstreamJsonString *word)
{
  if (!gstream_json_cursor_string_if_any (self, word))
    return FALSE;
  if (word->escaped)
    read_escapes (word, self->word);
  return TRUE;
}
