/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The framing of Server-Sent Events.
 *
 * Positions are offsets into the bytes not yet consumed. Nothing of a block that has begun is consumed before its end,
 * so that its fields can be stored as positions.
 */
#include "config.h"

#include <gstream/sources/gstream-sse-parser-private.h>

#include <string.h>

#define SHORTEST_ID 32   /* bytes that are allocated for one */
#define LONGEST_SHOWN 64 /* bytes of an unknown line that are kept for the error */
/*
 * A stream whose first lines, so many, or first line, so many bytes, are unknown is not a stream of Server-Sent Events.
 */
#define MOST_STRANGE_LINES 64
#define MOST_STRANGE_BYTES 4096

typedef struct
{
  gsize start;
  gsize length;
} Slice;

/* An event's id. */
typedef struct
{
  char *text; /* NULL: empty */
  gsize size; /* allocated */
} Id;

struct _GstreamSseParser
{
  gsize    scanned;  /* lines up to here have been read */
  gsize    searched; /* no line ends between @scanned and here */
  gsize    next_lf;  /* no LF between @searched and here */
  gsize    next_cr;  /* nor CR here */
  guint64  line;     /* lines scanned so far */
  gboolean started;  /* the byte order mark has been dealt with */
  gboolean after_cr; /* an LF here belongs to the line before */

  /* The block under way. */
  guint    n_data;    /* data lines */
  Slice    data;      /* the first of them */
  GString *joined;    /* all of them, once there are two */
  guint64  data_line; /* the number of the first */
  Slice    type;
  gboolean has_type;
  gboolean has_id;
  Id       id; /* of the block; its event has it once it is whole */

  Id     last_id;
  gint64 retry;

  gboolean           recognized; /* a known field or a comment has come */
  guint              n_strange;  /* unknown lines of the block */
  gboolean           refused;    /* it is no stream of Server-Sent Events; @stranger is why */
  GstreamSseStranger stranger;   /* the first of them, or the first that is meant as data */
  char               shown[LONGEST_SHOWN + 1];
};

GstreamSseParser *
gstream_sse_parser_new (void)
{
  GstreamSseParser *self = g_new0 (GstreamSseParser, 1);

  self->joined = g_string_new (NULL);
  self->retry = -1;

  return self;
}

void
gstream_sse_parser_free (GstreamSseParser *self)
{
  g_string_free (self->joined, TRUE);
  g_free (self->id.text);
  g_free (self->last_id.text);
  g_free (self);
}

/* --- fields --- */

static void
read_data (GstreamSseParser *self,
           const char       *bytes,
           Slice             value)
{
  if (self->n_data == 0)
    {
      self->data = value;
      self->data_line = self->line;
    }
  else if (self->n_data == 1)
    {
      g_string_truncate (self->joined, 0);
      g_string_append_len (self->joined, bytes + self->data.start, self->data.length);
    }
  if (self->n_data > 0)
    {
      g_string_append_c (self->joined, '\n');
      g_string_append_len (self->joined, bytes + value.start, value.length);
    }
  self->n_data++;
}

static void
set_id (Id         *id,
        const char *text,
        gsize       length)
{
  if (id->size <= length)
    {
      id->size = MAX (length + 1, SHORTEST_ID);
      id->text = g_realloc (id->text, id->size);
    }
  memcpy (id->text, text, length);
  id->text[length] = '\0';
}

static void
read_id (GstreamSseParser *self,
         const char       *bytes,
         Slice             value)
{
  if (memchr (bytes + value.start, '\0', value.length) != NULL)
    return; /* the standard ignores such an id */

  set_id (&self->id, bytes + value.start, value.length);
  self->has_id = TRUE;
}

static void
read_retry (GstreamSseParser *self,
            const char       *bytes,
            Slice             value)
{
  gint64 retry = 0;

  for (gsize i = 0; i < value.length; i++)
    {
      char c = bytes[value.start + i];

      if (!g_ascii_isdigit (c))
        return; /* likewise */
      retry = MIN (retry * 10 + (c - '0'), G_MAXINT);
    }
  if (value.length > 0)
    self->retry = retry;
}

/* Whether the line's field is @name; then @value is what follows the colon and one space. */
static inline gboolean
is_field (const char *bytes,
          Slice       line,
          const char *name,
          gsize       name_length,
          Slice      *value)
{
  const char *text = bytes + line.start;
  gsize       skip = name_length;

  if (line.length < name_length || memcmp (text, name, name_length) != 0)
    return FALSE;
  if (line.length > skip && text[skip++] != ':')
    return FALSE;
  if (line.length > skip && text[skip] == ' ')
    skip++;

  value->start = line.start + skip;
  value->length = line.length - skip;

  return TRUE;
}

/* Lines such as "Data:", " data:" and "data :", which are not the field `data` in the standard. */
static gboolean
is_meant_as_data (const char *text,
                  gsize       length)
{
  const char *end = memchr (text, ':', length);

  if (end == NULL)
    return FALSE;
  while (text < end && g_ascii_isspace (*text))
    text++;
  while (end > text && g_ascii_isspace (end[-1]))
    end--;
  return end - text == 4 && g_ascii_strncasecmp (text, "data", 4) == 0;
}

static gboolean
is_strange_block (const GstreamSseParser *self)
{
  return self->n_strange > 0 && self->n_data == 0 && (!self->recognized || self->stranger.is_data);
}

static void
note_strange (GstreamSseParser *self,
              const char       *text,
              gsize             length,
              guint64           line)
{
  gboolean is_data = is_meant_as_data (text, length);

  if (self->refused || (self->n_strange++ > 0 && (self->stranger.is_data || !is_data)))
    return;

  self->stranger = (GstreamSseStranger) { self->shown, MIN (length, LONGEST_SHOWN), line, is_data };
  memcpy (self->shown, text, self->stranger.length);
  self->shown[self->stranger.length] = '\0';
}

static void
read_field (GstreamSseParser *self,
            const char       *bytes,
            Slice             line)
{
  Slice value;

  char first = bytes[line.start];

  if (first == 'd' && is_field (bytes, line, "data", 4, &value))
    read_data (self, bytes, value);
  else if (first == 'e' && is_field (bytes, line, "event", 5, &value))
    {
      self->type = value;
      self->has_type = TRUE;
    }
  else if (first == 'i' && is_field (bytes, line, "id", 2, &value))
    read_id (self, bytes, value);
  else if (first == 'r' && is_field (bytes, line, "retry", 5, &value))
    read_retry (self, bytes, value);
  else if (first == 'e' && is_field (bytes, line, "error", 5, &value) && value.length > 0 && bytes[value.start] == '{')
    {
      self->type = (Slice) { line.start, 5 }; /* llama.cpp's server: the same as the two lines of such an event */
      self->has_type = TRUE;
      read_data (self, bytes, value);
    }
  else if (first != ':')
    {
      note_strange (self, bytes + line.start, line.length, self->line);
      self->refused = self->refused || (!self->recognized && self->n_strange > MOST_STRANGE_LINES);
      return;
    }
  self->recognized = TRUE;
}

/* --- blocks --- */

static inline gboolean
has_begun (const GstreamSseParser *self)
{
  return self->n_data > 0 || self->has_type;
}

static void
fill_frame (GstreamSseParser *self,
            const char       *bytes,
            GstreamSseFrame  *frame)
{
  frame->in_place = self->n_data == 1;
  frame->data = frame->in_place ? bytes + self->data.start : self->joined->str;
  frame->length = frame->in_place ? self->data.length : self->joined->len;
  frame->type = self->has_type && self->type.length > 0 ? bytes + self->type.start : NULL;
  frame->type_length = frame->type ? self->type.length : 0;
  frame->line = self->data_line;
}

/* FALSE: the block has no data and is no event; its id is kept nevertheless. */
static gboolean
end_block (GstreamSseParser *self,
           const char       *bytes,
           GstreamSseFrame  *frame)
{
  gboolean has_data = self->n_data > 0;

  if (self->has_id)
    {
      Id last_id = self->last_id;

      self->last_id = self->id;
      self->id = last_id;
    }
  if (has_data)
    fill_frame (self, bytes, frame);
  self->refused = self->refused || is_strange_block (self);

  self->n_strange = 0;
  self->n_data = 0;
  self->has_type = FALSE;
  self->has_id = FALSE;

  return has_data;
}

/* --- lines --- */

/* The offset of the next @wanted, @length if there is none. No byte is searched twice. */
static inline gsize
find_next (const GstreamSseParser *self,
           const char             *bytes,
           gsize                   length,
           char                    wanted,
           gsize                   next)
{
  const char *found;

  if (next >= self->searched && (next >= length || bytes[next] == wanted))
    return next;

  next = MAX (next, self->searched);
  found = memchr (bytes + next, wanted, length - next);

  return found ? (gsize) (found - bytes) : length;
}

/* The offset of the next CR or LF, @length if there is none. Most streams do not contain both. */
static inline gsize
find_line_end (GstreamSseParser *self,
               const char       *bytes,
               gsize             length)
{
  self->next_lf = find_next (self, bytes, length, '\n', self->next_lf);
  self->next_cr = find_next (self, bytes, length, '\r', self->next_cr);
  self->searched = MIN (self->next_lf, self->next_cr);

  return self->searched;
}

static inline gboolean
take_line (GstreamSseParser *self,
           const char       *bytes,
           gsize             length,
           Slice            *line)
{
  gsize end;

  if (self->after_cr && self->scanned < length)
    {
      self->after_cr = FALSE;
      if (bytes[self->scanned] == '\n')
        self->searched = ++self->scanned;
    }

  end = find_line_end (self, bytes, length);
  if (end == length)
    return FALSE;

  line->start = self->scanned;
  line->length = end - self->scanned;
  self->after_cr = bytes[end] == '\r';
  self->scanned = self->searched = end + 1;
  self->line++;

  return TRUE;
}

/* FALSE: there are too few bytes to tell. */
static gboolean
skip_byte_order_mark (GstreamSseParser *self,
                      const char       *bytes,
                      gsize             length)
{
  if (length < 3 && memcmp (bytes, "\xef\xbb\xbf", length) == 0)
    return FALSE;

  if (length >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    self->scanned = self->searched = 3;
  self->started = TRUE;

  return TRUE;
}

static gsize
consume (GstreamSseParser *self)
{
  gsize consumed = self->scanned;

  self->scanned = 0;
  self->searched -= consumed;
  self->next_lf -= MIN (self->next_lf, consumed);
  self->next_cr -= MIN (self->next_cr, consumed);

  return consumed;
}

gboolean
gstream_sse_parser_parse (GstreamSseParser *self,
                          const char       *bytes,
                          gsize             length,
                          gsize            *consumed,
                          GstreamSseFrame  *frame)
{
  Slice line;

  *consumed = 0;
  if (length == 0 || (!self->started && !skip_byte_order_mark (self, bytes, length)))
    return FALSE;

  while (take_line (self, bytes, length, &line))
    {
      if (line.length > 0)
        read_field (self, bytes, line);
      else if (end_block (self, bytes, frame))
        {
          *consumed = consume (self);
          return TRUE;
        }
    }
  if (!has_begun (self))
    *consumed = consume (self);

  return FALSE;
}

/* Whether the incomplete line cannot become a known field or a comment. */
static gboolean
is_strange_beginning (const char *text,
                      gsize       length)
{
  static const char *const names[] = { "data", "event", "id", "retry" };
  Slice                    line = { 0, length };
  Slice                    value;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strncmp (names[i], text, MIN (length, strlen (names[i]))) == 0 &&
        (length < strlen (names[i]) || is_field (text, line, names[i], strlen (names[i]), &value)))
      return FALSE;
  return *text != ':';
}

const GstreamSseStranger *
gstream_sse_parser_find_stranger (GstreamSseParser *self,
                                  const char       *rest,
                                  gsize             length,
                                  gboolean          is_all)
{
  const char *begun = rest + self->scanned;
  gsize       n_begun = length - self->scanned;
  gboolean    is_line = is_all || (!self->recognized && n_begun > MOST_STRANGE_BYTES);

  if (is_line && n_begun > 0 && is_strange_beginning (begun, n_begun))
    note_strange (self, begun, n_begun, self->line + 1);
  self->refused = self->refused || (is_line && is_strange_block (self));

  return self->refused ? &self->stranger : NULL;
}

gboolean
gstream_sse_parser_has_stranger (const GstreamSseParser *self)
{
  return self->refused;
}

gboolean
gstream_sse_parser_has_said_any (const GstreamSseParser *self)
{
  return self->recognized || self->refused || self->n_strange > 0;
}

gboolean
gstream_sse_parser_is_unfinished (const GstreamSseParser *self,
                                  const char             *bytes,
                                  gsize                   length)
{
  return has_begun (self) || (self->scanned < length && bytes[self->scanned] != ':');
}

const char *
gstream_sse_parser_get_last_event_id (const GstreamSseParser *self)
{
  return self->last_id.text ? self->last_id.text : "";
}

gint64
gstream_sse_parser_get_retry (const GstreamSseParser *self)
{
  return self->retry;
}

guint64
gstream_sse_parser_get_line (const GstreamSseParser *self)
{
  return self->line + 1;
}
