/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a JSON text that has been checked, without making a tree of it. Every function relies on its grammar,
 * and recurses no deeper than GSTREAM_JSON_MAX_DEPTH.
 *
 * For projections, streams and conversation/ too: they go over the members of messages, tool calls and states where these stand
 * in an event's text. A payload and JSON Pointers would cost memory, and a pass for each member.
 */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <string.h>

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/* A value in a text: from its first byte to behind its last. */
typedef struct
{
  const char *start; /* NULL: there is none */
  const char *end;
} GstreamJsonValue;

/* A value's place in a text, in bytes from where the text starts: half the size of a GstreamJsonValue, and still right for a copy of the text. */
typedef struct
{
  guint32 start;
  guint32 length; /* 0: there is none */
} GstreamJsonSlice;

/* Goes over the values of an array, or the members of an object. */
typedef struct
{
  const char *at;  /* before the next one */
  const char *end; /* the text's */
} GstreamJsonIter;

static inline gboolean
gstream_json_is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Within a container there is always a byte that ends this. Control characters cannot be there. */
static inline const char *
gstream_json_pass_space (const char *p)
{
  while ((guchar) *p <= ' ')
    p++;
  return p;
}

/* Sixteen bytes at once, since most names and words are shorter: the bits of those that are @c, the first one's the lowest. */
#define GSTREAM_JSON_BLOCK 16

static inline guint
gstream_json_mark_block (const char *p,
                         char        c,
                         char        ignored) /* bits that do not matter */
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

/* Of marks, one at least. */
static inline guint
gstream_json_first_mark (guint marks)
{
  return __builtin_ctz (marks);
}

/* The quote that ends the string whose text starts at @p: any one, and one that is near. */
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

/* Behind the value that starts at @p. */
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

void     gstream_json_iter_init (GstreamJsonIter *iter,
                                 GstreamJsonValue container);
gboolean gstream_json_iter_element (GstreamJsonIter  *iter,
                                    GstreamJsonValue *element);
/* @name is within its quotes. Of members with one name all come, as they stand. */
gboolean gstream_json_iter_member (GstreamJsonIter  *iter,
                                   GstreamJsonValue *name,
                                   GstreamJsonValue *value);

/*
 * Writes what is within a string's quotes as it is meant, never longer than it is
 * written, and gives the length. What UTF-8 or a C string cannot hold (half a
 * surrogate pair, U+0000) becomes U+FFFD.
 */
gsize gstream_json_unescape (char       *out,
                             const char *raw,
                             gsize       length);
/*
 * A pair of surrogates may be spread over two texts. Leaves out of @raw, which is within
 * the quotes, the second half of one at its start and the first half of one at its end;
 * 0: there is none.
 */
void gstream_json_trim_halves (GstreamJsonValue *raw,
                               guint16          *low,
                               guint16          *high);
/* The character of both, or what each is by itself: U+FFFD, or nothing where it is 0. */
void  gstream_json_join_halves (GString *out,
                                guint16  high,
                                guint16  low);
char *gstream_json_dup_raw (GstreamJsonValue raw); /* within the quotes */
char *gstream_json_dup_string (GstreamJsonValue string);
/* FALSE where the number is not an integer that int64 can hold. 5.0 and 1e3 are. */
gboolean gstream_json_read_integer (GstreamJsonValue number,
                                    gint64          *integer);
double   gstream_json_read_double (GstreamJsonValue number);

/* By JSON Pointer. The last of duplicate names counts. */
gboolean gstream_json_find (GstreamJsonValue  value,
                            const char       *pointer,
                            GstreamJsonValue *found);

/* The members of an object, each name once, its last value at its first place. */
typedef struct
{
  char            *name;
  GstreamJsonValue value;
} GstreamJsonMember;

GArray *gstream_json_members (GstreamJsonValue object);

gboolean gstream_json_equal (GstreamJsonValue a,
                             GstreamJsonValue b);
/* The same for values that are equal. */
guint gstream_json_hash (GstreamJsonValue value);

G_END_DECLS
