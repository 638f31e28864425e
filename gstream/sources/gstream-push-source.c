/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application pushes, from any thread.
 *
 * Pushers may be in any thread, the run is in one. What both touch is guarded
 * by the mutex, under which nobody's code is called: callers are told from
 * their own main loops.
 */
#include <gstream/sources/gstream-push-source.h>

#include <gstream/event/gstream-error.h>
#include <gstream/sources/gstream-pending-next-private.h>
#include <gstream/sources/gstream-push-queue-private.h>

/**
 * GstreamPushSource:
 *
 * A source into which an application pushes its events, from any thread.
 *
 * ```c
 * GstreamPushSource *source = gstream_push_source_new ();
 * GstreamRunStream *run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
 *
 * // where the events come from
 * if (!gstream_push_source_push (source, event, &error))
 *   stop_agent ();                       // the run is over
 * ...
 * gstream_push_source_finish (source);
 * ```
 *
 * [method@PushSource.push] never waits. Whoever may be faster than the run's
 * consumers, and can wait, uses [method@PushSource.push_async]: it completes when
 * there is room for the event, so that no more than
 * [property@PushSource:max-buffered] pile up.
 *
 * Whoever can make events at any time need not be ahead of the run at all: the
 * source says with [signal@PushSource::wanted] that an event is waited for and
 * none is there. A handler, or a class derived from this one, may push it at once,
 * or start what will push it.
 *
 * ```python
 * class Countdown(Gstream.PushSource):
 *     left = 3
 *
 *     def do_wanted(self):
 *         if self.left == 0:
 *             self.finish()
 *             return
 *         self.left -= 1
 *         self.push(Gstream.Event.new("custom", [], Gstream.Payload.new(str(self.left), -1)))
 * ```
 *
 * When the run is over, or aborted, the source is closed: what is queued is
 * dropped, and pushing fails with %GSTREAM_ERROR_CLOSED.
 */

#define DEFAULT_MAX_BUFFERED 64 /* events */

typedef struct
{
  GstreamPendingNext  pending;      /* of the run's thread alone */

  GMutex              mutex;        /* guards everything below */
  GstreamPushQueue    queue;
  GError             *error;        /* what fail() said */
  GMainContext       *asleep;       /* of a `next` that a push has to wake; NULL: there is none */
  gboolean            told_wanted;  /* since the last push */
  gboolean            finished;     /* nothing is pushed any more */
  gboolean            closed;       /* the run has let go */
} GstreamPushSourcePrivate;

enum
{
  PROP_MAX_BUFFERED = 1,
  PROP_CLOSED,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];
static guint wanted_signal;

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_TYPE_WITH_CODE (GstreamPushSource, gstream_push_source, G_TYPE_OBJECT,
                         G_ADD_PRIVATE (GstreamPushSource)
                         G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static inline GstreamPushSourcePrivate *
get_private (gpointer self)
{
  return gstream_push_source_get_instance_private (self);
}

/* --- the run, in its thread --- */

static void
fall_asleep (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv = get_private (self);
  gboolean missed;

  g_mutex_lock (&priv->mutex);
  g_clear_pointer (&priv->asleep, g_main_context_unref);
  priv->asleep = g_main_context_ref (g_task_get_context (priv->pending.task));
  missed = priv->queue.ready.length > 0 || priv->finished || priv->closed;
  g_mutex_unlock (&priv->mutex);

  /* Pushed by another thread between the look at the queue and now. */
  if (missed)
    gstream_pending_next_wake_later (&priv->pending);
}

static gboolean
on_wake (gpointer user_data)
{
  GstreamPushSource *self = user_data;

  if (gstream_pending_next_wake (&get_private (self)->pending))
    fall_asleep (self);

  return G_SOURCE_REMOVE;
}

static void
wake_locked (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv = get_private (self);
  g_autoptr (GMainContext) context = g_steal_pointer (&priv->asleep);
  g_autoptr (GSource) idle = NULL;

  if (context == NULL)
    return;

  idle = g_idle_source_new ();
  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_static_name (idle, "[gstream] pushed");
  g_source_set_callback (idle, on_wake, g_object_ref (self), g_object_unref);
  g_source_attach (idle, context);
}

static GstreamTry
take_locked (GstreamPushSourcePrivate  *priv,
             GstreamEvent             **event,
             GError                   **error)
{
  if ((*event = gstream_push_queue_take (&priv->queue)) != NULL)
    return GSTREAM_TRY_ITEM;
  if (priv->closed || (priv->finished && priv->error == NULL))
    return GSTREAM_TRY_ENDED;
  if (!priv->finished)
    return GSTREAM_TRY_PENDING;

  g_propagate_error (error, g_error_copy (priv->error));

  return GSTREAM_TRY_FAILED;
}

static GstreamTry
gstream_push_source_try_next (GstreamEventSource  *source,
                              GstreamEvent       **event,
                              GError             **error)
{
  GstreamPushSourcePrivate *priv = get_private (source);
  GstreamTry result;

  g_mutex_lock (&priv->mutex);
  result = take_locked (priv, event, error);
  if (result == GSTREAM_TRY_PENDING && !priv->told_wanted)
    {
      priv->told_wanted = TRUE;
      g_mutex_unlock (&priv->mutex);
      g_signal_emit (source, wanted_signal, 0);
      g_mutex_lock (&priv->mutex);
      result = take_locked (priv, event, error);
    }
  g_mutex_unlock (&priv->mutex);

  return result;
}

static void
gstream_push_source_next (GstreamEventSource  *source,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GstreamPushSource *self = GSTREAM_PUSH_SOURCE (source);

  if (gstream_pending_next_start (&get_private (self)->pending, source, cancellable, callback, user_data))
    fall_asleep (self);
}

static void
gstream_push_source_close (GstreamEventSource *source)
{
  GstreamPushSource *self = GSTREAM_PUSH_SOURCE (source);
  GstreamPushSourcePrivate *priv = get_private (self);
  gboolean was_closed;

  g_mutex_lock (&priv->mutex);
  was_closed = priv->closed;
  priv->closed = TRUE;
  gstream_push_queue_clear (&priv->queue);
  wake_locked (self);
  g_mutex_unlock (&priv->mutex);

  if (!was_closed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_push_source_next;
  iface->next_finish = gstream_pending_next_finish;
  iface->try_next = gstream_push_source_try_next;
  iface->close = gstream_push_source_close;
}

/* --- the object --- */

static void
gstream_push_source_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  switch (property_id)
    {
    case PROP_MAX_BUFFERED:
      gstream_push_source_set_max_buffered (GSTREAM_PUSH_SOURCE (object), g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_push_source_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamPushSource *self = GSTREAM_PUSH_SOURCE (object);

  switch (property_id)
    {
    case PROP_MAX_BUFFERED:
      g_value_set_uint (value, gstream_push_source_get_max_buffered (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, gstream_push_source_is_closed (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_push_source_finalize (GObject *object)
{
  GstreamPushSourcePrivate *priv = get_private (object);

  gstream_push_queue_clear (&priv->queue);
  g_clear_error (&priv->error);
  g_clear_pointer (&priv->asleep, g_main_context_unref);
  g_mutex_clear (&priv->mutex);

  G_OBJECT_CLASS (gstream_push_source_parent_class)->finalize (object);
}

static void
gstream_push_source_class_init (GstreamPushSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gstream_push_source_set_property;
  object_class->get_property = gstream_push_source_get_property;
  object_class->finalize = gstream_push_source_finalize;

  /**
   * GstreamPushSource:max-buffered: (getter get_max_buffered) (setter set_max_buffered)
   *
   * How many events may be queued before [method@PushSource.push_async] waits; 0
   * for any number. It does not hold back [method@PushSource.push].
   */
  properties[PROP_MAX_BUFFERED] =
      g_param_spec_uint ("max-buffered", NULL, NULL, 0, G_MAXUINT, DEFAULT_MAX_BUFFERED,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamPushSource:closed: (getter is_closed)
   *
   * Whether the run is over, or was aborted (R6), and takes no more events. Its
   * notify comes in the run's main context.
   */
  properties[PROP_CLOSED] =
      g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * GstreamPushSource::wanted:
   * @self: the source
   *
   * The run wants an event, and none is queued. Emitted in the run's main
   * context, and again only when something has been pushed since. What a handler
   * pushes before it returns is taken at once.
   */
  wanted_signal = g_signal_new ("wanted", GSTREAM_TYPE_PUSH_SOURCE, G_SIGNAL_RUN_LAST,
                                G_STRUCT_OFFSET (GstreamPushSourceClass, wanted),
                                NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
gstream_push_source_init (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv = get_private (self);

  g_mutex_init (&priv->mutex);
  priv->queue.max_buffered = DEFAULT_MAX_BUFFERED;
}

/**
 * gstream_push_source_new:
 *
 * Makes a source without events.
 *
 * Returns: (transfer full): a new source
 */
GstreamPushSource *
gstream_push_source_new (void)
{
  return g_object_new (GSTREAM_TYPE_PUSH_SOURCE, NULL);
}

/* --- the application, in any thread --- */

static gboolean
check_open_locked (GstreamPushSourcePrivate  *priv,
                   GError                   **error)
{
  if (priv->closed)
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED, "the run is over: it takes no more events");
  else if (priv->finished)
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                 "an event was pushed after the source had been told that no more would come");

  return !priv->closed && !priv->finished;
}

static void
stop_watching (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static gboolean
on_push_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  GTask *task = user_data;
  GstreamPushSourcePrivate *priv = get_private (g_task_get_source_object (task));
  gboolean waited;

  g_mutex_lock (&priv->mutex);
  waited = gstream_push_queue_remove (&priv->queue, task);
  g_mutex_unlock (&priv->mutex);

  if (waited)
    g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

/* A source in the pusher's main context, until the task is done (its data is unset then). */
static void
watch_cancellable (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *source;

  if (cancellable == NULL)
    return;

  source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (source, "[gstream] push_async cancelled");
  g_task_set_task_data (task, source, (GDestroyNotify) stop_watching);
  g_task_attach_source (task, source, G_SOURCE_FUNC (on_push_cancelled));
}

/* @task: NULL for a caller that does not wait. */
static gboolean
append (GstreamPushSource  *self,
        GstreamEvent       *event,
        GTask              *task,
        GError            **error)
{
  GstreamPushSourcePrivate *priv = get_private (self);
  gboolean is_open;

  g_mutex_lock (&priv->mutex);
  is_open = check_open_locked (priv, error);
  if (is_open)
    {
      if (gstream_push_queue_append (&priv->queue, event, task))
        watch_cancellable (task);
      priv->told_wanted = FALSE;
      wake_locked (self);
    }
  g_mutex_unlock (&priv->mutex);

  return is_open;
}

/**
 * gstream_push_source_push:
 * @self: a source
 * @event: an event
 * @error: return location for an error
 *
 * Queues @event for the run, however many are queued already. May be called in any
 * thread; events of one thread keep their order.
 *
 * Fails with %GSTREAM_ERROR_CLOSED when the run is over, or after
 * [method@PushSource.finish] or [method@PushSource.fail].
 *
 * Returns: whether the event was queued
 */
gboolean
gstream_push_source_push (GstreamPushSource  *self,
                          GstreamEvent       *event,
                          GError            **error)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return append (self, event, NULL, error);
}

/**
 * gstream_push_source_push_async:
 * @self: a source
 * @event: an event
 * @cancellable: (nullable): to give up, where the event has still to wait
 * @callback: (scope async): called when the event is queued, or will not be
 * @user_data: for @callback
 *
 * Queues @event for the run, and waits until there is room for it (P6). May be
 * called in any thread; @callback is called in the main context that was the
 * thread's default.
 *
 * Fails like [method@PushSource.push], when the run ends while the event waits, too.
 */
void
gstream_push_source_push_async (GstreamPushSource   *self,
                                GstreamEvent        *event,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));
  g_return_if_fail (event != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_push_source_push_async);
  /* What was queued was queued, whatever happens to the cancellable then. */
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    return;

  if (!append (self, event, task, &error))
    g_task_return_error (task, error);
}

/**
 * gstream_push_source_push_finish:
 * @self: a source
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@PushSource.push_async].
 *
 * Returns: whether the event was queued
 */
gboolean
gstream_push_source_push_finish (GstreamPushSource  *self,
                                 GAsyncResult       *result,
                                 GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
finish (GstreamPushSource *self,
        const GError      *error)
{
  GstreamPushSourcePrivate *priv = get_private (self);

  g_mutex_lock (&priv->mutex);
  if (!priv->finished)
    {
      priv->finished = TRUE;
      priv->error = error ? g_error_copy (error) : NULL;
      wake_locked (self);
    }
  g_mutex_unlock (&priv->mutex);
}

/**
 * gstream_push_source_finish:
 * @self: a source
 *
 * Says that no more events will be pushed: the run ends when it has had those
 * that are queued. May be called in any thread. Only the first call of this and
 * [method@PushSource.fail] counts.
 */
void
gstream_push_source_finish (GstreamPushSource *self)
{
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));

  finish (self, NULL);
}

/**
 * gstream_push_source_fail:
 * @self: a source
 * @error: why
 *
 * Says that no more events will be pushed because of @error: the run fails with
 * it when it has had those that are queued (R5). May be called in any thread.
 * Only the first call of this and [method@PushSource.finish] counts.
 */
void
gstream_push_source_fail (GstreamPushSource *self,
                          const GError      *error)
{
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));
  g_return_if_fail (error != NULL);

  finish (self, error);
}

/**
 * gstream_push_source_is_closed: (get-property closed)
 * @self: a source
 *
 * Says whether the run is over, or was aborted. May be called in any thread.
 *
 * Returns: whether it takes no more events
 */
gboolean
gstream_push_source_is_closed (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv;
  gboolean closed;

  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), TRUE);

  priv = get_private (self);
  g_mutex_lock (&priv->mutex);
  closed = priv->closed;
  g_mutex_unlock (&priv->mutex);

  return closed;
}

/**
 * gstream_push_source_get_n_buffered:
 * @self: a source
 *
 * Counts the events that were pushed and that the run has not taken, those
 * included that wait for room. May be called in any thread.
 *
 * Returns: how many
 */
guint
gstream_push_source_get_n_buffered (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv;
  guint n_buffered;

  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  priv = get_private (self);
  g_mutex_lock (&priv->mutex);
  n_buffered = gstream_push_queue_get_length (&priv->queue);
  g_mutex_unlock (&priv->mutex);

  return n_buffered;
}

/**
 * gstream_push_source_get_max_buffered: (get-property max-buffered)
 * @self: a source
 *
 * Gets how many events may be queued before [method@PushSource.push_async] waits.
 *
 * Returns: a number of events; 0 for any
 */
guint
gstream_push_source_get_max_buffered (GstreamPushSource *self)
{
  GstreamPushSourcePrivate *priv;
  guint max_buffered;

  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  priv = get_private (self);
  g_mutex_lock (&priv->mutex);
  max_buffered = priv->queue.max_buffered;
  g_mutex_unlock (&priv->mutex);

  return max_buffered;
}

/**
 * gstream_push_source_set_max_buffered: (set-property max-buffered)
 * @self: a source
 * @max_buffered: a number of events; 0 for any
 *
 * Sets how many events may be queued before [method@PushSource.push_async] waits.
 */
void
gstream_push_source_set_max_buffered (GstreamPushSource *self,
                                      guint              max_buffered)
{
  GstreamPushSourcePrivate *priv;
  gboolean changed;

  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));

  priv = get_private (self);
  g_mutex_lock (&priv->mutex);
  changed = max_buffered != priv->queue.max_buffered;
  gstream_push_queue_set_max_buffered (&priv->queue, max_buffered);
  g_mutex_unlock (&priv->mutex);

  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED]);
}
