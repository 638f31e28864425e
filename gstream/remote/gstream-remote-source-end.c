/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a run on its server: when one that was interrupted is over, what it has asked
 * (N4), and how it is cancelled (N7).
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-pending-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-run-context-private.h>

#define FIRST_PAUSE 50  /* ms, until it is asked once more whether the run is over; doubled each time, ... */
#define MOST_DOUBLINGS 4 /* ... so often */

gboolean
gstream_remote_run_is_pending (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "pending") == 0;
}

gboolean
gstream_remote_run_is_under_way (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "running") == 0;
}

/* --- whether it is over --- */

static void
on_ask_again (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;

  gstream_timer_end (&self->ask_again);
  if (self->pending.task != NULL) /* else whoever waits next asks */
    gstream_remote_source_see_to_end (self);
}

static void
ask_again (GstreamRemoteSource *self)
{
  self->ask_again = gstream_timer_start (self->server->context, FIRST_PAUSE << MIN (self->n_asked++, MOST_DOUBLINGS), NULL,
                                         "[gstream] is the run over?", on_ask_again, self, NULL);
}

/* What it said before that is here, or on its way: that it comes no more shows that it is here. */
static void
run_is_over (GstreamRemoteSource *self)
{
  self->over = TRUE;
  if (self->state == GSTREAM_REMOTE_IN_DOUBT)
    gstream_remote_source_end (self);
  else if (self->reading)
    gstream_remote_source_start_silence (self);
}

static void
run_goes_on (GstreamRemoteSource *self)
{
  if (self->state == GSTREAM_REMOTE_IN_DOUBT)
    gstream_remote_source_broke (self, NULL);
  else
    ask_again (self);
}

/* An answer that helps nobody is as good as none: the run has told its end. */
static void
on_asked (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, NULL);

  self->asking = FALSE;
  if (self->state == GSTREAM_REMOTE_ENDED) /* closed meanwhile */
    return;

  if (run != NULL && (gstream_remote_run_is_under_way (run) || gstream_remote_run_is_pending (run)))
    run_goes_on (self);
  else
    run_is_over (self);
  if (gstream_pending_next_wake (&self->pending))
    gstream_remote_source_go_on (self);
}

void
gstream_remote_source_see_to_end (GstreamRemoteSource *self)
{
  g_autofree char *rest = NULL;
  g_autofree char *path = NULL;

  if (self->over || self->asking || self->ask_again != NULL)
    return;

  rest = g_strconcat ("/runs/", self->run_id, NULL);
  path = gstream_request_path (self->thread_id, rest);
  self->asking = TRUE;
  gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_ANEW, self->closing,
                        on_asked, g_object_ref (self));
}

void
gstream_remote_source_end (GstreamRemoteSource *self)
{
  gstream_remote_source_leave (self);
  gstream_timer_end (&self->ask_again);
  self->state = gstream_run_window_is_asking (self->window) ? GSTREAM_REMOTE_INTERRUPTED : GSTREAM_REMOTE_ENDED;
}

/* --- what it has asked --- */

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

/* --- cancelling it --- */

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
