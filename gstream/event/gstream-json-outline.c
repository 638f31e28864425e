/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the outline of a long text while checking its grammar, and finds the end of a container in it.
 *
 * The text is checked without recursion, and without looking at the names of members, which also takes less than half
 * the instructions that the cursor needs. What is wrong with a text is left to the cursor to find out.
 */
#include "gstream/event/gstream-json-outline-private.h"

/* In bytes. Shorter texts have no outline, and shorter containers are not in it. */
#define SHORTEST_TEXT (32 * 1024)
#define SHORTEST_SPAN 4096

/* A long container. */
typedef struct
{
  guint32 start; /* byte of the value: the opening bracket */
  guint32 end;   /* the byte after the closing one */
} Span;

struct _GstreamJsonOutline
{
  const char *text;  /* starts with the value; not owned */
  GArray     *spans; /* of Span, in the order of their starts */
};

/* A container that is being parsed. */
typedef struct
{
  guint32 start;
  guint   n_spans; /* before this one */
  char    bracket;
} Level;

typedef struct
{
  GstreamJsonCursor  *cursor;
  GstreamJsonOutline *outline;
  guint32             origin; /* byte of the cursor's text at which the value starts */
  guint               max_depth;
  guint               depth;
  Level               levels[GSTREAM_JSON_MAX_DEPTH];
} Walk;

/* --- parsing --- */

static inline gboolean
pass_string (GstreamJsonCursor *cursor)
{
  const char       *open = cursor->json + cursor->next[0];
  const char       *stop = cursor->json + cursor->next[1];
  GstreamJsonString string;

  if (stop[-1] != '"' || stop - open < 2 || cursor->backslash < stop)
    return gstream_json_cursor_string (cursor, &string);
  cursor->next++;
  return TRUE;
}

static inline gboolean
pass_name (GstreamJsonCursor *cursor)
{
  if (gstream_json_cursor_peek (cursor) != '"' || !pass_string (cursor) || gstream_json_cursor_peek (cursor) != ':')
    return FALSE;
  cursor->next++;
  return TRUE;
}

static inline gboolean
open_container (Walk *self,
                char  bracket)
{
  if (self->depth == self->max_depth)
    return FALSE;
  self->levels[self->depth++] = (Level) { *self->cursor->next - self->origin, self->outline->spans->len, bracket };
  self->cursor->next++;
  return TRUE;
}

static inline void
close_container (Walk *self)
{
  const Level *level = &self->levels[--self->depth];
  Span         span = { level->start, *self->cursor->next + 1 - self->origin };

  self->cursor->next++;
  if (span.end - span.start >= SHORTEST_SPAN)
    g_array_insert_val (self->outline->spans, level->n_spans, span);
}

/* Passes a scalar, an empty container's opening bracket, or what a container begins with up to its first scalar. */
static inline gboolean
pass_value (Walk *self)
{
  GstreamJsonCursor *cursor = self->cursor;
  char               c;

  while ((c = gstream_json_cursor_peek (cursor)) == '{' || c == '[')
    {
      if (!open_container (self, c))
        return FALSE;
      if (gstream_json_cursor_peek (cursor) == c + 2) /* } or ] */
        return TRUE;
      if (c == '{' && !pass_name (cursor))
        return FALSE;
    }
  return c == '"' ? pass_string (cursor) : gstream_json_cursor_skip (cursor);
}

/* Passes what is between two values: closing brackets, a comma, a name. */
static inline gboolean
pass_between (Walk *self)
{
  GstreamJsonCursor *cursor = self->cursor;

  while (self->depth > 0)
    {
      char bracket = self->levels[self->depth - 1].bracket;
      char c = gstream_json_cursor_peek (cursor);

      if (c == ',')
        {
          cursor->next++;
          return bracket == '[' || pass_name (cursor);
        }
      if (c != bracket + 2)
        return FALSE;
      close_container (self);
    }
  return TRUE;
}

static gboolean
walk (GstreamJsonCursor  *cursor,
      GstreamJsonOutline *outline)
{
  Walk self;

  self.cursor = cursor;
  self.outline = outline;
  self.origin = *cursor->next;
  self.max_depth = cursor->max_depth - cursor->depth;
  self.depth = 0;
  do
    if (!pass_value (&self) || !pass_between (&self))
      return FALSE;
  while (self.depth > 0);
  return TRUE;
}

/* --- the outline --- */

static GstreamJsonOutline *
outline_new (void)
{
  GstreamJsonOutline *self = g_new0 (GstreamJsonOutline, 1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  return self;
}

void
gstream_json_outline_free (GstreamJsonOutline *self)
{
  g_array_unref (self->spans);
  g_free (self);
}

gboolean
gstream_json_outline_skip (GstreamJsonCursor   *cursor,
                           GstreamJsonOutline **outline)
{
  g_autoptr (GstreamJsonOutline) made = NULL;
  GstreamJsonCursor begin = *cursor;

  *outline = NULL;
  if (cursor->next == cursor->last || cursor->length - *cursor->next < SHORTEST_TEXT)
    return gstream_json_cursor_skip (cursor);

  made = outline_new ();
  if (!walk (cursor, made))
    {
      *cursor = begin;
      return gstream_json_cursor_skip (cursor);
    }
  if (made->spans->len > 0)
    *outline = g_steal_pointer (&made);
  return TRUE;
}

void
gstream_json_outline_set_text (GstreamJsonOutline *self,
                               const char         *text)
{
  self->text = text;
}

gboolean
gstream_json_outline_is_of (const GstreamJsonOutline *self,
                            const char               *text)
{
  return self->text == text;
}

const char *
gstream_json_outline_find_end (const GstreamJsonOutline *self,
                               const char               *container)
{
  const Span *spans = (const Span *) self->spans->data;
  guint32     start = container - self->text;
  guint       low = 0, high = self->spans->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (spans[middle].start == start)
        return self->text + spans[middle].end;
      if (spans[middle].start < start)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}
