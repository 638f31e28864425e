/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Passing an object or array of a checked text: 64 bytes at once, a bit for each (the
 * first byte's the lowest), so that where tokens are does not decide what runs.
 */
#include "gstream/event/gstream-json-text-internal.h"

#define BLOCK 64

/* All that sets [ and { and ] and } apart. What else it makes equal is not there outside of strings. */
#define BRACKET_BITS 0x26
/* All that sets [ and { apart. */
#define KIND_BIT 0x20

typedef struct
{
  const char *at;
  const char *end;
  gsize       depth;      /* containers that are open */
  guint64     in_string;  /* all bits: @at is in a string */
  guint64     is_escaped; /* 1: the byte at @at is, by a backslash before it */
} Pass;

static inline guint64
mark (const char *p,
      char        c,
      char        ignored)
{
  guint64 marks = 0;

  for (guint i = 0; i < BLOCK; i += GSTREAM_JSON_BLOCK)
    marks |= (guint64) gstream_json_mark_block (p + i, c, ignored) << i;
  return marks;
}

/* The bytes behind backslashes that are not behind one themselves. */
static inline guint64
mark_escaped (Pass    *self,
              guint64  backslashes)
{
  guint64 escaped = self->is_escaped;

  self->is_escaped = 0;
  for (backslashes &= ~escaped; backslashes != 0;)
    {
      guint64 first = backslashes & -backslashes;

      escaped |= first << 1;
      self->is_escaped = first >> (BLOCK - 1);
      backslashes &= ~(first | first << 1);
    }
  return escaped;
}

/* From each opening quote up to the closing one. */
static inline guint64
mark_strings (Pass    *self,
              guint64  quotes)
{
  for (guint i = 1; i < BLOCK; i *= 2)
    quotes ^= quotes << i;
  quotes ^= self->in_string;
  self->in_string = -(quotes >> (BLOCK - 1));
  return quotes;
}

/* Bracket by bracket; gives what is behind the last one, or NULL if that is not among them. */
static const char *
count_each (Pass    *self,
            guint64  brackets,
            guint64  opening)
{
  for (; brackets != 0; brackets &= brackets - 1)
    {
      guint64 bracket = brackets & -brackets;

      if ((opening & bracket) != 0)
        self->depth++;
      else if (--self->depth == 0)
        return self->at + __builtin_ctzll (bracket) + 1;
    }
  return NULL;
}

static const char *
count (Pass    *self,
       guint64  brackets)
{
  guint64 opening = brackets & mark (self->at, '{', KIND_BIT);
  gsize n_closing = __builtin_popcountll (brackets ^ opening);

  if (n_closing >= self->depth)
    return count_each (self, brackets, opening);
  self->depth += __builtin_popcountll (opening) - n_closing;
  return NULL;
}

/* As long as there are 64 bytes; gives what is behind the container if that is among them. */
static const char *
pass_blocks (Pass *self)
{
  while (self->end - self->at >= BLOCK)
    {
      guint64 escaped = mark_escaped (self, mark (self->at, '\\', 0));
      guint64 quotes = mark (self->at, '"', 0) & ~escaped;
      guint64 brackets;
      const char *behind;

      if (quotes == 0 && self->in_string != 0) /* a long one */
        {
          self->at = gstream_json_find_far_quote (self->at + BLOCK + self->is_escaped, self->end) + 1;
          self->in_string = self->is_escaped = 0;
          continue;
        }
      brackets = mark (self->at, '{', BRACKET_BITS) & ~mark_strings (self, quotes);
      if (brackets != 0 && (behind = count (self, brackets)) != NULL)
        return behind;
      self->at += BLOCK;
    }
  return NULL;
}

/* What is left: byte by byte, but for strings. */
static const char *
pass_rest (Pass *self)
{
  const char *p = self->at;

  if (self->in_string != 0)
    p = gstream_json_find_far_quote (p + self->is_escaped, self->end) + 1;
  for (;; p++)
    if (*p == '"')
      p = gstream_json_find_quote (p + 1, self->end);
    else if ((*p | KIND_BIT) == '{')
      self->depth++;
    else if ((*p | KIND_BIT) == '}' && --self->depth == 0)
      return p + 1;
}

const char *
gstream_json_pass_container (const char *p,
                             const char *end)
{
  Pass pass = { p + 1, end, 1, 0, 0 };
  const char *behind = pass_blocks (&pass);

  return behind != NULL ? behind : pass_rest (&pass);
}
