/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One pass over a JSON text that has not been checked yet. The cursor checks all that it passes, also what it
 * skips, so that a text that was passed to its end is JSON.
 *
 * For endpoint/ too, which reads the chunks of another protocol in the same way, since one comes with each token.
 */
#pragma once

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

#define GSTREAM_JSON_DEFAULT_DEPTH 128
#define GSTREAM_JSON_MAX_DEPTH 1024 /* readers of checked text recurse this deep */
#define GSTREAM_JSON_MAX_SIZE (G_MAXUINT32 - 64)

/* A string as it is written. */
typedef struct
{
  const char *start;   /* behind the opening quote; NULL: there is none */
  guint32     length;  /* up to the closing one */
  gboolean    escaped; /* has backslashes */
} GstreamJsonString;

/* On the stack; needs no clearing. Valid until the next one is set up in the same thread. */
typedef struct
{
  const char    *json;
  gsize          length;    /* bytes */
  const guint32 *next;      /* the byte where the next token starts; of the thread's index */
  const guint32 *last;      /* behind the last token; points to @length */
  const char    *backslash; /* the first one that is not passed yet, or the text's end */
  guint          max_depth;
  guint          depth; /* levels that are open */

  const char  *expected; /* NULL until something is wrong */
  gsize        error_at; /* byte */
  GstreamError error_code;

  char name[64]; /* for a member's name that has escapes, without these */
  char word[64]; /* the same for a string that is to be compared */
} GstreamJsonCursor;

gboolean gstream_json_cursor_init (GstreamJsonCursor *self,
                                   const char        *json,
                                   gsize              length,
                                   guint              max_depth);
/* Always FALSE. The first failure counts. */
gboolean gstream_json_cursor_fail (GstreamJsonCursor *self,
                                   gsize              at,
                                   const char        *expected);
void     gstream_json_cursor_set_error (GstreamJsonCursor *self,
                                        GError           **error);
/* Whether all has been passed. */
gboolean gstream_json_cursor_end (GstreamJsonCursor *self);

/* Each passes one value. */
gboolean gstream_json_cursor_skip (GstreamJsonCursor *self);
gboolean gstream_json_cursor_string (GstreamJsonCursor *self,
                                     GstreamJsonString *string);

/* Each passes any value, and gives it if it is a string; the second one without escapes, to be compared. */
gboolean gstream_json_cursor_string_if_any (GstreamJsonCursor *self,
                                            GstreamJsonString *string);
gboolean gstream_json_cursor_word_if_any (GstreamJsonCursor *self,
                                          GstreamJsonString *word);

/* Passes a value; @count is -1 unless that is 0 or more and an integer that int64 can hold. */
gboolean gstream_json_cursor_count_if_any (GstreamJsonCursor *self,
                                           gint64            *count);
/* The same, and it has to be one. */
gboolean gstream_json_cursor_count (GstreamJsonCursor *self,
                                    gint64            *count,
                                    const char        *expected);

/*
 * open, then member (or element) as long as that is TRUE, the value to be
 * passed after each; at the end expected is NULL unless something was wrong.
 */
gboolean gstream_json_cursor_open (GstreamJsonCursor *self,
                                   char               bracket,
                                   const char        *expected);
gboolean gstream_json_cursor_member (GstreamJsonCursor *self,
                                     GstreamJsonString *name);
gboolean gstream_json_cursor_element (GstreamJsonCursor *self);

/* Back or forth to the token at @next. */
void gstream_json_cursor_move (GstreamJsonCursor *self,
                               const guint32     *next);

/* g_ascii_isdigit() looks it up in a table, which takes longer. */
static inline gboolean
gstream_json_is_digit (char c)
{
  return c >= '0' && c <= '9';
}

/* FALSE: they are not all digits, and @value is not set. */
static inline gboolean
gstream_json_read_eight_digits (const char *p,
                                guint64    *value)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  word = GUINT64_FROM_LE (word); /* the first digit's byte is the lowest */
  if (((word & 0xf0f0f0f0f0f0f0f0) | ((word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4) != 0x3333333333333333)
    return FALSE;
  word = (word & 0x0f0f0f0f0f0f0f0f) * ((10 << 8) + 1) >> 8;    /* each two */
  word = (word & 0x00ff00ff00ff00ff) * ((100 << 16) + 1) >> 16; /* each four */
  *value = (word & 0x0000ffff0000ffff) * ((G_GUINT64_CONSTANT (10000) << 32) + 1) >> 32;
  return TRUE;
}

/* Behind the count at @p, as almost all are written; NULL if it is not. Eight digits at once, since a time has thirteen. */
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

/* The first byte of the next token, or 0 at the end. */
static inline char
gstream_json_cursor_peek (const GstreamJsonCursor *self)
{
  return self->next < self->last ? self->json[*self->next] : '\0';
}

/* From @start to the end of the value passed last. */
static inline GstreamJsonSlice
gstream_json_cursor_since (const GstreamJsonCursor *self,
                           guint32                  start)
{
  guint32 end = *self->next;

  while ((guchar) self->json[end - 1] <= ' ')
    end--;
  return (GstreamJsonSlice) { start, end - start };
}

/* Where @slice is, counted from @start. */
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

/* A copy of @string, without escapes, in @room, which is moved behind it. */
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
