/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connections of a run's source: how one ends, how it is opened again, and how another
 * one takes its place (N3, N12).
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

static void
use_connection (GstreamRemoteSource *self,
                GstreamEventSource  *connection)
{
  self->connection = connection;
  self->connection_iface = GSTREAM_EVENT_SOURCE_GET_IFACE (connection);
  self->state = GSTREAM_REMOTE_CONNECTED;
  self->reading = FALSE;
}

static GstreamEventSource *
new_connection (GstreamRemoteSource *self)
{
  return self->connect (self->server, self->thread_id, (const char * const *) self->channels);
}

void
gstream_remote_source_connect (GstreamRemoteSource *self,
                               GstreamEventSource  *first)
{
  use_connection (self, first != NULL ? g_object_ref (first) : new_connection (self));
}

void
gstream_remote_source_close_connection (gpointer connection)
{
  gstream_event_source_close (connection);
  g_object_unref (connection);
}

/*
 * JavaScript's server ends a thread's events with any WebSocket that is closed: one
 * whose place another has taken stays open, and is not read.
 */
static void
leave_behind (GstreamRemoteSource *self,
              GstreamEventSource  *connection)
{
  if (GSTREAM_IS_WEBSOCKET_CONNECTION (connection))
    g_ptr_array_add (self->left, connection);
  else
    gstream_remote_source_close_connection (connection);
}

static void
disconnect (GstreamRemoteSource *self)
{
  gstream_timer_end (&self->silence);
  gstream_remote_source_drop_beside (self);
  self->reading = FALSE;
  g_clear_pointer (&self->connection, gstream_remote_source_close_connection);
}

void
gstream_remote_source_leave (GstreamRemoteSource *self)
{
  disconnect (self);
  g_ptr_array_set_size (self->left, 0);
}

/* --- another one --- */

/* What comes now was not necessarily seen, and what was seen comes again. */
static void
begin_again (GstreamRemoteSource *self)
{
  gstream_run_window_rewind (self->window);
  self->again = TRUE;
  self->known = FALSE;
}

void
gstream_remote_source_replace (GstreamRemoteSource *self)
{
  GstreamEventSource *old = g_steal_pointer (&self->connection);

  gstream_timer_end (&self->silence);
  gstream_remote_source_drop_beside (self);
  begin_again (self);
  use_connection (self, new_connection (self));
  leave_behind (self, old);
}

void
gstream_remote_source_open_beside (GstreamRemoteSource *self)
{
  gstream_remote_source_drop_beside (self);
  self->n_beside++;
  self->beside = new_connection (self);
  gstream_remote_source_read (self, self->beside);
}

void
gstream_remote_source_drop_beside (GstreamRemoteSource *self)
{
  if (self->beside != NULL)
    leave_behind (self, g_steal_pointer (&self->beside));
}

void
gstream_remote_source_adopt_beside (GstreamRemoteSource *self)
{
  GstreamEventSource *old = g_steal_pointer (&self->connection);

  gstream_timer_end (&self->silence);
  begin_again (self);
  self->known = TRUE;
  use_connection (self, g_steal_pointer (&self->beside));
  self->reading = TRUE; /* since it was opened */
  leave_behind (self, old);
}

/* --- its end --- */

/* What it has learned, and who is not to be waited for. */
static void
heed_connection (GstreamRemoteSource *self)
{
  if (GSTREAM_IS_WEBSOCKET_CONNECTION (self->connection))
    gstream_websocket_connection_give_up (GSTREAM_WEBSOCKET_CONNECTION (self->connection));
  else if (GSTREAM_IS_SSE_CONNECTION (self->connection))
    gstream_retry_tell (&self->retry, gstream_sse_connection_get_retry (GSTREAM_SSE_CONNECTION (self->connection)));
}

/* An interrupted run that is over has no more to say. */
static void
ended (GstreamRemoteSource *self)
{
  disconnect (self);
  if (self->over)
    gstream_remote_source_end (self);
  else
    self->state = GSTREAM_REMOTE_IN_DOUBT;
}

void
gstream_remote_source_broke (GstreamRemoteSource *self,
                             GError              *reason)
{
  if (self->connection != NULL)
    heed_connection (self);
  if (reason == NULL && self->connection != NULL && gstream_run_window_is_asking (self->window))
    {
      ended (self);
      return;
    }
  if (self->beside != NULL)
    {
      g_clear_error (&reason);
      gstream_remote_source_adopt_beside (self);
      gstream_remote_source_start_silence (self);
      return;
    }
  if (reason == NULL)
    reason = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                  "The connection to the server ended before the run did");

  disconnect (self);
  g_clear_error (&self->broken);
  self->broken = reason;
  self->state = GSTREAM_REMOTE_BROKEN;
}

void
gstream_remote_source_give_up (GstreamRemoteSource *self,
                               GError              *error)
{
  gstream_remote_source_leave (self);
  gstream_timer_end (&self->pause);
  self->error = error;
  self->state = GSTREAM_REMOTE_ENDED;
}

static void
on_pause_over (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;

  gstream_timer_end (&self->pause);
  begin_again (self);
  gstream_remote_source_connect (self, NULL);
  gstream_remote_source_go_on (self);
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
  self->pause = gstream_timer_start (self->server->context, milliseconds, NULL, "[gstream] reconnect",
                                     on_pause_over, self, NULL);
}
