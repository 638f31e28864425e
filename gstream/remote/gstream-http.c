/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * HTTP requests to a server: its URL and headers, errors and retries, requests whose JSON answer is read as a whole,
 * and requests whose answer is read incrementally.
 *
 * An application may iterate a main context without making it the thread default. GIO and libsoup attach their sources to
 * the thread default, not only in calls that are made here, where the right context could be pushed, but also in those that
 * libsoup makes from its own sources. Therefore they get a context of their own: it is nested in that of the run (R7) as a
 * source of it, and is the thread default whenever that source is dispatched. Applications never see it: their callbacks
 * are those of tasks, which are completed in the run's context.
 */
#include <gstream/remote/gstream-http-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/remote/gstream-http-private.h>

#include <inttypes.h>
#include <string.h>

#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-pump-internal.h>

/* ms: if a server asks for a longer pause, there is no other attempt; `retry` is limited to it */
#define LONGEST_WAIT (60 * 1000)
#define MOST_OF_REFUSAL (16 * 1024) /* bytes of a refusal that are read for its error text */
#define READ_SIZE (64 * 1024)       /* bytes */
#define SHORTEST_SECRET 4           /* bytes: anything shorter could be part of a word in an error message */
#define USER_AGENT "gstream"

#define PROTOCOL "gstream-wire"
#define DIRECT "direct://"
#define HEADERS_SIZE (8 * 1024)     /* bytes that are read at a time until the body begins; libsoup's own number */
#define LARGE 2048                  /* bytes of a chunk that is read by itself: to move it would cost more */
#define FRAMING_SIZE 128            /* bytes that are read at a time between such chunks */
#define MAX_LINE 128                /* bytes of a line with a chunk's size; libsoup's own number */
#define MAX_TRAILERS (16 * 1024)    /* bytes */
#define CONNECTIONS "gstream-wires" /* a session's: the streams of its connections by their ids */

#define HTTP2_SERVERS "gstream-http2-servers" /* a session's: hosts and ports of those that have no HTTP/1.1 */

/* --- event streams over plain HTTP, read from the socket --- */

/*
 * Servers write an HTTP chunk for each event, and libsoup takes two reads of the socket and some 8,000 instructions for each.
 * So the connections of a session go through a stream of gstream's: libsoup sends the request and reads the answer's
 * headers through it as ever, and finds no byte behind them. Where the body is chunked, it is then read from that stream,
 * many chunks at a time. Nothing else is different, and everything that this does not concern (TLS, HTTP/2, proxies, bodies that
 * are not chunked, a connection that is used again, a session of the application's own) is libsoup's as before.
 *
 * The way in is GIO's: a proxy resolver that answers, for http and before "direct", with a protocol of its own, and the
 * proxy of that protocol, which negotiates nothing and wraps the stream that it is given.
 */

/* --- the body's chunks (RFC 9112, 7.1) --- */

/* A line may end with LF alone, and blanks may stand behind a size, as libsoup and other clients have it. */

typedef enum
{
  CHUNK_SIZE,      /* the first digit is expected */
  CHUNK_MORE_SIZE, /* another digit, or what ends them */
  CHUNK_BLANK,     /* behind them, before an extension or the end of the line */
  CHUNK_EXTENSION,
  CHUNK_SIZE_LF,
  CHUNK_DATA,
  CHUNK_DATA_CR,
  CHUNK_DATA_LF,
  CHUNK_TRAILERS, /* at the start of a line */
  CHUNK_TRAILER,  /* within one */
  CHUNK_TRAILER_LF,
  CHUNK_LAST_LF,
  CHUNK_DONE,
} ChunkState;

typedef struct
{
  ChunkState state;
  guint64    size;   /* bytes that the chunk still has */
  gsize      length; /* bytes of the line, or of the trailers */
  gboolean   is_large;
} Chunks;

static gboolean
add_digit (Chunks *self,
           char    byte)
{
  int digit = g_ascii_xdigit_value (byte);

  if (digit < 0 || self->size > (guint64) G_MAXOFFSET >> 4)
    return FALSE;
  self->size = self->size << 4 | digit;
  self->state = CHUNK_MORE_SIZE;

  return TRUE;
}

static gboolean
end_size (Chunks *self)
{
  self->is_large = self->size >= LARGE;
  self->state = self->size > 0 ? CHUNK_DATA : CHUNK_TRAILERS;
  self->length = 0;

  return TRUE;
}

static gboolean
read_size (Chunks *self,
           char    byte)
{
  if (++self->length > MAX_LINE)
    return FALSE;
  if (byte == '\n')
    return end_size (self);

  if (byte == '\r')
    self->state = CHUNK_SIZE_LF;
  else if (byte == ';' || self->state == CHUNK_EXTENSION)
    self->state = CHUNK_EXTENSION;
  else if (byte == ' ' || byte == '\t')
    self->state = CHUNK_BLANK;
  else
    return self->state == CHUNK_MORE_SIZE && add_digit (self, byte);

  return TRUE;
}

static gboolean
expect (Chunks    *self,
        char       byte,
        char       expected,
        ChunkState next)
{
  self->state = next;
  self->length = 0;

  return byte == expected;
}

static gboolean
read_trailer (Chunks *self,
              char    byte)
{
  gboolean at_start = self->state == CHUNK_TRAILERS;

  if (byte == '\r')
    self->state = at_start ? CHUNK_LAST_LF : CHUNK_TRAILER_LF;
  else if (byte == '\n')
    self->state = at_start ? CHUNK_DONE : CHUNK_TRAILERS;
  else
    self->state = CHUNK_TRAILER;

  return ++self->length <= MAX_TRAILERS;
}

/* FALSE: @byte, which is none of the chunk's data, cannot stand there. */
static gboolean
read_byte (Chunks *self,
           char    byte)
{
  gsize length = self->length;

  switch (self->state)
    {
    case CHUNK_SIZE:
      self->size = 0;
      self->length = 1;
      return add_digit (self, byte);
    case CHUNK_MORE_SIZE:
    case CHUNK_BLANK:
    case CHUNK_EXTENSION:
      return read_size (self, byte);
    case CHUNK_SIZE_LF:
      return byte == '\n' && end_size (self);
    case CHUNK_DATA_CR:
      return byte == '\n' ? expect (self, byte, '\n', CHUNK_SIZE) : expect (self, byte, '\r', CHUNK_DATA_LF);
    case CHUNK_DATA_LF:
      return expect (self, byte, '\n', CHUNK_SIZE);
    case CHUNK_TRAILERS:
    case CHUNK_TRAILER:
      return read_trailer (self, byte);
    case CHUNK_TRAILER_LF:
      if (!expect (self, byte, '\n', CHUNK_TRAILERS))
        return FALSE;
      self->length = length; /* of all of them */
      return TRUE;
    case CHUNK_LAST_LF:
      return expect (self, byte, '\n', CHUNK_DONE);
    case CHUNK_DATA:
    case CHUNK_DONE:
    default:
      g_assert_not_reached ();
    }
}

/* Moves the data of the chunks to the beginning. Returns: how much of it there is; -1: that are no chunks. */
static gssize
take_data (Chunks *self,
           char   *bytes,
           gsize   size)
{
  gsize n_taken = 0;

  for (gsize i = 0; i < size && self->state != CHUNK_DONE;)
    if (self->state == CHUNK_DATA)
      {
        gsize n = MIN (size - i, self->size);

        memmove (bytes + n_taken, bytes + i, n);
        n_taken += n;
        i += n;
        self->size -= n;
        if (self->size == 0)
          self->state = CHUNK_DATA_CR;
      }
    else if (!read_byte (self, bytes[i++]))
      return -1;

  return n_taken;
}

/* --- what libsoup reads from: never more than a header block at a time, until the body is opened --- */

#define GSTREAM_TYPE_WIRE_INPUT (gstream_wire_input_get_type ())
G_DECLARE_FINAL_TYPE (GstreamWireInput, gstream_wire_input, GSTREAM, WIRE_INPUT, GInputStream)

struct _GstreamWireInput
{
  GInputStream parent_instance;

  GInputStream *base;
  gboolean      opened;     /* the body is being read: all that there is may be given... */
  gboolean      is_chunked; /* ...without what frames it */
  Chunks        chunks;
  gboolean      at_line_start; /* of what was given last */
  gsize         start, end;    /* of @held, what was read and not given */
  char          held[HEADERS_SIZE];

  GHashTable *connections; /* where it is found; NULL: nowhere yet */
  guint64     id;          /* there */
};

static void wire_pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamWireInput, gstream_wire_input, G_TYPE_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, wire_pollable_iface_init))

/* How many of @bytes may be given: those up to the empty line that ends a header block. */
static gsize
up_to_empty_line (GstreamWireInput *self,
                  const char       *bytes,
                  gsize             size)
{
  for (gsize i = 0; i < size; i++)
    if (bytes[i] == '\n')
      {
        if (self->at_line_start)
          return i + 1;
        self->at_line_start = TRUE;
      }
    else if (bytes[i] != '\r')
      self->at_line_start = FALSE;

  return size;
}

static gsize
give_held (GstreamWireInput *self,
           void             *buffer,
           gsize             count)
{
  const char *bytes = self->held + self->start;
  gsize       given = MIN (count, self->end - self->start);

  if (!self->opened)
    given = up_to_empty_line (self, bytes, given);
  memcpy (buffer, bytes, given);
  self->start += given;

  return given;
}

/* How many bytes may be read at once to where they are wanted; 0: what comes next has to be looked at first. */
static gsize
most_at_once (GstreamWireInput *self,
              gsize             count)
{
  if (!self->opened)
    return 0;
  if (!self->chunks.is_large)
    return count;

  return self->chunks.state == CHUNK_DATA ? MIN (count, self->chunks.size) : 0;
}

static gssize
read_bytes (GstreamWireInput *self,
            void             *buffer,
            gsize             count,
            gboolean          blocking,
            GCancellable     *cancellable,
            GError          **error)
{
  gsize  most = most_at_once (self, count);
  gssize n_read;

  if (self->start < self->end)
    return give_held (self, buffer, count);
  if (most > 0)
    return g_pollable_stream_read (self->base, buffer, most, blocking, cancellable, error);

  n_read = g_pollable_stream_read (self->base, self->held, self->opened ? FRAMING_SIZE : HEADERS_SIZE, blocking,
                                   cancellable, error);
  if (n_read <= 0)
    return n_read;
  self->start = 0;
  self->end = n_read;

  return give_held (self, buffer, count);
}

/* Returns: how much of the data; 0: no more comes of what was read. */
static gssize
take_chunks (GstreamWireInput *self,
             void             *buffer,
             gssize            n_read,
             GError          **error)
{
  gssize n_taken = take_data (&self->chunks, buffer, n_read);

  if (n_taken < 0)
    g_set_error_literal (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING,
                         _ ("the answer's body is not in chunks as HTTP has them"));
  else if (n_read == 0 && self->chunks.state != CHUNK_DONE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("Connection terminated unexpectedly"));
      n_taken = -1;
    }

  return n_taken;
}

static gssize
read_chunks (GstreamWireInput *self,
             void             *buffer,
             gsize             count,
             gboolean          blocking,
             GCancellable     *cancellable,
             GError          **error)
{
  gssize n_taken = 0;

  while (n_taken == 0 && self->chunks.state != CHUNK_DONE)
    {
      gssize n_read = read_bytes (self, buffer, count, blocking, cancellable, error);

      n_taken = n_read < 0 ? -1 : take_chunks (self, buffer, n_read, error);
    }

  return n_taken;
}

static gssize
wire_read (GstreamWireInput *self,
           void             *buffer,
           gsize             count,
           gboolean          blocking,
           GCancellable     *cancellable,
           GError          **error)
{
  return (self->is_chunked ? read_chunks : read_bytes) (self, buffer, count, blocking, cancellable, error);
}

static gssize
gstream_wire_input_read (GInputStream *stream,
                         void         *buffer,
                         gsize         count,
                         GCancellable *cancellable,
                         GError      **error)
{
  return wire_read (GSTREAM_WIRE_INPUT (stream), buffer, count, TRUE, cancellable, error);
}

static gssize
gstream_wire_input_read_nonblocking (GPollableInputStream *stream,
                                     void                 *buffer,
                                     gsize                 count,
                                     GError              **error)
{
  return wire_read (GSTREAM_WIRE_INPUT (stream), buffer, count, FALSE, NULL, error);
}

static gboolean
gstream_wire_input_is_readable (GPollableInputStream *stream)
{
  GstreamWireInput *self = GSTREAM_WIRE_INPUT (stream);

  return self->start < self->end || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (self->base));
}

static GSource *
gstream_wire_input_create_source (GPollableInputStream *stream,
                                  GCancellable         *cancellable)
{
  GstreamWireInput *self = GSTREAM_WIRE_INPUT (stream);
  g_autoptr (GSource) child = self->start < self->end
                                  ? g_timeout_source_new (0)
                                  : g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->base), NULL);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static void
wire_pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = gstream_wire_input_is_readable;
  iface->create_source = gstream_wire_input_create_source;
  iface->read_nonblocking = gstream_wire_input_read_nonblocking;
}

static gboolean
gstream_wire_input_close (GInputStream *stream,
                          GCancellable *cancellable,
                          GError      **error)
{
  return g_input_stream_close (GSTREAM_WIRE_INPUT (stream)->base, cancellable, error);
}

static void
gstream_wire_input_finalize (GObject *object)
{
  GstreamWireInput *self = GSTREAM_WIRE_INPUT (object);

  if (self->connections != NULL)
    g_hash_table_remove (self->connections, &self->id);
  g_clear_pointer (&self->connections, g_hash_table_unref);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_wire_input_parent_class)->finalize (object);
}

static void
gstream_wire_input_class_init (GstreamWireInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_wire_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = gstream_wire_input_read;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_wire_input_close;
}

static void
gstream_wire_input_init (GstreamWireInput *self)
{
}

/* --- the stream around a socket's --- */

#define GSTREAM_TYPE_WIRE_STREAM (gstream_wire_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstreamWireStream, gstream_wire_stream, GSTREAM, WIRE_STREAM, GIOStream)

struct _GstreamWireStream
{
  GIOStream parent_instance;

  GIOStream        *base;
  GstreamWireInput *input;
};

G_DEFINE_FINAL_TYPE (GstreamWireStream, gstream_wire_stream, G_TYPE_IO_STREAM)

static GInputStream *
gstream_wire_stream_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (GSTREAM_WIRE_STREAM (stream)->input);
}

static GOutputStream *
gstream_wire_stream_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (GSTREAM_WIRE_STREAM (stream)->base);
}

static void
gstream_wire_stream_finalize (GObject *object)
{
  GstreamWireStream *self = GSTREAM_WIRE_STREAM (object);

  g_object_unref (self->input);
  g_object_unref (self->base);

  G_OBJECT_CLASS (gstream_wire_stream_parent_class)->finalize (object);
}

static void
gstream_wire_stream_class_init (GstreamWireStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_wire_stream_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = gstream_wire_stream_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = gstream_wire_stream_get_output_stream;
}

static void
gstream_wire_stream_init (GstreamWireStream *self)
{
}

static GIOStream *
wire_stream_new (GIOStream *base)
{
  GstreamWireStream *self = g_object_new (GSTREAM_TYPE_WIRE_STREAM, NULL);

  self->base = g_object_ref (base);
  self->input = g_object_new (GSTREAM_TYPE_WIRE_INPUT, NULL);
  self->input->base = g_object_ref (g_io_stream_get_input_stream (base));

  return G_IO_STREAM (self);
}

/* --- the proxy that is none --- */

#define GSTREAM_TYPE_WIRE_PROXY (gstream_wire_proxy_get_type ())
G_DECLARE_FINAL_TYPE (GstreamWireProxy, gstream_wire_proxy, GSTREAM, WIRE_PROXY, GObject)

struct _GstreamWireProxy
{
  GObject parent_instance;
};

static void proxy_iface_init (GProxyInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamWireProxy, gstream_wire_proxy, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY, proxy_iface_init))

static GIOStream *
gstream_wire_proxy_connect (GProxy        *proxy,
                            GIOStream     *connection,
                            GProxyAddress *address,
                            GCancellable  *cancellable,
                            GError       **error)
{
  return wire_stream_new (connection);
}

static void
gstream_wire_proxy_connect_async (GProxy             *proxy,
                                  GIOStream          *connection,
                                  GProxyAddress      *address,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (proxy, cancellable, callback, user_data);

  g_task_return_pointer (task, wire_stream_new (connection), g_object_unref);
}

static GIOStream *
gstream_wire_proxy_connect_finish (GProxy       *proxy,
                                   GAsyncResult *result,
                                   GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The host's name need not be resolved for it: it is the one that was connected to. */
static gboolean
gstream_wire_proxy_supports_hostname (GProxy *proxy)
{
  return TRUE;
}

static void
proxy_iface_init (GProxyInterface *iface)
{
  iface->connect = gstream_wire_proxy_connect;
  iface->connect_async = gstream_wire_proxy_connect_async;
  iface->connect_finish = gstream_wire_proxy_connect_finish;
  iface->supports_hostname = gstream_wire_proxy_supports_hostname;
}

static void
gstream_wire_proxy_class_init (GstreamWireProxyClass *klass)
{
}

static void
gstream_wire_proxy_init (GstreamWireProxy *self)
{
}

/* --- who says when to go through it --- */

#define GSTREAM_TYPE_WIRE_RESOLVER (gstream_wire_resolver_get_type ())
G_DECLARE_FINAL_TYPE (GstreamWireResolver, gstream_wire_resolver, GSTREAM, WIRE_RESOLVER, GObject)

struct _GstreamWireResolver
{
  GObject parent_instance;

  GProxyResolver *base; /* NULL: there are no proxies */
};

static void resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamWireResolver, gstream_wire_resolver, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, resolver_iface_init))

/*
 * Puts the protocol before "direct", if @uri is http's. What fails over it is tried again without: GIO's error then is that
 * of a server, and says nothing of a proxy.
 */
static char **
through_wire (char      **proxies,
              const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *wire = NULL;
  g_auto (GStrv) before = proxies;

  if (parsed == NULL || !g_str_equal (g_uri_get_scheme (parsed), "http"))
    return g_steal_pointer (&before);

  wire = g_uri_join (SOUP_HTTP_URI_FLAGS, PROTOCOL, NULL, g_uri_get_host (parsed), g_uri_get_port (parsed), "", NULL,
                     NULL);
  for (char **proxy = before; *proxy != NULL; proxy++)
    {
      if (g_str_equal (*proxy, DIRECT))
        g_strv_builder_add (builder, wire);
      g_strv_builder_add (builder, *proxy);
    }

  return g_strv_builder_end (builder);
}

static char **
no_proxies (void)
{
  return g_strdupv ((char **) (const char *[]) { DIRECT, NULL });
}

static gboolean
gstream_wire_resolver_is_supported (GProxyResolver *resolver)
{
  return TRUE;
}

static char **
gstream_wire_resolver_lookup (GProxyResolver *resolver,
                              const char     *uri,
                              GCancellable   *cancellable,
                              GError        **error)
{
  GstreamWireResolver *self = GSTREAM_WIRE_RESOLVER (resolver);
  char **proxies = self->base != NULL ? g_proxy_resolver_lookup (self->base, uri, cancellable, error) : no_proxies ();

  return proxies != NULL ? through_wire (proxies, uri) : NULL;
}

static void
on_looked_up (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char  **proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (object), result, &error);

  if (proxies != NULL)
    g_task_return_pointer (task, through_wire (proxies, g_task_get_task_data (task)), (GDestroyNotify) g_strfreev);
  else
    g_task_return_error (task, error);
}

static void
gstream_wire_resolver_lookup_async (GProxyResolver     *resolver,
                                    const char         *uri,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  GstreamWireResolver *self = GSTREAM_WIRE_RESOLVER (resolver);
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (uri), g_free);
  if (self->base == NULL)
    g_task_return_pointer (task, through_wire (no_proxies (), uri), (GDestroyNotify) g_strfreev);
  else
    g_proxy_resolver_lookup_async (self->base, uri, cancellable, on_looked_up, g_object_ref (task));
}

static char **
gstream_wire_resolver_lookup_finish (GProxyResolver *resolver,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->is_supported = gstream_wire_resolver_is_supported;
  iface->lookup = gstream_wire_resolver_lookup;
  iface->lookup_async = gstream_wire_resolver_lookup_async;
  iface->lookup_finish = gstream_wire_resolver_lookup_finish;
}

static void
gstream_wire_resolver_finalize (GObject *object)
{
  g_clear_object (&GSTREAM_WIRE_RESOLVER (object)->base);

  G_OBJECT_CLASS (gstream_wire_resolver_parent_class)->finalize (object);
}

static void
gstream_wire_resolver_class_init (GstreamWireResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_wire_resolver_finalize;
}

static void
gstream_wire_resolver_init (GstreamWireResolver *self)
{
}

/* --- a session's streams --- */

/* Until it is gone, the connection's stream is found by the connection's id. */
static void
note_connection (GHashTable       *connections,
                 guint64           id,
                 GstreamWireInput *input)
{
  input->connections = g_hash_table_ref (connections);
  input->id = id;
  g_hash_table_insert (connections, &input->id, input);
}

static void
on_network_event (SoupMessage       *message,
                  GSocketClientEvent event,
                  GIOStream         *connection,
                  GHashTable        *connections)
{
  if (event == G_SOCKET_CLIENT_PROXY_NEGOTIATED && GSTREAM_IS_WIRE_STREAM (connection))
    note_connection (connections, soup_message_get_connection_id (message), GSTREAM_WIRE_STREAM (connection)->input);
}

static void
on_request_queued (SoupSession *session,
                   SoupMessage *message,
                   GHashTable  *connections)
{
  g_signal_connect_data (message, "network-event", G_CALLBACK (on_network_event), g_hash_table_ref (connections),
                         (GClosureNotify) (void *) g_hash_table_unref, 0);
}

static void
watch_messages (SoupSession *session)
{
  GHashTable *connections = g_hash_table_new (g_int64_hash, g_int64_equal);

  g_object_set_data_full (G_OBJECT (session), CONNECTIONS, connections, (GDestroyNotify) g_hash_table_unref);
  g_signal_connect_data (session, "request-queued", G_CALLBACK (on_request_queued), g_hash_table_ref (connections),
                         (GClosureNotify) (void *) g_hash_table_unref, 0);
}

static void
wire_install (SoupSession    *session,
              GProxyResolver *proxies)
{
  g_autoptr (GstreamWireResolver) resolver = g_object_new (GSTREAM_TYPE_WIRE_RESOLVER, NULL);

  g_io_extension_point_register (G_PROXY_EXTENSION_POINT_NAME);
  g_io_extension_point_implement (G_PROXY_EXTENSION_POINT_NAME, GSTREAM_TYPE_WIRE_PROXY, PROTOCOL, 0);
  if (g_object_get_data (G_OBJECT (session), CONNECTIONS) == NULL)
    watch_messages (session);
  g_set_object (&resolver->base, proxies);
  soup_session_set_proxy_resolver (session, G_PROXY_RESOLVER (resolver));
}

GProxyResolver *
gstream_http_get_proxies (SoupSession *session)
{
  GProxyResolver *resolver = soup_session_get_proxy_resolver (session);

  return GSTREAM_IS_WIRE_RESOLVER (resolver) ? GSTREAM_WIRE_RESOLVER (resolver)->base : resolver;
}

static GstreamWireInput *
find_connection (SoupSession *session,
                 SoupMessage *message)
{
  GHashTable *connections = g_object_get_data (G_OBJECT (session), CONNECTIONS);
  guint64     id = soup_message_get_connection_id (message);

  return connections != NULL ? g_hash_table_lookup (connections, &id) : NULL;
}

static GInputStream *
wire_open_body (SoupSession  *session,
                SoupMessage  *message,
                GInputStream *body)
{
  GstreamWireInput *input = find_connection (session, message);

  if (input == NULL || input->opened)
    return g_object_ref (body);

  input->opened = TRUE;
  input->is_chunked =
      soup_message_headers_get_encoding (soup_message_get_response_headers (message)) == SOUP_ENCODING_CHUNKED;

  return g_object_ref (input->is_chunked ? G_INPUT_STREAM (input) : body);
}

/* --- event streams over TLS --- */

/*
 * libsoup reads all that comes over HTTP/2, whether or not the bodies are read (N6), and without leaving the main context a turn
 * as long as more comes; and a server that means to close the connection when its answers have ended (GOAWAY) ends all of
 * them for it. An event stream has a connection of its own in any case, as the answer to a POST. So HTTP/1.1 alone is offered
 * for it, if the server has it: one that has not refuses the handshake, and is remembered.
 */

static GHashTable *
get_http2_servers (SoupSession *session)
{
  GHashTable *servers = g_object_get_data (G_OBJECT (session), HTTP2_SERVERS);

  if (servers == NULL)
    {
      servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_object_set_data_full (G_OBJECT (session), HTTP2_SERVERS, servers, (GDestroyNotify) g_hash_table_unref);
    }

  return servers;
}

static char *
name_server (SoupMessage *message)
{
  GUri *uri = soup_message_get_uri (message);

  return g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
}

/* The connection to a proxy offers no protocol. */
static void
offer_http1 (SoupMessage       *message,
             GSocketClientEvent event,
             GIOStream         *connection)
{
  static const char *const http1[] = { "http/1.1", NULL };
  g_auto (GStrv) offered = NULL;

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED)
    g_signal_handlers_disconnect_by_func (message, offer_http1, NULL);
  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING || !G_IS_TLS_CONNECTION (connection))
    return;

  g_object_get (connection, "advertised-protocols", &offered, NULL);
  if (offered != NULL && g_strv_contains ((const char *const *) offered, "h2"))
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (connection), http1);
}

void
gstream_stream_send (GstreamOrigin      *origin,
                     SoupMessage        *message,
                     GCancellable       *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer            user_data)
{
  g_autofree char *server = name_server (message);

  if (!g_hash_table_contains (get_http2_servers (origin->streams), server))
    g_signal_connect (message, "network-event", G_CALLBACK (offer_http1), NULL);
  gstream_origin_begin_io (origin);
  soup_session_send_async (origin->streams, message, G_PRIORITY_DEFAULT, cancellable, callback, user_data);
  gstream_origin_end_io (origin);
}

gboolean
gstream_stream_needs_http2 (GstreamOrigin *origin,
                            SoupMessage   *message,
                            const GError  *error)
{
  gboolean was_refused = g_signal_handlers_disconnect_by_func (message, offer_http1, NULL) > 0;

  /* the alert that there is no common protocol has no code of its own */
  if (!was_refused || !g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_MISC))
    return FALSE;

  g_hash_table_add (get_http2_servers (origin->streams), name_server (message));

  return TRUE;
}

/* --- the nested context --- */

typedef struct
{
  GSource source;

  GMainContext *nested;
  GArray       *wanted; /* GPollFD: what @nested has to poll, in the order of the descriptors */
  GPtrArray    *polled; /* GPollFD: what is polled by the outer context for the source, in the same order */
  gint64        due;    /* monotonic µs: the time when one of its sources is ready by timeout; -1: never */
} Nesting;

static GPollFD *
add_poll (Nesting       *self,
          const GPollFD *wanted)
{
  GPollFD *poll = g_new0 (GPollFD, 1);

  poll->fd = wanted->fd;
  g_source_add_poll (&self->source, poll);

  return poll;
}

static void
drop_poll (Nesting *self,
           GPollFD *poll)
{
  g_source_remove_poll (&self->source, poll);
  g_free (poll);
}

static gboolean
is_polled_already (Nesting *self)
{
  if (self->polled->len != self->wanted->len)
    return FALSE;

  for (guint i = 0; i < self->polled->len; i++)
    if (((GPollFD *) self->polled->pdata[i])->fd != g_array_index (self->wanted, GPollFD, i).fd)
      return FALSE;

  return TRUE;
}

/* Merges both lists, and keeps descriptors that are in both, because each change wakes the outer context. */
static void
change_polled (Nesting *self)
{
  g_autoptr (GPtrArray) old = g_steal_pointer (&self->polled);
  guint next = 0;

  self->polled = g_ptr_array_sized_new (self->wanted->len);
  for (guint i = 0; i < self->wanted->len; i++)
    {
      GPollFD *wanted = &g_array_index (self->wanted, GPollFD, i);

      while (next < old->len && ((GPollFD *) old->pdata[next])->fd < wanted->fd)
        drop_poll (self, old->pdata[next++]);
      if (next < old->len && ((GPollFD *) old->pdata[next])->fd == wanted->fd)
        g_ptr_array_add (self->polled, old->pdata[next++]);
      else
        g_ptr_array_add (self->polled, add_poll (self, wanted));
    }
  while (next < old->len)
    drop_poll (self, old->pdata[next++]);
}

static void
poll_wanted (Nesting *self)
{
  if (!is_polled_already (self))
    change_polled (self);
  for (guint i = 0; i < self->polled->len; i++)
    ((GPollFD *) self->polled->pdata[i])->events = g_array_index (self->wanted, GPollFD, i).events;
}

/* Returns: the timeout, in ms; -1: none. */
static int
query_nested (Nesting *self)
{
  int   timeout = -1;
  guint n_wanted;

  do
    {
      n_wanted = self->wanted->len;
      g_array_set_size (self->wanted, g_main_context_query (self->nested, G_MAXINT, &timeout,
                                                            (gpointer) self->wanted->data, n_wanted));
    }
  while (self->wanted->len > n_wanted);

  return timeout;
}

static gboolean
nesting_prepare (GSource *source,
                 int     *timeout)
{
  Nesting *self = (Nesting *) source;
  int      priority;
  gboolean is_ready;

  if (!g_main_context_acquire (self->nested))
    return FALSE;

  is_ready = g_main_context_prepare (self->nested, &priority);
  if (!is_ready)
    {
      *timeout = query_nested (self);
      self->due = *timeout < 0 ? -1 : g_source_get_time (source) + *timeout * G_GINT64_CONSTANT (1000);
      poll_wanted (self);
    }
  g_main_context_release (self->nested);

  return is_ready || *timeout == 0;
}

static gboolean
nesting_check (GSource *source)
{
  Nesting *self = (Nesting *) source;

  for (guint i = 0; i < self->polled->len; i++)
    if (((GPollFD *) self->polled->pdata[i])->revents != 0)
      return TRUE;

  return self->due >= 0 && g_source_get_time (source) >= self->due;
}

static gboolean
nesting_dispatch (GSource    *source,
                  GSourceFunc func,
                  gpointer    user_data)
{
  g_autoptr (GMainContext) nested = g_main_context_ref (((Nesting *) source)->nested);

  g_main_context_push_thread_default (nested);
  g_main_context_iteration (nested, FALSE);
  g_main_context_pop_thread_default (nested);

  return G_SOURCE_CONTINUE;
}

static void
nesting_finalize (GSource *source)
{
  Nesting *self = (Nesting *) source;

  g_ptr_array_foreach (self->polled, (GFunc) g_free, NULL);
  g_ptr_array_unref (self->polled);
  g_array_unref (self->wanted);
  g_main_context_unref (self->nested);
}

static GSourceFuncs nesting_funcs = { nesting_prepare, nesting_check, nesting_dispatch, nesting_finalize, NULL, NULL };

static GSource *
nest (GMainContext *context)
{
  GSource *source = g_source_new (&nesting_funcs, sizeof (Nesting));
  Nesting *self = (Nesting *) source;

  /* GIO's threads complete tasks in it while the outer context polls and nobody owns it. */
  self->nested = g_main_context_new_with_flags (G_MAIN_CONTEXT_FLAGS_OWNERLESS_POLLING);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  self->polled = g_ptr_array_new ();
  self->due = -1;
  g_source_set_static_name (source, "[gstream] network");
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);

  return source;
}

static void
end_nesting (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static GPtrArray *
nestings_of (GObject *owner)
{
  GPtrArray *all = g_object_get_data (owner, "gstream-nested-contexts");

  if (all == NULL)
    {
      all = g_ptr_array_new_with_free_func (end_nesting);
      g_object_set_data_full (owner, "gstream-nested-contexts", all, (GDestroyNotify) g_ptr_array_unref);
    }

  return all;
}

/*
 * There is one nested context for each pair of context and owner: connections that a session keeps have sources in the
 * context that they were made in, and are reused by the next run of the same context.
 */
static GMainContext *
get_nested (GMainContext *context,
            GObject      *owner)
{
  GPtrArray *all;

  /*
   * The default main context is the thread default wherever none was pushed, so it does not need a nested one, which
   * would cost another iteration for each event.
   */
  if (context == g_main_context_default ())
    return context;

  all = nestings_of (owner);
  for (guint i = all->len; i > 0; i--)
    if (g_source_is_destroyed (all->pdata[i - 1])) /* its context is gone */
      g_ptr_array_remove_index_fast (all, i - 1);
  for (guint i = 0; i < all->len; i++)
    if (g_source_get_context (all->pdata[i]) == context)
      return ((Nesting *) all->pdata[i])->nested;

  g_ptr_array_add (all, nest (context));

  return ((Nesting *) all->pdata[all->len - 1])->nested;
}

/* --- the server --- */

static gboolean
check_url (GUri    *uri,
           GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);

  if (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 _ ("The server's URL begins with %s:, and http: or https: was expected"), scheme);
  else if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("The server's URL names no host"));
  else if (g_uri_get_userinfo (uri) != NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         _ ("The server's URL has a user name or a password in it: give them as a header"));
  else if (g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         _ ("The server's URL has a query or a fragment: only a path was expected"));
  else
    return TRUE;

  return FALSE;
}

static char *
without_slashes (GUri *uri)
{
  char *url = g_uri_to_string (uri);

  for (gsize length = strlen (url); length > 0 && url[length - 1] == '/'; length--)
    url[length - 1] = '\0';

  return url;
}

/* --- sessions --- */

static SoupSession *
twin_of (SoupSession *session)
{
  SoupSession *twin = g_object_get_data (G_OBJECT (session), "gstream-streams");

  if (twin == NULL)
    {
      twin = g_object_new (SOUP_TYPE_SESSION, "timeout", 0, /* a stream may be silent for a long time */
                           "max-conns", GSTREAM_ORIGIN_CONNECTIONS, "max-conns-per-host", GSTREAM_ORIGIN_CONNECTIONS,
                           "local-address", soup_session_get_local_address (session), NULL);
      g_object_set_data_full (G_OBJECT (session), "gstream-streams", twin, g_object_unref);
    }

  return twin;
}

/*
 * The number of connections of a session can only be set when it is made, and most applications do not set it. In that
 * case streams use another session with the same configuration.
 */
static SoupSession *
find_streams (SoupSession *session)
{
  SoupSessionFeature *jar = soup_session_get_feature (session, SOUP_TYPE_COOKIE_JAR);
  SoupSession        *twin = session;

  if (soup_session_get_max_conns_per_host (session) < GSTREAM_ORIGIN_CONNECTIONS)
    {
      twin = twin_of (session);
      wire_install (twin, soup_session_get_proxy_resolver (session));
      g_object_set (twin, "tls-database", soup_session_get_tls_database (session), "tls-interaction",
                    soup_session_get_tls_interaction (session), "user-agent", soup_session_get_user_agent (session),
                    "accept-language", soup_session_get_accept_language (session), NULL);
      if (jar != NULL && !soup_session_has_feature (twin, SOUP_TYPE_COOKIE_JAR))
        soup_session_add_feature (twin, jar);
    }

  return g_object_ref (twin);
}

GstreamOrigin *
gstream_origin_new (const char   *url,
                    SoupSession  *session,
                    GMainContext *context,
                    GError      **error)
{
  GError *local_error = NULL;
  g_autoptr (GUri) uri = g_uri_parse (url ? url : "", SOUP_HTTP_URI_FLAGS, &local_error);
  GstreamOrigin *self = NULL;

  if (uri == NULL)
    {
      /* GLib's message would contain the URL, with a password that it may have. */
      g_error_free (local_error);
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           _ ("The server's URL cannot be read: something like http://localhost:2024 was expected"));
      return NULL;
    }
  if (!check_url (uri, error))
    return NULL;

  self = g_new0 (GstreamOrigin, 1);
  g_ref_count_init (&self->ref_count);
  self->url = without_slashes (uri);
  self->session = g_object_ref (session);
  self->streams = find_streams (session);
  self->context = g_main_context_ref (context);
  self->nested = get_nested (context, G_OBJECT (session));
  self->headers = g_ptr_array_new_with_free_func (g_free);

  return self;
}

GstreamOrigin *
gstream_origin_ref (GstreamOrigin *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
gstream_origin_unref (GstreamOrigin *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->session);
  g_object_unref (self->streams);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->headers);
  g_free (self->url);
  g_free (self);
}

void
gstream_origin_begin_io (GstreamOrigin *self)
{
  g_main_context_push_thread_default (self->nested);
}

void
gstream_origin_end_io (GstreamOrigin *self)
{
  g_main_context_pop_thread_default (self->nested);
}

SoupSession *
gstream_origin_new_session (void)
{
  /* No timeout: requests have their own, and an event stream may be silent for a long time. */
  SoupSession *session =
      g_object_new (SOUP_TYPE_SESSION, "user-agent", USER_AGENT, "timeout", 0, "max-conns", GSTREAM_ORIGIN_CONNECTIONS,
                    "max-conns-per-host", GSTREAM_ORIGIN_CONNECTIONS, NULL);

  wire_install (session, soup_session_get_proxy_resolver (session));

  return session;
}

static gboolean
is_header_name (const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("!#$%&'*+-.^_`|~", *c) == NULL)
      return FALSE;

  return *name != '\0';
}

static gboolean
check_header (const char *name,
              const char *value,
              GError    **error)
{
  if (!is_header_name (name))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("“%s” is no name of a header"), name);
  else if (strpbrk (value, "\r\n") != NULL || !g_str_is_ascii (value))
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                 _ ("The value of the header %s has a line break in it, or something else than ASCII"), name);
  else
    return TRUE;

  return FALSE;
}

gboolean
gstream_origin_add_header (GstreamOrigin *self,
                           const char    *name,
                           const char    *value,
                           GError       **error)
{
  if (!check_header (name, value, error))
    return FALSE;

  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));

  return TRUE;
}

/* Returns NULL with an error if @path has something in it that no URL can have. The error does not show the path. */
static SoupMessage *
try_new_message (GstreamOrigin *self,
                 const char    *method,
                 const char    *path,
                 GError       **error)
{
  g_autofree char *url = g_strconcat (self->url, path, NULL);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, &reason);
  SoupMessage *message;

  if (uri == NULL)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("The URL cannot be read: %s"), reason->message);
      return NULL;
    }

  message = soup_message_new_from_uri (method, uri);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  for (guint i = 0; i < self->headers->len; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message), g_ptr_array_index (self->headers, i),
                                  g_ptr_array_index (self->headers, i + 1));

  return message;
}

SoupMessage *
gstream_origin_new_message (GstreamOrigin *self,
                            const char    *method,
                            const char    *path)
{
  SoupMessage *message = try_new_message (self, method, path, NULL);

  g_assert (message != NULL);

  return message;
}

/* --- errors --- */

/* How many bytes at the beginning of @secret are those before @end; 0: too few. */
static gsize
count_common (const char *start,
              const char *end,
              const char *secret)
{
  for (gsize n = MIN (strlen (secret), (gsize) (end - start)); n >= SHORTEST_SECRET; n--)
    if (memcmp (end - n, secret, n) == 0)
      return n;

  return 0;
}

/* An error's text may quote what was cut off within a secret, before an ellipsis. */
static void
scrub_beginning (GString    *text,
                 const char *secret)
{
  const char *cut = text->str;

  while ((cut = strstr (cut, "…")) != NULL)
    {
      gsize n = count_common (text->str, cut, secret);
      gsize at = cut - text->str;

      if (n > 0)
        {
          g_string_erase (text, at - n, n);
          g_string_insert (text, at - n, "***");
          at += strlen ("***") - n;
        }
      cut = text->str + at + strlen ("…");
    }
}

static void
scrub (GString    *text,
       const char *secret)
{
  if (strlen (secret) < SHORTEST_SECRET)
    return;

  g_string_replace (text, secret, "***", 0);
  scrub_beginning (text, secret);
}

void
gstream_origin_hide_secrets (GstreamOrigin *self,
                             GError        *error)
{
  g_autoptr (GString) text = g_string_new (error->message);

  for (guint i = 1; i < self->headers->len; i += 2)
    {
      const char *value = g_ptr_array_index (self->headers, i);
      const char *space = strchr (value, ' ');

      scrub (text, value);
      if (space != NULL) /* "Bearer TOKEN" */
        scrub (text, space + 1);
    }

  g_free (error->message);
  error->message = g_strdup (text->str);
}

/* GLib's message says that a certificate is unacceptable, but not what can be done about it. */
static void
explain_certificate (GError *error)
{
  g_autofree char *reason = error->message;

  error->message = g_strdup_printf (_ ("%s: the server's certificate is not one that the session trusts for this host; "
                                       "its tls-database says which are"),
                                    reason);
}

void
gstream_origin_name_error (GstreamOrigin *self,
                           SoupMessage   *message,
                           GError        *error)
{
  GUriHideFlags    hidden = self->hides_query ? G_URI_HIDE_QUERY : G_URI_HIDE_NONE;
  g_autofree char *uri = g_uri_to_string_partial (soup_message_get_uri (message), hidden);

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    explain_certificate (error);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&error, "%s %s: ", soup_message_get_method (message), uri);
  gstream_origin_hide_secrets (self, error);
}

GstreamError
gstream_origin_code_of_status (guint status)
{
  switch (status)
    {
    case 401:
    case 403:
    case 407:
      return GSTREAM_ERROR_PERMISSION_DENIED;
    case 404:
    case 410:
      return GSTREAM_ERROR_NOT_FOUND;
    case 409:
      return GSTREAM_ERROR_CONFLICT;
    case 429:
      return GSTREAM_ERROR_RATE_LIMITED;
    case 408:
    case 425:
      return GSTREAM_ERROR_SERVER;
    default:
      break;
    }
  if (status >= 500)
    return GSTREAM_ERROR_SERVER;
  if (status >= 400)
    return GSTREAM_ERROR_REFUSED;

  return status >= 300 ? GSTREAM_ERROR_NOT_SUPPORTED
                       : GSTREAM_ERROR_INVALID; /* a success where an error was expected */
}

/* The reason phrases of statuses that were added after RFC 2616, which libsoup does not know. */
static const char *
phrase_of_status (guint status)
{
  switch (status)
    {
    case 421:
      return " Misdirected Request";
    case 425:
      return " Too Early";
    case 428:
      return " Precondition Required";
    case 429:
      return " Too Many Requests";
    case 431:
      return " Request Header Fields Too Large";
    case 451:
      return " Unavailable For Legal Reasons";
    case 511:
      return " Network Authentication Required";
    default:
      return NULL;
    }
}

static char *
describe_status (guint status)
{
  const char *phrase = phrase_of_status (status);
  const char *known = soup_status_get_phrase (status);

  if (phrase != NULL)
    return g_strdup_printf ("HTTP %u%s", status, phrase);

  return g_str_equal (known, "Unknown Error") ? g_strdup_printf ("HTTP %u", status)
                                              : g_strdup_printf ("HTTP %u %s", status, known);
}

/* @text: (transfer full) */
static char *
add_words (char       *text,
           const char *code,
           const char *words)
{
  g_autofree char *status = text;

  return g_strconcat (status, code != NULL ? " (" : "", code != NULL ? code : "", code != NULL ? ")" : "",
                      words != NULL ? ": " : "", words, NULL);
}

/* Seconds, or a date. Some servers send a fraction of a second, or more seconds than a number of 32 bits holds. */
static gint64
parse_retry_after (const char *value)
{
  g_autoptr (GDateTime) date = NULL;
  g_autoptr (GDateTime) now = NULL;

  if (*value != '\0' && strspn (value, "0123456789.") == strlen (value))
    return MIN (g_ascii_strtod (value, NULL), G_MAXINT32) * G_USEC_PER_SEC;

  date = soup_date_time_new_from_http_string (value);
  now = g_date_time_new_now_utc ();

  return date != NULL ? MAX (g_date_time_difference (date, now), 0) : 0;
}

/* @text: (transfer full) */
static char *
heed_retry_after (GstreamOrigin *self,
                  SoupMessage   *message,
                  char          *text)
{
  g_autofree char *refusal = text;
  const char      *value = soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After");
  gint64           wait = value != NULL ? parse_retry_after (value) : 0;

  if (wait == 0)
    return g_steal_pointer (&refusal);

  self->not_before = g_get_monotonic_time () + wait;

  /* TRANSLATORS: The first is something like "HTTP 429 Too Many Requests: slow down". */
  return g_strdup_printf (_ ("%s; the server may be asked again in %" PRId64 " s"), refusal,
                          (wait + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC);
}

/* @text: (transfer full) */
static char *
add_location (char        *text,
              SoupMessage *message)
{
  g_autofree char *status = text;
  const char      *location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) uri =
      location ? g_uri_parse_relative (soup_message_get_uri (message), location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  g_autofree char *target = NULL;

  if (uri == NULL)
    return g_steal_pointer (&status);

  /* TRANSLATORS: The first is something like "HTTP 301 Moved Permanently". */
  target = g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);

  return g_strdup_printf (_ ("%s to %s; redirects are not followed, give the server's own URL"), status, target);
}

GError *
gstream_origin_new_error (GstreamOrigin *self,
                          SoupMessage   *message,
                          guint          status,
                          const char    *body,
                          gsize          length)
{
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (body, length, &code);
  g_autofree char *text = describe_status (status);
  GError          *error = NULL;

  if (SOUP_STATUS_IS_REDIRECTION (status))
    text = add_location (text, message);
  text = heed_retry_after (self, message, add_words (text, code, words));

  error = g_error_new_literal (GSTREAM_ERROR, gstream_origin_code_of_status (status), text);
  gstream_error_set_origin (error, status, code);
  gstream_origin_name_error (self, message, error);

  return error;
}

/*
 * Close codes of RFC 6455 and its registry, and those above 4000, for which applications use 4000 plus the HTTP status.
 */
static GstreamError
code_of_close (guint close_code)
{
  if (close_code >= 4400 && close_code < 4500)
    return gstream_origin_code_of_status (close_code - 4000);
  if (close_code >= 4500)
    return GSTREAM_ERROR_SERVER;

  switch (close_code)
    {
    case 1000:
    case 1001: /* going away */
      return GSTREAM_ERROR_INCOMPLETE;
    case 1008: /* against a policy */
    case 3000: /* unauthorized */
    case 3003: /* forbidden */
      return GSTREAM_ERROR_PERMISSION_DENIED;
    case 1009:
      return GSTREAM_ERROR_TOO_LARGE;
    case 1011: /* an internal error, a restart, overload, a bad gateway, a timeout */
    case 1012:
    case 1013:
    case 1014:
    case 3008:
      return GSTREAM_ERROR_SERVER;
    default:
      return GSTREAM_ERROR_REFUSED;
    }
}

GError *
gstream_origin_new_close_error (GstreamOrigin *self,
                                SoupMessage   *message,
                                guint          close_code,
                                const char    *reason)
{
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (reason, reason != NULL ? strlen (reason) : 0, &code);
  /* TRANSLATORS: It begins with "WebSocket", and the number is its first: programs read it so. */
  g_autofree char *text = add_words (g_strdup_printf (_ ("WebSocket closed with %u"), close_code), code, words);
  GError          *error = g_error_new_literal (GSTREAM_ERROR, code_of_close (close_code), text);

  gstream_error_set_origin (error, close_code, code);
  gstream_origin_name_error (self, message, error);

  return error;
}

/* --- trying again --- */

/* Whether the status says that the server has not executed the request. */
static gboolean
was_put_off (const GError *error)
{
  guint status = gstream_error_get_status (error);

  return status == 408 || status == 425 || status == 429 || status == 503;
}

static gboolean
was_never_sent (const GError *error)
{
  if (was_put_off (error))
    return TRUE;
  if (error->domain == G_RESOLVER_ERROR)
    return error->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  return error->code == G_IO_ERROR_CONNECTION_REFUSED || error->code == G_IO_ERROR_HOST_UNREACHABLE ||
         error->code == G_IO_ERROR_NETWORK_UNREACHABLE;
}

static gboolean
may_pass (const GError *error)
{
  if (error->domain == GSTREAM_ERROR)
    return error->code == GSTREAM_ERROR_INCOMPLETE || error->code == GSTREAM_ERROR_SERVER ||
           error->code == GSTREAM_ERROR_RATE_LIMITED;
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_EOF;
  if (error->domain == SOUP_SESSION_ERROR)
    return error->code == SOUP_SESSION_ERROR_PARSING || error->code == SOUP_SESSION_ERROR_ENCODING;
  if (error->domain != G_IO_ERROR)
    return FALSE;

  switch (error->code)
    {
    case G_IO_ERROR_FAILED:
    case G_IO_ERROR_TIMED_OUT:
    case G_IO_ERROR_BROKEN_PIPE: /* the same value as CONNECTION_CLOSED */
    case G_IO_ERROR_NOT_CONNECTED:
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_PROXY_FAILED:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
gstream_retry_can_help (GstreamRetryKind kind,
                        const GError    *error)
{
  return was_never_sent (error) || (kind != GSTREAM_RETRY_UNSENT && may_pass (error));
}

void
gstream_retry_tell (GstreamRetry *self,
                    gint64        milliseconds)
{
  if (milliseconds < 0)
    return;
  self->told = TRUE;
  self->pause = MIN (milliseconds, LONGEST_WAIT);
}

static gint64
grown_pause (GstreamRetry  *self,
             GstreamOrigin *origin)
{
  guint  doublings = MIN (self->failures - 1, 20);
  gint64 first = self->told ? self->pause : origin->limits.retry_pause;

  return MIN (first << doublings, MAX (first, (gint64) origin->limits.retry_pause_max));
}

gint64
gstream_retry_next (GstreamRetry    *self,
                    GstreamOrigin   *origin,
                    GstreamRetryKind kind,
                    const GError    *error)
{
  gint64 asked_for = (origin->not_before - g_get_monotonic_time ()) / 1000;
  gint64 pause;

  if (!gstream_retry_can_help (kind, error))
    return -1;
  if (self->failures >= origin->limits.retry_limit || asked_for > LONGEST_WAIT)
    return -1;

  self->failures++;
  pause = MAX (grown_pause (self, origin), asked_for);
  g_info ("%s; trying again in %" G_GINT64_FORMAT " ms (%u of %u)", error->message, pause, self->failures,
          origin->limits.retry_limit);

  return pause;
}

/* --- what a body is encoded as --- */

/*
 * Decodes consecutive gzip members (RFC 1952, 2.2). libsoup's decoder stops after the first one, and passes data that
 * it cannot decode on unchanged.
 */

#define GSTREAM_TYPE_MEMBERS (gstream_members_get_type ())
G_DECLARE_FINAL_TYPE (GstreamMembers, gstream_members, GSTREAM, MEMBERS, GObject)

struct _GstreamMembers
{
  GObject parent_instance;

  GConverter *member;
  gboolean    between; /* the last member is complete; another one may follow */
};

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMembers, gstream_members, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

static GConverterResult
gstream_members_convert (GConverter     *converter,
                         const void     *in,
                         gsize           in_size,
                         void           *out,
                         gsize           out_size,
                         GConverterFlags flags,
                         gsize          *bytes_read,
                         gsize          *bytes_written,
                         GError        **error)
{
  GstreamMembers  *self = GSTREAM_MEMBERS (converter);
  GConverterResult result;

  *bytes_read = *bytes_written = 0;
  if (self->between && in_size == 0)
    {
      if (flags & G_CONVERTER_INPUT_AT_END)
        return G_CONVERTER_FINISHED;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, _ ("Another member may follow"));
      return G_CONVERTER_ERROR;
    }

  if (self->between)
    g_converter_reset (self->member);
  result = g_converter_convert (self->member, in, in_size, out, out_size, flags, bytes_read, bytes_written, error);
  self->between = result == G_CONVERTER_FINISHED;

  return self->between ? G_CONVERTER_CONVERTED : result;
}

static void
gstream_members_reset (GConverter *converter)
{
  GstreamMembers *self = GSTREAM_MEMBERS (converter);

  g_converter_reset (self->member);
  self->between = FALSE;
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = gstream_members_convert;
  iface->reset = gstream_members_reset;
}

static void
gstream_members_finalize (GObject *object)
{
  g_object_unref (GSTREAM_MEMBERS (object)->member);

  G_OBJECT_CLASS (gstream_members_parent_class)->finalize (object);
}

static void
gstream_members_class_init (GstreamMembersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_members_finalize;
}

static void
gstream_members_init (GstreamMembers *self)
{
  self->member = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
}

void
gstream_request_accept_encodings (SoupMessage *message)
{
  soup_message_disable_feature (message, SOUP_TYPE_CONTENT_DECODER);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "gzip");
}

GInputStream *
gstream_request_decode (SoupMessage  *message,
                        GInputStream *body,
                        GError      **error)
{
  const char *encoding =
      soup_message_headers_get_list (soup_message_get_response_headers (message), "Content-Encoding");
  g_autoptr (GConverter) converter = NULL;

  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "identity") == 0)
    return g_object_ref (body);

  if (g_ascii_strcasecmp (encoding, "gzip") == 0 || g_ascii_strcasecmp (encoding, "x-gzip") == 0)
    converter = g_object_new (GSTREAM_TYPE_MEMBERS, NULL);
  else if (g_ascii_strcasecmp (encoding, "deflate") == 0)
    converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  else
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                   _ ("the answer is encoded as %s, and gzip or nothing was expected"), encoding);
      return NULL;
    }

  return g_converter_input_stream_new (body, converter);
}

/* --- refusals --- */

typedef struct
{
  gsize length;
  char  text[MOST_OF_REFUSAL];
} Refusal;

static void
on_refusal_read (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Refusal *refusal = g_task_get_task_data (task);

  g_input_stream_read_all_finish (G_INPUT_STREAM (object), result, &refusal->length, NULL);
  g_task_return_boolean (task, TRUE);
}

void
gstream_refusal_read (GInputStream       *decoded,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (decoded, NULL, callback, user_data);
  Refusal *refusal = g_new0 (Refusal, 1);

  g_task_set_source_tag (task, gstream_refusal_read);
  g_task_set_task_data (task, refusal, g_free);
  g_input_stream_read_all_async (decoded, refusal->text, MOST_OF_REFUSAL, G_PRIORITY_DEFAULT, cancellable,
                                 on_refusal_read, g_object_ref (task));
}

char *
gstream_refusal_read_finish (GAsyncResult *result,
                             gsize        *length)
{
  const Refusal *refusal = g_task_get_task_data (G_TASK (result));

  *length = refusal->length;

  return g_memdup2 (refusal->text, refusal->length);
}

/* --- bodies --- */

#define GSTREAM_TYPE_BODY (gstream_body_get_type ())
G_DECLARE_FINAL_TYPE (GstreamBody, gstream_body, GSTREAM, BODY, GFilterInputStream)

struct _GstreamBody
{
  GFilterInputStream parent_instance;

  GMainContext         *nested;
  GPollableInputStream *base;    /* the filter's base stream */
  GInputStream         *body;    /* libsoup's stream: @base reads from it, unless the body is read from the socket */
  gboolean              is_wire; /* the body is read from the socket */
};

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamBody, gstream_body, G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

static gboolean
gstream_body_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (GSTREAM_BODY (stream)->base);
}

static GSource *
gstream_body_create_source (GPollableInputStream *stream,
                            GCancellable         *cancellable)
{
  g_autoptr (GSource) child = g_pollable_input_stream_create_source (GSTREAM_BODY (stream)->base, NULL);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static gssize
gstream_body_read_nonblocking (GPollableInputStream *stream,
                               void                 *buffer,
                               gsize                 count,
                               GError              **error)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  gssize       n_read;

  if (self->is_wire)
    return g_pollable_input_stream_read_nonblocking (self->base, buffer, count, NULL, error);

  g_main_context_push_thread_default (self->nested);
  n_read = g_pollable_input_stream_read_nonblocking (self->base, buffer, count, NULL, error);
  g_main_context_pop_thread_default (self->nested);

  return n_read;
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = gstream_body_is_readable;
  iface->create_source = gstream_body_create_source;
  iface->read_nonblocking = gstream_body_read_nonblocking;
}

static void
on_body_closed (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_input_stream_close_finish (G_INPUT_STREAM (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gstream_body_close_async (GInputStream       *stream,
                          int                 priority,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  GTask       *task = g_task_new (stream, cancellable, callback, user_data);

  /* Closes @body instead of the converter, which GIO would close in another thread, which libsoup does not support. */
  g_main_context_push_thread_default (self->nested);
  g_input_stream_close_async (self->body, priority, cancellable, on_body_closed, task);
  g_main_context_pop_thread_default (self->nested);
}

static gboolean
gstream_body_close_finish (GInputStream *stream,
                           GAsyncResult *result,
                           GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
gstream_body_close (GInputStream *stream,
                    GCancellable *cancellable,
                    GError      **error)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  gboolean     is_closed;

  g_main_context_push_thread_default (self->nested);
  is_closed = g_input_stream_close (self->body, cancellable, error);
  g_main_context_pop_thread_default (self->nested);

  return is_closed;
}

static void
gstream_body_finalize (GObject *object)
{
  GstreamBody *self = GSTREAM_BODY (object);

  g_object_unref (self->body);
  g_main_context_unref (self->nested);

  G_OBJECT_CLASS (gstream_body_parent_class)->finalize (object);
}

static void
gstream_body_class_init (GstreamBodyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_body_finalize;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_body_close;
  G_INPUT_STREAM_CLASS (klass)->close_async = gstream_body_close_async;
  G_INPUT_STREAM_CLASS (klass)->close_finish = gstream_body_close_finish;
}

static void
gstream_body_init (GstreamBody *self)
{
}

GInputStream *
gstream_body_new (GstreamOrigin *origin,
                  SoupMessage   *message,
                  GInputStream  *body,
                  GError       **error)
{
  g_autoptr (GInputStream) opened = wire_open_body (origin->streams, message, body);
  g_autoptr (GInputStream) decoded = gstream_request_decode (message, opened, error);
  GstreamBody *self;

  /* A body that is not decoded, and is read with the right thread default context anyway, needs no wrapper. */
  if (decoded == NULL || (decoded == body && origin->nested == g_main_context_default ()))
    return g_steal_pointer (&decoded);

  self = g_object_new (GSTREAM_TYPE_BODY, "base-stream", decoded, NULL);
  self->nested = g_main_context_ref (origin->nested);
  self->base = G_POLLABLE_INPUT_STREAM (decoded);
  self->body = g_object_ref (body);
  self->is_wire = opened != body;

  return G_INPUT_STREAM (self);
}

/* --- requests with a JSON answer --- */

typedef struct
{
  GstreamOrigin   *origin;
  char            *method;
  char            *path;
  char            *body; /* NULL: none */
  GstreamRetryKind kind;
  GstreamRetry     retry;

  /* of the current attempt */
  SoupMessage  *message;
  GInputStream *stream;
  GByteArray   *answer;
  GCancellable *attempt; /* cancelled by the timeout, or together with the caller's */
  GSource      *timeout;
  gulong        chained; /* handler id of the caller's cancellable */
  gboolean      timed_out;
} Request;

static void start_attempt (GTask *task);
static void read_more (GTask *task);

static void
end_attempt (Request      *request,
             GCancellable *caller)
{
  gstream_timer_end (&request->timeout);
  if (request->chained != 0)
    g_cancellable_disconnect (caller, request->chained);
  request->chained = 0;
  g_clear_object (&request->attempt);
  g_clear_object (&request->message);
  g_clear_object (&request->stream);
  g_clear_pointer (&request->answer, g_byte_array_unref);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  end_attempt (request, NULL);
  gstream_origin_unref (request->origin);
  g_free (request->method);
  g_free (request->path);
  g_free (request->body);
  g_free (request);
}

static void
on_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    start_attempt (task);
}

static void
pause_then_retry (GTask *task,
                  gint64 milliseconds)
{
  GSource *pause = gstream_timer_start (g_task_get_context (task), milliseconds, g_task_get_cancellable (task),
                                        "[gstream] retry", on_pause_over, g_object_ref (task), g_object_unref);

  g_source_unref (pause);
}

static void
attempt_failed (GTask  *task,
                GError *error)
{
  Request *request = g_task_get_task_data (task);
  gint64   pause;

  if (request->timed_out)
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("the server did not answer in time"));
      gstream_origin_name_error (request->origin, request->message, error);
    }
  end_attempt (request, g_task_get_cancellable (task));

  pause = gstream_retry_next (&request->retry, request->origin, request->kind, error);
  if (pause < 0 || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_task_return_error (task, error);
      return;
    }
  g_error_free (error);
  pause_then_retry (task, pause);
}

static GstreamPayload *
parse_answer (Request *request,
              GError **error)
{
  if (request->answer->len == 0)
    return gstream_payload_new ("null", -1, NULL);

  return gstream_payload_new ((const char *) request->answer->data, request->answer->len, error);
}

static void
answer_is_whole (GTask *task)
{
  Request *request = g_task_get_task_data (task);
  guint    status = soup_message_get_status (request->message);
  g_autoptr (GstreamPayload) payload = NULL;
  GError *error = NULL;

  if (!SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      attempt_failed (task, gstream_origin_new_error (request->origin, request->message, status,
                                                      (const char *) request->answer->data, request->answer->len));
      return;
    }

  payload = parse_answer (request, &error);
  if (payload == NULL)
    {
      g_prefix_error_literal (&error, _ ("the answer is not JSON: "));
      gstream_origin_name_error (request->origin, request->message, error);
      attempt_failed (task, error);
      return;
    }

  end_attempt (request, g_task_get_cancellable (task));
  g_task_return_pointer (task, g_steal_pointer (&payload), (GDestroyNotify) gstream_payload_unref);
}

/* The server has refused it, as the status says: that its words cannot be read to their end is no other error. */
static gboolean
is_refusal (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  return soup_message_get_status (request->message) >= SOUP_STATUS_MULTIPLE_CHOICES &&
         !g_cancellable_is_cancelled (g_task_get_cancellable (task));
}

/* Consumes @error, which ended the reading of what the server says. */
static void
reading_failed (GTask  *task,
                GError *error)
{
  Request *request = g_task_get_task_data (task);

  if (is_refusal (task))
    {
      g_error_free (error);
      request->timed_out = FALSE;
      answer_is_whole (task);
      return;
    }

  gstream_origin_name_error (request->origin, request->message, error);
  attempt_failed (task, error);
}

static void
on_read (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError  *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    {
      reading_failed (task, error);
      return;
    }
  if (g_bytes_get_size (bytes) == 0)
    {
      answer_is_whole (task);
      return;
    }

  g_byte_array_append (request->answer, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (request->answer->len <= request->origin->limits.max_event_size)
    {
      read_more (task);
      return;
    }

  error = g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("the answer has more than %u bytes"),
                       request->origin->limits.max_event_size);
  gstream_origin_name_error (request->origin, request->message, error);
  attempt_failed (task, error);
}

static void
read_more (GTask *task)
{
  Request *request = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (request->stream, READ_SIZE, G_PRIORITY_DEFAULT, request->attempt, on_read,
                                   g_object_ref (task));
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Request *request = g_task_get_task_data (task);
  GError  *error = NULL;

  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (object), result, &error);

  request->answer = g_byte_array_new ();
  if (body == NULL)
    {
      reading_failed (task, error); /* libsoup reads some refusals to their end first */
      return;
    }
  request->stream = gstream_request_decode (request->message, body, &error);
  if (request->stream == NULL)
    {
      gstream_origin_name_error (request->origin, request->message, error);
      attempt_failed (task, error);
      return;
    }

  read_more (task);
}

static void
on_timeout (gpointer user_data)
{
  Request *request = user_data;

  request->timed_out = TRUE;
  g_cancellable_cancel (request->attempt);
}

static void
on_caller_cancelled (GCancellable *caller,
                     gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static void
start_attempt (GTask *task)
{
  Request      *request = g_task_get_task_data (task);
  GCancellable *caller = g_task_get_cancellable (task);
  GError       *error = NULL;

  request->timed_out = FALSE;
  request->attempt = g_cancellable_new ();
  request->timeout = gstream_timer_start (request->origin->context, request->origin->limits.answer_timeout, NULL,
                                          "[gstream] answer timeout", on_timeout, request, NULL);
  if (caller != NULL)
    request->chained = g_cancellable_connect (caller, G_CALLBACK (on_caller_cancelled), g_object_ref (request->attempt),
                                              g_object_unref);

  request->message = try_new_message (request->origin, request->method, request->path, &error);
  if (request->message == NULL)
    {
      attempt_failed (task, error);
      return;
    }
  gstream_request_accept_encodings (request->message);
  if (request->body != NULL)
    gstream_request_set_body (request->message, request->body);
  /* if an idle connection is closed just when it is used, it is not known whether the request was sent */
  if (request->kind != GSTREAM_RETRY_REPEATABLE)
    soup_message_add_flags (request->message, SOUP_MESSAGE_NEW_CONNECTION);
  gstream_origin_begin_io (request->origin);
  soup_session_send_async (request->origin->session, request->message, G_PRIORITY_DEFAULT, request->attempt, on_sent,
                           g_object_ref (task));
  gstream_origin_end_io (request->origin);
}

void
gstream_request_send (GstreamOrigin      *origin,
                      const char         *method,
                      const char         *path,
                      const char         *body,
                      GstreamRetryKind    kind,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_context_new_task (origin->context, NULL, cancellable, callback, user_data);
  Request *request = g_new0 (Request, 1);

  request->origin = gstream_origin_ref (origin);
  request->method = g_strdup (method);
  request->path = g_strdup (path);
  request->body = g_strdup (body);
  request->kind = kind;
  g_task_set_source_tag (task, gstream_request_send);
  g_task_set_task_data (task, request, request_free);

  if (!g_task_return_error_if_cancelled (task))
    start_attempt (task);
}

GstreamPayload *
gstream_request_finish (GAsyncResult *result,
                        GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- a path that the server does not have --- */

gboolean
gstream_request_is_no_path (const GError *error)
{
  guint            status = gstream_error_get_status (error);
  g_autofree char *code = gstream_error_dup_protocol_code (error);

  return (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_METHOD_NOT_ALLOWED) && code == NULL;
}

static void
on_thread_known (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *refusal = g_task_get_task_data (task);
  g_autoptr (GstreamPayload) thread = gstream_request_finish (result, NULL);

  if (thread == NULL || gstream_payload_get_string (thread, "/thread_id") == NULL)
    g_task_return_error (task, g_error_copy (refusal));
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                             _ ("The server knows the thread and has no “%s” for it: it implements another version of "
                                "the Agent Server, or a part of it (%s)"),
                             (char *) g_object_get_data (G_OBJECT (task), "rest"), refusal->message);
}

void
gstream_request_explain (GstreamOrigin      *origin,
                         const char         *thread_id,
                         const char         *rest,
                         GError             *refusal,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_context_new_task (origin->context, NULL, cancellable, callback, user_data);
  g_autofree char *path = gstream_request_path (thread_id, "");

  g_task_set_source_tag (task, gstream_request_explain);
  g_task_set_task_data (task, refusal, (GDestroyNotify) g_error_free);
  g_object_set_data_full (G_OBJECT (task), "rest", g_strdup (rest), g_free);
  gstream_request_send (origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, cancellable, on_thread_known,
                        g_object_ref (task));
}

GError *
gstream_request_explain_finish (GAsyncResult *result)
{
  GError *error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);

  return error;
}

char *
gstream_request_path (const char *thread_id,
                      const char *rest)
{
  g_autofree char *segment = g_uri_escape_string (thread_id, NULL, FALSE);

  return g_strconcat ("/threads/", segment, rest, NULL);
}

char *
gstream_request_path_of_run (const char *run_id,
                             const char *rest)
{
  g_autofree char *segment = g_uri_escape_string (run_id, NULL, FALSE);

  return g_strconcat ("/runs/", segment, rest, NULL);
}

void
gstream_request_set_body (SoupMessage *message,
                          const char  *body)
{
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  soup_message_set_request_body_from_bytes (message, "application/json", bytes);
}

struct _GstreamPost
{
  GObject parent_instance;

  GstreamOrigin *origin;
  char          *path; /* below the server's URL */
  GBytes        *body; /* what is sent */
  GstreamRetry   retry;

  /* of the latest attempt */
  SoupMessage *message; /* NULL: there is none now */
  gint64       asked;   /* monotonic µs */
};

G_DEFINE_FINAL_TYPE (GstreamPost, gstream_post, G_TYPE_OBJECT)

static void start_post (GTask *task);

/* --- limits --- */

guint *
gstream_limits_find (GstreamLimits *self,
                     const char    *name)
{
  const struct
  {
    const char *name;
    guint      *limit;
  } limits[] = {
    { "max-event-size", &self->max_event_size },   { "max-depth", &self->max_depth },
    { "retry-limit", &self->retry_limit },         { "retry-pause", &self->retry_pause },
    { "retry-pause-max", &self->retry_pause_max }, { "silence-timeout", &self->silence_timeout },
    { "answer-timeout", &self->answer_timeout },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    if (g_str_equal (name, limits[i].name))
      return limits[i].limit;

  return NULL;
}

/* --- requests whose answer is read as it comes --- */

static void
gstream_post_finalize (GObject *object)
{
  GstreamPost *self = GSTREAM_POST (object);

  g_clear_object (&self->message);
  g_clear_pointer (&self->origin, gstream_origin_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->path);

  G_OBJECT_CLASS (gstream_post_parent_class)->finalize (object);
}

static void
gstream_post_class_init (GstreamPostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_post_finalize;
}

static void
gstream_post_init (GstreamPost *self)
{
}

SoupSession *
gstream_post_new_session (void)
{
  return gstream_origin_new_session ();
}

GstreamPost *
gstream_post_new (const char          *url,
                  SoupSession         *session,
                  GMainContext        *context,
                  const GstreamLimits *limits,
                  GError             **error)
{
  GstreamOrigin *origin = gstream_origin_new (url, session, context, error);
  GstreamPost   *self;

  if (origin == NULL)
    return NULL;

  origin->limits = *limits;
  origin->hides_query = TRUE;
  self = g_object_new (GSTREAM_TYPE_POST, NULL);
  self->origin = origin;

  return self;
}

gboolean
gstream_post_add_header (GstreamPost *self,
                         const char  *name,
                         const char  *value,
                         GError     **error)
{
  return gstream_origin_add_header (self->origin, name, value, error);
}

static void
on_post_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    start_post (task);
}

/* Consumes @error. */
static void
post_failed (GTask  *task,
             GError *error)
{
  GstreamPost *self = g_task_get_source_object (task);
  gint64       pause = gstream_retry_next (&self->retry, self->origin, GSTREAM_RETRY_REPEATABLE, error);
  g_autoptr (GSource) timer = NULL;

  if (pause < 0 || g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_task_return_error (task, error);
      return;
    }
  g_error_free (error);
  g_clear_object (&self->message);
  timer = gstream_timer_start (g_task_get_context (task), pause, g_task_get_cancellable (task), "[gstream] retry",
                               on_post_pause_over, g_object_ref (task), g_object_unref);
}

static void
on_post_refused (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamPost     *self = g_task_get_source_object (task);
  gsize            length;
  g_autofree char *body = gstream_refusal_read_finish (result, &length);

  post_failed (task, gstream_origin_new_error (self->origin, self->message, soup_message_get_status (self->message),
                                               body, length));
}

static void
on_post_sent (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamPost *self = g_task_get_source_object (task);
  GError      *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  gboolean is_refusal = body != NULL && soup_message_get_status (self->message) != SOUP_STATUS_OK;
  g_autoptr (GInputStream) decoded = NULL;

  if (is_refusal)
    decoded = gstream_request_decode (self->message, body, &error);
  else if (body != NULL)
    decoded = gstream_body_new (self->origin, self->message, body, &error);

  if (body == NULL && gstream_stream_needs_http2 (self->origin, self->message, error))
    {
      g_error_free (error);
      g_clear_object (&self->message);
      start_post (task);
    }
  else if (decoded == NULL)
    {
      gstream_origin_name_error (self->origin, self->message, error);
      post_failed (task, error);
    }
  else if (is_refusal)
    gstream_refusal_read (decoded, g_task_get_cancellable (task), on_post_refused, g_object_ref (task));
  else
    g_task_return_pointer (task, g_steal_pointer (&decoded), g_object_unref);
}

static void
start_post (GTask *task)
{
  GstreamPost        *self = g_task_get_source_object (task);
  SoupMessageHeaders *headers;
  GError             *error = NULL;

  self->message = try_new_message (self->origin, "POST", self->path, &error);
  if (self->message == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  self->asked = g_get_monotonic_time ();
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream, application/json");
  gstream_request_accept_encodings (self->message);
  soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);
  gstream_stream_send (self->origin, self->message, g_task_get_cancellable (task), on_post_sent, g_object_ref (task));
}

void
gstream_post_send (GstreamPost        *self,
                   const char         *path,
                   GBytes             *body,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_context_new_task (self->origin->context, self, cancellable, callback, user_data);

  g_assert (self->path == NULL);

  g_task_set_source_tag (task, gstream_post_send);
  self->path = g_strdup (path);
  self->body = g_bytes_ref (body);
  start_post (task);
}

GInputStream *
gstream_post_send_finish (GstreamPost  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gint64
gstream_post_get_asked (GstreamPost *self)
{
  return self->message != NULL ? self->asked : g_get_monotonic_time ();
}

const char *
gstream_post_get_content_type (GstreamPost *self)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

void
gstream_post_name_error (GstreamPost *self,
                         GError      *error)
{
  /* There is no request between two attempts. */
  if (self->message == NULL || g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED))
    gstream_origin_hide_secrets (self->origin, error);
  else
    gstream_origin_name_error (self->origin, self->message, error);
}
