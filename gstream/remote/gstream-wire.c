/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Event streams over plain HTTP, read from the socket rather than through libsoup.
 *
 * The way in is GIO's: a proxy resolver that answers, for http and before "direct", with a protocol of its own, and the
 * proxy of that protocol, which negotiates nothing and wraps the stream that it is given.
 */
#include <gstream/remote/gstream-wire-private.h>

#include <string.h>

#include <gstream/event/gstream-i18n-internal.h>

#define PROTOCOL "gstream-wire"
#define DIRECT "direct://"
#define HEADERS_SIZE (8 * 1024)     /* bytes that are read at a time until the body begins; libsoup's own number */
#define LARGE 2048                  /* bytes of a chunk that is read by itself: to move it would cost more */
#define FRAMING_SIZE 128            /* bytes that are read at a time between such chunks */
#define MAX_LINE 128                /* bytes of a line with a chunk's size; libsoup's own number */
#define MAX_TRAILERS (16 * 1024)    /* bytes */
#define CONNECTIONS "gstream-wires" /* a session's: the streams of its connections by their ids */

/* --- the body's chunks (RFC 9112, 7.1) --- */

typedef enum
{
  CHUNK_SIZE,      /* the first digit is expected */
  CHUNK_MORE_SIZE, /* another digit, or what ends them */
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
read_size (Chunks *self,
           char    byte)
{
  if (++self->length > MAX_LINE)
    return FALSE;

  if (byte == '\r')
    self->state = CHUNK_SIZE_LF;
  else if (byte == ';' || self->state == CHUNK_EXTENSION)
    self->state = CHUNK_EXTENSION;
  else
    return add_digit (self, byte);

  return byte != '\n';
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
  else
    self->state = CHUNK_TRAILER;

  return byte != '\n' && ++self->length <= MAX_TRAILERS;
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
    case CHUNK_EXTENSION:
      return read_size (self, byte);
    case CHUNK_SIZE_LF:
      self->is_large = self->size >= LARGE;
      return expect (self, byte, '\n', self->size > 0 ? CHUNK_DATA : CHUNK_TRAILERS);
    case CHUNK_DATA_CR:
      return expect (self, byte, '\r', CHUNK_DATA_LF);
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

void
gstream_wire_install (SoupSession    *session,
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
gstream_wire_get_proxies (SoupSession *session)
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

GInputStream *
gstream_wire_open_body (SoupSession  *session,
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
