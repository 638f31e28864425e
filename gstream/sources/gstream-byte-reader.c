/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The common part of the sources that read a file or a stream.
 */
#include <gstream/sources/gstream-byte-reader-private.h>

#include <inttypes.h>
#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>

#define CHUNK_SIZE (64 * 1024)
/* A buffer that has grown for a long line keeps its size, up to this limit. */
#define LARGEST_KEPT (1024 * 1024)

/* Enough for the state of any agent; bounds what a faulty stream can allocate. */
#define DEFAULT_MAX_SIZE (64 * 1024 * 1024)
#define DEFAULT_MAX_DEPTH 256

/*
 * How often a stream is read before returning to the main loop (R11). An HTTP body returns each chunk in a separate
 * read.
 */
#define MAX_READS 64
/* The bytes of a line that are quoted in an error. */
#define MAX_QUOTED 40

/* --- a pollable stream --- */

static void
pollable_init (GstreamPollable *self,
               GInputStream    *stream)
{
  if (G_IS_POLLABLE_INPUT_STREAM (stream) && g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (stream)))
    self->stream = G_POLLABLE_INPUT_STREAM (stream);
}

static void
pollable_stop_waiting (GstreamPollable *self)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
  self->dry = FALSE;
}

static void
pollable_clear (GstreamPollable *self)
{
  pollable_stop_waiting (self);
  self->stream = NULL;
}

/* Reads once and adds to *@n_read. FALSE: nothing more can be read now. */
static gboolean
read_piece (GstreamPollable *self,
            char            *bytes,
            gsize            size,
            gsize           *n_read,
            gboolean        *at_end,
            GError         **error)
{
  GError *local_error = NULL;
  gssize  n = g_pollable_input_stream_read_nonblocking (self->stream, bytes, size, NULL, &local_error);

  *at_end = n == 0;
  self->dry = g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  if (self->dry)
    g_clear_error (&local_error);
  if (local_error != NULL)
    g_propagate_error (error, local_error);
  if (n <= 0)
    return FALSE;

  *n_read += n;

  return TRUE;
}

/* Reads what is available, up to @size bytes. If @error is set, bytes may have been read before the error. */
static gsize
pollable_read (GstreamPollable *self,
               char            *bytes,
               gsize            size,
               gboolean        *at_end,
               GError         **error)
{
  gsize n_read = 0;

  /* Polling is cheaper than the GError of a read that would block. */
  if (self->dry && !g_pollable_input_stream_is_readable (self->stream))
    return 0;

  for (guint i = 0; i < MAX_READS && n_read < size; i++)
    if (!read_piece (self, bytes + n_read, size - n_read, &n_read, at_end, error))
      break;

  return n_read;
}

/* Calls @func in @context, once, when there may be something to read. */
static void
pollable_wait (GstreamPollable    *self,
               GMainContext       *context,
               GPollableSourceFunc func,
               gpointer            user_data)
{
  if (self->watch != NULL)
    return;

  /*
   * Bytes that a layer below has already read from the socket, as TLS does, do not make the source ready: it may be
   * waited for only after a read that found nothing.
   */
  if (self->dry)
    self->watch = g_pollable_input_stream_create_source (self->stream, NULL);
  else
    {
      self->watch = g_pollable_source_new (G_OBJECT (self->stream));
      g_source_set_ready_time (self->watch, 0);
    }
  g_source_set_static_name (self->watch, "[gstream] readable");
  g_source_set_callback (self->watch, G_SOURCE_FUNC (func), user_data, NULL);
  g_source_attach (self->watch, context);
}

/* --- life --- */

static void
apply_limits (GstreamByteReader *self)
{
  gstream_event_reader_set_limits (self->events, self->max_size, self->max_depth);
}

GstreamByteReader *
gstream_byte_reader_new (const char *format)
{
  GstreamByteReader *self = g_rc_box_new0 (GstreamByteReader);

  self->format = format;

  self->closing = g_cancellable_new ();
  self->events = gstream_event_reader_new ();
  self->max_size = DEFAULT_MAX_SIZE;
  self->max_depth = DEFAULT_MAX_DEPTH;
  apply_limits (self);

  return self;
}

static void
finalize (gpointer data)
{
  GstreamByteReader *self = data;

  g_assert (self->pending.task == NULL);
  g_assert (!self->reading);

  g_clear_object (&self->file);
  g_clear_object (&self->stream);
  g_clear_object (&self->closing);
  g_clear_pointer (&self->owner, g_bytes_unref);
  g_clear_pointer (&self->events, gstream_event_reader_free);
  g_clear_error (&self->error);
  g_free (self->name);
}

static void
unref (GstreamByteReader *self)
{
  g_rc_box_release_full (self, finalize);
}

static void
drop_bytes (GstreamByteReader *self)
{
  g_clear_pointer (&self->owner, g_bytes_unref);
  self->bytes = NULL;
  self->size = self->start = self->end = 0;
}

/* A stream cannot be closed while it is being read: step_done() does it then. */
static void
let_go_of_stream (GstreamByteReader *self)
{
  if (self->stream == NULL || self->reading)
    return;

  pollable_clear (&self->poll);
  g_input_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&self->stream);
}

void
gstream_byte_reader_close (GstreamByteReader *self)
{
  if (self->closed)
    return;

  self->closed = TRUE;
  g_cancellable_cancel (self->closing);
  if (!self->reading)
    drop_bytes (self);
  let_go_of_stream (self);
  gstream_next_call_wake_later (&self->pending);
}

void
gstream_byte_reader_free (GstreamByteReader *self)
{
  gstream_byte_reader_close (self);
  unref (self);
}

/* --- properties --- */

void
gstream_byte_reader_install_properties (GObjectClass *object_class,
                                        const char   *max_size_name)
{
  const GParamFlags once = G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  const GParamFlags always = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamSpec       *properties[GSTREAM_BYTE_READER_N_PROPERTIES] = {
    NULL,
  };

  properties[GSTREAM_BYTE_READER_PROP_FILE] =
      g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, once | G_PARAM_READWRITE);
  properties[GSTREAM_BYTE_READER_PROP_STREAM] =
      g_param_spec_object ("stream", NULL, NULL, G_TYPE_INPUT_STREAM, once | G_PARAM_WRITABLE);
  properties[GSTREAM_BYTE_READER_PROP_MAX_SIZE] =
      g_param_spec_uint (max_size_name, NULL, NULL, 1, G_MAXUINT / 2, DEFAULT_MAX_SIZE, always);
  properties[GSTREAM_BYTE_READER_PROP_MAX_DEPTH] =
      g_param_spec_uint ("max-depth", NULL, NULL, 1, GSTREAM_BYTE_READER_MOST_DEPTH, DEFAULT_MAX_DEPTH, always);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
take_name (GstreamByteReader *self,
           char              *name)
{
  g_free (self->name);
  self->name = name;
}

static void
set_number (guint        *number,
            const GValue *value,
            GObject      *object,
            GParamSpec   *pspec)
{
  if (*number == g_value_get_uint (value))
    return;

  *number = g_value_get_uint (value);
  g_object_notify_by_pspec (object, pspec);
}

void
gstream_byte_reader_set_property (GstreamByteReader *self,
                                  guint              property_id,
                                  const GValue      *value,
                                  GObject           *object,
                                  GParamSpec        *pspec)
{
  switch (property_id)
    {
    case GSTREAM_BYTE_READER_PROP_FILE:
      if ((self->file = g_value_dup_object (value)) != NULL)
        take_name (self, g_file_get_parse_name (self->file));
      break;
    case GSTREAM_BYTE_READER_PROP_STREAM:
      if ((self->stream = g_value_dup_object (value)) != NULL && self->name == NULL)
        take_name (self, g_strdup ("stream"));
      pollable_init (&self->poll, self->stream);
      break;
    case GSTREAM_BYTE_READER_PROP_MAX_SIZE:
      set_number (&self->max_size, value, object, pspec);
      break;
    case GSTREAM_BYTE_READER_PROP_MAX_DEPTH:
      set_number (&self->max_depth, value, object, pspec);
      break;
    default:
      g_assert_not_reached ();
    }
  apply_limits (self);
}

void
gstream_byte_reader_get_property (GstreamByteReader *self,
                                  guint              property_id,
                                  GValue            *value)
{
  switch (property_id)
    {
    case GSTREAM_BYTE_READER_PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case GSTREAM_BYTE_READER_PROP_MAX_SIZE:
      g_value_set_uint (value, self->max_size);
      break;
    case GSTREAM_BYTE_READER_PROP_MAX_DEPTH:
      g_value_set_uint (value, self->max_depth);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* --- the end --- */

/*
 * Adds the file and the line to @error, but not to the failure of the recorded run itself, whose message is not
 * changed.
 */
static void
prefix_place (GstreamByteReader *self,
              guint64            line,
              GError           **error)
{
  if (!g_error_matches (*error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    g_prefix_error (error, _ ("%s: line %" PRIu64 ": "), self->name, line);
}

static void
stop (GstreamByteReader *self,
      GError            *error)
{
  g_assert (self->error == NULL);

  self->error = error;
  self->at_end = TRUE;
  let_go_of_stream (self);
}

void
gstream_byte_reader_fail (GstreamByteReader *self,
                          guint64            line,
                          GError            *error)
{
  prefix_place (self, line, &error);
  g_clear_error (&self->error); /* an error of the stream, which occurred after this one */
  stop (self, error);
  self->start = self->end;
}

typedef struct
{
  const char *beginning;
  const char *name;
} Format;

static const Format formats[] = {
  { "{", "JSON" },
  { "[", N_ ("a JSON array") },
  { "<", N_ ("HTML or XML") },
  { "%PDF", "PDF" },
  { "data:", "Server-Sent Events" },
  { "event:", "Server-Sent Events" },
  { "id:", "Server-Sent Events" },
  { "retry:", "Server-Sent Events" },
  { ":", "Server-Sent Events" },
};

static const char *
find_format (const char *text,
             gsize       length)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (length >= strlen (formats[i].beginning) &&
        g_ascii_strncasecmp (text, formats[i].beginning, strlen (formats[i].beginning)) == 0)
      return _ (formats[i].name);

  return NULL;
}

/* Whether it is UTF-8 text; the last character may be cut off. */
static gboolean
is_text (const char *text,
         gsize       length)
{
  const char *end;

  g_utf8_validate_len (text, length, &end);
  if (text + length - end >= 4 || (end < text + length && *end == '\0'))
    return FALSE;
  for (; text < end; text++)
    if (g_ascii_iscntrl (*text) && !g_ascii_isspace (*text))
      return FALSE;

  return TRUE;
}

/* Describes what a line looks like, for example: HTML or XML: "<!DOCTYPE html>". */
static char *
describe_line (const char *text,
               gsize       length)
{
  const char      *format = find_format (text, length);
  gsize            shown = MIN (length, MAX_QUOTED);
  g_autofree char *valid = NULL;
  const char      *end;

  if (!is_text (text, length))
    return g_strdup (_ ("binary data"));

  g_utf8_validate_len (text, shown, &end);
  valid = g_strndup (text, end - text);
  g_strdelimit (valid, "\t\r\n\v\f", ' ');

  return g_strdup_printf ("%s%s\"%s%s\"", format ? format : "", format ? ": " : "", valid, shown < length ? "…" : "");
}

void
gstream_byte_reader_fail_strange (GstreamByteReader *self,
                                  guint64            line,
                                  const char        *text,
                                  gsize              length)
{
  g_autofree char *described = describe_line (text, length);

  gstream_byte_reader_fail (self, line,
                            g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("byte 0: expected %s, not %s"),
                                         _ (self->format), described));
}

/* An empty file is an error. An empty stream is not: it may end before its first event. */
static void
check_emptiness (GstreamByteReader *self)
{
  if (gstream_byte_reader_has_all (self) && self->file != NULL && !self->said_any && !self->closed)
    stop (self, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("%s: expected %s, and it is empty"), self->name,
                             _ (self->format)));
}

GstreamTry
gstream_byte_reader_state (GstreamByteReader *self,
                           GError           **error)
{
  if (self->closed)
    return GSTREAM_TRY_ENDED;
  check_emptiness (self);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }

  return self->at_end ? GSTREAM_TRY_ENDED : GSTREAM_TRY_PENDING;
}

/* --- reading --- */

static gsize
size_for (GstreamByteReader *self,
          gsize              kept)
{
  gsize size = CLAMP (self->size, CHUNK_SIZE, LARGEST_KEPT);

  while (size < 2 * kept)
    size *= 2;

  return size;
}

/*
 * Events hold slices of the bytes. Therefore the remaining bytes are copied to new memory when there is little room
 * after them.
 */
static void
make_room (GstreamByteReader *self)
{
  gsize kept = gstream_byte_reader_available (self);
  gsize size;
  char *bytes;

  if (self->size - self->end >= CHUNK_SIZE / 4)
    return;

  size = size_for (self, kept);
  bytes = g_malloc (size);
  if (kept > 0)
    memcpy (bytes, gstream_byte_reader_peek (self), kept);

  drop_bytes (self);
  self->owner = g_bytes_new_take (bytes, size);
  self->bytes = bytes;
  self->size = size;
  self->end = kept;
}

/*
 * GIO's error already names a file that cannot be opened ("Error opening file NAME: why"), so the name is not added
 * again.
 */
static void
prefix_name (GstreamByteReader *self,
             GError            *error)
{
  const char *name = strstr (error->message, self->name);
  const char *why = name != NULL ? name + strlen (self->name) : error->message;
  char       *message;

  if (name != NULL && g_str_has_prefix (why, ": "))
    why += strlen (": ");
  else if (name != NULL)
    return;

  message = g_strdup_printf (_ ("Cannot read %s: %s"), self->name, why);
  g_free (error->message);
  error->message = message;
}

static void
fail_reading (GstreamByteReader *self,
              GError            *error)
{
  prefix_name (self, error);
  stop (self, error);
}

static void
note_received (GstreamByteReader *self,
               gsize              n_read)
{
  self->end += n_read;
  self->received += n_read;
}

void
gstream_byte_reader_prepend (GstreamByteReader *self,
                             const char        *bytes,
                             gsize              length)
{
  g_assert (self->owner == NULL && length <= CHUNK_SIZE);

  make_room (self);
  memcpy (self->bytes, bytes, length);
  note_received (self, length);
}

gboolean
gstream_byte_reader_fill (GstreamByteReader *self)
{
  GError *error = NULL;
  gsize   n_read;

  if (self->poll.stream == NULL)
    return FALSE;

  make_room (self);
  n_read = pollable_read (&self->poll, self->bytes + self->end, self->size - self->end, &self->at_end, &error);
  note_received (self, n_read);
  if (error != NULL)
    fail_reading (self, error);
  else if (self->at_end)
    let_go_of_stream (self);

  return n_read > 0 || self->at_end;
}

static void read_more (GstreamByteReader *self);

/* Called at the end of each asynchronous step; releases the step's reference. */
static void
step_done (GstreamByteReader *self,
           GError            *error)
{
  self->reading = FALSE;
  if (error != NULL && !self->closed && self->error == NULL)
    fail_reading (self, g_steal_pointer (&error));
  if (self->closed)
    drop_bytes (self);
  if (self->closed || self->at_end)
    let_go_of_stream (self);
  g_clear_error (&error);

  if (gstream_next_call_wake (&self->pending) && !self->reading)
    read_more (self);
  unref (self);
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GstreamByteReader *self = user_data;
  GError            *error = NULL;
  gssize             n_read = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);

  if (n_read == 0)
    self->at_end = TRUE;
  else if (n_read > 0 && self->error == NULL)
    note_received (self, n_read);
  step_done (self, error);
}

static void
on_opened (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GstreamByteReader *self = user_data;
  GError            *error = NULL;
  GFileInputStream  *stream = g_file_read_finish (G_FILE (object), result, &error);

  if (stream != NULL)
    self->stream = G_INPUT_STREAM (stream);
  step_done (self, error);
}

static gboolean
on_readable (GObject *stream,
             gpointer user_data)
{
  GstreamByteReader *self = g_rc_box_acquire (user_data);

  pollable_stop_waiting (&self->poll);
  step_done (self, NULL);

  return G_SOURCE_REMOVE;
}

static void
read_more (GstreamByteReader *self)
{
  g_assert (!self->reading && !self->at_end && !self->closed);

  if (self->poll.stream != NULL)
    {
      pollable_wait (&self->poll, g_task_get_context (self->pending.task), on_readable, self);
      return;
    }

  self->reading = TRUE;
  g_rc_box_acquire (self);
  if (self->stream == NULL)
    {
      g_file_read_async (self->file, G_PRIORITY_DEFAULT, self->closing, on_opened, self);
      return;
    }

  make_room (self);
  g_input_stream_read_async (self->stream, self->bytes + self->end, self->size - self->end, G_PRIORITY_DEFAULT,
                             self->closing, on_read, self);
}

void
gstream_byte_reader_next (GstreamByteReader  *self,
                          GstreamEventSource *source,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  if (self->file == NULL && self->stream == NULL && !self->at_end && !self->closed)
    stop (self, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED, _ ("%s was given neither a file nor a stream"),
                             G_OBJECT_TYPE_NAME (source)));
  if (gstream_next_call_start (&self->pending, source, cancellable, callback, user_data) && !self->reading)
    read_more (self);
}
