/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream of Server-Sent Events, from a server or recorded from one: its framing, and the source of its events.
 */
#include <gstream/sources/gstream-sse-source-internal.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/sources/gstream-byte-reader-private.h>
#include <gstream/sources/gstream-sse-source-private.h>

#include <string.h>

#define SHORTEST_ID 32   /* bytes that are allocated for one */
#define LONGEST_SHOWN 64 /* bytes of an unknown line that are kept for the error */
/*
 * If so many lines at the beginning, or so many bytes of the first line, are unknown, the stream does not consist of
 * Server-Sent Events.
 */
#define MOST_STRANGE_LINES 64
#define MOST_STRANGE_BYTES 4096

/* --- the framing --- */

/*
 * Positions are offsets into the bytes that are not yet consumed. No part of a block is consumed before its end, so
 * that its fields can be stored as positions.
 */

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
  gboolean started;  /* the byte order mark has been skipped */
  gboolean after_cr; /* an LF here belongs to the line before */

  /* The current block. */
  guint    n_data;    /* data lines */
  Slice    data;      /* the first of them */
  GString *joined;    /* all of them, once there are two */
  guint64  data_line; /* the number of the first */
  Slice    type;
  gboolean has_type;
  gboolean has_id;
  Id       id; /* of the current block */

  Id     last_id;
  gint64 retry;

  gboolean           recognized; /* there has been a known field or a comment */
  guint              n_strange;  /* unknown lines of the block */
  gboolean           refused;    /* the stream does not consist of Server-Sent Events, because of @stranger */
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
        return; /* so it ignores such a `retry` */
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
      self->type =
          (Slice) { line.start,
                    5 }; /* llama.cpp's server sends this: treated as an event of the type "error" with this data */
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

/* Returns FALSE if the block has no data, and therefore is not an event; its id is kept nevertheless. */
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

/* Returns the offset of the next @wanted, or @length if there is none. No byte is searched twice. */
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

/* Returns the offset of the next CR or LF, or @length if there is none. Most streams do not contain both. */
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

/* Returns FALSE if there are too few bytes to decide. */
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

/* --- the source --- */

/**
 * GstreamSseSource:
 *
 * A source of events that come as Server-Sent Events: the body of a server's
 * answer, or a recording of one.
 *
 * ```c
 * g_autoptr (GFile) file = g_file_new_for_path ("chat.sse");
 * g_autoptr (GstreamEventSource) source = gstream_sse_source_new (file);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 * ```
 *
 * The stream is framed as WHATWG's HTML standard says: lines end with CR, LF or
 * CRLF, a byte order mark at the beginning is skipped, data lines of one event
 * are joined by LF, comments and unknown fields are ignored, and everything may
 * come in pieces. The data of each is an event in JSON; one with empty data, or nothing but white space, is
 * skipped. `id` and `retry` are kept for whoever connects again. An event of the type `error` is the
 * server's word that it cannot go on: the run fails with %GSTREAM_ERROR_FAILED and what its data says.
 *
 * As the standard says, an event that the end of the stream leaves unfinished is
 * not delivered. But gstream does not pass over it in silence: the run fails with
 * %GSTREAM_ERROR_INCOMPLETE (R8). So it does where the data is no event, with
 * %GSTREAM_ERROR_INVALID; where an event has more bytes than
 * [property@SseSource:max-event-size] or is nested deeper than
 * [property@SseSource:max-depth], with %GSTREAM_ERROR_TOO_LARGE; where the stream
 * cannot be read, with GIO's error. The message says what was being read, the
 * line, the byte in the data, counted from 0, and what was expected there. All
 * events before it are delivered first.
 *
 * What is no stream of events at all fails with %GSTREAM_ERROR_INVALID, too, and the message
 * says what it looks like: text, JSON, HTML, binary data, a file with nothing in it, or a block
 * whose `data` is written otherwise ("Data:"), which the standard would pass over.
 *
 * About 64 KiB are read at a time, only when events are asked for.
 *
 * Since: 1.0
 */

struct _GstreamSseSource
{
  GObject parent_instance;

  GstreamByteReader *bytes;
  GstreamSseParser  *parser;

  GstreamSseReadFunc read_func; /* of data that are not events of the protocol; NULL: they are */
  gpointer           read_data; /* for @read_func */
};

enum
{
  PROP_LAST_EVENT_ID = GSTREAM_BYTE_READER_N_PROPERTIES,
  PROP_RETRY,
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamSseSource, gstream_sse_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

/* Checks the bytes of an incomplete frame: reading fails if they are too many, or the last of the stream. */
static void
check_rest (GstreamSseSource *self)
{
  GstreamByteReader *bytes = self->bytes;
  gsize              rest = gstream_byte_reader_available (bytes);
  guint64            line = gstream_sse_parser_get_line (self->parser);

  bytes->said_any = gstream_sse_parser_has_said_any (self->parser);
  if (rest > bytes->max_size)
    gstream_byte_reader_fail (bytes, line,
                              g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                           _ ("expected an event of at most %u bytes"), bytes->max_size));
  else if (gstream_byte_reader_has_all (bytes) &&
           gstream_sse_parser_is_unfinished (self->parser, gstream_byte_reader_peek (bytes), rest))
    gstream_byte_reader_fail (bytes, line,
                              g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                           _ ("the stream is cut off: expected the empty line that ends an event")));
}

/* Returns TRUE if the stream has lines that are certainly a mistake; then reading has failed. */
static gboolean
check_strangers (GstreamSseSource *self)
{
  GstreamByteReader        *bytes = self->bytes;
  const GstreamSseStranger *stranger =
      gstream_sse_parser_find_stranger (self->parser, gstream_byte_reader_peek (bytes),
                                        gstream_byte_reader_available (bytes), gstream_byte_reader_has_all (bytes));

  if (stranger == NULL)
    return FALSE;
  if (stranger->is_data)
    gstream_byte_reader_fail (bytes, stranger->line,
                              g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                           _ ("expected the field \"data:\", not \"%.*s\""),
                                           (int) strcspn (stranger->text, ":") + 1, stranger->text));
  else
    gstream_byte_reader_fail_strange (bytes, stranger->line, stranger->text, stranger->length);

  return TRUE;
}

static gboolean
take_frame (GstreamSseSource *self,
            GstreamSseFrame  *frame)
{
  GstreamByteReader *bytes = self->bytes;
  gsize              consumed;
  gboolean           found;

  if (bytes->closed || (gstream_byte_reader_available (bytes) == 0 && !gstream_byte_reader_has_all (bytes)))
    return FALSE;

  found = gstream_sse_parser_parse (self->parser, gstream_byte_reader_peek (bytes),
                                    gstream_byte_reader_available (bytes), &consumed, frame);
  gstream_byte_reader_take (bytes, consumed);
  if (found && !gstream_sse_parser_has_stranger (self->parser))
    return TRUE;
  if (!check_strangers (self) && !found)
    check_rest (self);

  return FALSE;
}

/*
 * Whether it is an SSE event of type "error" whose data is not an event of the protocol: then the server cannot
 * continue (R5, N11).
 */
static gboolean
is_error (const GstreamSseFrame *frame)
{
  g_autoptr (GstreamPayload) data = NULL;

  if (frame->type_length != strlen ("error") || memcmp (frame->type, "error", strlen ("error")) != 0)
    return FALSE;
  data = frame->length > 0 ? gstream_payload_new (frame->data, frame->length, NULL) : NULL;

  return data == NULL || g_strcmp0 (gstream_payload_get_string (data, "/type"), "event") != 0;
}

static GError *
read_error (const GstreamSseFrame *frame)
{
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (frame->data, frame->length, &code);
  GError          *error =
      g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED,
                           words != NULL ? words : _ ("The stream ended with an error and did not say which"));

  gstream_error_set_origin (error, 0, code);

  return error;
}

static inline gboolean
is_blank (const GstreamSseFrame *frame)
{
  gsize i = 0;

  while (i < frame->length && g_ascii_isspace (frame->data[i]))
    i++;

  return i == frame->length;
}

static inline GstreamEvent *
read_event (GstreamSseSource      *self,
            const GstreamSseFrame *frame,
            GError               **error)
{
  GstreamByteReader *bytes = self->bytes;

  if (self->read_func != NULL)
    return self->read_func (self->read_data, frame->data, frame->length, error);
  return gstream_event_reader_read (bytes->events, frame->in_place ? bytes->owner : NULL, frame->data, frame->length,
                                    error);
}

/* Returns FALSE if there is no complete event. */
static gboolean
take_event (GstreamSseSource *self,
            GstreamEvent    **event)
{
  GstreamByteReader *bytes = self->bytes;
  GError            *reason = NULL;
  GstreamSseFrame    frame;

  while (take_frame (self, &frame))
    {
      if (is_error (&frame))
        {
          gstream_byte_reader_fail (bytes, frame.line, read_error (&frame));
          break;
        }
      if (is_blank (&frame))
        continue;

      *event = read_event (self, &frame, &reason);
      if (*event != NULL)
        return TRUE;
      if (reason != NULL)
        gstream_byte_reader_fail (bytes, frame.line, reason);
    }

  return FALSE;
}

static GstreamTry
gstream_sse_source_try_next (GstreamEventSource *source,
                             GstreamEvent      **event,
                             GError            **error)
{
  GstreamSseSource *self = (GstreamSseSource *) source;

  if (take_event (self, event) || (gstream_byte_reader_fill (self->bytes) && take_event (self, event)))
    return GSTREAM_TRY_ITEM;

  return gstream_byte_reader_state (self->bytes, error);
}

static void
gstream_sse_source_next (GstreamEventSource *source,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  gstream_byte_reader_next (((GstreamSseSource *) source)->bytes, source, cancellable, callback, user_data);
}

static void
gstream_sse_source_close (GstreamEventSource *source)
{
  gstream_byte_reader_close (((GstreamSseSource *) source)->bytes);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_sse_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_sse_source_try_next;
  iface->close = gstream_sse_source_close;
}

/* --- the object --- */

static void
gstream_sse_source_set_property (GObject      *object,
                                 guint         property_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  gstream_byte_reader_set_property (GSTREAM_SSE_SOURCE (object)->bytes, property_id, value, object, pspec);
}

static void
gstream_sse_source_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamSseSource *self = GSTREAM_SSE_SOURCE (object);

  switch (property_id)
    {
    case PROP_LAST_EVENT_ID:
      g_value_set_string (value, gstream_sse_source_get_last_event_id (self));
      break;
    case PROP_RETRY:
      g_value_set_int64 (value, gstream_sse_source_get_retry (self));
      break;
    default:
      gstream_byte_reader_get_property (self->bytes, property_id, value);
    }
}

static void
gstream_sse_source_finalize (GObject *object)
{
  GstreamSseSource *self = GSTREAM_SSE_SOURCE (object);

  gstream_byte_reader_free (self->bytes);
  gstream_sse_parser_free (self->parser);

  G_OBJECT_CLASS (gstream_sse_source_parent_class)->finalize (object);
}

static void
gstream_sse_source_class_init (GstreamSseSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gstream_sse_source_set_property;
  object_class->get_property = gstream_sse_source_get_property;
  object_class->finalize = gstream_sse_source_finalize;

  /**
   * GstreamSseSource:file: (getter get_file)
   *
   * The file to read. If a stream is given, too, the file is only used as its name in errors.
   *
   * Since: 1.0
   */
  /**
   * GstreamSseSource:stream:
   *
   * The stream to read. The source closes it at the end.
   *
   * Since: 1.0
   */
  /**
   * GstreamSseSource:max-event-size: (getter get_max_event_size) (setter set_max_event_size)
   *
   * The maximum size of an event in bytes, with all its lines.
   *
   * Since: 1.0
   */
  /**
   * GstreamSseSource:max-depth: (getter get_max_depth) (setter set_max_depth)
   *
   * The maximum nesting of arrays and objects in an event.
   *
   * Since: 1.0
   */
  gstream_byte_reader_install_properties (object_class, "max-event-size");

  /**
   * GstreamSseSource:last-event-id: (getter get_last_event_id)
   *
   * The last `id` of the stream. Changes are not notified.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, PROP_LAST_EVENT_ID,
                                   g_param_spec_string ("last-event-id", NULL, NULL, "",
                                                        G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY |
                                                            G_PARAM_STATIC_STRINGS));
  /**
   * GstreamSseSource:retry: (getter get_retry)
   *
   * The time in milliseconds after which the stream asks clients to reconnect when the connection breaks; -1 if it has
   * not sent it. Changes are not notified.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, PROP_RETRY,
                                   g_param_spec_int64 ("retry", NULL, NULL, -1, G_MAXINT, -1,
                                                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY |
                                                           G_PARAM_STATIC_STRINGS));
}

static void
gstream_sse_source_init (GstreamSseSource *self)
{
  self->bytes = gstream_byte_reader_new (N_ ("Server-Sent Events (fields such as \"data: {…}\")"));
  self->parser = gstream_sse_parser_new ();
}

/**
 * gstream_sse_source_new:
 * @file: a file with Server-Sent Events
 *
 * Makes a source that reads @file. The file is opened when the first event is asked for; if that fails, the run fails.
 *
 * Returns: (transfer full) (type GstreamSseSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_sse_source_new (GFile *file)
{
  g_return_val_if_fail (G_IS_FILE (file), NULL);

  return g_object_new (GSTREAM_TYPE_SSE_SOURCE, "file", file, NULL);
}

/**
 * gstream_sse_source_new_for_stream:
 * @stream: a stream of Server-Sent Events
 *
 * Makes a source that reads @stream, and closes it at the end.
 *
 * Returns: (transfer full) (type GstreamSseSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_sse_source_new_for_stream (GInputStream *stream)
{
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);

  return g_object_new (GSTREAM_TYPE_SSE_SOURCE, "stream", stream, NULL);
}

/**
 * gstream_sse_source_get_last_event_id: (get-property last-event-id)
 * @self: a source
 *
 * Gets the `id` of the last event, or of the last before it that had one.
 *
 * Returns: the id; empty if the stream has sent none
 *
 * Since: 1.0
 */
const char *
gstream_sse_source_get_last_event_id (GstreamSseSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_SSE_SOURCE (self), NULL);

  return gstream_sse_parser_get_last_event_id (self->parser);
}

/**
 * gstream_sse_source_get_retry: (get-property retry)
 * @self: a source
 *
 * Gets after how many milliseconds the stream asks to be connected to again.
 *
 * Returns: milliseconds, or -1 if it has not said
 *
 * Since: 1.0
 */
gint64
gstream_sse_source_get_retry (GstreamSseSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_SSE_SOURCE (self), -1);

  return gstream_sse_parser_get_retry (self->parser);
}

/**
 * gstream_sse_source_get_file: (get-property file)
 * @self: a source
 *
 * Gets what is read, or what that is called in errors.
 *
 * Returns: (transfer none) (nullable): the file; %NULL where a stream alone was given
 *
 * Since: 1.0
 */
GFile *
gstream_sse_source_get_file (GstreamSseSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_SSE_SOURCE (self), NULL);

  return self->bytes->file;
}

/**
 * gstream_sse_source_get_max_event_size: (get-property max-event-size)
 * @self: a source
 *
 * Gets the most bytes that one event may have, with all its lines.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint
gstream_sse_source_get_max_event_size (GstreamSseSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_SSE_SOURCE (self), 0);

  return self->bytes->max_size;
}

/**
 * gstream_sse_source_set_max_event_size: (set-property max-event-size)
 * @self: a source
 * @max_event_size: a number of bytes
 *
 * Sets the most bytes that one event may have, with all its lines.
 *
 * Since: 1.0
 */
void
gstream_sse_source_set_max_event_size (GstreamSseSource *self,
                                       guint             max_event_size)
{
  g_return_if_fail (GSTREAM_IS_SSE_SOURCE (self));
  g_return_if_fail (max_event_size > 0 && max_event_size <= G_MAXINT);

  g_object_set (self, "max-event-size", max_event_size, NULL);
}

/**
 * gstream_sse_source_get_max_depth: (get-property max-depth)
 * @self: a source
 *
 * Gets how deep arrays and objects may be nested in an event.
 *
 * Returns: a number of levels
 *
 * Since: 1.0
 */
guint
gstream_sse_source_get_max_depth (GstreamSseSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_SSE_SOURCE (self), 0);

  return self->bytes->max_depth;
}

/**
 * gstream_sse_source_set_max_depth: (set-property max-depth)
 * @self: a source
 * @max_depth: a number of levels
 *
 * Sets how deep arrays and objects may be nested in an event.
 *
 * Since: 1.0
 */
void
gstream_sse_source_set_max_depth (GstreamSseSource *self,
                                  guint             max_depth)
{
  g_return_if_fail (GSTREAM_IS_SSE_SOURCE (self));
  g_return_if_fail (max_depth > 0 && max_depth <= GSTREAM_BYTE_READER_MOST_DEPTH);

  g_object_set (self, "max-depth", max_depth, NULL);
}

guint64
gstream_sse_source_get_received (GstreamSseSource *self)
{
  return self->bytes->received;
}

void
gstream_sse_source_prepend (GstreamSseSource *self,
                            const char       *bytes,
                            gsize             length)
{
  gstream_byte_reader_prepend (self->bytes, bytes, length);
}

gboolean
gstream_sse_source_is_within_event (GstreamSseSource *self)
{
  GstreamByteReader *bytes = self->bytes;

  return gstream_sse_parser_is_unfinished (self->parser, gstream_byte_reader_peek (bytes),
                                           gstream_byte_reader_available (bytes));
}

void
gstream_sse_source_set_read_func (GstreamSseSource  *self,
                                  GstreamSseReadFunc func,
                                  gpointer           user_data)
{
  self->read_func = func;
  self->read_data = user_data;
}
