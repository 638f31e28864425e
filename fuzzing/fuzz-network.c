/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* memmem() */

#include "fuzz-network.h"

#include <string.h>
#include <sys/socket.h>

#include "fuzz.h"

#define SEPARATOR "\n%%%%\n"
#define MOST_CONNECTIONS 16

static const char *next_answer; /* NULL: there is none any more */
static size_t      left;
static guint       n_connections;

guint32
g_random_int (void)
{
  return 0;
}

void
fuzz_network_answer (const uint8_t *data,
                     size_t         size)
{
  next_answer = (const char *) data;
  left = size;
  n_connections = 0;
}

/* --- a connection: bytes to read, and what is written is not looked at --- */

#define FUZZ_TYPE_CONNECTION (fuzz_connection_get_type ())
G_DECLARE_FINAL_TYPE (FuzzConnection, fuzz_connection, FUZZ, CONNECTION, GSocketConnection)

struct _FuzzConnection
{
  GSocketConnection parent_instance;

  GIOStream *base;
};

G_DEFINE_FINAL_TYPE (FuzzConnection, fuzz_connection, G_TYPE_SOCKET_CONNECTION)

static GInputStream *
fuzz_connection_get_input_stream (GIOStream *stream)
{
  return g_io_stream_get_input_stream (FUZZ_CONNECTION (stream)->base);
}

static GOutputStream *
fuzz_connection_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (FUZZ_CONNECTION (stream)->base);
}

/* Its socket is not closed: it is that of all connections. */
static gboolean
fuzz_connection_close (GIOStream    *stream,
                       GCancellable *cancellable,
                       GError      **error)
{
  return g_io_stream_close (FUZZ_CONNECTION (stream)->base, cancellable, error);
}

/* Not in another thread, as GIO would. */
static void
fuzz_connection_close_async (GIOStream          *stream,
                             int                 priority,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);
  GError *error = NULL;

  if (fuzz_connection_close (stream, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static gboolean
fuzz_connection_close_finish (GIOStream    *stream,
                              GAsyncResult *result,
                              GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fuzz_connection_finalize (GObject *object)
{
  g_object_unref (FUZZ_CONNECTION (object)->base);

  G_OBJECT_CLASS (fuzz_connection_parent_class)->finalize (object);
}

static void
fuzz_connection_class_init (FuzzConnectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fuzz_connection_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = fuzz_connection_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = fuzz_connection_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = fuzz_connection_close;
  G_IO_STREAM_CLASS (klass)->close_async = fuzz_connection_close_async;
  G_IO_STREAM_CLASS (klass)->close_finish = fuzz_connection_close_finish;
}

static void
fuzz_connection_init (FuzzConnection *self)
{
}

/* libsoup asks it whether it is connected, and nothing else. */
static GSocket *
get_socket (void)
{
  static GSocket *socket = NULL;
  int             pair[2]; /* the other end stays open */

  if (socket == NULL)
    {
      g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
      socket = g_socket_new_from_fd (pair[0], NULL);
      g_assert_nonnull (socket);
    }

  return socket;
}

/* Takes @base. */
static GSocketConnection *
fuzz_connection_new (GIOStream *base)
{
  FuzzConnection *self = g_object_new (FUZZ_TYPE_CONNECTION, "socket", get_socket (), NULL);

  self->base = base;

  return G_SOCKET_CONNECTION (self);
}

/* --- connecting --- */

static GIOStream *
take_answer (void)
{
  const char *end = memmem (next_answer, left, SEPARATOR, strlen (SEPARATOR));
  size_t      size = end != NULL ? (size_t) (end - next_answer) : left;
  g_autoptr (GInputStream) input = fuzz_stream_new ((const uint8_t *) next_answer, size, 0);
  g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

  left -= size;
  next_answer = end != NULL ? end + strlen (SEPARATOR) : NULL;
  if (end != NULL)
    left -= strlen (SEPARATOR);

  return g_simple_io_stream_new (input, output);
}

/* The proxy that is asked first; NULL: none. */
static GProxy *
find_proxy (GSocketClient *client)
{
  g_auto (GStrv) proxies =
      g_proxy_resolver_lookup (g_socket_client_get_proxy_resolver (client), "http://server", NULL, NULL);
  g_autofree char *protocol = g_uri_parse_scheme (proxies[0]);

  return g_proxy_get_default_for_protocol (protocol);
}

/* As GIO does: the protocol of a proxy puts a stream of its own around that of the socket. Takes @stream. */
static GIOStream *
go_through_proxy (GSocketClient *client,
                  GIOStream     *stream)
{
  g_autoptr (GIOStream) base = stream;
  g_autoptr (GProxy) proxy = find_proxy (client);
  GIOStream *through;

  if (proxy == NULL)
    return g_steal_pointer (&base);

  through = g_proxy_connect (proxy, base, NULL, NULL, NULL);
  g_signal_emit_by_name (client, "event", G_SOCKET_CLIENT_PROXY_NEGOTIATED, NULL, through);

  return through;
}

void
g_socket_client_connect_async (GSocketClient      *client,
                               GSocketConnectable *connectable,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (client, cancellable, callback, user_data);

  if (next_answer == NULL || n_connections == MOST_CONNECTIONS)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Nobody is there");
      return;
    }

  n_connections++;
  g_task_return_pointer (task, fuzz_connection_new (go_through_proxy (client, take_answer ())), g_object_unref);
}

GSocketConnection *
g_socket_client_connect_finish (GSocketClient *client,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
