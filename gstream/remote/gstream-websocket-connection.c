/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection to a thread's events over a WebSocket: the opening handshake, events and commands, and the closing
 * handshake.
 *
 * soup_session_websocket_connect_async() is not used for the opening handshake, because its connection reads everything
 * that arrives, and cannot be stopped (N6). This one reads through a throttled input stream, and uses the session's
 * proxies, TLS settings and cookies, too.
 *
 * A connection that begins with a command waits for the closing handshakes of previous ones. A server may drop a thread
 * when a connection to it ends; if the new connection were opened before that, it would be dropped, too, and its
 * command never answered.
 */
#include <gstream/remote/gstream-websocket-connection-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>

#define PORTION (64 * 1024) /* bytes that may be read at a time */
#define EVENT_PREFIX "{\"type\":\"event\""
#define READ_SIZE 4096              /* bytes */
#define MAX_ANSWER_SIZE (16 * 1024) /* bytes of the answer's headers, and of a refusal's body */
#define ACCEPT_SUFFIX "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */
#define CLOSING_TIMEOUT 1000            /* ms: the connection is closed then even if the server has not answered */
#define CLOSING_REST 100                /* ms: time for the server to clean up after the connection has ended */
#define MOST_READ_CLOSING (1024 * 1024) /* bytes that are read while waiting for the server's answer */
#define TAIL_SIZE 127                   /* bytes of the largest closing frame */
#define LARGEST_HEAD 14                 /* bytes of a frame before its data */

/* --- where one frame ends and the next one begins (RFC 6455, 5.2) --- */

typedef struct
{
  guint8   head[LARGEST_HEAD];
  gsize    n_head;     /* bytes of it that were read */
  guint64  left;       /* bytes of the frame's data that were not read */
  gboolean is_control; /* the frame is a ping, a pong or a closing frame */
  gboolean within;     /* a part of a message was read, and the rest was not */
} Frames;

static gsize
count_length_bytes (const guint8 *head)
{
  guint length = head[1] & 0x7f;

  return length == 126 ? 2 : length == 127 ? 8 : 0;
}

static void
end_frame (Frames *self)
{
  gboolean is_last = (self->head[0] & 0x80) != 0;

  if (!self->is_control && is_last)
    self->within = FALSE;
}

static void
begin_frame (Frames *self)
{
  gsize n_length = count_length_bytes (self->head);

  self->n_head = 0;
  self->left = n_length > 0 ? 0 : self->head[1] & 0x7f;
  for (gsize i = 0; i < n_length; i++)
    self->left = self->left << 8 | self->head[2 + i];
  self->is_control = (self->head[0] & 0x08) != 0;
  self->within = self->within || !self->is_control;
  if (self->left == 0)
    end_frame (self);
}

static void
read_head (Frames *self,
           guint8  byte)
{
  gsize n_mask = 0;

  self->head[self->n_head++] = byte;
  if (self->n_head < 2)
    return;
  n_mask = (self->head[1] & 0x80) != 0 ? 4 : 0; /* a server's frames should not have one */
  if (self->n_head == 2 + count_length_bytes (self->head) + n_mask)
    begin_frame (self);
}

static void
read_frames (Frames       *self,
             const guint8 *bytes,
             gsize         length)
{
  while (length > 0)
    {
      gsize n = self->left > 0 ? MIN (length, self->left) : 1;

      if (self->left == 0)
        read_head (self, *bytes);
      else if ((self->left -= n) == 0)
        end_frame (self);
      bytes += n;
      length -= n;
    }
}

/* --- the throttled input stream --- */

/*
 * A pollable stream that reads only a permitted number of bytes from another one, and does not read ahead. The signal
 * `used-up` is emitted when the last permitted byte has been read.
 */

#define GSTREAM_TYPE_THROTTLED_INPUT_STREAM (gstream_throttled_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstreamThrottledInputStream, gstream_throttled_input_stream, GSTREAM, THROTTLED_INPUT_STREAM, GInputStream)

struct _GstreamThrottledInputStream
{
  GInputStream parent_instance;

  GPollableInputStream *base;
  GBytes               *first;           /* to be read before @base; NULL: nothing is left */
  gsize                 allowed;         /* bytes that may still be read */
  guint64               passed;          /* bytes that were read in all */
  guint8                tail[TAIL_SIZE]; /* the end of what was read last */
  gsize                 tail_length;
  Frames                frames;  /* that were read */
  GSource              *waiting; /* the reader's source, while it may not read, and the source has no child */
};

static guint used_up_signal;

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamThrottledInputStream, gstream_throttled_input_stream, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

static gssize
read_first (GstreamThrottledInputStream *self,
            void                        *buffer,
            gsize                        count)
{
  gsize       size;
  const char *bytes = g_bytes_get_data (self->first, &size);
  gsize       taken = MIN (count, size);
  g_autoptr (GBytes) whole = g_steal_pointer (&self->first);

  memcpy (buffer, bytes, taken);
  if (taken < size)
    self->first = g_bytes_new_from_bytes (whole, taken, size - taken);

  return taken;
}

static gssize
gstream_throttled_input_stream_read_nonblocking (GPollableInputStream *stream,
                                                 void                 *buffer,
                                                 gsize                 count,
                                                 GError              **error)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);
  gsize                        wanted = MIN (count, self->allowed);
  gssize                       taken;

  if (wanted == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, _ ("No more bytes are allowed for now"));
      return -1;
    }

  taken = self->first != NULL ? read_first (self, buffer, wanted)
                              : g_pollable_input_stream_read_nonblocking (self->base, buffer, wanted, NULL, error);
  if (taken > 0)
    {
      self->allowed -= taken;
      self->passed += taken;
      read_frames (&self->frames, buffer, taken);
      self->tail_length = MIN ((gsize) taken, TAIL_SIZE);
      memcpy (self->tail, (const guint8 *) buffer + taken - self->tail_length, self->tail_length);
      if (self->allowed == 0)
        g_signal_emit (self, used_up_signal, 0);
    }

  return taken;
}

static gboolean
gstream_throttled_input_stream_is_readable (GPollableInputStream *stream)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);

  return self->allowed > 0 && (self->first != NULL || g_pollable_input_stream_is_readable (self->base));
}

/* Makes the child source that becomes ready when the stream can be read. */
static GSource *
new_child (GstreamThrottledInputStream *self)
{
  if (self->first != NULL)
    return g_timeout_source_new (0);

  return g_pollable_input_stream_create_source (self->base, NULL);
}

static GSource *
gstream_throttled_input_stream_create_source (GPollableInputStream *stream,
                                              GCancellable         *cancellable)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (stream);
  g_autoptr (GSource) child = self->allowed > 0 ? new_child (self) : NULL;
  GSource *source = g_pollable_source_new_full (self, child, cancellable);

  if (child == NULL)
    {
      g_clear_pointer (&self->waiting, g_source_unref);
      self->waiting = g_source_ref (source);
    }

  return source;
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = gstream_throttled_input_stream_is_readable;
  iface->create_source = gstream_throttled_input_stream_create_source;
  iface->read_nonblocking = gstream_throttled_input_stream_read_nonblocking;
}

/* Permits to read @bytes more, and discards the previous permission. */
static void
throttled_allow (GstreamThrottledInputStream *self,
                 gsize                        bytes)
{
  g_autoptr (GSource) waiting = g_steal_pointer (&self->waiting);

  self->allowed = bytes;
  if (waiting != NULL && !g_source_is_destroyed (waiting))
    {
      g_autoptr (GSource) child = new_child (self);

      g_source_set_dummy_callback (child);
      g_source_add_child_source (waiting, child);
    }
}

/* Whether any permitted bytes are left. */
static gboolean
throttled_may_read (GstreamThrottledInputStream *self)
{
  return self->allowed > 0;
}

/* Returns the last bytes that were read, which may be a closing frame. */
static const guint8 *
throttled_get_tail (GstreamThrottledInputStream *self,
                    gsize                       *length)
{
  *length = self->tail_length;

  return self->tail;
}

/* Returns the total number of bytes that were read. */
static guint64
throttled_get_passed (GstreamThrottledInputStream *self)
{
  return self->passed;
}

static gboolean
throttled_is_within_message (GstreamThrottledInputStream *self)
{
  return self->frames.within;
}

static gssize
gstream_throttled_input_stream_read (GInputStream *stream,
                                     void         *buffer,
                                     gsize         count,
                                     GCancellable *cancellable,
                                     GError      **error)
{
  return gstream_throttled_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, count, error);
}

static gboolean
gstream_throttled_input_stream_close (GInputStream *stream,
                                      GCancellable *cancellable,
                                      GError      **error)
{
  return g_input_stream_close (G_INPUT_STREAM (GSTREAM_THROTTLED_INPUT_STREAM (stream)->base), cancellable, error);
}

static void
gstream_throttled_input_stream_finalize (GObject *object)
{
  GstreamThrottledInputStream *self = GSTREAM_THROTTLED_INPUT_STREAM (object);

  g_clear_pointer (&self->waiting, g_source_unref);
  g_clear_pointer (&self->first, g_bytes_unref);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_throttled_input_stream_parent_class)->finalize (object);
}

static void
gstream_throttled_input_stream_class_init (GstreamThrottledInputStreamClass *klass)
{
  G_INPUT_STREAM_CLASS (klass)->read_fn = gstream_throttled_input_stream_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_throttled_input_stream_close;
  G_OBJECT_CLASS (klass)->finalize = gstream_throttled_input_stream_finalize;

  used_up_signal =
      g_signal_new ("used-up", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gstream_throttled_input_stream_init (GstreamThrottledInputStream *self)
{
}

/* @first: bytes that have already been read from @base. Initially no bytes are permitted. */
static GstreamThrottledInputStream *
throttled_new (GPollableInputStream *base,
               GBytes               *first)
{
  GstreamThrottledInputStream *self = g_object_new (GSTREAM_TYPE_THROTTLED_INPUT_STREAM, NULL);

  self->base = g_object_ref (base);
  self->first = g_bytes_get_size (first) > 0 ? g_bytes_ref (first) : NULL;

  return self;
}

/* --- the throttled stream --- */

/* A stream that reads throttled, and is otherwise @base. GSimpleIOStream would be closed in another thread. */
#define GSTREAM_TYPE_THROTTLED_STREAM (gstream_throttled_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstreamThrottledStream, gstream_throttled_stream, GSTREAM, THROTTLED_STREAM, GIOStream)

struct _GstreamThrottledStream
{
  GIOStream parent_instance;

  GIOStream                   *base;
  GstreamThrottledInputStream *input;
};

G_DEFINE_FINAL_TYPE (GstreamThrottledStream, gstream_throttled_stream, G_TYPE_IO_STREAM)

static GInputStream *
gstream_throttled_stream_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (GSTREAM_THROTTLED_STREAM (stream)->input);
}

static GOutputStream *
gstream_throttled_stream_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (GSTREAM_THROTTLED_STREAM (stream)->base);
}

static gboolean
gstream_throttled_stream_close (GIOStream    *stream,
                                GCancellable *cancellable,
                                GError      **error)
{
  return g_io_stream_close (GSTREAM_THROTTLED_STREAM (stream)->base, cancellable, error);
}

static void
on_base_closed (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_io_stream_close_finish (G_IO_STREAM (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gstream_throttled_stream_close_async (GIOStream          *stream,
                                      int                 priority,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);

  g_io_stream_close_async (GSTREAM_THROTTLED_STREAM (stream)->base, priority, cancellable, on_base_closed, task);
}

static gboolean
gstream_throttled_stream_close_finish (GIOStream    *stream,
                                       GAsyncResult *result,
                                       GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
gstream_throttled_stream_finalize (GObject *object)
{
  GstreamThrottledStream *self = GSTREAM_THROTTLED_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_throttled_stream_parent_class)->finalize (object);
}

static void
gstream_throttled_stream_class_init (GstreamThrottledStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_throttled_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = gstream_throttled_stream_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = gstream_throttled_stream_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = gstream_throttled_stream_close;
  G_IO_STREAM_CLASS (klass)->close_async = gstream_throttled_stream_close_async;
  G_IO_STREAM_CLASS (klass)->close_finish = gstream_throttled_stream_close_finish;
}

static void
gstream_throttled_stream_init (GstreamThrottledStream *self)
{
}

static GIOStream *
throttled_stream_new (GIOStream                   *base,
                      GstreamThrottledInputStream *input)
{
  GstreamThrottledStream *self = g_object_new (GSTREAM_TYPE_THROTTLED_STREAM, NULL);

  self->base = g_object_ref (base);
  self->input = g_object_ref (input);

  return G_IO_STREAM (self);
}

/* --- the connection --- */

struct _GstreamWebsocketConnection
{
  GObject parent_instance;

  GstreamOrigin               *origin;
  char                        *path;
  char                        *subscribe;  /* the command to subscribe, which is sent first */
  gboolean                     subscribed; /* the subscription was granted */
  SoupMessage                 *message;    /* of the handshake */
  GstreamRetry                 retry;      /* of the handshake, while a command waits for it */
  GSource                     *pause;      /* timer until the handshake is tried again */
  GCancellable                *closing;    /* cancels the handshake */
  gboolean                     asked;      /* the handshake was started */
  SoupWebsocketConnection     *connection; /* NULL: not open */
  GstreamThrottledInputStream *input;      /* the stream that the connection reads from */
  guint64                      whole_at;   /* the number of bytes up to the end of the last complete frame */
  GQueue                       frames;     /* GBytes: events that have not been asked for yet */
  GstreamEventReader          *reader;
  GError                      *error;    /* why there are no more frames */
  gboolean                     ended;    /* closed by either side */
  gboolean                     given_up; /* it may be dead, so there is no closing handshake */
  GstreamNextCall              pending;

  GTask   *command; /* the pending command; or NULL */
  GSource *timeout; /* of the pending command */
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamWebsocketConnection, gstream_websocket_connection, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

typedef struct
{
  GstreamOrigin               *origin;
  SoupMessage                 *message;
  GIOStream                   *stream;
  GString                     *request; /* being written */
  GByteArray                  *answer;  /* being read; may have frames after its headers */
  gsize                        head;    /* bytes of its headers; 0: they are not complete yet */
  guint                        status;  /* the HTTP status */
  GstreamThrottledInputStream *input;   /* the second result, besides the connection */
} Handshake;

static void read_answer (GTask *task);

static void
handshake_free (gpointer data)
{
  Handshake *handshake = data;

  gstream_origin_unref (handshake->origin);
  g_object_unref (handshake->message);
  g_clear_object (&handshake->stream);
  g_clear_object (&handshake->input);
  g_byte_array_unref (handshake->answer);
  if (handshake->request != NULL)
    g_string_free (handshake->request, TRUE);
  g_free (handshake);
}

static void
handshake_failed (GTask  *task,
                  GError *error)
{
  Handshake *handshake = g_task_get_task_data (task);

  gstream_origin_name_error (handshake->origin, handshake->message, error);
  g_task_return_error (task, error);
}

/* --- the opening handshake: its answer --- */

static gboolean
is_accepted (SoupMessage *message)
{
  SoupMessageHeaders *asked = soup_message_get_request_headers (message);
  SoupMessageHeaders *answered = soup_message_get_response_headers (message);
  g_autofree char    *expected =
      g_strconcat (soup_message_headers_get_one (asked, "Sec-WebSocket-Key"), ACCEPT_SUFFIX, NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *encoded = NULL;
  guint8           digest[20];
  gsize            length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) expected, -1);
  g_checksum_get_digest (checksum, digest, &length);
  encoded = g_base64_encode (digest, length);

  return soup_message_headers_header_equals (answered, "Upgrade", "websocket") &&
         soup_message_headers_header_contains (answered, "Connection", "upgrade") &&
         g_strcmp0 (soup_message_headers_get_one (answered, "Sec-WebSocket-Accept"), encoded) == 0;
}

static SoupWebsocketConnection *
make_connection (Handshake *handshake)
{
  GInputStream *base = g_io_stream_get_input_stream (handshake->stream);
  GByteArray   *answer = handshake->answer;
  g_autoptr (GBytes) first = g_bytes_new (answer->data + handshake->head, answer->len - handshake->head);
  g_autoptr (GIOStream) throttled = NULL;

  handshake->input = throttled_new (G_POLLABLE_INPUT_STREAM (base), first);
  throttled = throttled_stream_new (handshake->stream, handshake->input);

  return soup_websocket_connection_new (throttled, soup_message_get_uri (handshake->message),
                                        SOUP_WEBSOCKET_CONNECTION_CLIENT, NULL, NULL, NULL);
}

/* --- the opening handshake: a refusal --- */

/* Returns: (transfer full): the received part of a chunked body. @whole: (out): whether it is complete. */
static GString *
join_chunks (const char *body,
             gsize       length,
             gboolean   *whole)
{
  GString    *joined = g_string_new (NULL);
  const char *end = body + length;

  *whole = FALSE;
  while (body < end && !*whole)
    {
      const char *line_end = g_strstr_len (body, end - body, "\r\n");
      gsize       size = line_end != NULL ? g_ascii_strtoull (body, NULL, 16) : 0;

      if (line_end == NULL)
        break;
      *whole = size == 0;
      body = line_end + strlen ("\r\n");
      g_string_append_len (joined, body, MIN (size, (gsize) (end - body)));
      if (size + strlen ("\r\n") > (gsize) (end - body))
        break;
      body += size + strlen ("\r\n");
    }

  return joined;
}

/* Returns: (transfer full) (nullable): the refusal's body; NULL: it is not complete. */
static GString *
find_refusal (Handshake *handshake,
              gboolean   at_end)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (handshake->message);
  const char         *body = (const char *) handshake->answer->data + handshake->head;
  gsize               length = handshake->answer->len - handshake->head;
  gboolean            whole = FALSE;
  g_autoptr (GString) words = NULL;

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    words = join_chunks (body, length, &whole);
  else
    {
      words = g_string_new_len (body, length);
      whole = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH &&
              length >= (guint64) soup_message_headers_get_content_length (headers);
    }

  return whole || at_end || length > MAX_ANSWER_SIZE ? g_steal_pointer (&words) : NULL;
}

static void
refused (GTask   *task,
         gboolean at_end)
{
  Handshake *handshake = g_task_get_task_data (task);
  g_autoptr (GString) words = find_refusal (handshake, at_end);

  if (words != NULL)
    g_task_return_error (task, gstream_origin_new_error (handshake->origin, handshake->message, handshake->status,
                                                         words->str, words->len));
  else
    read_answer (task);
}

/* --- the opening handshake: reading the answer --- */

static void
headers_are_whole (GTask *task)
{
  Handshake          *handshake = g_task_get_task_data (task);
  SoupMessageHeaders *headers = soup_message_get_response_headers (handshake->message);
  /* libsoup needs a NUL-terminated text. */
  g_autofree char *text = g_strndup ((const char *) handshake->answer->data, handshake->head);

  if (!soup_headers_parse_response (text, handshake->head, headers, NULL, &handshake->status, NULL))
    handshake_failed (task, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("the answer is not HTTP")));
  else if (handshake->status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    refused (task, FALSE);
  else if (!is_accepted (handshake->message))
    handshake_failed (task, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                                 _ ("the answer does not accept a WebSocket")));
  else
    g_task_return_pointer (task, make_connection (handshake), g_object_unref);
}

static void
take_headers (GTask *task)
{
  Handshake  *handshake = g_task_get_task_data (task);
  const char *start = (const char *) handshake->answer->data;
  const char *end = g_strstr_len (start, handshake->answer->len, "\r\n\r\n");

  if (end != NULL)
    {
      handshake->head = end + strlen ("\r\n\r\n") - start;
      headers_are_whole (task);
    }
  else if (handshake->answer->len <= MAX_ANSWER_SIZE)
    read_answer (task);
  else
    handshake_failed (task, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                                         _ ("the answer's headers have more than %d bytes"), MAX_ANSWER_SIZE));
}

static void
on_answer_read (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  gboolean at_end = bytes == NULL || g_bytes_get_size (bytes) == 0;

  if (bytes != NULL)
    g_byte_array_append (handshake->answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (handshake->head != 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_error (&error);
      refused (task, at_end);
    }
  else if (error != NULL)
    handshake_failed (task, error);
  else if (at_end)
    handshake_failed (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                                                 _ ("the server closed the connection")));
  else
    take_headers (task);
}

static void
read_answer (GTask *task)
{
  Handshake *handshake = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (handshake->stream), READ_SIZE, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), on_answer_read, g_object_ref (task));
}

/* --- the opening handshake: its request --- */

static void
on_written (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    read_answer (task);
  else
    handshake_failed (task, error);
}

static void
append_header (const char *name,
               const char *value,
               gpointer    user_data)
{
  g_string_append_printf (user_data, "%s: %s\r\n", name, value);
}

static void
add_cookies (GstreamOrigin *origin,
             SoupMessage   *message)
{
  SoupSessionFeature *jar = soup_session_get_feature (origin->session, SOUP_TYPE_COOKIE_JAR);
  g_autofree char    *cookies =
      jar ? soup_cookie_jar_get_cookies (SOUP_COOKIE_JAR (jar), soup_message_get_uri (message), TRUE) : NULL;

  if (cookies != NULL)
    soup_message_headers_append (soup_message_get_request_headers (message), "Cookie", cookies);
}

static GString *
make_request (SoupMessage *message)
{
  GUri    *uri = soup_message_get_uri (message);
  gboolean is_ipv6 = strchr (g_uri_get_host (uri), ':') != NULL;
  GString *request = g_string_new (NULL);

  g_string_append_printf (request, "GET %s HTTP/1.1\r\n", g_uri_get_path (uri));
  g_string_append_printf (request, is_ipv6 ? "Host: [%s]:%d\r\n" : "Host: %s:%d\r\n", g_uri_get_host (uri),
                          g_uri_get_port (uri));
  soup_message_headers_foreach (soup_message_get_request_headers (message), append_header, request);
  g_string_append (request, "\r\n");

  return request;
}

static void
on_connected (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GError    *error = NULL;

  handshake->stream = G_IO_STREAM (g_socket_client_connect_finish (G_SOCKET_CLIENT (object), result, &error));
  if (handshake->stream == NULL)
    {
      handshake_failed (task, error);
      return;
    }

  soup_websocket_client_prepare_handshake (handshake->message, NULL, NULL, NULL);
  add_cookies (handshake->origin, handshake->message);
  handshake->request = make_request (handshake->message);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (handshake->stream), handshake->request->str,
                                   handshake->request->len, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                   on_written, g_object_ref (task));
}

/* --- the opening handshake: what it goes through --- */

static void
on_client_event (GSocketClient      *client,
                 GSocketClientEvent  event,
                 GSocketConnectable *connectable,
                 GIOStream          *connection,
                 SoupSession        *session)
{
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;

  if (soup_session_get_tls_database (session) != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), soup_session_get_tls_database (session));
  if (soup_session_get_tls_interaction (session) != NULL)
    g_tls_connection_set_interaction (G_TLS_CONNECTION (connection), soup_session_get_tls_interaction (session));
}

static GSocketClient *
make_client (SoupSession *session,
             GUri        *uri)
{
  GSocketClient  *client = g_socket_client_new ();
  GProxyResolver *resolver = gstream_http_get_proxies (session);

  g_socket_client_set_tls (client, g_str_equal (g_uri_get_scheme (uri), "https"));
  g_socket_client_set_enable_proxy (client, resolver != NULL);
  g_socket_client_set_proxy_resolver (client, resolver);
  g_signal_connect_object (client, "event", G_CALLBACK (on_client_event), session, 0);

  return client;
}

/* Starts the opening handshake. */
static void
open_websocket (GstreamOrigin      *origin,
                SoupMessage        *message,
                GCancellable       *cancellable,
                GAsyncReadyCallback callback,
                gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_context_new_task (origin->context, NULL, cancellable, callback, user_data);
  Handshake *handshake = g_new0 (Handshake, 1);
  GUri      *uri = soup_message_get_uri (message);
  g_autoptr (GSocketClient) client = make_client (origin->session, uri);
  /* The scheme is what a proxy resolver goes by. */
  g_autoptr (GSocketConnectable) address =
      g_object_new (G_TYPE_NETWORK_ADDRESS, "scheme", g_uri_get_scheme (uri), "hostname", g_uri_get_host (uri), "port",
                    (guint) g_uri_get_port (uri), NULL);

  handshake->origin = gstream_origin_ref (origin);
  handshake->message = g_object_ref (message);
  handshake->answer = g_byte_array_new ();
  g_task_set_source_tag (task, open_websocket);
  g_task_set_task_data (task, handshake, handshake_free);

  gstream_origin_begin_io (origin);
  g_socket_client_connect_async (client, address, cancellable, on_connected, g_steal_pointer (&task));
  gstream_origin_end_io (origin);
}

/* @input: (out): the stream that the connection reads from; no bytes are permitted yet. */
static SoupWebsocketConnection *
open_websocket_finish (GAsyncResult                 *result,
                       GstreamThrottledInputStream **input,
                       GError                      **error)
{
  Handshake               *handshake = g_task_get_task_data (G_TASK (result));
  SoupWebsocketConnection *connection = g_task_propagate_pointer (G_TASK (result), error);

  if (connection != NULL)
    *input = g_object_ref (handshake->input);

  return connection;
}

/* --- the closing handshake --- */

/* The closing handshakes of a session, attached to it as data. */
typedef struct
{
  guint      n;       /* number of pending ones */
  GPtrArray *waiting; /* GSource, owned: timers of those that wait until there are none */
} Closings;

typedef struct
{
  SoupSession                 *session;
  SoupWebsocketConnection     *connection;
  GstreamThrottledInputStream *input;
  GSource                     *timer;
} Closing;

static void
closings_free (gpointer data)
{
  Closings *self = data;

  g_ptr_array_unref (self->waiting);
  g_free (self);
}

static Closings *
closings_of (SoupSession *session)
{
  Closings *self = g_object_get_data (G_OBJECT (session), "gstream-closings");

  if (self == NULL)
    {
      self = g_new0 (Closings, 1);
      self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
      g_object_set_data_full (G_OBJECT (session), "gstream-closings", self, closings_free);
    }
  return self;
}

/* Wakes those that wait, if it was the last one. */
static void
closing_free (gpointer data)
{
  Closing  *self = data;
  Closings *all = closings_of (self->session);

  if (--all->n == 0)
    {
      for (guint i = 0; i < all->waiting->len; i++)
        if (!g_source_is_destroyed (all->waiting->pdata[i]))
          g_source_set_ready_time (all->waiting->pdata[i], 0);
      g_ptr_array_set_size (all->waiting, 0);
    }
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_signal_handlers_disconnect_by_data (self->input, self);
  g_object_unref (self->connection);
  g_object_unref (self->input);
  g_object_unref (self->session);
  g_free (self);
}

static void
end_soon (Closing *self)
{
  g_source_set_ready_time (self->timer, g_get_monotonic_time () + CLOSING_REST * 1000);
}

static void
on_end (gpointer user_data)
{
  /* The timer frees it. */
}

/*
 * Consumes @connection, which is open, and @input. Starts the closing handshake, which proceeds as long as the main
 * context is iterated.
 */
static void
start_closing (GstreamOrigin               *origin,
               SoupWebsocketConnection     *connection,
               GstreamThrottledInputStream *input)
{
  Closing *self = g_new0 (Closing, 1);

  self->session = g_object_ref (origin->session);
  self->connection = connection;
  self->input = input;
  self->timer = gstream_timer_start (origin->context, CLOSING_TIMEOUT, NULL, "[gstream] closing handshake", on_end,
                                     self, closing_free);
  closings_of (self->session)->n++;
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (end_soon), self);
  g_signal_connect_swapped (input, "used-up", G_CALLBACK (end_soon), self);
  g_source_unref (self->timer);

  throttled_allow (input, MOST_READ_CLOSING);
  gstream_origin_begin_io (origin);
  soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  gstream_origin_end_io (origin);
}

static gboolean
is_one_closing (GstreamOrigin *origin)
{
  return closings_of (origin->session)->n > 0;
}

/* Calls @func once: when none is pending any more, after a timeout, or when @cancellable is cancelled. */
static void
wait_for_closing (GstreamOrigin  *origin,
                  GCancellable   *cancellable,
                  GSourceOnceFunc func,
                  gpointer        user_data,
                  GDestroyNotify  destroy)
{
  GSource *timer = gstream_timer_start (origin->context, CLOSING_TIMEOUT, cancellable, "[gstream] closing handshakes",
                                        func, user_data, destroy);

  g_ptr_array_add (closings_of (origin->session)->waiting, timer);
}

/* --- a command's answer --- */

static GTask *
steal_command (GstreamWebsocketConnection *self)
{
  gstream_timer_end (&self->timeout);

  return g_steal_pointer (&self->command);
}

static void
fail_command (GstreamWebsocketConnection *self,
              const GError               *error)
{
  g_autoptr (GTask) command = steal_command (self);

  if (command != NULL)
    g_task_return_error (command, g_error_copy (error));
}

static void
take_error (GstreamWebsocketConnection *self,
            GError                     *error)
{
  if (self->error != NULL || self->ended)
    {
      g_error_free (error);
      return;
    }
  self->error = error;
  fail_command (self, error);
}

/*
 * Called on timeout or cancellation. It is not known whether the server has executed the command, so the connection is
 * not used any more.
 */
static void
on_command_timeout (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;
  GError                     *error = NULL;

  if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (self->command), &error))
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("the server did not answer in time"));
  gstream_origin_name_error (self->origin, self->message, error);
  take_error (self, error);
}

/* --- what comes --- */

/*
 * Handles the answer to the subscription, or to the request for the run that is sent if that is not answered. If the
 * subscription is refused, or there is no run, the connection fails.
 */
static void
take_subscription (GstreamWebsocketConnection *self,
                   GstreamPayload             *answer,
                   gboolean                    is_own)
{
  GstreamAnswer parsed = { 0 };
  GError       *error = NULL;

  if (gstream_answer_parse (answer, &parsed, &error))
    self->subscribed |= is_own;
  else if (is_own || (!self->subscribed && g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND)))
    take_error (self, error);
  else
    g_error_free (error);
  g_free (parsed.run_id);
}

static void
take_answer (GstreamWebsocketConnection *self,
             GBytes                     *frame)
{
  GError *error = NULL;
  g_autoptr (GstreamPayload) answer =
      gstream_payload_new (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), &error);
  gint64 id = answer != NULL ? gstream_payload_get_integer (answer, "/id") : 0;

  if (answer == NULL)
    {
      gstream_origin_name_error (self->origin, self->message, error);
      take_error (self, error);
    }
  else if (id != GSTREAM_COMMAND_SUBSCRIBE && self->command != NULL)
    {
      g_autoptr (GTask) command = steal_command (self);

      g_task_return_pointer (command, g_steal_pointer (&answer), (GDestroyNotify) gstream_payload_unref);
    }
  else
    take_subscription (self, answer, id != GSTREAM_COMMAND_TREE);
}

static gboolean
is_event (GBytes *frame)
{
  gsize       size;
  const char *text = g_bytes_get_data (frame, &size);
  g_autoptr (GstreamPayload) payload = NULL;

  if (size > strlen (EVENT_PREFIX) && memcmp (text, EVENT_PREFIX, strlen (EVENT_PREFIX)) == 0)
    return TRUE;

  /* Members may come in any order. Invalid JSON is treated as an event, so that the event reader reports the error. */
  payload = gstream_payload_new (text, size, NULL);

  return payload == NULL || g_strcmp0 (gstream_payload_get_string (payload, "/type"), "event") == 0;
}

static void
on_message (SoupWebsocketConnection    *connection,
            SoupWebsocketDataType       type,
            GBytes                     *frame,
            GstreamWebsocketConnection *self)
{
  self->whole_at = throttled_get_passed (self->input);
  if (is_event (frame))
    g_queue_push_tail (&self->frames, g_bytes_ref (frame));
  else
    take_answer (self, frame);

  gstream_next_call_wake_later (&self->pending);
}

/*
 * libsoup does not accept close codes that were added after RFC 6455, such as 1012 for a restart of the server. Returns
 * NULL if the last bytes are not a closing frame with such a code.
 */
static GError *
find_close_error (GstreamWebsocketConnection *self)
{
  gsize         length;
  const guint8 *tail = throttled_get_tail (self->input, &length);

  for (gsize i = 0; i + 4 <= length; i++)
    {
      guint            code = tail[i + 2] << 8 | tail[i + 3];
      g_autofree char *reason = NULL;

      if (tail[i] != 0x88 || tail[i + 1] != length - i - 2 || code < 1012 || code > 1014)
        continue;
      reason = g_strndup ((const char *) tail + i + 4, length - i - 4);

      return gstream_origin_new_close_error (self->origin, self->message, code, reason);
    }

  return NULL;
}

static GError *
translate_error (GstreamWebsocketConnection *self,
                 GError                     *error)
{
  if (error->domain != SOUP_WEBSOCKET_ERROR)
    return g_error_copy (error);
  if (error->code == SOUP_WEBSOCKET_CLOSE_TOO_BIG)
    return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("a frame has more than %u bytes"),
                        self->origin->limits.max_event_size);

  return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("the frames are not a WebSocket's: %s"), error->message);
}

static void
on_error (SoupWebsocketConnection    *connection,
          GError                     *error,
          GstreamWebsocketConnection *self)
{
  GError *translated = find_close_error (self);

  if (translated == NULL)
    {
      translated = translate_error (self, error);
      gstream_origin_name_error (self->origin, self->message, translated);
    }
  take_error (self, translated);
  gstream_next_call_wake_later (&self->pending);
}

static void
fail_closed (GstreamWebsocketConnection *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, _ ("the server closed the connection"));

  gstream_origin_name_error (self->origin, self->message, error);
  fail_command (self, error);
}

/* Whether the server closed the connection for a reason other than going away. */
static gboolean
says_why (SoupWebsocketConnection *connection)
{
  const char *reason = soup_websocket_connection_get_close_data (connection);

  switch (soup_websocket_connection_get_close_code (connection))
    {
    case 0:
    case SOUP_WEBSOCKET_CLOSE_NO_STATUS:
    case SOUP_WEBSOCKET_CLOSE_ABNORMAL:
      return FALSE;
    case SOUP_WEBSOCKET_CLOSE_NORMAL:
    case SOUP_WEBSOCKET_CLOSE_GOING_AWAY:
      return reason != NULL && *reason != '\0';
    default:
      return TRUE;
    }
}

/* Whether the connection was cut off, without a closing frame. */
static gboolean
is_cut_off (SoupWebsocketConnection *connection)
{
  gushort code = soup_websocket_connection_get_close_code (connection);

  return code == 0 || code == SOUP_WEBSOCKET_CLOSE_ABNORMAL;
}

static void
on_closed (SoupWebsocketConnection    *connection,
           GstreamWebsocketConnection *self)
{
  if (says_why (connection))
    take_error (self, gstream_origin_new_close_error (self->origin, self->message,
                                                      soup_websocket_connection_get_close_code (connection),
                                                      soup_websocket_connection_get_close_data (connection)));
  fail_closed (self);
  if (is_cut_off (connection))
    take_error (self, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                           _ ("The connection to the server ended before the run did")));
  self->ended = TRUE;
  gstream_next_call_wake_later (&self->pending);
}

/* --- asking for more --- */

/* Permits to read one portion. When it is used up, another one is permitted if needed. */
static void
read_more (GstreamWebsocketConnection *self)
{
  if (self->connection == NULL || throttled_may_read (self->input))
    return;
  if (throttled_get_passed (self->input) - self->whole_at > self->origin->limits.max_event_size + PORTION)
    {
      GError *error = g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("an event has more than %u bytes"),
                                   self->origin->limits.max_event_size);

      gstream_origin_name_error (self->origin, self->message, error);
      take_error (self, error);
      gstream_next_call_wake_later (&self->pending);
      return;
    }
  throttled_allow (self->input, PORTION);
}

static void begin_handshake (GstreamWebsocketConnection *self);

static void
go_on (GstreamWebsocketConnection *self)
{
  if (self->asked)
    read_more (self);
  else
    begin_handshake (self);
}

/* Called when a portion was read and somebody may still be waiting. */
static gboolean
on_portion_over (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  if (self->error == NULL && !self->ended && (self->command != NULL || self->pending.task != NULL))
    read_more (self);

  return G_SOURCE_REMOVE;
}

static void
on_used_up (GstreamThrottledInputStream *input,
            GstreamWebsocketConnection  *self)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_static_name (idle, "[gstream] websocket portion");
  g_source_set_callback (idle, on_portion_over, g_object_ref (self), g_object_unref);
  g_source_attach (idle, self->origin->context);
}

/* --- opening --- */

static void
send (GstreamWebsocketConnection *self,
      const char                 *command)
{
  gstream_origin_begin_io (self->origin);
  soup_websocket_connection_send_text (self->connection, command);
  gstream_origin_end_io (self->origin);
}

static void
send_command (GstreamWebsocketConnection *self)
{
  if (self->command != NULL)
    send (self, g_task_get_task_data (self->command));
}

/* Returns: the ping interval in seconds: half of the silence timeout. */
static guint
get_ping_interval (GstreamWebsocketConnection *self)
{
  return MAX (self->origin->limits.silence_timeout / 2000, 1);
}

static void
use_connection (GstreamWebsocketConnection *self)
{
  soup_websocket_connection_set_max_incoming_payload_size (self->connection, self->origin->limits.max_event_size);
  gstream_origin_begin_io (self->origin);
  soup_websocket_connection_set_keepalive_interval (self->connection, get_ping_interval (self));
  gstream_origin_end_io (self->origin);
  g_signal_connect_object (self->connection, "message", G_CALLBACK (on_message), self, 0);
  g_signal_connect_object (self->connection, "error", G_CALLBACK (on_error), self, 0);
  g_signal_connect_object (self->connection, "closed", G_CALLBACK (on_closed), self, 0);
  g_signal_connect_object (self->input, "used-up", G_CALLBACK (on_used_up), self, 0);

  send (self, self->subscribe);
  send_command (self);
}

static void start_timeout (GstreamWebsocketConnection *self);

static void
on_pause_over (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  gstream_timer_end (&self->pause);
  start_timeout (self); /* of the command, which may have been cancelled meanwhile */
  g_object_unref (self->message);
  self->message = gstream_origin_new_message (self->origin, "GET", self->path);
  begin_handshake (self);
}

/*
 * Tries the handshake again if a command waits for it, which has not been sent yet. Returns FALSE if there is no other
 * attempt.
 */
static gboolean
try_again (GstreamWebsocketConnection *self,
           const GError               *error)
{
  gint64 milliseconds = self->command != NULL && !self->ended && self->error == NULL
                            ? gstream_retry_next (&self->retry, self->origin, GSTREAM_RETRY_REPEATABLE, error)
                            : -1;

  if (milliseconds < 0)
    return FALSE;

  gstream_timer_end (&self->timeout);
  self->pause = gstream_timer_start (self->origin->context, milliseconds, g_task_get_cancellable (self->command),
                                     "[gstream] handshake", on_pause_over, self, NULL);

  return TRUE;
}

static void
on_handshake (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GstreamWebsocketConnection) self = user_data;
  GError *error = NULL;

  self->connection = open_websocket_finish (result, &self->input, &error);
  if (self->connection == NULL && try_again (self, error))
    g_error_free (error);
  else if (self->connection == NULL)
    take_error (self, error);
  else if (!self->ended)
    {
      use_connection (self);
      if (self->command != NULL)
        read_more (self);
    }

  if (gstream_next_call_wake (&self->pending))
    read_more (self);
}

static void
shake_hands (gpointer user_data)
{
  GstreamWebsocketConnection *self = user_data;

  open_websocket (self->origin, self->message, self->closing, on_handshake, g_object_ref (self));
}

/*
 * Only a connection that begins with a command waits for closing handshakes, because they may be those of dead
 * connections.
 */
static void
begin_handshake (GstreamWebsocketConnection *self)
{
  self->asked = TRUE;
  if (self->command != NULL && is_one_closing (self->origin))
    wait_for_closing (self->origin, self->closing, shake_hands, g_object_ref (self), g_object_unref);
  else
    shake_hands (self);
}

/* --- the source --- */

static GstreamTry
read_frame (GstreamWebsocketConnection *self,
            GstreamEvent              **event,
            GError                    **error)
{
  g_autoptr (GBytes) frame = g_queue_pop_head (&self->frames);
  GError     *reason = NULL;
  gsize       size;
  const char *text = g_bytes_get_data (frame, &size);

  *event = gstream_event_reader_read (self->reader, frame, text, size, &reason);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;

  if (g_error_matches (reason, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    gstream_origin_hide_secrets (self->origin, reason);
  else
    gstream_origin_name_error (self->origin, self->message, reason);
  g_propagate_error (error, g_error_copy (reason));
  take_error (self, reason);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);

  return GSTREAM_TRY_FAILED;
}

static GstreamTry
gstream_websocket_connection_try_next (GstreamEventSource *source,
                                       GstreamEvent      **event,
                                       GError            **error)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  if (!g_queue_is_empty (&self->frames))
    return read_frame (self, event, error);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }

  return self->ended ? GSTREAM_TRY_ENDED : GSTREAM_TRY_PENDING;
}

static void
gstream_websocket_connection_next (GstreamEventSource *source,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  if (gstream_next_call_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

static gboolean
is_open (GstreamWebsocketConnection *self)
{
  return self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
leave (GstreamWebsocketConnection *self)
{
  if (self->connection == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_signal_handlers_disconnect_by_data (self->input, self);
  if (is_open (self) && !self->given_up)
    start_closing (self->origin, g_steal_pointer (&self->connection), g_steal_pointer (&self->input));
  g_clear_object (&self->connection);
}

/* To be called last, because the callback may drop the last reference. */
static void
fail_left (GstreamWebsocketConnection *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                                  _ ("the connection was closed before the server had answered"));

  gstream_origin_name_error (self->origin, self->message, error);
  fail_command (self, error);
}

static void
gstream_websocket_connection_close (GstreamEventSource *source)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  self->ended = TRUE;
  gstream_timer_end (&self->pause);
  g_cancellable_cancel (self->closing);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  leave (self);
  gstream_next_call_wake_later (&self->pending);
  fail_left (self);
}

static void
give_up (GstreamEventSource *source)
{
  GSTREAM_WEBSOCKET_CONNECTION (source)->given_up = TRUE;
}

static guint64
get_progress (GstreamEventSource *source)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  return self->input != NULL ? throttled_get_passed (self->input) : 0;
}

static gboolean
is_within_event (GstreamEventSource *source)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);

  return self->input != NULL && throttled_is_within_message (self->input);
}

static gboolean
ask_for_run (GstreamEventSource *source)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (source);
  g_autofree char            *command = NULL;

  if (is_open (self) && !self->subscribed)
    {
      command = gstream_command_tree ();
      send (self, command);
    }

  return self->subscribed;
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_websocket_connection_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_websocket_connection_try_next;
  iface->close = gstream_websocket_connection_close;
}

/* --- commands --- */

static void
start_timeout (GstreamWebsocketConnection *self)
{
  self->timeout = gstream_timer_start (self->origin->context, self->origin->limits.answer_timeout,
                                       g_task_get_cancellable (self->command), "[gstream] answer timeout",
                                       on_command_timeout, self, NULL);
}

void
gstream_websocket_connection_command (GstreamWebsocketConnection *self,
                                      const char                 *command,
                                      GCancellable               *cancellable,
                                      GAsyncReadyCallback         callback,
                                      gpointer                    user_data)
{
  g_assert (self->command == NULL);

  self->command = gstream_context_new_task (self->origin->context, self, cancellable, callback, user_data);
  g_task_set_source_tag (self->command, gstream_websocket_connection_command);
  g_task_set_task_data (self->command, g_strdup (command), g_free);
  start_timeout (self);

  if (self->error != NULL)
    fail_command (self, self->error);
  else if (self->ended)
    fail_closed (self);
  else
    {
      if (is_open (self))
        send_command (self);
      go_on (self);
    }
}

GstreamPayload *
gstream_websocket_connection_command_finish (GstreamWebsocketConnection *self,
                                             GAsyncResult               *result,
                                             GError                    **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the object --- */

static void
gstream_websocket_connection_finalize (GObject *object)
{
  GstreamWebsocketConnection *self = GSTREAM_WEBSOCKET_CONNECTION (object);

  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->error);
  leave (self);
  g_clear_object (&self->input);
  g_clear_pointer (&self->reader, gstream_event_reader_free);
  g_object_unref (self->closing);
  g_object_unref (self->message);
  g_free (self->subscribe);
  g_free (self->path);
  gstream_origin_unref (self->origin);

  G_OBJECT_CLASS (gstream_websocket_connection_parent_class)->finalize (object);
}

static void
gstream_websocket_connection_class_init (GstreamWebsocketConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_websocket_connection_finalize;
}

static void
gstream_websocket_connection_init (GstreamWebsocketConnection *self)
{
  self->closing = g_cancellable_new ();
  self->reader = gstream_event_reader_new ();
}

GstreamEventSource *
gstream_websocket_connection_new (GstreamOrigin       *origin,
                                  const char          *thread_id,
                                  GstreamSubscription *wanted)
{
  GstreamWebsocketConnection *self = g_object_new (GSTREAM_TYPE_WEBSOCKET_CONNECTION, NULL);

  self->origin = gstream_origin_ref (origin);
  self->path = gstream_request_path (thread_id, "/stream/events");
  self->message = gstream_origin_new_message (origin, "GET", self->path);
  self->subscribe = gstream_command_subscribe (wanted);
  gstream_event_reader_set_limits (self->reader, origin->limits.max_event_size, origin->limits.max_depth);

  return GSTREAM_EVENT_SOURCE (self);
}

/* stays_open: JavaScript's server ends a thread's events when any WebSocket of the thread is closed. */
const GstreamConnectionFuncs gstream_websocket_connection_funcs = {
  .open = gstream_websocket_connection_new,
  .get_progress = get_progress,
  .is_within_event = is_within_event,
  .give_up = give_up,
  .ask_for_run = ask_for_run,
  .stays_open = TRUE,
};
