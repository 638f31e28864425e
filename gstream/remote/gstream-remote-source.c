/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run's events from its server, through as many connections as that takes.
 */
#include <gstream/remote/gstream-remote-source-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-private.h>
#include <gstream/remote/gstream-pending-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-run-window-private.h>
#include <gstream/sources/gstream-pending-next-private.h>

#define DROPS_PER_TURN 256 /* events of other runs, or seen before, that one call passes over */

/* What is being done. Things move on only while somebody waits (R1), but for what is under way. */
typedef enum
{
  STATE_CONNECTED,   /* there is a connection, and events come from it */
  STATE_BROKEN,      /* it broke, for the reason in `broken` */
  STATE_PAUSING,     /* until it is opened again */
  STATE_INTERRUPTED, /* the run has ended, to ask; what is pending is not known yet */
  STATE_SETTLING,    /* that is being asked for */
  STATE_ENDED,       /* nothing more comes but what is in `late` */
} State;

struct _GstreamRemoteSource
{
  GObject             parent_instance;

  GstreamServer      *server;
  char               *thread_id;
  char               *run_id;
  char              **channels;
  GstreamConnect      connect;

  GstreamRunStream   *run;        /* not held; NULL: dropped */
  State               state;
  GstreamEventSource *connection; /* while connected */
  GstreamEventSourceInterface *connection_iface; /* its own: looked up once, not per event */
  gboolean            reading;    /* it is being waited for */
  GSource            *silence;    /* runs while it is */
  gboolean            checking;   /* it has been silent, and the server is being asked how the run is */
  GSource            *pause;
  GError             *broken;     /* why the connection is none any more */
  GstreamRetry        retry;
  GCancellable       *closing;    /* ends the requests under way */

  GstreamRunWindow   *window;
  GHashTable         *interrupts; /* ids of those that events have told */
  gint64              end_time;   /* the timestamp of the run's own end */
  GQueue              late;       /* events of what else is pending */
  GError             *error;      /* the run's, once there is no help */
  GstreamPendingNext  pending;
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamRemoteSource, gstream_remote_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void go_on (GstreamRemoteSource *self);

static void
destroy_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static GSource *
start_timer (guint        milliseconds,
             const char  *name,
             GSourceFunc  callback,
             gpointer     user_data)
{
  GSource *timer = g_timeout_source_new (milliseconds);

  g_source_set_static_name (timer, name);
  g_source_set_callback (timer, callback, user_data, NULL);
  g_source_attach (timer, g_main_context_get_thread_default ());

  return timer;
}

/* --- the connection's end --- */

static void
disconnect_from_server (GstreamRemoteSource *self)
{
  destroy_source (&self->silence);
  self->reading = FALSE;
  if (self->connection != NULL)
    gstream_event_source_close (self->connection);
  g_clear_object (&self->connection);
}

static void
connection_broke (GstreamRemoteSource *self,
                  GError              *reason)
{
  disconnect_from_server (self);
  g_clear_error (&self->broken);
  self->broken = reason;
  self->state = STATE_BROKEN;
}

static void
connection_ended (GstreamRemoteSource *self)
{
  connection_broke (self, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                               "The connection to the server ended before the run did"));
}

static void
give_up (GstreamRemoteSource *self,
         GError              *error)
{
  disconnect_from_server (self);
  self->error = error;
  self->state = STATE_ENDED;
}

static void
take_connection (GstreamRemoteSource *self,
                 GstreamEventSource  *connection)
{
  self->connection = connection;
  self->connection_iface = GSTREAM_EVENT_SOURCE_GET_IFACE (connection);
  self->state = STATE_CONNECTED;
}

static GstreamEventSource *
new_connection (GstreamRemoteSource *self)
{
  return self->connect (self->server, self->thread_id, (const char * const *) self->channels);
}

static gboolean
on_pause_over (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;

  destroy_source (&self->pause);
  gstream_run_window_rewind (self->window);
  take_connection (self, new_connection (self));
  go_on (self);

  return G_SOURCE_REMOVE;
}

static void
connect_again (GstreamRemoteSource *self)
{
  gint64 milliseconds = gstream_retry_next (&self->retry, self->server, GSTREAM_RETRY_REPEATABLE, self->broken);

  if (milliseconds < 0)
    {
      give_up (self, g_steal_pointer (&self->broken));
      gstream_pending_next_wake_later (&self->pending);
      return;
    }

  g_clear_error (&self->broken);
  self->state = STATE_PAUSING;
  self->pause = start_timer (milliseconds, "[gstream] reconnect", on_pause_over, self);
}

/* --- silence --- */

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

static void start_silence (GstreamRemoteSource *self);

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
      start_silence (self);
      return;
    }

  connection_broke (self, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                                       "The connection was silent for %u ms, and the run's events do not come any more",
                                       self->server->silence_timeout));
  go_on (self);
}

static gboolean
on_silence (gpointer user_data)
{
  GstreamRemoteSource *self = user_data;
  g_autofree char *rest = g_strconcat ("/runs/", self->run_id, NULL);
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  destroy_source (&self->silence);
  if (!self->checking)
    {
      self->checking = TRUE;
      gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, self->closing,
                            on_run_known, g_object_ref (self));
    }

  return G_SOURCE_REMOVE;
}

static void
start_silence (GstreamRemoteSource *self)
{
  self->silence = start_timer (self->server->silence_timeout, "[gstream] silence", on_silence, self);
}

/* --- events --- */

/* FALSE: what comes is not this run any more. */
static gboolean
take_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  GError *error = NULL;

  if (gstream_run_window_push (self->window, event, &error))
    return TRUE;
  give_up (self, error);

  return FALSE;
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamEvent) event = gstream_event_source_next_finish (GSTREAM_EVENT_SOURCE (object), result, &error);

  if ((gpointer) self->connection != object || !self->reading) /* one that was given up */
    {
      g_clear_error (&error);
      return;
    }

  self->reading = FALSE;
  destroy_source (&self->silence);
  if (event != NULL)
    take_event (self, g_steal_pointer (&event));
  else if (error != NULL)
    connection_broke (self, error);
  else
    connection_ended (self);

  if (gstream_pending_next_wake (&self->pending))
    go_on (self);
}

static void
read_more (GstreamRemoteSource *self)
{
  if (self->reading)
    return;

  self->reading = TRUE;
  start_silence (self);
  gstream_event_source_next (self->connection, NULL, on_event, g_object_ref (self));
}

/* --- the run's end --- */

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GstreamRemoteSource) self = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, &error);

  if (self->state != STATE_SETTLING) /* closed meanwhile */
    {
      g_clear_error (&error);
      return;
    }

  self->state = STATE_ENDED;
  if (state == NULL)
    self->error = error;
  else
    gstream_pending_add_events (state, self->interrupts, self->end_time, &self->late);
  gstream_pending_next_wake (&self->pending);
}

static void
ask_for_state (GstreamRemoteSource *self)
{
  g_autofree char *path = gstream_request_path (self->thread_id, "/state?subgraphs=true");

  self->state = STATE_SETTLING;
  gstream_request_send (self->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, self->closing,
                        on_state, g_object_ref (self));
}

static void
note_interrupt (GstreamRemoteSource *self,
                GstreamEvent        *event)
{
  GstreamPayload *data = gstream_event_get_data (event);
  const char *id = gstream_payload_get_string (data, "/interrupt_id");

  if (id != NULL)
    g_hash_table_add (self->interrupts, g_strdup (id));
}

/* What the source itself has to know of an event that it gives. */
static void
note_event (GstreamRemoteSource *self,
            GstreamEvent        *event)
{
  const GstreamFacts *facts = gstream_event_get_facts (event);

  self->retry.failures = 0;
  if (facts->method == GSTREAM_METHOD_INPUT_REQUESTED)
    note_interrupt (self, event);
  if (!gstream_run_window_is_over (self->window) || self->connection == NULL)
    return;

  disconnect_from_server (self);
  self->end_time = gstream_event_get_timestamp (event);
  self->state = facts->step == GSTREAM_STEP_INTERRUPTED ? STATE_INTERRUPTED : STATE_ENDED;
}

/* --- the source --- */

/* Moves on whatever has to wait for something; not from inside a caller. */
static void
go_on (GstreamRemoteSource *self)
{
  if (self->state == STATE_CONNECTED)
    read_more (self);
  else if (self->state == STATE_BROKEN)
    connect_again (self);
  else if (self->state == STATE_INTERRUPTED)
    ask_for_state (self);
}

static GstreamTry
end_or_failure (GstreamRemoteSource  *self,
                GstreamEvent        **event,
                GError              **error)
{
  *event = g_queue_pop_head (&self->late);
  if (*event != NULL)
    return GSTREAM_TRY_ITEM;
  if (self->error == NULL)
    return GSTREAM_TRY_ENDED;

  g_propagate_error (error, g_error_copy (self->error));

  return GSTREAM_TRY_FAILED;
}

/* FALSE: the connection has nothing now, or is none any more. */
static gboolean
pull (GstreamRemoteSource *self)
{
  GstreamEvent *event = NULL;
  GError *error = NULL;

  if (self->state != STATE_CONNECTED || self->reading)
    return FALSE;

  switch (self->connection_iface->try_next (self->connection, &event, &error))
    {
    case GSTREAM_TRY_ITEM:
      return take_event (self, event);
    case GSTREAM_TRY_ENDED:
      connection_ended (self);
      return FALSE;
    case GSTREAM_TRY_FAILED:
      connection_broke (self, error);
      return FALSE;
    case GSTREAM_TRY_PENDING:
    default:
      return FALSE;
    }
}

static GstreamTry
gstream_remote_source_try_next (GstreamEventSource  *source,
                                GstreamEvent       **event,
                                GError             **error)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  for (guint i = 0; i < DROPS_PER_TURN; i++)
    {
      *event = gstream_run_window_pop (self->window);
      if (*event != NULL)
        {
          note_event (self, *event);
          return GSTREAM_TRY_ITEM;
        }
      if (self->state == STATE_ENDED)
        return end_or_failure (self, event, error);
      if (!pull (self))
        break;
    }
  if (self->state == STATE_ENDED)
    return end_or_failure (self, event, error);

  return GSTREAM_TRY_PENDING;
}

static void
gstream_remote_source_next (GstreamEventSource  *source,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (gstream_pending_next_start (&self->pending, source, cancellable, callback, user_data))
    go_on (self);
}

/* --- closing --- */

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
static void
cancel_run (GstreamRemoteSource *self)
{
  g_autofree char *rest = g_strconcat ("/runs/", self->run_id, "/cancel?wait=false&action=interrupt", NULL);
  g_autofree char *path = gstream_request_path (self->thread_id, rest);

  gstream_request_send (self->server, "POST", path, NULL, GSTREAM_RETRY_REPEATABLE, NULL, on_cancelled, NULL);
}

static gboolean
was_aborted (GstreamRemoteSource *self)
{
  return self->run != NULL && gstream_run_stream_get_status (self->run) == GSTREAM_RUN_STATUS_ABORTED;
}

static void
gstream_remote_source_close (GstreamEventSource *source)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (source);

  if (was_aborted (self) && self->server->cancel_on_abort && !gstream_run_window_is_over (self->window))
    cancel_run (self);
  gstream_remote_source_set_run (self, NULL);

  g_cancellable_cancel (self->closing);
  destroy_source (&self->pause);
  disconnect_from_server (self);
  self->state = STATE_ENDED;
  gstream_pending_next_wake_later (&self->pending);
}

void
gstream_remote_source_set_run (GstreamRemoteSource *self,
                               GstreamRunStream    *run)
{
  self->run = run;
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_remote_source_next;
  iface->next_finish = gstream_pending_next_finish;
  iface->try_next = gstream_remote_source_try_next;
  iface->close = gstream_remote_source_close;
}

/* --- the object --- */

static void
gstream_remote_source_finalize (GObject *object)
{
  GstreamRemoteSource *self = GSTREAM_REMOTE_SOURCE (object);

  destroy_source (&self->pause);
  disconnect_from_server (self);
  g_clear_pointer (&self->window, gstream_run_window_free);
  g_hash_table_unref (self->interrupts);
  g_queue_clear_full (&self->late, (GDestroyNotify) gstream_event_unref);
  g_clear_error (&self->broken);
  g_clear_error (&self->error);
  g_object_unref (self->closing);
  g_strfreev (self->channels);
  g_free (self->thread_id);
  g_free (self->run_id);
  gstream_server_unref (self->server);

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
  self->interrupts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

GstreamEventSource *
gstream_remote_source_new (GstreamServer      *server,
                           const char         *thread_id,
                           const char         *run_id,
                           gint64              applied_seq,
                           const char * const *channels,
                           GstreamConnect      connect,
                           GstreamEventSource *first)
{
  GstreamRemoteSource *self = g_object_new (GSTREAM_TYPE_REMOTE_SOURCE, NULL);

  self->server = gstream_server_ref (server);
  self->thread_id = g_strdup (thread_id);
  self->run_id = g_strdup (run_id);
  self->channels = g_strdupv ((char **) channels);
  self->connect = connect;
  self->window = gstream_run_window_new (run_id, applied_seq);
  take_connection (self, first != NULL ? g_object_ref (first) : new_connection (self));

  return GSTREAM_EVENT_SOURCE (self);
}
