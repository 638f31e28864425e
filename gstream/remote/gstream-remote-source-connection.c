/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection of a run's source: how it ends, and how it is opened again (N3).
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-timer-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

void
gstream_remote_source_connect (GstreamRemoteSource *self,
                               GstreamEventSource  *first)
{
  self->connection = first != NULL ? g_object_ref (first)
                                   : self->connect (self->server, self->thread_id, (const char * const *) self->channels);
  self->connection_iface = GSTREAM_EVENT_SOURCE_GET_IFACE (self->connection);
  self->state = GSTREAM_REMOTE_CONNECTED;
}

void
gstream_remote_source_disconnect (GstreamRemoteSource *self)
{
  gstream_timer_end (&self->silence);
  self->reading = FALSE;
  if (self->connection != NULL)
    gstream_event_source_close (self->connection);
  g_clear_object (&self->connection);
}

void
gstream_remote_source_broke (GstreamRemoteSource *self,
                             GError              *reason)
{
  if (reason == NULL)
    reason = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                  "The connection to the server ended before the run did");

  if (GSTREAM_IS_WEBSOCKET_CONNECTION (self->connection))
    gstream_websocket_connection_give_up (GSTREAM_WEBSOCKET_CONNECTION (self->connection));
  gstream_remote_source_disconnect (self);
  g_clear_error (&self->broken);
  self->broken = reason;
  self->state = GSTREAM_REMOTE_BROKEN;
}

void
gstream_remote_source_give_up (GstreamRemoteSource *self,
                               GError              *error)
{
  gstream_remote_source_disconnect (self);
  self->error = error;
  self->state = GSTREAM_REMOTE_ENDED;
}

static gboolean
on_pause_over (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;

  gstream_timer_end (&self->pause);
  gstream_run_window_rewind (self->window);
  gstream_remote_source_connect (self, NULL);
  gstream_remote_source_go_on (self);

  return G_SOURCE_REMOVE;
}

void
gstream_remote_source_connect_again (GstreamRemoteSource *self)
{
  gint64 milliseconds = gstream_retry_next (&self->retry, self->server, GSTREAM_RETRY_REPEATABLE, self->broken);

  if (milliseconds < 0)
    {
      gstream_remote_source_give_up (self, g_steal_pointer (&self->broken));
      gstream_pending_next_wake_later (&self->pending);
      return;
    }

  g_clear_error (&self->broken);
  self->state = GSTREAM_REMOTE_PAUSING;
  self->pause = gstream_timer_new (milliseconds, NULL, "[gstream] reconnect");
  g_source_set_callback (self->pause, on_pause_over, self, NULL);
  g_source_attach (self->pause, g_main_context_get_thread_default ());
}
