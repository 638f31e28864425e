/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run's source does when its connection is silent: the server is asked whether it may be.
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-timer-private.h>

static gboolean
is_waiting_for_a_worker (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "pending") == 0;
}

static gboolean
is_under_way (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "running") == 0;
}

/*
 * A connection may be silent because the run has nothing to say. But not after
 * the run is over, and not before what it said at its very beginning.
 */
static gboolean
may_be_silent (GstreamRemoteSource *self,
               GstreamPayload      *run)
{
  if (gstream_run_window_is_inside (self->window))
    return is_under_way (run) || is_waiting_for_a_worker (run);

  return is_waiting_for_a_worker (run);
}

static void
on_run_known (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, &error);

  self->checking = FALSE;
  if (!self->reading || self->silence != NULL) /* something came after all */
    return;
  if (run != NULL && may_be_silent (self, run))
    {
      gstream_remote_source_start_silence (self);
      return;
    }

  gstream_remote_source_broke (self, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                                  "The connection was silent for %u ms, "
                                                  "and the run's events do not come any more",
                                                  self->server->silence_timeout));
  gstream_remote_source_go_on (self);
}

static gboolean
on_silence (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;
  g_autofree char *rest = g_strconcat ("/runs/", self->run_id, NULL);
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  gstream_timer_end (&self->silence);
  if (!self->checking)
    {
      self->checking = TRUE;
      gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, self->closing,
                            on_run_known, g_object_ref (self));
    }

  return G_SOURCE_REMOVE;
}

void
gstream_remote_source_start_silence (GstreamRemoteSource *self)
{
  self->silence = gstream_timer_new (self->server->silence_timeout, NULL, "[gstream] silence");
  g_source_set_callback (self->silence, on_silence, self, NULL);
  g_source_attach (self->silence, g_main_context_get_thread_default ());
}
