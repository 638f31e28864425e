/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application pushes, from any thread.
 */
#include <gstream/sources/gstream-push-source.h>

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
  GstreamPendingNext pending; /* of the run's thread alone */
  GstreamPushQueue   queue;   /* of all threads */
  gboolean           async_only;
} GstreamPushSourcePrivate;

enum
{
  PROP_MAX_BUFFERED = 1,
  PROP_CLOSED,
  PROP_ASYNC_ONLY,
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
fall_asleep (GstreamPushSourcePrivate *priv)
{
  /* Another thread may have pushed since the queue was looked at. */
  if (!gstream_push_queue_sleep (&priv->queue, g_task_get_context (priv->pending.task)))
    gstream_pending_next_wake_later (&priv->pending);
}

static gboolean
on_wake (gpointer user_data)
{
  GstreamPushSourcePrivate *priv = get_private (user_data);

  if (gstream_pending_next_wake (&priv->pending))
    fall_asleep (priv);

  return G_SOURCE_REMOVE;
}

static GstreamTry
gstream_push_source_try_next (GstreamEventSource  *source,
                              GstreamEvent       **event,
                              GError             **error)
{
  GstreamPushSourcePrivate *priv = get_private (source);
  GstreamTry result = gstream_push_queue_take (&priv->queue, event, error);

  if (result != GSTREAM_TRY_PENDING || !gstream_push_queue_tell_wanted (&priv->queue))
    return result;

  g_signal_emit (source, wanted_signal, 0);

  return gstream_push_queue_take (&priv->queue, event, error);
}

static void
gstream_push_source_next (GstreamEventSource  *source,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  GstreamPushSourcePrivate *priv = get_private (source);

  if (gstream_pending_next_start (&priv->pending, source, cancellable, callback, user_data))
    fall_asleep (priv);
}

static void
gstream_push_source_close (GstreamEventSource *source)
{
  if (gstream_push_queue_close (&get_private (source)->queue))
    g_object_notify_by_pspec (G_OBJECT (source), properties[PROP_CLOSED]);
}

static gboolean
gstream_push_source_is_async_only (GstreamEventSource *source)
{
  return get_private (source)->async_only;
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_push_source_next;
  iface->next_finish = gstream_pending_next_finish;
  iface->try_next = gstream_push_source_try_next;
  iface->close = gstream_push_source_close;
  iface->is_async_only = gstream_push_source_is_async_only;
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
    case PROP_ASYNC_ONLY:
      get_private (object)->async_only = g_value_get_boolean (value);
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
    case PROP_ASYNC_ONLY:
      g_value_set_boolean (value, get_private (self)->async_only);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_push_source_finalize (GObject *object)
{
  gstream_push_queue_clear (&get_private (object)->queue);

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
  /**
   * GstreamPushSource:async-only:
   *
   * Whether what pushes needs the main loop's other work, so that synchronous
   * calls on the run are refused ([method@EventSource.is_async_only]).
   */
  properties[PROP_ASYNC_ONLY] =
      g_param_spec_boolean ("async-only", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
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

static gboolean
on_push_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  GTask *task = user_data;

  /* If it does not wait any more, its event is queued, and it will be told so. */
  if (gstream_push_queue_remove (&get_private (g_task_get_source_object (task))->queue, task))
    g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
gstream_push_source_init (GstreamPushSource *self)
{
  gstream_push_queue_init (&get_private (self)->queue, G_OBJECT (self),
                           on_wake, G_SOURCE_FUNC (on_push_cancelled), DEFAULT_MAX_BUFFERED);
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

  return gstream_push_queue_append (&get_private (self)->queue, event, NULL, error);
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

  if (!gstream_push_queue_append (&get_private (self)->queue, event, task, &error))
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
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
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

  gstream_push_queue_finish (&get_private (self)->queue, NULL);
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

  gstream_push_queue_finish (&get_private (self)->queue, error);
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
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), TRUE);

  return gstream_push_queue_is_closed (&get_private (self)->queue);
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
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  return gstream_push_queue_get_n_buffered (&get_private (self)->queue);
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
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  return gstream_push_queue_get_max_buffered (&get_private (self)->queue);
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
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));

  if (gstream_push_queue_set_max_buffered (&get_private (self)->queue, max_buffered))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED]);
}
