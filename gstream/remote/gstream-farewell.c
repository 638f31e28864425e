/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a WebSocket connection is left.
 */
#include <gstream/remote/gstream-farewell-private.h>

#include <gstream/remote/gstream-run-context-private.h>

#define PATIENCE 1000           /* ms: a server that has not answered by then is left all the same */
#define REST 100                /* ms: what it still has to do with a thread when the connection has ended */
#define MOST_READ (1024 * 1024) /* bytes until its answer: one that goes on talking likewise */

/* Those of a session, which keeps them. */
typedef struct
{
  guint      n;       /* under way */
  GPtrArray *waiting; /* GSource: timers of who waits for that to be 0 */
} Farewells;

typedef struct
{
  SoupSession             *session;
  SoupWebsocketConnection *connection;
  GstreamGate             *gate;
  GSource                 *timer;
} Farewell;

static void
farewells_free (gpointer data)
{
  Farewells *self = data;

  g_ptr_array_unref (self->waiting);
  g_free (self);
}

static Farewells *
farewells_of (SoupSession *session)
{
  Farewells *self = g_object_get_data (G_OBJECT (session), "gstream-farewells");

  if (self == NULL)
    {
      self = g_new0 (Farewells, 1);
      self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) g_source_unref);
      g_object_set_data_full (G_OBJECT (session), "gstream-farewells", self, farewells_free);
    }
  return self;
}

/* --- saying it --- */

static void
farewell_free (gpointer data)
{
  Farewell *self = data;
  Farewells *all = farewells_of (self->session);

  if (--all->n == 0)
    {
      for (guint i = 0; i < all->waiting->len; i++)
        if (!g_source_is_destroyed (all->waiting->pdata[i]))
          g_source_set_ready_time (all->waiting->pdata[i], 0);
      g_ptr_array_set_size (all->waiting, 0);
    }
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_signal_handlers_disconnect_by_data (self->gate, self);
  g_object_unref (self->connection);
  g_object_unref (self->gate);
  g_object_unref (self->session);
  g_free (self);
}

static void
end_soon (Farewell *self)
{
  g_source_set_ready_time (self->timer, g_get_monotonic_time () + REST * 1000);
}

static void
on_end (gpointer user_data)
{
  /* The timer frees it. */
}

void
gstream_farewell_say (GstreamServer           *server,
                      SoupWebsocketConnection *connection,
                      GstreamGate             *gate)
{
  Farewell *self = g_new0 (Farewell, 1);

  self->session = g_object_ref (server->session);
  self->connection = connection;
  self->gate = gate;
  self->timer = gstream_timer_start (server->context, PATIENCE, NULL, "[gstream] farewell", on_end, self, farewell_free);
  farewells_of (self->session)->n++;
  g_signal_connect_swapped (connection, "closed", G_CALLBACK (end_soon), self);
  g_signal_connect_swapped (gate, "shut", G_CALLBACK (end_soon), self);
  g_source_unref (self->timer);

  gstream_gate_open (gate, MOST_READ);
  gstream_server_begin_io (server);
  soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  gstream_server_end_io (server);
}

/* --- waiting for it --- */

gboolean
gstream_farewell_is_under_way (GstreamServer *server)
{
  return farewells_of (server->session)->n > 0;
}

void
gstream_farewell_wait (GstreamServer  *server,
                       GCancellable   *cancellable,
                       GSourceOnceFunc func,
                       gpointer        user_data,
                       GDestroyNotify  destroy)
{
  GSource *timer = gstream_timer_start (server->context, PATIENCE, cancellable, "[gstream] after a farewell",
                                        func, user_data, destroy);

  g_ptr_array_add (farewells_of (server->session)->waiting, timer);
}
