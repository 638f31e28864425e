/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE /* memmem() */

#include "fuzz-network.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEPARATOR "\n%%%%\n"
#define MOST_CONNECTIONS 16

static const char *next_answer; /* NULL: there is none any more */
static size_t      left;
static int         peers[MOST_CONNECTIONS]; /* the other ends */
static guint       n_peers;

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
}

void
fuzz_network_end (void)
{
  for (guint i = 0; i < n_peers; i++)
    close (peers[i]);
  n_peers = 0;
}

/* Writes the next answer into @fd. */
static void
write_answer (int fd)
{
  const char *end = memmem (next_answer, left, SEPARATOR, strlen (SEPARATOR));
  size_t      size = end != NULL ? (size_t) (end - next_answer) : left;

  g_assert_cmpint (send (fd, next_answer, size, MSG_NOSIGNAL), ==, size);
  shutdown (fd, SHUT_WR);
  left -= size;
  next_answer = end != NULL ? end + strlen (SEPARATOR) : NULL;
  if (end != NULL)
    left -= strlen (SEPARATOR);
}

static GSocketConnection *
connect_to_next (GError **error)
{
  g_autoptr (GSocket) socket = NULL;
  int pair[2];

  if (next_answer == NULL || n_peers == MOST_CONNECTIONS)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Nobody is there");
      return NULL;
    }

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  peers[n_peers++] = pair[1];
  write_answer (pair[1]);
  socket = g_socket_new_from_fd (pair[0], error);
  g_assert_nonnull (socket);

  return g_socket_connection_factory_create_connection (socket);
}

void
g_socket_client_connect_async (GSocketClient      *client,
                               GSocketConnectable *connectable,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (client, cancellable, callback, user_data);
  GError            *error = NULL;
  GSocketConnection *connection = connect_to_next (&error);

  if (connection != NULL)
    g_task_return_pointer (task, connection, g_object_unref);
  else
    g_task_return_error (task, error);
}

GSocketConnection *
g_socket_client_connect_finish (GSocketClient *client,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
