/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run's source does when its connection is silent: the server is asked whether it
 * may be, and that it may is no reason to trust the connection (N12).
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

#define REST 500          /* ms: what a run that is over has said is here by then */
#define SHORT_SILENCE 1000 /* ms: of a connection that was opened again, which has everything to say once more */
#define MOST_DOUBLINGS 3  /* of the time until another connection is opened beside one that is silent like those before */

static guint64
how_much_it_brought (GstreamRemoteSource *self)
{
  if (GSTREAM_IS_WEBSOCKET_CONNECTION (self->connection))
    return gstream_websocket_connection_get_progress (GSTREAM_WEBSOCKET_CONNECTION (self->connection));

  return gstream_sse_connection_get_progress (GSTREAM_SSE_CONNECTION (self->connection));
}

/*
 * A connection may be silent because the run has nothing to say. But not after
 * the run is over, and not before what it said at its very beginning.
 */
static gboolean
may_be_silent (GstreamRemoteSource *self,
               GstreamPayload      *run)
{
  return gstream_remote_run_is_pending (run)
         || (gstream_remote_run_is_under_way (run) && gstream_run_window_is_inside (self->window));
}

static GError *
silence_error (GstreamRemoteSource *self,
               GstreamPayload      *run)
{
  const char *status = gstream_payload_get_string (run, "/status");

  if (gstream_run_window_is_inside (self->window))
    return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                        "The connection was silent for %u ms, and the run's events do not come any more: "
                        "its status is “%s”", self->server->silence_timeout, status ? status : "");

  return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                      "The server does not send the events of this run, whose status is “%s”, over this kind of connection "
                      "(JavaScript's server sends a thread's events only over what the thread was first followed with, "
                      "SSE or a WebSocket)", status ? status : "");
}

/*
 * The connection has not been silent for long, but it has begun anew and there was
 * something to say. FALSE: it is silent no longer than it may be.
 */
static gboolean
is_in_vain (GstreamRemoteSource *self,
            GstreamPayload      *run)
{
  GstreamWebsocketConnection *websocket;

  if (!GSTREAM_IS_WEBSOCKET_CONNECTION (self->connection) || gstream_remote_run_is_pending (run))
    return FALSE;

  websocket = GSTREAM_WEBSOCKET_CONNECTION (self->connection);
  gstream_websocket_connection_ask_for_run (websocket);

  return gstream_websocket_connection_is_subscribed (websocket) && !self->was_inside;
}

static void
run_is_known (GstreamRemoteSource *self,
              GstreamPayload      *run)
{
  gboolean was_known = self->known;

  self->known = TRUE;
  if (!was_known && self->again && is_in_vain (self, run))
    gstream_remote_source_give_up (self, silence_error (self, run));
  else if (!was_known && self->again)
    gstream_remote_source_start_silence (self);
  else if (!may_be_silent (self, run))
    gstream_remote_source_broke (self, silence_error (self, run));
  else
    {
      if (how_much_it_brought (self) == self->heard && gstream_run_window_is_inside (self->window)
          && gstream_run_window_can_rewind (self->window))
        gstream_remote_source_open_beside (self);
      gstream_remote_source_start_silence (self);
    }
}

static void
on_run_known (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, &error);

  self->checking = FALSE;
  if (!self->reading || self->silence != NULL) /* something came after all */
    {
      g_clear_error (&error);
      return;
    }

  if (run != NULL)
    run_is_known (self, run);
  else if (gstream_retry_can_help (GSTREAM_RETRY_ANEW, error))
    gstream_remote_source_broke (self, error);
  else
    gstream_remote_source_give_up (self, error);

  if (gstream_pending_next_wake (&self->pending))
    gstream_remote_source_go_on (self);
}

static void
check_run (GstreamRemoteSource *self)
{
  g_autofree char *rest = g_strconcat ("/runs/", self->run_id, NULL);
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  if (self->checking)
    return;

  self->checking = TRUE;
  gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_ANEW, self->closing,
                        on_run_known, g_object_ref (self));
}

/* A connection that was silent for so long may be dead, and the run have said more than came. */
static gboolean
is_doubtful (GstreamRemoteSource *self)
{
  return !self->verified && gstream_run_window_can_rewind (self->window)
         && g_get_monotonic_time () - self->waiting > (gint64) self->server->silence_timeout * 1000;
}

static void
silent_after_the_end (GstreamRemoteSource *self)
{
  if (is_doubtful (self))
    {
      self->verified = TRUE;
      gstream_remote_source_open_beside (self);
      gstream_remote_source_start_silence (self);
      return;
    }

  gstream_remote_source_end (self);
  if (gstream_pending_next_wake (&self->pending))
    gstream_remote_source_go_on (self);
}

static void
on_silence (gpointer user_data)
{
  g_autoptr (GstreamRemoteSource) self = g_object_ref (user_data);

  gstream_timer_end (&self->silence);
  if (self->over)
    silent_after_the_end (self);
  else
    check_run (self);
}

static guint
get_patience (GstreamRemoteSource *self)
{
  guint timeout = self->server->silence_timeout;

  if (self->over)
    return gstream_run_window_is_inside (self->window) && self->beside == NULL ? REST : timeout;
  if (self->again && !self->known)
    return MIN (timeout, SHORT_SILENCE);

  return (guint) MIN ((guint64) timeout << MIN (self->n_beside, MOST_DOUBLINGS), G_MAXINT);
}

void
gstream_remote_source_start_silence (GstreamRemoteSource *self)
{
  gstream_timer_end (&self->silence);
  self->heard = how_much_it_brought (self);
  self->silence = gstream_timer_start (self->server->context, get_patience (self), NULL, "[gstream] silence",
                                       on_silence, self, NULL);
}
