/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server: a run stream whose source reads the run over as many connections as needed.
 *
 * The source reads one connection at a time. The run filter drops events of other runs, and those that were received
 * before. A connection is given up for one of these reasons:
 *
 * - It breaks: another one is opened after a pause, up to the retry limit (N3).
 * - It is silent for too long, or has given no event for as long, and none is on its way: the server is asked for the
 *   status of the run. If the run goes on, and the connection is silent, a second one is opened; the one that has an event
 *   first is used from then on (N12).
 * - The run has ended. If it was interrupted, other branches may still be running: the server is asked for the status
 *   until the run has ended, and then for the thread's state, which has the pending interrupts (N4). No event says that
 *   it is the last one. Therefore a connection that may have missed some (it ended, or was silent for too long) is not
 *   believed: another connection has to repeat all events that were received, and to have no other.
 *
 * All of this happens only while somebody waits for an event (R1), except for requests that are already pending.
 */
#include <gstream/remote/gstream-remote-run-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/remote/gstream-run-filter-private.h>
#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h> /* for gstream_run_stream_disregard_end() */
#include <gstream/thread/gstream-thread-run-internal.h>

#define DROPS_PER_TURN 256 /* events of other runs, or received before, that one call skips */
#define REST 500           /* ms without an event after which no more events of an ended run are expected */
#define SHORT_SILENCE 1000 /* ms: for a reopened connection, which begins with events that the server already has */
#define MOST_SILENCE_DOUBLINGS 3 /* of the time until a second connection is opened */
#define REPEATS 1 /* of all events, by which the end of a run is believed that is interrupted and over, ... */
#define REPEATS_OF_INCOMPLETE 2 /* ... and of a run whose events show that others are missing */
#define FIRST_ASK_PAUSE 50   /* ms until the server is asked again whether the run has ended; doubled each time, ... */
#define MOST_ASK_DOUBLINGS 4 /* ... up to this number of times */

typedef enum
{
  GSTREAM_REMOTE_CONNECTED, /* there is a connection, from which events are read */
  GSTREAM_REMOTE_BROKEN,    /* the connection broke; `broken` is the reason */
  GSTREAM_REMOTE_PAUSING,   /* waiting until the next connection is opened */
  GSTREAM_REMOTE_IN_DOUBT, /* the connection ended, and the run was interrupted: it is not known whether the run has ended */
  GSTREAM_REMOTE_INTERRUPTED,  /* the run has ended with interrupts; the pending ones are not known yet */
  GSTREAM_REMOTE_ASKING_STATE, /* the request for the thread's state is pending */
  GSTREAM_REMOTE_ENDED,        /* there are no more events, except those in `late` */
} GstreamRemoteState;

#define GSTREAM_TYPE_REMOTE_SOURCE (gstream_remote_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamRemoteSource, gstream_remote_source, GSTREAM, REMOTE_SOURCE, GObject)

struct _GstreamRemoteSource
{
  GObject parent_instance;

  GstreamOrigin                *origin;
  char                         *thread_id;
  char                         *run_id;
  GstreamSubscription          *wanted;
  const GstreamConnectionFuncs *funcs; /* of its connections */

  GstreamThreadRun            *run;  /* a weak pointer; NULL: it is finalized, or has closed its source */
  GstreamConnectionState       told; /* the state of the connection that was set on the run last */
  GstreamRemoteState           state;
  GstreamEventSource          *connection;       /* while connected */
  GstreamEventSourceInterface *connection_iface; /* its interface, looked up once instead of for each event */
  gboolean                     reading;          /* a next() of it is pending */
  gboolean                     again;            /* it is not the first connection */
  gboolean                     early;            /* it was opened before the server had the run, maybe the thread */
  gboolean                     was_inside;       /* events of the run have been received, over any connection */
  gboolean                     known;            /* since it was opened, the server has confirmed that the run exists */
  GstreamEventSource          *beside;           /* a second connection, opened because the first is silent; or NULL */
  guint                        n_beside;         /* how often one was opened since the last event */
  GPtrArray                   *left;             /* connections that are not read any more, but must stay open */
  GSource                     *silence;          /* timer that runs while the connection is read */
  gint64                       waiting;          /* monotonic µs: when the wait began */
  guint64                      heard;            /* the progress of the connection when the timer was started */
  gboolean                     checking;         /* because of a silence, a request for the run's status is pending */
  GSource                     *pause;            /* timer until the next connection */
  GError                      *broken;           /* why the connection broke */
  GstreamRetry                 retry;
  GCancellable                *closing; /* cancels pending requests */

  GstreamRunFilter *filter;
  GHashTable       *interrupts; /* ids of those that were in events */
  gint64            end_time;   /* ms since the epoch: the timestamp of the run's end or interrupt */
  gboolean          over;       /* the run was interrupted, and has ended according to the server */
  gboolean          asking;     /* a request whether it has ended is pending */
  GSource          *ask_again;  /* timer until the next request */
  guint             n_asked;    /* number of consecutive requests */
  GQueue            late;       /* GstreamEvent, owned: interrupts of the state that were not in events */
  GError           *error;      /* the error that the run fails with */
  GstreamNextCall   pending;
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamRemoteSource, gstream_remote_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

/*
 * Does what is needed in the current state, while somebody waits for an event. Must not be called inside a call from
 * outside.
 */
static void go_on (GstreamRemoteSource *self);
static void start_read (GstreamRemoteSource *self,
                        GstreamEventSource  *connection);
static void watch_silence (GstreamRemoteSource *self);
static void end_run (GstreamRemoteSource *self);

static gboolean
is_pending (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "pending") == 0;
}

static gboolean
is_running (GstreamPayload *run)
{
  return g_strcmp0 (gstream_payload_get_string (run, "/status"), "running") == 0;
}

/* --- what is told of the connection (N11) --- */

static void
tell (GstreamRemoteSource   *self,
      GstreamConnectionState state)
{
  if (self->run != NULL && self->told != state)
    gstream_thread_run_set_connection (self->run, state, 0, NULL);
  self->told = state;
}

static void
tell_waiting (GstreamRemoteSource *self,
              gint64               milliseconds)
{
  self->told = GSTREAM_CONNECTION_STATE_WAITING;
  if (self->run != NULL)
    gstream_thread_run_set_connection (self->run, GSTREAM_CONNECTION_STATE_WAITING,
                                       g_get_real_time () + milliseconds * 1000, self->broken);
}

/* --- connections --- */

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
  return self->funcs->open (self->origin, self->thread_id, self->wanted);
}

static void
open_connection (GstreamRemoteSource *self,
                 GstreamEventSource  *first)
{
  use_connection (self, first != NULL ? g_object_ref (first) : new_connection (self));
}

static void
close_connection (gpointer connection)
{
  gstream_event_source_close (connection);
  g_object_unref (connection);
}

/*
 * JavaScript's server ends a thread's events when any WebSocket of the thread is closed. Therefore one that is not read
 * any more stays open until the run ends.
 */
static void
leave_behind (GstreamRemoteSource *self,
              GstreamEventSource  *connection)
{
  if (self->funcs->stays_open)
    g_ptr_array_add (self->left, connection);
  else
    close_connection (connection);
}

static void
drop_beside (GstreamRemoteSource *self)
{
  if (self->beside != NULL)
    leave_behind (self, g_steal_pointer (&self->beside));
}

static void
disconnect (GstreamRemoteSource *self)
{
  gstream_timer_end (&self->silence);
  drop_beside (self);
  self->reading = FALSE;
  g_clear_pointer (&self->connection, close_connection);
}

static void
close_connections (GstreamRemoteSource *self)
{
  disconnect (self);
  g_ptr_array_set_size (self->left, 0);
}

/* --- another connection --- */

/* For each connection, the server sends a thread's events from the first one on. */
static void
begin_again (GstreamRemoteSource *self)
{
  gstream_run_filter_rewind (self->filter);
  self->again = TRUE;
  self->known = FALSE;
}

static void
replace_connection (GstreamRemoteSource *self)
{
  GstreamEventSource *old = g_steal_pointer (&self->connection);

  gstream_timer_end (&self->silence);
  drop_beside (self);
  begin_again (self);
  use_connection (self, new_connection (self));
  leave_behind (self, old);
}

static void
open_beside (GstreamRemoteSource *self)
{
  drop_beside (self);
  self->n_beside++;
  self->beside = new_connection (self);
  start_read (self, self->beside);
}

static void
adopt_beside (GstreamRemoteSource *self)
{
  GstreamEventSource *old = g_steal_pointer (&self->connection);

  gstream_timer_end (&self->silence);
  begin_again (self);
  self->known = TRUE;
  use_connection (self, g_steal_pointer (&self->beside));
  self->reading = TRUE; /* start_read() was called when it was opened */
  leave_behind (self, old);
}

/* --- the end of a connection --- */

/* Prepares a broken connection for being closed, and notes the pause that the server asks for. */
static void
heed_connection (GstreamRemoteSource *self)
{
  if (self->funcs->give_up != NULL)
    self->funcs->give_up (self->connection);
  if (self->funcs->get_retry != NULL)
    gstream_retry_tell (&self->retry, self->funcs->get_retry (self->connection));
}

/* Whether all events have been received, as far as can be told; @doubtful: the connection may have missed some. */
static gboolean
is_whole (GstreamRemoteSource *self,
          gboolean             doubtful)
{
  guint n_needed = gstream_run_filter_is_incomplete (self->filter) ? REPEATS_OF_INCOMPLETE : doubtful ? REPEATS : 0;

  return gstream_run_filter_get_n_repeats (self->filter) >= n_needed || !gstream_run_filter_can_rewind (self->filter);
}

/*
 * The connection was ended by the server, or by a proxy, which looks the same. Another one is opened, to get events that
 * may be missing.
 */
static void
verify_the_end (GstreamRemoteSource *self)
{
  if (is_whole (self, TRUE))
    {
      end_run (self);
      return;
    }

  begin_again (self);
  open_connection (self, NULL);
}

/* The connection has ended, and the run is interrupted: it may or may not have ended. */
static void
ended (GstreamRemoteSource *self)
{
  disconnect (self);
  if (self->over)
    verify_the_end (self);
  else
    self->state = GSTREAM_REMOTE_IN_DOUBT;
}

static GError *
ended_early_error (void)
{
  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                              _ ("The connection to the server ended before the run did"));
}

/* Whether the connection failed with @reason because it was opened before there was anything to be read. */
static gboolean
was_too_early (GstreamRemoteSource *self,
               const GError        *reason)
{
  return self->early && !self->was_inside &&
         (g_error_matches (reason, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND) ||
          g_error_matches (reason, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE));
}

/* @reason: (transfer full). */
static void
connection_failed (GstreamRemoteSource *self,
                   GError              *reason)
{
  if (self->connection != NULL)
    heed_connection (self);
  if (was_too_early (self, reason))
    {
      g_error_free (reason);
      disconnect (self);
      self->early = FALSE;
      begin_again (self);
      open_connection (self, NULL);
      return;
    }
  if (self->beside != NULL)
    {
      g_clear_error (&reason);
      adopt_beside (self);
      watch_silence (self);
      return;
    }

  disconnect (self);
  g_clear_error (&self->broken);
  self->broken = reason;
  self->state = GSTREAM_REMOTE_BROKEN;
}

/* There are no more events of the connection. @error: (transfer full) (nullable): NULL: as if that were proper. */
static void
connection_ended (GstreamRemoteSource *self,
                  GError              *error)
{
  if (error != NULL)
    connection_failed (self, error);
  else if (gstream_run_filter_is_asking (self->filter) && !gstream_run_filter_is_behind (self->filter))
    {
      heed_connection (self);
      ended (self);
    }
  else
    connection_failed (self, ended_early_error ());
}

static void
give_up (GstreamRemoteSource *self,
         GError              *error)
{
  if (gstream_run_filter_is_asking (self->filter) && self->run != NULL)
    gstream_run_stream_disregard_end (GSTREAM_RUN_STREAM (self->run));
  close_connections (self);
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
  tell (self, GSTREAM_CONNECTION_STATE_CONNECTING);
  open_connection (self, NULL);
  go_on (self);
}

/*
 * JavaScript's server reports that there is no run if its events are requested over another transport than before.
 * Explains that error.
 */
static void
explain_other_transport (GstreamRemoteSource *self)
{
  g_autofree char *code = gstream_error_dup_protocol_code (self->broken);
  GError          *error = NULL;

  if (self->was_inside || !self->known || g_strcmp0 (code, "no_such_run") != 0)
    return;

  error = g_error_new (
      GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
      _ ("The server has this run, and does not send its events over this kind of connection (JavaScript's sends "
         "a thread's events only over what the thread was first followed with, SSE or a WebSocket): %s"),
      self->broken->message);
  g_error_free (self->broken);
  self->broken = error;
}

static void
connect_again (GstreamRemoteSource *self)
{
  gint64 milliseconds = gstream_retry_next (&self->retry, self->origin, GSTREAM_RETRY_REPEATABLE, self->broken);

  if (milliseconds < 0)
    {
      explain_other_transport (self);
      give_up (self, g_steal_pointer (&self->broken));
      gstream_next_call_wake_later (&self->pending);
      return;
    }

  tell_waiting (self, milliseconds);
  g_clear_error (&self->broken);
  self->state = GSTREAM_REMOTE_PAUSING;
  self->pause =
      gstream_timer_start (self->origin->context, milliseconds, NULL, "[gstream] reconnect", on_pause_over, self, NULL);
}

/* The user's attempt is not one of those that are limited: they begin anew. */
static void
reconnect (gpointer source)
{
  GstreamRemoteSource *self = source;

  if (self->state != GSTREAM_REMOTE_PAUSING)
    return;

  self->retry.failures = 0;
  on_pause_over (self);
}

/* --- silence --- */

/*
 * A connection may be silent because the run has no events now, but not after the run has ended, and not before its
 * first event.
 */
static gboolean
may_be_silent (GstreamRemoteSource *self,
               GstreamPayload      *run)
{
  return is_pending (run) || (is_running (run) && gstream_run_filter_is_inside (self->filter));
}

/* Whether, since the timer was started, a part of an event has come, and nothing is wrong but that it takes its time. */
static gboolean
is_receiving (GstreamRemoteSource *self)
{
  return self->funcs->is_within_event (self->connection) && self->funcs->get_progress (self->connection) != self->heard;
}

static GError *
silence_error (GstreamRemoteSource *self,
               GstreamPayload      *run)
{
  const char *status = gstream_payload_get_string (run, "/status");

  if (gstream_run_filter_is_inside (self->filter))
    return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                        _ ("The connection was silent for %u ms, and the run's events do not come any more: "
                           "its status is “%s”"),
                        self->origin->limits.silence_timeout, status ? status : "");

  return g_error_new (
      GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
      _ ("No event of this run comes, whose status is “%s”: something between may hold them back (a proxy that buffers "
         "event streams), or the server does not send them over this kind of connection (JavaScript's sends a thread's "
         "events only over what the thread was first followed with, SSE or a WebSocket)"),
      status ? status : "");
}

/*
 * Whether a reopened connection that is silent will not have the run's events, although the run has begun: the
 * subscription is granted, and no connection has had any of them.
 */
static gboolean
is_in_vain (GstreamRemoteSource *self,
            GstreamPayload      *run)
{
  if (self->funcs->ask_for_run == NULL || is_pending (run))
    return FALSE;

  return self->funcs->ask_for_run (self->connection) && !self->was_inside;
}

static void
run_is_known (GstreamRemoteSource *self,
              GstreamPayload      *run)
{
  gboolean was_known = self->known;

  self->known = TRUE;
  if (!was_known && self->again && is_in_vain (self, run))
    give_up (self, silence_error (self, run));
  else if (!was_known && self->again)
    watch_silence (self);
  else if (!may_be_silent (self, run))
    connection_failed (self, silence_error (self, run));
  else
    {
      if (self->funcs->get_progress (self->connection) == self->heard && gstream_run_filter_is_inside (self->filter) &&
          gstream_run_filter_can_rewind (self->filter))
        open_beside (self);
      watch_silence (self);
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
  if (!self->reading || self->silence != NULL) /* something has been received meanwhile */
    {
      g_clear_error (&error);
      return;
    }

  if (is_receiving (self))
    {
      watch_silence (self);
      g_clear_error (&error);
    }
  else if (run != NULL)
    run_is_known (self, run);
  else if (gstream_retry_can_help (GSTREAM_RETRY_ANEW, error))
    connection_failed (self, error);
  else
    give_up (self, error);

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
check_run (GstreamRemoteSource *self)
{
  g_autofree char *rest = gstream_request_path_of_run (self->run_id, "");
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  if (self->checking)
    return;

  self->checking = TRUE;
  gstream_request_send (self->origin, "GET", path, NULL, GSTREAM_RETRY_ANEW, self->closing, on_run_known,
                        g_object_ref (self));
}

/* Whether the connection was silent for so long that it may be dead, and events may be missing. */
static gboolean
is_doubtful (GstreamRemoteSource *self)
{
  return g_get_monotonic_time () - self->waiting > (gint64) self->origin->limits.silence_timeout * 1000;
}

static GError *
stopped_early_error (void)
{
  return g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                              _ ("The run was interrupted and is over, and the server does not give all of its events: "
                                 "the connection is silent before the last one"));
}

/*
 * The run is over, and a connection that was opened anew has not repeated what was received. A server that gives nothing
 * at all, as often as it is asked, has forgotten the events.
 */
static void
silent_before_the_end (GstreamRemoteSource *self)
{
  if (!gstream_run_filter_is_inside (self->filter) && self->retry.failures >= self->origin->limits.retry_limit &&
      !gstream_run_filter_is_incomplete (self->filter))
    end_run (self);
  else
    connection_failed (self, stopped_early_error ());
}

/* The run is over, and the connection has given all that was received, and for some time nothing. */
static void
silent_at_the_end (GstreamRemoteSource *self)
{
  if (is_whole (self, is_doubtful (self)))
    end_run (self);
  else if (self->n_beside < self->origin->limits.retry_limit)
    {
      open_beside (self);
      watch_silence (self);
    }
  else
    {
      drop_beside (self);
      connection_failed (self, stopped_early_error ());
    }
}

static void
silent_after_the_end (GstreamRemoteSource *self)
{
  if (gstream_run_filter_is_inside (self->filter) && !gstream_run_filter_is_behind (self->filter))
    silent_at_the_end (self);
  else
    silent_before_the_end (self);

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
on_silence (gpointer user_data)
{
  g_autoptr (GstreamRemoteSource) self = g_object_ref (user_data);

  gstream_timer_end (&self->silence);
  if (is_receiving (self))
    watch_silence (self);
  else if (self->over)
    silent_after_the_end (self);
  else
    check_run (self);
}

/* After the run is over, the server has all of its events. */
static guint
get_patience_at_end (GstreamRemoteSource *self)
{
  guint shorter = MIN (self->origin->limits.silence_timeout, SHORT_SILENCE);

  if (self->beside != NULL)
    return shorter << MIN (self->n_beside, MOST_SILENCE_DOUBLINGS);

  return gstream_run_filter_is_inside (self->filter) ? REST : shorter;
}

static guint
get_patience (GstreamRemoteSource *self)
{
  guint timeout = self->origin->limits.silence_timeout;

  if (self->over)
    return get_patience_at_end (self);
  if (self->again && !self->known)
    return MIN (timeout, SHORT_SILENCE);

  return (guint) MIN ((guint64) timeout << MIN (self->n_beside, MOST_SILENCE_DOUBLINGS), G_MAXINT);
}

static void
watch_silence (GstreamRemoteSource *self)
{
  gstream_timer_end (&self->silence);
  self->heard = self->funcs->get_progress (self->connection);
  self->silence = gstream_timer_start (self->origin->context, get_patience (self), NULL, "[gstream] silence",
                                       on_silence, self, NULL);
}

/* --- whether an interrupted run is over --- */

static void ask_whether_over (GstreamRemoteSource *self);

static void
on_ask_again (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;

  gstream_timer_end (&self->ask_again);
  if (self->pending.task != NULL) /* otherwise the next call asks */
    ask_whether_over (self);
}

static void
ask_again (GstreamRemoteSource *self)
{
  guint pause = FIRST_ASK_PAUSE << MIN (self->n_asked++, MOST_ASK_DOUBLINGS);

  self->ask_again =
      gstream_timer_start (self->origin->context, pause, NULL, "[gstream] is the run over?", on_ask_again, self, NULL);
}

/* Events may still be in transit. When the connection has been silent for a short time, all have been received. */
static void
run_is_over (GstreamRemoteSource *self)
{
  self->over = TRUE;
  if (self->state == GSTREAM_REMOTE_IN_DOUBT)
    verify_the_end (self);
  else if (self->reading)
    watch_silence (self);
}

static void
run_goes_on (GstreamRemoteSource *self)
{
  if (self->state == GSTREAM_REMOTE_IN_DOUBT)
    connection_failed (self, ended_early_error ());
  else
    ask_again (self);
}

/* If the request fails, the run is assumed to have ended, because its own event says that it was interrupted. */
static void
on_asked (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, NULL);

  self->asking = FALSE;
  if (self->state == GSTREAM_REMOTE_ENDED) /* the source was closed meanwhile */
    return;

  if (run != NULL && (is_running (run) || is_pending (run)))
    run_goes_on (self);
  else
    run_is_over (self);
  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
ask_whether_over (GstreamRemoteSource *self)
{
  g_autofree char *rest = NULL;
  g_autofree char *path = NULL;

  if (self->over || self->asking || self->ask_again != NULL)
    return;

  rest = gstream_request_path_of_run (self->run_id, "");
  path = gstream_request_path (self->thread_id, rest);
  self->asking = TRUE;
  gstream_request_send (self->origin, "GET", path, NULL, GSTREAM_RETRY_ANEW, self->closing, on_asked,
                        g_object_ref (self));
}

static void
end_run (GstreamRemoteSource *self)
{
  close_connections (self);
  gstream_timer_end (&self->ask_again);
  self->state = gstream_run_filter_is_asking (self->filter) ? GSTREAM_REMOTE_INTERRUPTED : GSTREAM_REMOTE_ENDED;
}

/* --- what the run asks --- */

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, &error);

  if (self->state != GSTREAM_REMOTE_ASKING_STATE) /* the source was closed meanwhile */
    {
      g_clear_error (&error);
      return;
    }

  self->state = GSTREAM_REMOTE_ENDED;
  if (state == NULL)
    self->error = error;
  else
    gstream_open_questions_add_events (state, self->interrupts, self->end_time, &self->late);
  gstream_next_call_wake (&self->pending);
}

static void
ask_for_state (GstreamRemoteSource *self)
{
  g_autofree char *path = gstream_request_path (self->thread_id, "/state?subgraphs=true");

  self->state = GSTREAM_REMOTE_ASKING_STATE;
  gstream_request_send (self->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, self->closing, on_state,
                        g_object_ref (self));
}

/* --- cancelling the run --- */

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

/* Cancels the run on the server. The request may outlive the run; its failure is only logged. */
static void
cancel_run (GstreamRemoteSource *self)
{
  g_autofree char *rest = gstream_request_path_of_run (self->run_id, "/cancel?action=interrupt");
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  gstream_request_send (self->origin, "POST", path, NULL, GSTREAM_RETRY_REPEATABLE, NULL, on_cancelled, NULL);
}

/* --- events --- */

/* Passes the event to the filter. Returns FALSE if this connection is not to be read any more. */
static gboolean
take_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  GError *error = NULL;

  if (!gstream_run_filter_push (self->filter, event, &error))
    give_up (self, error);
  else if (gstream_run_filter_must_rewind (self->filter))
    replace_connection (self);
  else
    return TRUE;

  return FALSE;
}

/* Returns FALSE if @connection is not in use any more, and its event has to be dropped. */
static gboolean
is_read (GstreamRemoteSource *self,
         gpointer             connection,
         GstreamEvent        *event)
{
  if (connection == self->beside)
    {
      if (event == NULL) /* another one is opened after the next silence, up to the retry limit */
        drop_beside (self);
      else
        adopt_beside (self);
    }

  return connection == self->connection && self->reading;
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamEvent) event = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (object), result, &error);

  if (!is_read (self, object, event))
    {
      g_clear_error (&error);
      return;
    }

  self->reading = FALSE;
  gstream_timer_end (&self->silence);
  if (event == NULL)
    connection_ended (self, error);
  else
    {
      drop_beside (self);
      take_event (self, g_steal_pointer (&event));
    }

  if (gstream_next_call_wake (&self->pending))
    go_on (self);
}

static void
start_read (GstreamRemoteSource *self,
            GstreamEventSource  *connection)
{
  gstream_event_source_next (connection, NULL, on_event, g_object_ref (self));
}

static void
read_more (GstreamRemoteSource *self)
{
  if (self->reading)
    return;

  self->reading = TRUE;
  self->waiting = g_get_monotonic_time ();
  watch_silence (self);
  start_read (self, self->connection);
}

static void
note_interrupt (GstreamRemoteSource *self,
                GstreamEvent        *event)
{
  GstreamPayload *data = gstream_event_get_data (event);
  const char     *id = gstream_payload_get_string (data, "/interrupt_id");

  if (id != NULL)
    g_hash_table_add (self->interrupts, g_strdup (id));
}

/* Updates the source's state for an event that it returns. */
static void
note_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  tell (self, GSTREAM_CONNECTION_STATE_STREAMING);
  self->retry.failures = 0;
  self->n_beside = 0;
  self->was_inside = TRUE;
  if (fields->method == GSTREAM_METHOD_INPUT_REQUESTED)
    note_interrupt (self, event);
  if (fields->method == GSTREAM_METHOD_LIFECYCLE && gstream_event_peek_namespace (event)->length == 0)
    self->end_time = gstream_event_get_timestamp (event);
}

/* --- the source --- */

static void
go_on (GstreamRemoteSource *self)
{
  if (self->state == GSTREAM_REMOTE_CONNECTED)
    read_more (self);
  else if (self->state == GSTREAM_REMOTE_BROKEN)
    connect_again (self);

  if (gstream_run_filter_is_asking (self->filter) &&
      (self->state == GSTREAM_REMOTE_CONNECTED || self->state == GSTREAM_REMOTE_IN_DOUBT))
    ask_whether_over (self);
  else if (self->state == GSTREAM_REMOTE_INTERRUPTED)
    ask_for_state (self);
}

static GstreamTry
end_or_failure (GstreamRemoteSource *self,
                GstreamEvent       **event,
                GError             **error)
{
  *event = g_queue_pop_head (&self->late);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;
  if (self->error == NULL)
    return GSTREAM_TRY_ENDED;

  g_propagate_error (error, g_error_copy (self->error));

  return GSTREAM_TRY_FAILED;
}

/* Reads an event from the connection. Returns FALSE if there is none now, or no connection. */
static gboolean
pull (GstreamRemoteSource *self)
{
  GstreamEvent *event = NULL;
  GError       *error = NULL;

  if (self->state != GSTREAM_REMOTE_CONNECTED || self->reading)
    return FALSE;

  switch (self->connection_iface->try_next (self->connection, &event, &error))
    {
    case GSTREAM_TRY_ITEM:
      return take_event (self, event);
    case GSTREAM_TRY_ENDED:
    case GSTREAM_TRY_FAILED:
      connection_ended (self, error);
      return FALSE;
    case GSTREAM_TRY_PENDING:
    default:
      return FALSE;
    }
}

static GstreamTry
gstream_remote_source_try_next (GstreamEventSource *source,
                                GstreamEvent      **event,
                                GError            **error)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  for (guint i = 0; i < DROPS_PER_TURN; i++)
    {
      *event = gstream_run_filter_pop (self->filter);
      if (*event != NULL)
        {
          note_event (self, *event);
          return GSTREAM_TRY_ITEM;
        }
      if (gstream_run_filter_is_over (self->filter) && self->connection != NULL)
        end_run (self);
      if (self->state == GSTREAM_REMOTE_ENDED)
        return end_or_failure (self, event, error);
      if (!pull (self))
        break;
    }
  if (self->state == GSTREAM_REMOTE_ENDED)
    return end_or_failure (self, event, error);

  return GSTREAM_TRY_PENDING;
}

static void
gstream_remote_source_next (GstreamEventSource *source,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (gstream_next_call_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

static void
set_run (GstreamRemoteSource *self,
         GstreamThreadRun    *run)
{
  if (self->run != NULL)
    gstream_thread_run_set_reconnect (self->run, NULL, NULL);
  g_set_weak_pointer (&self->run, run);
  if (run != NULL)
    gstream_thread_run_set_reconnect (run, reconnect, self);
}

/* --- closing --- */

/* A run that was only dropped continues on the server (N7). */
static gboolean
was_aborted (GstreamRemoteSource *self)
{
  return self->run != NULL && !gstream_thread_run_is_dropped (self->run) &&
         gstream_run_stream_get_status (GSTREAM_RUN_STREAM (self->run)) == GSTREAM_RUN_STATUS_ABORTED;
}

static void
gstream_remote_source_close (GstreamEventSource *source)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (was_aborted (self) && self->origin->cancel_on_abort && !self->over && !gstream_run_filter_is_over (self->filter))
    cancel_run (self);
  set_run (self, NULL);

  g_cancellable_cancel (self->closing);
  gstream_timer_end (&self->pause);
  gstream_timer_end (&self->ask_again);
  close_connections (self);
  self->state = GSTREAM_REMOTE_ENDED;
  gstream_next_call_wake_later (&self->pending);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_remote_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_remote_source_try_next;
  iface->close = gstream_remote_source_close;
}

/* --- the object --- */

static void
gstream_remote_source_finalize (GObject *object)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (object);

  set_run (self, NULL);
  gstream_timer_end (&self->pause);
  gstream_timer_end (&self->ask_again);
  close_connections (self);
  g_ptr_array_unref (self->left);
  g_clear_pointer (&self->filter, gstream_run_filter_free);
  g_hash_table_unref (self->interrupts);
  g_queue_clear_full (&self->late, (GDestroyNotify) gstream_event_unref);
  g_clear_error (&self->broken);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  gstream_subscription_unref (self->wanted);
  g_free (self->thread_id);
  g_free (self->run_id);
  gstream_origin_unref (self->origin);

  G_OBJECT_CLASS (gstream_remote_source_parent_class)->finalize (object);
}

static void
gstream_remote_source_class_init (GstreamRemoteSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_remote_source_finalize;
}

static void
gstream_remote_source_init (GstreamRemoteSource *self)
{
  self->closing = g_cancellable_new ();
  self->left = g_ptr_array_new_with_free_func (close_connection);
  self->interrupts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static GstreamEventSource *
gstream_remote_source_new (GstreamOrigin                *origin,
                           const char                   *thread_id,
                           const char                   *run_id,
                           gint64                        applied_seq,
                           GstreamSubscription          *wanted,
                           const GstreamConnectionFuncs *funcs,
                           GstreamEventSource           *first)
{
  GstreamRemoteSource *self = g_object_new (GSTREAM_TYPE_REMOTE_SOURCE, NULL);

  self->origin = gstream_origin_ref (origin);
  self->thread_id = g_strdup (thread_id);
  self->run_id = g_strdup (run_id);
  self->wanted = gstream_subscription_ref (wanted);
  self->funcs = funcs;
  self->filter = gstream_run_filter_new (run_id, applied_seq);
  self->early = first != NULL && funcs->opens_early;
  open_connection (self, first);

  return GSTREAM_EVENT_SOURCE (self);
}

/* --- the run --- */

GstreamRunStream *
gstream_remote_run_new (GstreamOrigin                *origin,
                        const char                   *thread_id,
                        const char                   *run_id,
                        gint64                        applied_seq,
                        GstreamSubscription          *wanted,
                        const GstreamConnectionFuncs *funcs,
                        GstreamEventSource           *first,
                        GstreamStreamMux             *mux)
{
  g_autoptr (GstreamEventSource) source =
      gstream_remote_source_new (origin, thread_id, run_id, applied_seq, wanted, funcs, first);

  GstreamThreadRun *run = gstream_thread_run_new (source, mux, run_id);

  set_run (GSTREAM_REMOTE_SOURCE (source), run);

  return GSTREAM_RUN_STREAM (run);
}
