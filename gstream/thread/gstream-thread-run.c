/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run of a thread: a run stream with a run id and the state of its connection.
 *
 * The source may set the state of the connection at any time. Changes are notified from the main loop, like all of a
 * run's properties (R7). If the source does not set it, the state is derived from that of the run.
 */
#include <gstream/thread/gstream-thread-run-internal.h>

#include <gstream/stream/gstream-run-stream-internal.h>

/**
 * GstreamThreadRun:
 *
 * A run of a [class@Thread].
 *
 * It is a [class@RunStream] that also has the id of the run and the state of the connection, to be shown to users
 * (N11): a window can show that it waits for the network, and until when.
 *
 * ```c
 * static void
 * on_connection_changed (GstreamThreadRun *run)
 * {
 *   if (gstream_thread_run_get_connection_state (run) == GSTREAM_CONNECTION_STATE_WAITING)
 *     show_banner (gstream_thread_run_get_connection_error (run)->message, gstream_thread_run_get_retry_at (run));
 *   else
 *     hide_banner ();
 * }
 *
 * g_signal_connect (run, "notify::connection-state", G_CALLBACK (on_connection_changed), NULL);
 * ```
 *
 * Since: 1.0
 */
struct _GstreamThreadRun
{
  GstreamRunStream parent_instance;

  char                  *run_id;       /* NULL: not known */
  gboolean               is_said;      /* the source has set the state of the connection */
  GstreamConnectionState said;         /* the state that it has set last */
  gint64                 retry_at;     /* µs since the epoch; 0: it is not waiting */
  void (*reconnect) (gpointer source); /* at once; NULL: nothing to reopen */
  gpointer source;                     /* of reconnect */
  GError  *error;                      /* why it is waiting; NULL: it is not */
  gboolean dropped;                    /* its last reference was dropped */

  GstreamNotifier        notifier;
  GstreamConnectionState shown_state; /* as last notified */
  gint64                 shown_retry_at;
  gboolean               shown_error; /* whether there was one */
};

enum
{
  PROP_RUN_ID = 1,
  PROP_CONNECTION_STATE,
  PROP_RETRY_AT,
  PROP_CONNECTION_ERROR,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_ENUM_TYPE (GstreamConnectionState, gstream_connection_state,
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONNECTION_STATE_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONNECTION_STATE_STREAMING, "streaming"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONNECTION_STATE_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_CONNECTION_STATE_CLOSED, "closed"))

G_DEFINE_FINAL_TYPE (GstreamThreadRun, gstream_thread_run, GSTREAM_TYPE_RUN_STREAM)

/* --- how the connection is --- */

static GstreamConnectionState
get_state (GstreamThreadRun *self)
{
  GstreamRunStatus status = gstream_run_stream_get_status (GSTREAM_RUN_STREAM (self));

  if (status != GSTREAM_RUN_STATUS_PENDING && status != GSTREAM_RUN_STATUS_RUNNING)
    return GSTREAM_CONNECTION_STATE_CLOSED;
  if (self->is_said)
    return self->said;

  return status == GSTREAM_RUN_STATUS_PENDING ? GSTREAM_CONNECTION_STATE_CONNECTING
                                              : GSTREAM_CONNECTION_STATE_STREAMING;
}

static gboolean
is_waiting (GstreamThreadRun *self)
{
  return get_state (self) == GSTREAM_CONNECTION_STATE_WAITING;
}

/* The state is notified last, so that its handlers find the other properties updated and notified. */
static void
notify_changes (GstreamThreadRun *self)
{
  GObject               *object = G_OBJECT (self);
  GstreamConnectionState state = get_state (self);
  gint64                 retry_at = gstream_thread_run_get_retry_at (self);
  gboolean               has_error = gstream_thread_run_get_connection_error (self) != NULL;
  gboolean               state_changed = state != self->shown_state;
  gboolean               time_changed = retry_at != self->shown_retry_at;
  gboolean               error_changed = has_error != self->shown_error || (has_error && time_changed);

  self->shown_state = state;
  self->shown_retry_at = retry_at;
  self->shown_error = has_error;

  g_object_ref (self);
  if (error_changed)
    g_object_notify_by_pspec (object, properties[PROP_CONNECTION_ERROR]);
  if (time_changed)
    g_object_notify_by_pspec (object, properties[PROP_RETRY_AT]);
  if (state_changed)
    g_object_notify_by_pspec (object, properties[PROP_CONNECTION_STATE]);
  g_object_unref (self);
}

static void
on_notify (GstreamNotifier *notifier)
{
  notify_changes ((GstreamThreadRun *) ((char *) notifier - G_STRUCT_OFFSET (GstreamThreadRun, notifier)));
}

void
gstream_thread_run_set_connection (GstreamThreadRun      *self,
                                   GstreamConnectionState state,
                                   gint64                 retry_at,
                                   const GError          *error)
{
  self->is_said = TRUE;
  self->said = state;
  self->retry_at = retry_at;
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;

  if (!self->dropped)
    gstream_pump_notify_soon (gstream_run_stream_get_pump (GSTREAM_RUN_STREAM (self)), &self->notifier);
}

void
gstream_thread_run_set_reconnect (GstreamThreadRun *self,
                                  void (*reconnect) (gpointer source),
                                  gpointer source)
{
  self->reconnect = reconnect;
  self->source = source;
}

void
gstream_thread_run_set_run_id (GstreamThreadRun *self,
                               const char       *run_id)
{
  if (g_strcmp0 (self->run_id, run_id) == 0)
    return;

  g_free (self->run_id);
  self->run_id = g_strdup (run_id);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUN_ID]);
}

gboolean
gstream_thread_run_is_dropped (GstreamThreadRun *self)
{
  return self->dropped;
}

/* --- properties --- */

/**
 * gstream_thread_run_get_run_id: (get-property run-id)
 * @self: a run
 *
 * Gets the id of the run, which can be passed to [method@Thread.attach] and [method@Thread.cancel_run].
 *
 * Returns: (nullable): the id; %NULL: not known
 *
 * Since: 1.0
 */
const char *
gstream_thread_run_get_run_id (GstreamThreadRun *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_RUN (self), NULL);

  return self->run_id;
}

/**
 * gstream_thread_run_get_connection_state: (get-property connection-state)
 * @self: a run
 *
 * Gets the state of the connection.
 *
 * Returns: its state
 *
 * Since: 1.0
 */
GstreamConnectionState
gstream_thread_run_get_connection_state (GstreamThreadRun *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_RUN (self), GSTREAM_CONNECTION_STATE_CLOSED);

  return get_state (self);
}

/**
 * gstream_thread_run_get_retry_at: (get-property retry-at)
 * @self: a run
 *
 * Gets the time when a broken connection will be reopened.
 *
 * Returns: the time, in microseconds since the epoch, as of g_get_real_time(); 0: it is not waiting for that
 *
 * Since: 1.0
 */
gint64
gstream_thread_run_get_retry_at (GstreamThreadRun *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_RUN (self), 0);

  return is_waiting (self) ? self->retry_at : 0;
}

/**
 * gstream_thread_run_reconnect:
 * @self: a run
 *
 * Reopens a broken connection now, without waiting until [property@ThreadRun:retry-at]: for a button of a banner, or when
 * the network is known to be back. The attempts that the server's `retry-limit` allows are counted anew. Does nothing if it
 * is not waiting for that.
 *
 * Since: 1.0
 */
void
gstream_thread_run_reconnect (GstreamThreadRun *self)
{
  g_return_if_fail (GSTREAM_IS_THREAD_RUN (self));

  if (self->reconnect != NULL && is_waiting (self))
    self->reconnect (self->source);
}

/**
 * gstream_thread_run_get_connection_error: (get-property connection-error)
 * @self: a run
 *
 * Gets why the connection broke that will be reopened.
 *
 * Returns: (nullable) (transfer none): the error; %NULL: it is not waiting for that
 *
 * Since: 1.0
 */
const GError *
gstream_thread_run_get_connection_error (GstreamThreadRun *self)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD_RUN (self), NULL);

  return is_waiting (self) ? self->error : NULL;
}

static void
gstream_thread_run_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamThreadRun *self = GSTREAM_THREAD_RUN (object);

  switch (property_id)
    {
    case PROP_RUN_ID:
      g_value_set_string (value, self->run_id);
      break;
    case PROP_CONNECTION_STATE:
      g_value_set_enum (value, get_state (self));
      break;
    case PROP_RETRY_AT:
      g_value_set_int64 (value, gstream_thread_run_get_retry_at (self));
      break;
    case PROP_CONNECTION_ERROR:
      g_value_set_boxed (value, gstream_thread_run_get_connection_error (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_thread_run_set_property (GObject      *object,
                                 guint         property_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamThreadRun *self = GSTREAM_THREAD_RUN (object);

  if (property_id == PROP_RUN_ID)
    self->run_id = g_value_dup_string (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

/* --- the object --- */

/*
 * The connection is closed when the run ends. If the source does not set the state, it is streaming when events come.
 */
static void
gstream_thread_run_notify (GObject    *object,
                           GParamSpec *pspec)
{
  if (pspec->owner_type == GSTREAM_TYPE_RUN_STREAM && g_str_equal (pspec->name, "status"))
    notify_changes (GSTREAM_THREAD_RUN (object));

  if (G_OBJECT_CLASS (gstream_thread_run_parent_class)->notify != NULL)
    G_OBJECT_CLASS (gstream_thread_run_parent_class)->notify (object, pspec);
}

static void
gstream_thread_run_dispose (GObject *object)
{
  GstreamThreadRun *self = GSTREAM_THREAD_RUN (object);

  self->dropped = TRUE;
  gstream_pump_cancel_notify (gstream_run_stream_get_pump (GSTREAM_RUN_STREAM (self)), &self->notifier);

  G_OBJECT_CLASS (gstream_thread_run_parent_class)->dispose (object);
}

static void
gstream_thread_run_finalize (GObject *object)
{
  GstreamThreadRun *self = GSTREAM_THREAD_RUN (object);

  g_free (self->run_id);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_thread_run_parent_class)->finalize (object);
}

static void
gstream_thread_run_class_init (GstreamThreadRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_thread_run_get_property;
  object_class->set_property = gstream_thread_run_set_property;
  object_class->notify = gstream_thread_run_notify;
  object_class->dispose = gstream_thread_run_dispose;
  object_class->finalize = gstream_thread_run_finalize;

  /**
   * GstreamThreadRun:run-id: (getter get_run_id)
   *
   * The id of the run; %NULL: not known.
   *
   * Since: 1.0
   */
  properties[PROP_RUN_ID] = g_param_spec_string ("run-id", NULL, NULL, NULL,
                                                 G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadRun:connection-state: (getter get_connection_state)
   *
   * The state of the connection over which the events come. Notified from the main loop.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION_STATE] =
      g_param_spec_enum ("connection-state", NULL, NULL, GSTREAM_TYPE_CONNECTION_STATE,
                         GSTREAM_CONNECTION_STATE_CONNECTING,
                         G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadRun:retry-at: (getter get_retry_at)
   *
   * The time when a broken connection will be reopened, in microseconds since the epoch; 0: it is not waiting for that.
   *
   * Since: 1.0
   */
  properties[PROP_RETRY_AT] = g_param_spec_int64 ("retry-at", NULL, NULL, 0, G_MAXINT64, 0,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamThreadRun:connection-error: (getter get_connection_error)
   *
   * Why the connection broke that will be reopened; %NULL: it is not waiting for that.
   *
   * Since: 1.0
   */
  properties[PROP_CONNECTION_ERROR] =
      g_param_spec_boxed ("connection-error", NULL, NULL, G_TYPE_ERROR,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_thread_run_init (GstreamThreadRun *self)
{
  self->notifier.notify = on_notify;
}

/**
 * gstream_thread_run_new:
 * @source: where its events come from
 * @mux: (nullable): its pipeline; %NULL: one with the built-in transformers
 * @run_id: (nullable): the id by which the thread knows it
 *
 * Makes a run of a thread, for classes that derive from [class@Thread]. The state of its connection is derived from the
 * run: connecting until the first event has come.
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
GstreamThreadRun *
gstream_thread_run_new (GstreamEventSource *source,
                        GstreamStreamMux   *mux,
                        const char         *run_id)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (source), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);

  return g_object_new (GSTREAM_TYPE_THREAD_RUN, "source", source, "mux", mux, "run-id", run_id, NULL);
}
