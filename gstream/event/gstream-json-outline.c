/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the outline of a long text while checking its grammar, and finds the end of a container in it.
 *
 * The text is checked without recursion, and without looking at the names of members, which also takes less than half
 * the instructions that the cursor needs. What is wrong with a text is left to the cursor to find out.
 *
 * A text that begins as one that has been checked before, is checked only from there on: states of a thread follow each
 * other, and usually begin in the same way. The outline has points at which that is possible, one in some thousand
 * bytes. The texts that were checked last are listed, as long as somebody has them; they are not kept for this.
 */
#include "gstream/event/gstream-json-outline-private.h"

/* In bytes. Shorter texts have no outline, and shorter containers are not in it. */
#define SHORTEST_TEXT (32 * 1024)
#define SHORTEST_SPAN 4096
#define POINT_DISTANCE 4096

/* There are no points where more containers are open. */
#define DEEPEST_POINT 8

#define COMPARED_BLOCK 4096 /* bytes */

/* A long container. */
typedef struct
{
  guint32 start; /* byte of the value: the opening bracket */
  guint32 end;   /* the byte after the closing one */
} Span;

/* A comma, at which the containers that are open are known. */
typedef struct
{
  guint32 at; /* byte */
  guint   depth;
  guint32 starts[DEEPEST_POINT]; /* of the containers, from the outermost on */
} Point;

struct _GstreamJsonOutline
{
  const char *text;   /* starts with the value; not owned */
  gsize       length; /* bytes of @text */
  GArray     *spans;  /* of Span, in the order of their starts */
  GArray     *points; /* of Point, in their order */
};

/* The outlines of the texts that were checked last. One that is freed is removed. */
static GMutex              listed_mutex;
static GstreamJsonOutline *listed[4];
static guint               n_listed; /* so far */

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
  guint32             shift;      /* added to the cursor's bytes, gives those of the value; may wrap around */
  guint32             next_point; /* byte */
  guint               max_depth;
  guint               depth;
  Level               levels[GSTREAM_JSON_MAX_DEPTH];
} Walk;

/* --- parsing --- */

static inline guint32
get_position (const Walk *self)
{
  return *self->cursor->next + self->shift;
}

G_GNUC_NO_INLINE static void
add_point (Walk *self)
{
  Point point = { .at = get_position (self), .depth = self->depth };

  self->next_point = point.at + POINT_DISTANCE;
  if (self->depth > DEEPEST_POINT)
    return;

  for (guint i = 0; i < self->depth; i++)
    point.starts[i] = self->levels[i].start;
  g_array_append_val (self->outline->points, point);
}

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
  self->levels[self->depth++] = (Level) { get_position (self), self->outline->spans->len, bracket };
  self->cursor->next++;
  return TRUE;
}

static inline void
close_container (Walk *self)
{
  const Level *level = &self->levels[--self->depth];
  Span         span = { level->start, get_position (self) + 1 };

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
          if (G_UNLIKELY (get_position (self) >= self->next_point))
            add_point (self);
          cursor->next++;
          return bracket == '[' || pass_name (cursor);
        }
      if (c != bracket + 2)
        return FALSE;
      close_container (self);
    }
  return TRUE;
}

static void
walk_init (Walk               *self,
           GstreamJsonCursor  *cursor,
           GstreamJsonOutline *outline)
{
  self->cursor = cursor;
  self->outline = outline;
  self->shift = -*cursor->next;
  self->next_point = SHORTEST_TEXT;
  self->max_depth = MIN (cursor->max_depth - cursor->depth, G_N_ELEMENTS (self->levels));
  self->depth = 0;
}

static gboolean
walk_on (Walk *self)
{
  while (self->depth > 0)
    if (!pass_value (self) || !pass_between (self))
      return FALSE;
  return TRUE;
}

static gboolean
walk (GstreamJsonCursor  *cursor,
      GstreamJsonOutline *outline)
{
  Walk self;

  walk_init (&self, cursor, outline);
  return pass_value (&self) && pass_between (&self) && walk_on (&self);
}

/* Returns the number of spans that start before that byte. */
static guint
count_spans_before (const GstreamJsonOutline *self,
                    guint32                   start)
{
  guint n = 0;

  while (n < self->spans->len && g_array_index (self->spans, Span, n).start < start)
    n++;
  return n;
}

/* Parses the rest of @json, where @outline ends with a point. @cursor: of the text from that point on. */
static gboolean
walk_rest (GstreamJsonCursor  *cursor,
           GstreamJsonOutline *outline,
           const char         *json)
{
  const Point *point = &g_array_index (outline->points, Point, outline->points->len - 1);
  Walk         self;

  walk_init (&self, cursor, outline);
  self.shift = point->at;
  self.next_point = point->at + POINT_DISTANCE;
  self.depth = point->depth;
  for (guint i = 0; i < point->depth; i++)
    self.levels[i] =
        (Level) { point->starts[i], count_spans_before (outline, point->starts[i]), json[point->starts[i]] };
  return pass_between (&self) && walk_on (&self);
}

/* --- the outline --- */

static GstreamJsonOutline *
outline_new (void)
{
  GstreamJsonOutline *self = g_new0 (GstreamJsonOutline, 1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  self->points = g_array_new (FALSE, FALSE, sizeof (Point));
  return self;
}

static void
remove_listed (GstreamJsonOutline *self)
{
  g_mutex_lock (&listed_mutex);
  for (guint i = 0; i < G_N_ELEMENTS (listed); i++)
    if (listed[i] == self)
      listed[i] = NULL;
  g_mutex_unlock (&listed_mutex);
}

void
gstream_json_outline_free (GstreamJsonOutline *self)
{
  remove_listed (self);
  g_array_unref (self->spans);
  g_array_unref (self->points);
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

/* --- texts that begin in the same way --- */

void
gstream_json_outline_list (GstreamJsonOutline *self,
                           gsize               length)
{
  self->length = length;
  g_mutex_lock (&listed_mutex);
  listed[n_listed++ % G_N_ELEMENTS (listed)] = self;
  g_mutex_unlock (&listed_mutex);
}

/* Returns a number of bytes at the beginning that are equal, which is less than a block from how many there are. */
static gsize
count_equal_blocks (const GstreamJsonOutline *self,
                    const char               *json,
                    gsize                     length)
{
  gsize n = 0;

  while (n + COMPARED_BLOCK <= MIN (length, self->length) && memcmp (self->text + n, json + n, COMPARED_BLOCK) == 0)
    n += COMPARED_BLOCK;
  return n;
}

/* Returns the number of points whose commas are among the first @n_equal bytes. */
static guint
count_points (const GstreamJsonOutline *self,
              gsize                     n_equal)
{
  guint low = 0, high = self->points->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->points, Point, middle).at < n_equal)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Returns the outline of the text up to the last of the first @n_points points. */
static GstreamJsonOutline *
copy_beginning (const GstreamJsonOutline *self,
                guint                     n_points)
{
  GstreamJsonOutline *copy = outline_new ();
  guint32             end = g_array_index (self->points, Point, n_points - 1).at;

  g_array_append_vals (copy->points, self->points->data, n_points);
  for (guint i = 0; i < self->spans->len && g_array_index (self->spans, Span, i).start < end; i++)
    if (g_array_index (self->spans, Span, i).end <= end)
      g_array_append_val (copy->spans, g_array_index (self->spans, Span, i));
  return copy;
}

/* Returns the outline of the longest beginning that @json has in common with a listed text; NULL: there is none. */
static GstreamJsonOutline *
find_beginning (const char *json,
                gsize       length)
{
  GstreamJsonOutline *best = NULL;
  GstreamJsonOutline *copy = NULL;
  guint               n_best = 0;

  g_mutex_lock (&listed_mutex);
  for (guint i = 0; i < G_N_ELEMENTS (listed); i++)
    {
      guint n = listed[i] != NULL ? count_points (listed[i], count_equal_blocks (listed[i], json, length)) : 0;

      if (n > n_best)
        {
          n_best = n;
          best = listed[i];
        }
    }
  if (best != NULL)
    copy = copy_beginning (best, n_best);
  g_mutex_unlock (&listed_mutex);
  return copy;
}

GstreamJsonOutline *
gstream_json_outline_continue (const char *json,
                               gsize      *length)
{
  g_autoptr (GstreamJsonOutline) self = *length >= SHORTEST_TEXT ? find_beginning (json, *length) : NULL;
  GstreamJsonCursor cursor;
  guint32           at;

  if (self == NULL)
    return NULL;

  at = g_array_index (self->points, Point, self->points->len - 1).at;
  if (!gstream_json_cursor_init (&cursor, json + at, *length - at, GSTREAM_JSON_MAX_DEPTH) ||
      !walk_rest (&cursor, self, json) || !gstream_json_cursor_end (&cursor))
    return NULL;

  *length = at + gstream_json_cursor_since (&cursor, 0).length;
  return g_steal_pointer (&self);
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
