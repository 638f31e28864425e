/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a JSON text that has been checked, without building a tree. All functions rely on the text being valid, and
 * recurse at most GSTREAM_JSON_MAX_DEPTH deep.
 *
 * For projections, streams and conversation/ too: they iterate over the members of messages, tool calls and states
 * directly in an event's text. Payloads and JSON Pointers would cost memory, and a pass for each member.
 */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <string.h>

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/* A value in a text: its first byte, and the byte after its last. */
typedef struct
{
  const char *start; /* NULL: there is none */
  const char *end;
} GstreamJsonValue;

/*
 * The position of a value as an offset in a text: half the size of a GstreamJsonValue, and valid for a copy of the
 * text, too.
 */
typedef struct
{
  guint32 start;
  guint32 length; /* 0: there is none */
} GstreamJsonSlice;

/* Knows where the long containers of a long text end. */
typedef struct _GstreamJsonOutline GstreamJsonOutline;

/* Iterates over the values of an array or the members of an object. */
typedef struct
{
  const char               *at;      /* before the next value */
  const char               *end;     /* of the text */
  const GstreamJsonOutline *outline; /* of the text, or of a longer one; NULL: it has none */
} GstreamJsonIter;

static inline gboolean
gstream_json_is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/*
 * To be used within a container, where there is always a byte that ends the loop. Control characters cannot occur
 * there.
 */
static inline const char *
gstream_json_pass_space (const char *p)
{
  while ((guchar) *p <= ' ')
    p++;
  return p;
}

/*
 * Compares sixteen bytes with @c at once, since most names are shorter than that. Returns a bit for each byte that is
 * equal, the lowest for the first byte.
 */
#define GSTREAM_JSON_BLOCK 16

static inline guint
gstream_json_mark_block (const char *p,
                         char        c,
                         char        ignored) /* bits that are not compared */
{
#ifdef __SSE2__
  __m128i block = _mm_or_si128 (_mm_loadu_si128 ((const __m128i *) p), _mm_set1_epi8 (ignored));

  return _mm_movemask_epi8 (_mm_cmpeq_epi8 (block, _mm_set1_epi8 (c | ignored)));
#else
  guint marks = 0;

  for (guint i = 0; i < GSTREAM_JSON_BLOCK; i++)
    marks |= (guint) ((p[i] | ignored) == (c | ignored)) << i;
  return marks;
#endif
}

/* Returns the position of the first mark; there must be one. */
static inline guint
gstream_json_first_mark (guint marks)
{
  return __builtin_ctz (marks);
}

/* Both return the closing quote of the string whose text starts at @p. The second one is fast if the quote is near. */
const char *gstream_json_find_far_quote (const char *p,
                                         const char *end);

static inline const char *
gstream_json_find_quote (const char *p,
                         const char *end)
{
  guint marks;

  if (end - p >= GSTREAM_JSON_BLOCK && (marks = gstream_json_mark_block (p, '"', 0)) != 0)
    {
      const char *quote = p + gstream_json_first_mark (marks);

      if (quote[-1] != '\\')
        return quote;
    }
  return gstream_json_find_far_quote (p, end);
}

static inline gboolean
gstream_json_is_number (GstreamJsonValue value)
{
  return *value.start == '-' || (*value.start >= '0' && *value.start <= '9');
}

GstreamPayloadKind gstream_json_kind (GstreamJsonValue value);
const char        *gstream_json_pass_scalar (const char *p,
                                             const char *end);
const char        *gstream_json_pass_container (const char *p,
                                                const char *end);

/* Returns the address after the value that starts at @p. */
static inline const char *
gstream_json_pass (const char *p,
                   const char *end)
{
  if (*p == '"')
    return gstream_json_find_quote (p + 1, end) + 1;
  if (*p == '{' || *p == '[')
    return gstream_json_pass_container (p, end);
  return gstream_json_pass_scalar (p, end);
}

/* Returns the address after the container that starts at @container; NULL: it is a short one. */
const char *gstream_json_outline_find_end (const GstreamJsonOutline *self,
                                           const char               *container);

/* The same as gstream_json_pass(). @outline: of the text, or of a longer one; NULL: it has none. */
static inline const char *
gstream_json_pass_outlined (const char               *p,
                            const char               *end,
                            const GstreamJsonOutline *outline)
{
  const char *found = NULL;

  if (G_UNLIKELY (outline != NULL) && (*p == '{' || *p == '['))
    found = gstream_json_outline_find_end (outline, p);
  return found != NULL ? found : gstream_json_pass (p, end);
}

void     gstream_json_iter_init (GstreamJsonIter *iter,
                                 GstreamJsonValue container);
void     gstream_json_iter_init_outlined (GstreamJsonIter          *iter,
                                          GstreamJsonValue          container,
                                          const GstreamJsonOutline *outline);
gboolean gstream_json_iter_element (GstreamJsonIter  *iter,
                                    GstreamJsonValue *element);
/* @name: without its quotes. Duplicate members are all returned, in the order of the text. */
gboolean gstream_json_iter_member (GstreamJsonIter  *iter,
                                   GstreamJsonValue *name,
                                   GstreamJsonValue *value);

/*
 * Unescapes the text between a string's quotes, and returns the length, which is never larger than that of the escaped
 * text. Characters that UTF-8 or a C string cannot hold (half a surrogate pair, U+0000) become U+FFFD.
 */
gsize gstream_json_unescape (char       *out,
                             const char *raw,
                             gsize       length);
/*
 * A surrogate pair may be split between two texts. Removes the second half of a pair at the start of @raw, which is the
 * text between the quotes, and the first half of one at its end, and returns them; 0: there is none.
 */
void gstream_json_trim_halves (GstreamJsonValue *raw,
                               guint16          *low,
                               guint16          *high);
/* Appends the character that the halves form together. A single half is appended as U+FFFD, and 0 as nothing. */
void  gstream_json_join_halves (GString *out,
                                guint16  high,
                                guint16  low);
char *gstream_json_dup_raw (GstreamJsonValue raw); /* of a string: the text between the quotes */
char *gstream_json_dup_string (GstreamJsonValue string);
/* Returns FALSE if the number is not an integer that fits in int64. 5.0 and 1e3 are integers. */
gboolean gstream_json_read_integer (GstreamJsonValue number,
                                    gint64          *integer);
double   gstream_json_read_double (GstreamJsonValue number);

/* Finds a value by JSON Pointer. Of duplicate members the last one is used. */
gboolean gstream_json_find (GstreamJsonValue  value,
                            const char       *pointer,
                            GstreamJsonValue *found);
gboolean gstream_json_find_outlined (GstreamJsonValue          value,
                                     const GstreamJsonOutline *outline,
                                     const char               *pointer,
                                     GstreamJsonValue         *found);

/*
 * The members of an object. Of duplicate ones there is one, at the position of the first and with the value of the
 * last.
 */
typedef struct
{
  char            *name;
  GstreamJsonValue value;
} GstreamJsonMember;

/* @outline: of the text, or of a longer one; NULL: it has none. */
GArray *gstream_json_members (GstreamJsonValue          object,
                              const GstreamJsonOutline *outline);

gboolean gstream_json_equal (GstreamJsonValue a,
                             GstreamJsonValue b);
/* Returns the same hash for values that are equal. */
guint gstream_json_hash (GstreamJsonValue value);

G_END_DECLS
