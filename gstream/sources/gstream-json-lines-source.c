/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source of events in JSON Lines: one event in JSON per line.
 */
#include <gstream/sources/gstream-json-lines-source.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/sources/gstream-byte-reader-private.h>

/**
 * GstreamJsonLinesSource:
 *
 * A source of events in JSON Lines, one event in JSON per line: a recording, or the output of another process.
 *
 * ```c
 * g_autoptr (GFile) file = g_file_new_for_path ("chat.jsonl");
 * g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 * ```
 *
 * Lines end with LF or CRLF. Empty lines, and a byte order mark at the beginning of the file, are skipped. The last
 * line needs no line end, but it must be complete: if it is cut off, the run fails with %GSTREAM_ERROR_INCOMPLETE (R8).
 * If a line is not an event, the run fails with %GSTREAM_ERROR_INVALID; if it is longer than
 * [property@JsonLinesSource:max-line-size] or nested more deeply than [property@JsonLinesSource:max-depth], with
 * %GSTREAM_ERROR_TOO_LARGE; if the file cannot be read, with GIO's error. The message has the name of the file, the
 * line, the byte in the line, counted from 0, and what was expected there. All events before the error are delivered
 * first.
 *
 * If the first line is not a JSON object, the message says what the text looks like: a JSON array, Server-Sent Events,
 * HTML, binary data. An empty file is an error, too: %GSTREAM_ERROR_INVALID.
 *
 * A line `{"type":"error","message":…}` says that the recorded run failed: %GSTREAM_ERROR_FAILED with that message.
 *
 * About 64 KiB are read at a time, only when events are asked for. Lines may arrive in pieces.
 *
 * Since: 1.0
 */

struct _GstreamJsonLinesSource
{
  GObject parent_instance;

  GstreamByteReader *bytes;
  guint64            line;     /* the number of the last line taken, counted from 1 */
  gsize              searched; /* bytes not yet consumed that have no line end */
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamJsonLinesSource, gstream_json_lines_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

/* --- lines --- */

typedef struct
{
  const char *start;
  gsize       length;
  gboolean    last; /* it has no line end: it is the last line of the file, or incomplete */
} Line;

static void
fail_too_long (GstreamJsonLinesSource *self,
               guint64                 line)
{
  gstream_byte_reader_fail (self->bytes, line,
                            g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                         _ ("byte %u: expected a line of at most %u bytes"), self->bytes->max_size,
                                         self->bytes->max_size));
}

/* Finds the next line, without its end. Returns FALSE if it is not complete. */
static gboolean
find_line (GstreamJsonLinesSource *self,
           Line                   *line)
{
  gsize       available = gstream_byte_reader_available (self->bytes);
  const char *end;

  if (available == 0)
    return FALSE;

  line->start = gstream_byte_reader_peek (self->bytes);
  end = memchr (line->start + self->searched, '\n', available - self->searched);
  line->length = end ? (gsize) (end - line->start) : available;
  line->last = end == NULL;
  self->searched = line->length;

  return !line->last || gstream_byte_reader_has_all (self->bytes);
}

/* The same, and consumes it. Also returns FALSE if the line is too long; then reading has failed. */
static gboolean
take_line (GstreamJsonLinesSource *self,
           Line                   *line)
{
  gboolean found = find_line (self, line);

  if (self->searched > self->bytes->max_size)
    {
      self->searched = 0;
      fail_too_long (self, self->line + 1);
      return FALSE;
    }
  if (!found)
    return FALSE;

  self->searched = 0;
  self->line++;
  gstream_byte_reader_take (self->bytes, line->length + (line->last ? 0 : 1));

  return TRUE;
}

/* Removes CR and blanks at the end, and a byte order mark at the beginning of the file. */
static void
strip (GstreamJsonLinesSource *self,
       Line                   *line)
{
  if (self->line == 1 && line->length >= 3 && memcmp (line->start, "\xef\xbb\xbf", 3) == 0)
    {
      line->start += 3;
      line->length -= 3;
    }
  while (line->length > 0 && (line->start[line->length - 1] == '\r' || line->start[line->length - 1] == ' ' ||
                              line->start[line->length - 1] == '\t'))
    line->length--;
}

/* Whether the JSON in the line is cut off: a string, an array or an object is not closed. */
static gboolean
is_cut_off (const Line *line)
{
  gboolean in_string = FALSE;
  gsize    depth = 0;

  for (gsize i = 0; i < line->length; i++)
    {
      char c = line->start[i];

      if (in_string && c == '\\')
        i++;
      else if (c == '"')
        in_string = !in_string;
      else if (!in_string && (c == '{' || c == '['))
        depth++;
      else if (!in_string && (c == '}' || c == ']') && depth > 0)
        depth--;
    }

  return in_string || depth > 0;
}

/* @line is not empty. */
static gboolean
is_object (const Line *line)
{
  gsize blanks = 0;

  while (g_ascii_isspace (line->start[blanks]))
    blanks++;

  return line->start[blanks] == '{';
}

static void
fail_line (GstreamJsonLinesSource *self,
           const Line             *line,
           gboolean                is_first,
           GError                 *error)
{
  gboolean invalid = g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);

  if (invalid && is_first && !is_object (line))
    {
      g_error_free (error);
      gstream_byte_reader_fail_strange (self->bytes, self->line, line->start, line->length);
      return;
    }
  if (invalid && is_cut_off (line))
    {
      g_prefix_error (&error, line->last ? _ ("the last line is cut off: ") : _ ("the JSON goes on behind the line: "));
      error->code = line->last ? GSTREAM_ERROR_INCOMPLETE : GSTREAM_ERROR_INVALID;
    }
  gstream_byte_reader_fail (self->bytes, self->line, error);
}

/* Returns FALSE if there is no complete event. */
static gboolean
take_event (GstreamJsonLinesSource *self,
            GstreamEvent          **event)
{
  GstreamByteReader *bytes = self->bytes;
  GError            *reason = NULL;
  gboolean           is_first;
  Line               line;

  while (take_line (self, &line))
    {
      strip (self, &line);
      if (line.length == 0)
        continue;

      is_first = !bytes->said_any;
      bytes->said_any = TRUE;
      *event = gstream_event_reader_read (bytes->events, bytes->owner, line.start, line.length, &reason);
      if (*event != NULL)
        return TRUE;
      fail_line (self, &line, is_first, reason);
    }

  return FALSE;
}

static GstreamTry
gstream_json_lines_source_try_next (GstreamEventSource *source,
                                    GstreamEvent      **event,
                                    GError            **error)
{
  GstreamJsonLinesSource *self = (GstreamJsonLinesSource *) source;

  if (take_event (self, event) || (gstream_byte_reader_fill (self->bytes) && take_event (self, event)))
    return GSTREAM_TRY_ITEM;

  return gstream_byte_reader_state (self->bytes, error);
}

static void
gstream_json_lines_source_next (GstreamEventSource *source,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  gstream_byte_reader_next (((GstreamJsonLinesSource *) source)->bytes, source, cancellable, callback, user_data);
}

static void
gstream_json_lines_source_close (GstreamEventSource *source)
{
  gstream_byte_reader_close (((GstreamJsonLinesSource *) source)->bytes);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_json_lines_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_json_lines_source_try_next;
  iface->close = gstream_json_lines_source_close;
}

/* --- the object --- */

static void
gstream_json_lines_source_set_property (GObject      *object,
                                        guint         property_id,
                                        const GValue *value,
                                        GParamSpec   *pspec)
{
  gstream_byte_reader_set_property (GSTREAM_JSON_LINES_SOURCE (object)->bytes, property_id, value, object, pspec);
}

static void
gstream_json_lines_source_get_property (GObject    *object,
                                        guint       property_id,
                                        GValue     *value,
                                        GParamSpec *pspec)
{
  gstream_byte_reader_get_property (GSTREAM_JSON_LINES_SOURCE (object)->bytes, property_id, value);
}

static void
gstream_json_lines_source_finalize (GObject *object)
{
  gstream_byte_reader_free (GSTREAM_JSON_LINES_SOURCE (object)->bytes);

  G_OBJECT_CLASS (gstream_json_lines_source_parent_class)->finalize (object);
}

static void
gstream_json_lines_source_class_init (GstreamJsonLinesSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gstream_json_lines_source_set_property;
  object_class->get_property = gstream_json_lines_source_get_property;
  object_class->finalize = gstream_json_lines_source_finalize;

  /**
   * GstreamJsonLinesSource:file: (getter get_file)
   *
   * The file to read. If a stream is given, too, the file is only used as its name in errors.
   *
   * Since: 1.0
   */
  /**
   * GstreamJsonLinesSource:stream:
   *
   * The stream to read. The source closes it at the end.
   *
   * Since: 1.0
   */
  /**
   * GstreamJsonLinesSource:max-line-size: (getter get_max_line_size) (setter set_max_line_size)
   *
   * The maximum size of a line in bytes, without the line end.
   *
   * Since: 1.0
   */
  /**
   * GstreamJsonLinesSource:max-depth: (getter get_max_depth) (setter set_max_depth)
   *
   * The maximum nesting of arrays and objects in a line.
   *
   * Since: 1.0
   */
  gstream_byte_reader_install_properties (object_class, "max-line-size");
}

static void
gstream_json_lines_source_init (GstreamJsonLinesSource *self)
{
  self->bytes = gstream_byte_reader_new (N_ ("JSON Lines (an event, a JSON object, on each line)"));
}

/**
 * gstream_json_lines_source_new:
 * @file: a file with an event in JSON on each line
 *
 * Makes a source that reads @file. The file is opened when the first event is asked for; if that fails, the run fails.
 *
 * Returns: (transfer full) (type GstreamJsonLinesSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_json_lines_source_new (GFile *file)
{
  g_return_val_if_fail (G_IS_FILE (file), NULL);

  return g_object_new (GSTREAM_TYPE_JSON_LINES_SOURCE, "file", file, NULL);
}

/**
 * gstream_json_lines_source_new_for_stream:
 * @stream: a stream with an event in JSON on each line
 *
 * Makes a source that reads @stream, and closes it at the end.
 *
 * Returns: (transfer full) (type GstreamJsonLinesSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_json_lines_source_new_for_stream (GInputStream *stream)
{
  g_return_val_if_fail (G_IS_INPUT_STREAM (stream), NULL);

  return g_object_new (GSTREAM_TYPE_JSON_LINES_SOURCE, "stream", stream, NULL);
}

/**
 * gstream_json_lines_source_get_file: (get-property file)
 * @self: a source
 *
 * Gets what is read, or what that is called in errors.
 *
 * Returns: (transfer none) (nullable): the file; %NULL where a stream alone was given
 *
 * Since: 1.0
 */
GFile *
gstream_json_lines_source_get_file (GstreamJsonLinesSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_JSON_LINES_SOURCE (self), NULL);

  return self->bytes->file;
}

/**
 * gstream_json_lines_source_get_max_line_size: (get-property max-line-size)
 * @self: a source
 *
 * Gets the most bytes that a line may have, its end not counted.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint
gstream_json_lines_source_get_max_line_size (GstreamJsonLinesSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_JSON_LINES_SOURCE (self), 0);

  return self->bytes->max_size;
}

/**
 * gstream_json_lines_source_set_max_line_size: (set-property max-line-size)
 * @self: a source
 * @max_line_size: a number of bytes
 *
 * Sets the most bytes that a line may have, its end not counted.
 *
 * Since: 1.0
 */
void
gstream_json_lines_source_set_max_line_size (GstreamJsonLinesSource *self,
                                             guint                   max_line_size)
{
  g_return_if_fail (GSTREAM_IS_JSON_LINES_SOURCE (self));
  g_return_if_fail (max_line_size > 0 && max_line_size <= G_MAXINT);

  g_object_set (self, "max-line-size", max_line_size, NULL);
}

/**
 * gstream_json_lines_source_get_max_depth: (get-property max-depth)
 * @self: a source
 *
 * Gets how deep arrays and objects may be nested in an event.
 *
 * Returns: a number of levels
 *
 * Since: 1.0
 */
guint
gstream_json_lines_source_get_max_depth (GstreamJsonLinesSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_JSON_LINES_SOURCE (self), 0);

  return self->bytes->max_depth;
}

/**
 * gstream_json_lines_source_set_max_depth: (set-property max-depth)
 * @self: a source
 * @max_depth: a number of levels
 *
 * Sets how deep arrays and objects may be nested in an event.
 *
 * Since: 1.0
 */
void
gstream_json_lines_source_set_max_depth (GstreamJsonLinesSource *self,
                                         guint                   max_depth)
{
  g_return_if_fail (GSTREAM_IS_JSON_LINES_SOURCE (self));
  g_return_if_fail (max_depth > 0 && max_depth <= GSTREAM_BYTE_READER_MOST_DEPTH);

  g_object_set (self, "max-depth", max_depth, NULL);
}
