/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses an unchecked JSON text, token by token. This file checks the grammar; the index finds where the tokens start.
 */
#include "gstream/event/gstream-json-cursor-internal.h"
#include "gstream/event/gstream-i18n-internal.h"
#include "gstream/event/gstream-json-index-private.h"
#include "gstream/event/gstream-json-text-internal.h"

/* --- single tokens --- */

static const char *
pass_digits (const char *p,
             const char *end)
{
  while (p < end && gstream_json_is_digit (*p))
    p++;
  return p;
}

/* Returns the end of the number at @p; NULL if there is none. */
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
  gsize       length = strlen (word);

  if ((gsize) (end - p) < length || memcmp (p, word, length) != 0)
    return NULL;
  return p + length;
}

/*
 * Returns the address after the scalar that starts at @p, before @end; NULL if it is neither a number nor true, false
 * or null.
 */
static const char *
pass_scalar (const char *p,
             const char *end)
{
  return gstream_json_is_digit (*p) || *p == '-' ? pass_number (p, end) : pass_word (p, end);
}

/* Returns the address after the escape sequence at @backslash in a string that ends at @end; NULL if it is invalid. */
static const char *
pass_escape (const char *backslash,
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

/* Numbers that JSON does not allow, as Python, JavaScript and C write them. */
static const Foreign foreign[] = {
  { "NaN", N_ ("a value, and NaN is none in JSON") },
  { "nan", N_ ("a value, and NaN is none in JSON") },
  { "-NaN", N_ ("a value, and NaN is none in JSON") },
  { "-nan", N_ ("a value, and NaN is none in JSON") },
  { "Infinity", N_ ("a value, and Infinity is none in JSON") },
  { "-Infinity", N_ ("a value, and -Infinity is none in JSON") },
  { "inf", N_ ("a value, and Infinity is none in JSON") },
  { "-inf", N_ ("a value, and -Infinity is none in JSON") },
};

/* Returns what is expected at @p, where there is no valid value. For NaN and Infinity, that JSON does not have them. */
G_GNUC_NO_INLINE static const char *
expect_value (const char *p,
              const char *end)
{
  for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
    {
      gsize length = strlen (foreign[i].word);

      if ((gsize) (end - p) >= length && memcmp (p, foreign[i].word, length) == 0 &&
          (p + length == end || !g_ascii_isalnum (p[length])))
        return foreign[i].expected;
    }
  return N_ ("a value");
}

/*
 * Finds the invalid string or encoding because of which the index has rejected @json without details: where it is, and
 * what was expected there.
 */
G_GNUC_NO_INLINE static const char *
find_flaw (const char *json,
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
        return N_ ("a control character in a string to be escaped");
      if (quote == NULL && *p == '\\')
        return N_ ("a value");
      if (*p == '\\')
        p++;
      else if (*p == '"')
        quote = quote == NULL ? p : NULL;
    }
  *at = quote != NULL && valid_end == end ? quote - json : valid_end - json;
  if (valid_end < end)
    return N_ ("valid UTF-8");
  if (quote != NULL)
    return N_ ("a string to end with a quote");
  *at = 0;
  return "JSON";
}

/* --- the cursor --- */

/* Also moves the cursor to the end, so that all further calls fail. */
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

/*
 * Not inlined, like all rarely used functions below: the callers then need fewer registers, which saves a tenth of all
 * instructions.
 */
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
    g_set_error (error, GSTREAM_ERROR, self->error_code, _ ("byte %zu: expected at most %u levels of nesting"),
                 self->error_at, self->max_depth);
  else
    g_set_error (error, GSTREAM_ERROR, self->error_code, _ ("byte %zu: expected %s"), self->error_at,
                 _ (self->expected));
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
  gsize          n_tokens;
  gsize          at;

  self->json = json;
  self->length = length;
  self->max_depth = max_depth;
  self->depth = 0;
  self->next = self->last = NULL;
  self->expected = NULL;
  self->error_code = 0;
  if (length == 0)
    return gstream_json_cursor_fail (self, 0, N_ ("JSON"));
  if (!gstream_json_index_scan (gstream_json_index_get (), json, length, &tokens, &n_tokens))
    {
      const char *expected = find_flaw (json, length, &at);

      return gstream_json_cursor_fail (self, at, expected);
    }
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
    return fail_here (self, N_ ("the end"));
  return self->expected == NULL;
}

G_GNUC_NO_INLINE static gboolean
check_escapes (GstreamJsonCursor *self,
               const char        *end)
{
  while (self->backslash < end)
    {
      const char *behind = pass_escape (self->backslash, end);

      if (behind == NULL)
        return gstream_json_cursor_fail (self, self->backslash - self->json, N_ ("an escape that JSON knows"));
      find_backslash (self, behind);
    }
  return TRUE;
}

/*
 * Parses any string; the next token is its opening quote. Between the string and the token after it there can only be
 * white space.
 */
G_GNUC_NO_INLINE static gboolean
pass_string (GstreamJsonCursor *self,
             GstreamJsonString *string)
{
  const char *open = self->json + self->next[0];
  const char *close = self->json + self->next[1] - 1;

  while ((guchar) *close <= ' ')
    close--;
  if (close == open || *close != '"')
    return fail_here (self, N_ ("a string to end with a quote"));

  string->start = open + 1;
  string->length = close - open - 1;
  string->escaped = self->backslash < close;
  self->next++;
  return !string->escaped || check_escapes (self, close);
}

/* Parses a string of the most common form: without escapes, and directly followed by the next token, @stop. */
static inline gboolean
read_plain_string (const GstreamJsonCursor *self,
                   const char              *open,
                   const char              *stop,
                   GstreamJsonString       *string)
{
  if (stop[-1] != '"' || stop - open < 2 || self->backslash < stop)
    return FALSE;
  string->start = open + 1;
  string->length = stop - open - 2;
  string->escaped = FALSE;
  return TRUE;
}

/* The next token must be its opening quote. */
static inline gboolean
take_string (GstreamJsonCursor *self,
             GstreamJsonString *string)
{
  if (!read_plain_string (self, self->json + self->next[0], self->json + self->next[1], string))
    return pass_string (self, string);
  self->next++;
  return TRUE;
}

gboolean
gstream_json_cursor_string (GstreamJsonCursor *self,
                            GstreamJsonString *string)
{
  if (gstream_json_cursor_peek (self) != '"')
    return fail_here (self, N_ ("a string"));
  return take_string (self, string);
}

static gboolean
skip_scalar (GstreamJsonCursor *self)
{
  const char *start = self->json + self->next[0];
  const char *end = self->json + self->next[1];
  const char *stop;

  if (self->next == self->last)
    return fail_here (self, N_ ("a value"));
  stop = pass_scalar (start, end);
  if (stop == NULL || (stop < end && !gstream_json_is_space (*stop)))
    return fail_here (self, expect_value (start, self->json + self->length));
  self->next++;
  return TRUE;
}

static inline gboolean
read_plain_count (const char *p,
                  const char *end,
                  gint64     *count)
{
  p = gstream_json_pass_count (p, end, count);
  return p != NULL && (p == end || gstream_json_is_space (*p));
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

/* Whether the container has been opened, and none of its content parsed. */
static gboolean
is_first (const GstreamJsonCursor *self,
          char                     bracket)
{
  return self->json[self->next[-1]] == bracket;
}

static inline gboolean
leave (GstreamJsonCursor *self)
{
  self->depth--;
  self->next++;
  return FALSE;
}

/*
 * Unescapes @string for comparison. Strings that are too long for the buffer are left as they are: they are longer than
 * all that gstream compares with.
 */
G_GNUC_NO_INLINE static void
read_escapes (GstreamJsonString *string,
              char               buffer[64])
{
  if (string->length > 64)
    return;
  string->length = gstream_json_unescape (buffer, string->start, string->length);
  string->start = buffer;
}

/* Parses any member's name, or the end of the object. */
G_GNUC_NO_INLINE static gboolean
pass_member (GstreamJsonCursor *self,
             GstreamJsonString *name)
{
  char c = gstream_json_cursor_peek (self);

  if (c == '}')
    return leave (self);
  if (!is_first (self, '{'))
    {
      if (c != ',')
        return fail_here (self, N_ ("a comma or }"));
      self->next++;
      c = gstream_json_cursor_peek (self);
    }
  if (c != '"')
    return fail_here (self, N_ ("a member's name"));
  if (!pass_string (self, name))
    return FALSE;
  if (gstream_json_cursor_peek (self) != ':')
    return fail_here (self, N_ ("a colon"));
  self->next++;
  if (name->escaped)
    read_escapes (name, self->name);
  return TRUE;
}

/* Handles members that are written without white space; all others are left to pass_member(). */
gboolean
gstream_json_cursor_member (GstreamJsonCursor *self,
                            GstreamJsonString *name)
{
  const guint32 *next = self->next;
  const char    *json = self->json;
  gboolean       is_behind_comma;

  if (self->last - next < 3) /* a comma, a name and a colon */
    return pass_member (self, name);

  is_behind_comma = json[*next] == ',';
  if (is_behind_comma == is_first (self, '{'))
    return json[*next] == '}' ? leave (self) : pass_member (self, name);
  next += is_behind_comma;
  if (json[next[0]] != '"' || json[next[1]] != ':' || !read_plain_string (self, json + next[0], json + next[1], name))
    return pass_member (self, name);
  self->next = next + 2;
  return TRUE;
}

gboolean
gstream_json_cursor_element (GstreamJsonCursor *self)
{
  char c = gstream_json_cursor_peek (self);

  if (c == ']')
    return leave (self);
  if (is_first (self, '['))
    return self->expected == NULL;
  if (c != ',')
    return fail_here (self, N_ ("a comma or ]"));
  self->next++;
  return TRUE;
}

static gboolean
skip_object (GstreamJsonCursor *self)
{
  GstreamJsonString name;

  if (!gstream_json_cursor_open (self, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (self, &name))
    gstream_json_cursor_skip (self);
  return self->expected == NULL;
}

static gboolean
skip_array (GstreamJsonCursor *self)
{
  if (!gstream_json_cursor_open (self, '[', N_ ("a list")))
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
  if (gstream_json_cursor_peek (self) == '"')
    return take_string (self, string);
  *string = (GstreamJsonString) { NULL, 0, FALSE };
  return gstream_json_cursor_skip (self);
}

gboolean
gstream_json_cursor_word_if_any (GstreamJsonCursor *self,
                                 GstreamJsonString *word)
{
  if (gstream_json_cursor_peek (self) == '"' &&
      read_plain_string (self, self->json + self->next[0], self->json + self->next[1], word))
    {
      self->next++;
      return TRUE;
    }
  if (!gstream_json_cursor_string_if_any (self, word))
    return FALSE;
  if (word->escaped)
    read_escapes (word, self->word);
  return TRUE;
}

/* Skips any value. */
G_GNUC_NO_INLINE static gboolean
pass_count (GstreamJsonCursor *self,
            gint64            *count)
{
  guint32          start = *self->next;
  gboolean         is_positive = gstream_json_is_digit (gstream_json_cursor_peek (self));
  GstreamJsonValue number;

  *count = -1;
  if (!gstream_json_cursor_skip (self))
    return FALSE;
  number.start = self->json + start;
  number.end = number.start + gstream_json_cursor_since (self, start).length;
  if (is_positive && !gstream_json_read_integer (number, count))
    *count = -1;
  return TRUE;
}

gboolean
gstream_json_cursor_count_if_any (GstreamJsonCursor *self,
                                  gint64            *count)
{
  if (self->next == self->last || !read_plain_count (self->json + self->next[0], self->json + self->next[1], count))
    return pass_count (self, count);
  self->next++;
  return TRUE;
}

gboolean
gstream_json_cursor_count (GstreamJsonCursor *self,
                           gint64            *count,
                           const char        *expected)
{
  guint32 start = *self->next;

  if (!gstream_json_cursor_count_if_any (self, count))
    return FALSE;
  return *count >= 0 || gstream_json_cursor_fail (self, start, expected);
}
