/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a run on its server: what it asked where it stopped to ask (N4), and how it is cancelled (N7).
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/remote/gstream-pending-private.h>
#include <gstream/remote/gstream-request-private.h>

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, &error);

  if (self->state != GSTREAM_REMOTE_SETTLING) /* closed meanwhile */
    {
      g_clear_error (&error);
      return;
    }

  self->state = GSTREAM_REMOTE_ENDED;
  if (state == NULL)
    self->error = error;
  else
    gstream_pending_add_events (state, self->interrupts, self->end_time, &self->late);
  gstream_pending_next_wake (&self->pending);
}

void
gstream_remote_source_ask_for_state (GstreamRemoteSource *self)
{
  g_autofree char *path = gstream_request_path (self->thread_id, "/state?subgraphs=true");

  self->state = GSTREAM_REMOTE_SETTLING;
  gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, self->closing,
                        on_state, g_object_ref (self));
}

static void
on_cancelled (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_request_finish (result, &error);

  if (answer == NULL)
    g_message ("The run could not be cancelled on its server: %s", error->message);
}

/* Nobody waits for the answer: it outlives the run. */
void
gstream_remote_source_cancel_run (GstreamRemoteSource *self)
{
  g_autofree char *rest = g_strconcat ("/runs/", self->run_id, "/cancel?wait=false&action=interrupt", NULL);
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  gstream_request_send (self->server, "POST", path, NULL, GSTREAM_RETRY_REPEATABLE, NULL, on_cancelled, NULL);
}
