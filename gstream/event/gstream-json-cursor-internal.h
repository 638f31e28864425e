/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses an unchecked JSON text in one pass. The cursor also validates the values that it skips, so that a text that
 * was parsed to its end is valid JSON.
 *
 * For endpoint/ too, which parses the chunks of another protocol, one for each token, in the same way.
 */
#pragma once

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

#define GSTREAM_JSON_DEFAULT_DEPTH 128
#define GSTREAM_JSON_MAX_DEPTH 1024 /* functions that read checked text recurse this deeply */
#define GSTREAM_JSON_MAX_SIZE (G_MAXUINT32 - 64)

/* A string as it is written in the text. */
typedef struct
{
  const char *start;   /* after the opening quote; NULL: there is none */
  guint32     length;  /* bytes up to the closing quote */
  gboolean    escaped; /* has backslashes */
} GstreamJsonString;

/* Allocated on the stack; needs no clean-up. Valid until the next cursor is initialized in the same thread. */
typedef struct
{
  const char    *json;
  gsize          length;    /* bytes */
  const guint32 *next;      /* offset of the next token; in the thread's index */
  const guint32 *last;      /* after the last token; points to @length */
  const char    *backslash; /* the first backslash at or after the current position, or the end of the text */
  guint          max_depth;
  guint          depth; /* levels that are open */

  const char  *expected; /* NULL until something is wrong */
  gsize        error_at; /* byte */
  GstreamError error_code;

  char name[64]; /* buffer for an unescaped member name */
  char word[64]; /* buffer for an unescaped string that will be compared */
} GstreamJsonCursor;

gboolean gstream_json_cursor_init (GstreamJsonCursor *self,
                                   const char        *json,
                                   gsize              length,
                                   guint              max_depth);
/* Records an error; only the first one is kept. Always returns FALSE. */
gboolean gstream_json_cursor_fail (GstreamJsonCursor *self,
                                   gsize              at,
                                   const char        *expected);
void     gstream_json_cursor_set_error (GstreamJsonCursor *self,
                                        GError           **error);
/* Whether the whole text has been parsed. */
gboolean gstream_json_cursor_end (GstreamJsonCursor *self);

/* Each parses one value. */
gboolean gstream_json_cursor_skip (GstreamJsonCursor *self);
gboolean gstream_json_cursor_string (GstreamJsonCursor *self,
                                     GstreamJsonString *string);

/* Each parses any value, and returns it if it is a string. The second one unescapes it, for comparison. */
gboolean gstream_json_cursor_string_if_any (GstreamJsonCursor *self,
                                            GstreamJsonString *string);
gboolean gstream_json_cursor_word_if_any (GstreamJsonCursor *self,
                                          GstreamJsonString *word);

/* Parses any value; sets @count to -1 unless it is a non-negative integer that fits in int64. */
gboolean gstream_json_cursor_count_if_any (GstreamJsonCursor *self,
                                           gint64            *count);
/* The same, but any other value is an error. */
gboolean gstream_json_cursor_count (GstreamJsonCursor *self,
                                    gint64            *count,
                                    const char        *expected);

/*
 * To read a container, call open, then member (or element) as long as it returns TRUE, and parse the value after each.
 * Then @expected of the cursor is NULL unless there was an error.
 */
gboolean gstream_json_cursor_open (GstreamJsonCursor *self,
                                   char               bracket,
                                   const char        *expected);
gboolean gstream_json_cursor_member (GstreamJsonCursor *self,
                                     GstreamJsonString *name);
gboolean gstream_json_cursor_element (GstreamJsonCursor *self);

/* Moves the cursor to the token at @next. */
void gstream_json_cursor_move (GstreamJsonCursor *self,
                               const guint32     *next);

/* Faster than g_ascii_isdigit(), which uses a table. */
static inline gboolean
gstream_json_is_digit (char c)
{
  return c >= '0' && c <= '9';
}

/* Returns FALSE if not all of the bytes are digits; then @value is not set. */
static inline gboolean
gstream_json_read_eight_digits (const char *p,
                                guint64    *value)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  word = GUINT64_FROM_LE (word); /* so that the first digit is the lowest byte */
  if (((word & 0xf0f0f0f0f0f0f0f0) | ((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4) != 0x3333333333333333)
    return FALSE;
  word = (word & 0x0f0f0f0f0f0f0f0f) * ((10 << 8) + 1) >> 8;    /* each two */
  word = (word & 0x00ff00ff00ff00ff) * ((100 << 16) + 1) >> 16; /* each four */
  *value = (word & 0x0000ffff0000ffff) * ((G_GUINT64_CONSTANT (10000) << 32) + 1) >> 32;
  return TRUE;
}

/*
 * Parses an integer of up to 18 digits at @p, and returns the address after it; NULL for anything else. Eight digits at
 * a time, since timestamps have thirteen.
 */
static inline const char *
gstream_json_pass_count (const char *p,
                         const char *end,
                         gint64     *count)
{
  const char *start = p;
  guint64     value = 0;
  guint       digit;

  if (end - p >= 8 && gstream_json_read_eight_digits (p, &value))
    p += 8;
  for (; p < end && (digit = (guint) *p - '0') <= 9; p++)
    value = value * 10 + digit;
  if (p == start || p - start > 18 || (*start == '0' && p > start + 1))
    return NULL;
  *count = value;
  return p;
}

/* Returns the first byte of the next token, or 0 at the end. */
static inline char
gstream_json_cursor_peek (const GstreamJsonCursor *self)
{
  return self->next < self->last ? self->json[*self->next] : '\0';
}

/* Returns the slice from @start to the end of the value that was parsed last. */
static inline GstreamJsonSlice
gstream_json_cursor_since (const GstreamJsonCursor *self,
                           guint32                  start)
{
  guint32 end = *self->next;

  while ((guchar) self->json[end - 1] <= ' ')
    end--;
  return (GstreamJsonSlice) { start, end - start };
}

/* Returns @slice relative to @start. */
static inline GstreamJsonSlice
gstream_json_slice_within (GstreamJsonSlice slice,
                           guint32          start)
{
  return (GstreamJsonSlice) { slice.start - start, slice.length };
}

static inline gboolean
gstream_json_string_is_len (const GstreamJsonString *string,
                            const char              *literal,
                            gsize                    length)
{
  return string->length == length && memcmp (string->start, literal, length) == 0;
}

/* Whether @string is written exactly as @literal, which has no escapes. */
#define gstream_json_string_is(string, literal) gstream_json_string_is_len ((string), (literal), sizeof (literal) - 1)

/* Copies @string, unescaped, to @room, and advances @room. Returns the copy. */
static inline const char *
gstream_json_string_copy (const GstreamJsonString *string,
                          char                   **room)
{
  char *copy = *room;
  gsize length = string->length;

  if (string->escaped)
    length = gstream_json_unescape (copy, string->start, length);
  else
    memcpy (copy, string->start, length);
  copy[length] = '\0';
  *room = copy + length + 1;
  return copy;
}

G_END_DECLS
