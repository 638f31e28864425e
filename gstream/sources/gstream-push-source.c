/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application pushes, from any thread.
 */
#include <gstream/sources/gstream-push-source.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>

/**
 * GstreamPushSource:
 *
 * A source for events that an application pushes, from any thread.
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
 * [method@PushSource.push] never waits. A producer that may be faster than the run's consumers should use
 * [method@PushSource.push_async], which completes when there is room for the event, so that at most
 * [property@PushSource:max-buffered] events are queued.
 *
 * A producer that can make events at any time can also make them on request: the signal [signal@PushSource::wanted] is
 * emitted when the run waits for an event and none is queued. A handler, or a derived class, may push an event at once
 * or start something that will push it later.
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
 * When the run ends or is aborted, the source is closed: queued events are dropped, and pushing fails with
 * %GSTREAM_ERROR_CLOSED.
 *
 * Since: 1.0
 */

#define DEFAULT_MAX_BUFFERED 64 /* events */

/*
 * The queue between the pushing threads and the run's thread: the events, the calls that wait for room, and whether the
 * run waits for an event.
 */
typedef struct
{
  GObject    *owner;     /* the push source that contains this; not owned */
  GSourceFunc wake;      /* called with @owner in the run's main context */
  GSourceFunc cancelled; /* a GCancellableSourceFunc: called with the task in its main context */

  GMutex        mutex;        /* guards everything below; no callback is called with it locked */
  GQueue        ready;        /* of GstreamEvent */
  GQueue        late;         /* of Late: events that there was no room for, in order; they come after @ready */
  GCond         settled;      /* one of @late with a Blocked is no more in it */
  guint         max_buffered; /* bound of @ready for calls that wait; 0: none */
  GError       *error;        /* of fail(); NULL: none */
  GMainContext *asleep;       /* the run's context, while it waits for a push; otherwise NULL */
  GThread      *reader;       /* the run's thread, which must not wait for room; only compared */
  gboolean      told_wanted;  /* `wanted` was emitted since the last push */
  gboolean      finished;     /* finish() or fail() was called */
  gboolean      closed;       /* the run takes no more events */
} Queue;

typedef enum
{
  BLOCKED_WAITS,
  BLOCKED_ADMITTED,
  BLOCKED_DROPPED,
} Blocked;

/* With neither @task nor @blocked it is an event of push(), which must keep its place after the others. */
typedef struct
{
  GstreamEvent *event;
  GTask        *task;    /* of push_async(); nullable */
  Blocked      *blocked; /* of push_sync(), in whose thread it is; nullable */
} Late;

/* --- the queue --- */

static void
queue_init (Queue      *self,
            GObject    *owner,
            GSourceFunc wake,
            GSourceFunc cancelled,
            guint       max_buffered)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->settled);
  self->owner = owner;
  self->wake = wake;
  self->cancelled = cancelled;
  self->max_buffered = max_buffered;
  self->reader = g_thread_self ();
}

/* --- calls of push_async() that wait for room; each is completed in its own main context --- */

static void
stop_watching (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* Not with the mutex locked: cancelling may hold the cancellable's own, and wait for this one. */
static void
make_watch (GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource      *source;

  if (cancellable == NULL)
    return;

  source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (source, "[gstream] push_async cancelled");
  g_task_set_task_data (task, source, (GDestroyNotify) stop_watching);
}

static gboolean
return_true (gpointer user_data)
{
  g_task_set_task_data (user_data, NULL, NULL);
  g_task_return_boolean (user_data, TRUE);

  return G_SOURCE_REMOVE;
}

static void
set_closed_error (GError **error)
{
  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED, _ ("the run is over: the event was not delivered"));
}

static gboolean
return_closed (gpointer user_data)
{
  GError *error = NULL;

  g_task_set_task_data (user_data, NULL, NULL);
  set_closed_error (&error);
  g_task_return_error (user_data, error);

  return G_SOURCE_REMOVE;
}

static void
complete_later (GTask      *task,
                GSourceFunc how)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_static_name (idle, "[gstream] push_async");
  g_task_attach_source (task, idle, how);
}

static inline gboolean
has_room_locked (Queue *self)
{
  return self->max_buffered == 0 || self->ready.length < self->max_buffered;
}

static void
admit_late_locked (Queue *self)
{
  while (!g_queue_is_empty (&self->late) && has_room_locked (self))
    {
      g_autofree Late *late = g_queue_pop_head (&self->late);
      g_autoptr (GTask) task = late->task;

      g_queue_push_tail (&self->ready, late->event);
      if (task != NULL)
        complete_later (task, return_true);
      if (late->blocked == NULL)
        continue;
      *late->blocked = BLOCKED_ADMITTED;
      g_cond_broadcast (&self->settled);
    }
}

static void
drop_late (gpointer data)
{
  Late *late = data;

  if (late->task != NULL)
    complete_later (late->task, return_closed);
  if (late->blocked != NULL)
    *late->blocked = BLOCKED_DROPPED;
  g_clear_object (&late->task);
  gstream_event_unref (late->event);
  g_free (late);
}

static void
drop_all_locked (Queue *self)
{
  g_queue_clear_full (&self->ready, (GDestroyNotify) gstream_event_unref);
  g_queue_clear_full (&self->late, drop_late);
}

static void
queue_clear (Queue *self)
{
  drop_all_locked (self);
  g_clear_error (&self->error);
  g_clear_pointer (&self->asleep, g_main_context_unref);
  g_cond_clear (&self->settled);
  g_mutex_clear (&self->mutex);
}

/* --- pushing, in any thread --- */

static void
wake_locked (Queue *self)
{
  g_autoptr (GMainContext) context = g_steal_pointer (&self->asleep);
  g_autoptr (GSource) idle = NULL;

  if (context == NULL)
    return;

  idle = g_idle_source_new ();
  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_static_name (idle, "[gstream] pushed");
  g_source_set_callback (idle, self->wake, g_object_ref (self->owner), g_object_unref);
  g_source_attach (idle, context);
}

static void
append_locked (Queue        *self,
               GstreamEvent *event,
               GTask        *task,
               Blocked      *blocked)
{
  gboolean waits = task != NULL || blocked != NULL;
  Late    *late;

  if (g_queue_is_empty (&self->late) && (!waits || has_room_locked (self)))
    {
      g_queue_push_tail (&self->ready, gstream_event_ref (event));
      if (task != NULL)
        complete_later (task, return_true);
      if (blocked != NULL)
        *blocked = BLOCKED_ADMITTED;
      return;
    }

  late = g_new (Late, 1);
  late->event = gstream_event_ref (event);
  late->task = task ? g_object_ref (task) : NULL;
  late->blocked = blocked;
  g_queue_push_tail (&self->late, late);
  if (task != NULL && g_task_get_task_data (task) != NULL)
    g_task_attach_source (task, g_task_get_task_data (task), self->cancelled);
}

/*
 * Appends @event. @task (nullable) is completed with TRUE when there is room; until then, the queue uses its task data.
 * @blocked (nullable) is set then, and queue_wait() is to be called. Returns FALSE if no more events are accepted.
 */
static gboolean
queue_append (Queue        *self,
              GstreamEvent *event,
              GTask        *task,
              Blocked      *blocked,
              GError      **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->closed || self->finished)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                   self->closed ? _ ("the run is over: it takes no more events")
                                : _ ("an event was pushed after the source had been told that no more would come"));
      return FALSE;
    }

  append_locked (self, event, task, blocked);
  self->told_wanted = FALSE;
  wake_locked (self);

  return TRUE;
}

/* Whoever has completed a call lets go of what told its main context so, which may go away now. */
static void
queue_let_pass (Queue *self)
{
  g_mutex_lock (&self->mutex);
  g_mutex_unlock (&self->mutex);
}

/* Returns FALSE if the caller would wait for itself. */
static gboolean
queue_may_wait (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->reader != g_thread_self () || self->closed || self->finished ||
         (g_queue_is_empty (&self->late) && has_room_locked (self));
}

/* Removes the event of @task or of @blocked, one of which is NULL. Returns FALSE if it does not wait any more. */
static gboolean
remove_locked (Queue   *self,
               GTask   *task,
               Blocked *blocked)
{
  for (GList *link = self->late.head; link != NULL; link = link->next)
    {
      Late *late = link->data;

      if (late->task != task || late->blocked != blocked)
        continue;

      g_queue_delete_link (&self->late, link);
      gstream_event_unref (late->event);
      g_clear_object (&late->task);
      g_free (late);
      admit_late_locked (self);
      return TRUE;
    }

  return FALSE;
}

static gboolean
queue_remove (Queue *self,
              GTask *task)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return remove_locked (self, task, NULL);
}

static void
on_wait_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  Queue *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->settled);
  g_mutex_unlock (&self->mutex);
}

/*
 * Waits until there is room for the event of @blocked, the queue is closed, or @cancellable (nullable) is cancelled: then
 * the event is removed, and @blocked stays BLOCKED_WAITS.
 *
 * It is no main context that is waited on: one that goes away at once, while the thread that has cancelled still lets go
 * of its source, is more than GLib can do.
 */
static void
queue_wait (Queue        *self,
            Blocked      *blocked,
            GCancellable *cancellable)
{
  gulong handler = 0;

  /* If it is cancelled already, this calls back at once. */
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_wait_cancelled), self, NULL);

  g_mutex_lock (&self->mutex);
  while (*blocked == BLOCKED_WAITS && !g_cancellable_is_cancelled (cancellable))
    g_cond_wait (&self->settled, &self->mutex);
  if (*blocked == BLOCKED_WAITS)
    remove_locked (self, NULL, blocked);
  g_mutex_unlock (&self->mutex);

  g_cancellable_disconnect (cancellable, handler);
}

/* Ends the queue. @error: NULL for the regular end. Only the first call has an effect. */
static void
queue_finish (Queue        *self,
              const GError *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->finished)
    return;

  self->finished = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  wake_locked (self);
}

/* --- taking, in the run's thread --- */

static GstreamTry
queue_take (Queue         *self,
            GstreamEvent **event,
            GError       **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->reader = g_thread_self ();
  *event = g_queue_pop_head (&self->ready);
  if (*event != NULL)
    {
      admit_late_locked (self);
      return GSTREAM_TRY_ITEM;
    }
  if (self->closed || (self->finished && self->error == NULL))
    return GSTREAM_TRY_ENDED;
  if (!self->finished)
    return GSTREAM_TRY_PENDING;

  g_propagate_error (error, g_error_copy (self->error));

  return GSTREAM_TRY_FAILED;
}

/* Whether `wanted` is to be emitted: once between two pushes. */
static gboolean
queue_tell_wanted (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean tell = !self->told_wanted;

  self->told_wanted = TRUE;

  return tell;
}

/*
 * Registers that @wake is to be called in @context at the next push or the end. Returns FALSE if there already is an
 * event or the end.
 */
static gboolean
queue_sleep (Queue        *self,
             GMainContext *context)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_clear_pointer (&self->asleep, g_main_context_unref);
  if (self->ready.length > 0 || self->finished || self->closed)
    return FALSE;

  self->asleep = g_main_context_ref (context);

  return TRUE;
}

/* Drops all events; waiting calls fail with CLOSED. Returns FALSE if it was already closed. */
static gboolean
queue_close (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->closed)
    return FALSE;

  self->closed = TRUE;
  drop_all_locked (self);
  g_cond_broadcast (&self->settled);
  wake_locked (self);

  return TRUE;
}

/* --- in any thread --- */

static gboolean
queue_is_closed (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->closed;
}

static guint
queue_get_n_buffered (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->ready.length + self->late.length;
}

static guint
queue_get_max_buffered (Queue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->max_buffered;
}

/* Returns FALSE if it already had that value. */
static gboolean
queue_set_max_buffered (Queue *self,
                        guint  max_buffered)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (max_buffered == self->max_buffered)
    return FALSE;

  self->max_buffered = max_buffered;
  admit_late_locked (self);

  return TRUE;
}

typedef struct
{
  GstreamNextCall pending; /* used in the run's thread only */
  Queue           queue;   /* used in all threads */
  gboolean        async_only;
} GstreamPushSourcePrivate;

enum
{
  PROP_MAX_BUFFERED = 1,
  PROP_CLOSED,
  PROP_ASYNC_ONLY,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];
static guint       wanted_signal;

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
  /* Another thread may have pushed since the queue was checked. */
  if (!queue_sleep (&priv->queue, g_task_get_context (priv->pending.task)))
    gstream_next_call_wake_later (&priv->pending);
}

static gboolean
on_wake (gpointer user_data)
{
  GstreamPushSourcePrivate *priv = get_private (user_data);

  if (gstream_next_call_wake (&priv->pending))
    fall_asleep (priv);

  return G_SOURCE_REMOVE;
}

static GstreamTry
gstream_push_source_try_next (GstreamEventSource *source,
                              GstreamEvent      **event,
                              GError            **error)
{
  GstreamPushSourcePrivate *priv = get_private (source);
  GstreamTry                result = queue_take (&priv->queue, event, error);

  if (result != GSTREAM_TRY_PENDING || !queue_tell_wanted (&priv->queue))
    return result;

  g_signal_emit (source, wanted_signal, 0);

  return queue_take (&priv->queue, event, error);
}

static void
gstream_push_source_next (GstreamEventSource *source,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GstreamPushSourcePrivate *priv = get_private (source);

  if (gstream_next_call_start (&priv->pending, source, cancellable, callback, user_data))
    fall_asleep (priv);
}

static void
gstream_push_source_close (GstreamEventSource *source)
{
  if (queue_close (&get_private (source)->queue))
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
  iface->next_finish = gstream_next_call_finish;
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
      g_value_set_boolean (value, gstream_push_source_get_closed (self));
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
  queue_clear (&get_private (object)->queue);

  G_OBJECT_CLASS (gstream_push_source_parent_class)->finalize (object);
}

/**
 * GstreamPushSourceClass::wanted:
 * @self: the source
 *
 * The class handler of [signal@PushSource::wanted]: the run waits for an event, and none is queued. An event that it
 * pushes before it returns is used at once.
 *
 * Since: 1.0
 */

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
   * The number of queued events at which [method@PushSource.push_async] waits; 0 for no limit. It has no effect on
   * [method@PushSource.push].
   *
   * Since: 1.0
   */
  properties[PROP_MAX_BUFFERED] =
      g_param_spec_uint ("max-buffered", NULL, NULL, 0, G_MAXUINT, DEFAULT_MAX_BUFFERED,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamPushSource:closed: (getter get_closed)
   *
   * Whether the run has ended or was aborted (R6), and accepts no more events. Notified in the run's main context.
   *
   * Since: 1.0
   */
  properties[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamPushSource:async-only: (getter get_async_only)
   *
   * Whether the events are pushed by code that runs in the main loop, so that synchronous calls on the run must fail
   * ([method@EventSource.is_async_only]).
   *
   * Since: 1.0
   */
  properties[PROP_ASYNC_ONLY] =
      g_param_spec_boolean ("async-only", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  /**
   * GstreamPushSource::wanted:
   * @self: the source
   *
   * Emitted when the run waits for an event, and none is queued. It is emitted in the run's main context, and only once
   * until an event has been pushed. An event that a handler pushes before it returns is used at once.
   *
   * Since: 1.0
   */
  wanted_signal = g_signal_new ("wanted", GSTREAM_TYPE_PUSH_SOURCE, G_SIGNAL_RUN_LAST,
                                G_STRUCT_OFFSET (GstreamPushSourceClass, wanted), NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static gboolean
on_push_cancelled (GCancellable *cancellable,
                   gpointer      user_data)
{
  GTask *task = user_data;

  /* Otherwise there has been room for its event meanwhile, and the task is about to complete successfully. */
  if (queue_remove (&get_private (g_task_get_source_object (task))->queue, task))
    g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
gstream_push_source_init (GstreamPushSource *self)
{
  queue_init (&get_private (self)->queue, G_OBJECT (self), on_wake, G_SOURCE_FUNC (on_push_cancelled),
              DEFAULT_MAX_BUFFERED);
}

/**
 * gstream_push_source_new:
 *
 * Makes a source without events.
 *
 * Returns: (transfer full): a new source
 *
 * Since: 1.0
 */
GstreamPushSource *
gstream_push_source_new (void)
{
  return g_object_new (GSTREAM_TYPE_PUSH_SOURCE, NULL);
}

/* --- public calls, in any thread --- */

/**
 * gstream_push_source_push:
 * @self: a source
 * @event: an event
 * @error: return location for an error
 *
 * Queues @event for the run, regardless of how many are queued. May be called in any thread; events of one thread keep
 * their order.
 *
 * Fails with %GSTREAM_ERROR_CLOSED if the run has ended, or after [method@PushSource.finish] or
 * [method@PushSource.fail].
 *
 * Returns: whether the event was queued
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_push (GstreamPushSource *self,
                          GstreamEvent      *event,
                          GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return queue_append (&get_private (self)->queue, event, NULL, NULL, error);
}

/**
 * gstream_push_source_push_json:
 * @self: a source
 * @json: an event as the protocol writes it, UTF-8
 * @length: bytes of @json, or -1 if it ends with a NUL
 * @error: return location for an error
 *
 * The same as [method@PushSource.push] with [ctor@Event.new_from_json]: for whoever gets events as text, in
 * one call.
 *
 * Fails with %GSTREAM_ERROR_INVALID or %GSTREAM_ERROR_TOO_LARGE where @json is not an event, with
 * %GSTREAM_ERROR_FAILED where it is the failure of a run, and with %GSTREAM_ERROR_CLOSED when the run is over.
 *
 * Returns: whether the event was queued
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_push_json (GstreamPushSource *self,
                               const char        *json,
                               gssize             length,
                               GError           **error)
{
  g_autoptr (GstreamEvent) event = NULL;

  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (json != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  event = gstream_event_new_from_json (json, length, error);

  return event != NULL && queue_append (&get_private (self)->queue, event, NULL, NULL, error);
}

/**
 * gstream_push_source_push_async:
 * @self: a source
 * @event: an event
 * @cancellable: (nullable): to give up, where the event has still to wait
 * @callback: (scope async): called when the event is queued, or will not be
 * @user_data: for @callback
 *
 * Queues @event for the run, and waits until there is room for it (P6). May be called in any thread; @callback is
 * called in the thread default main context of the caller.
 *
 * Fails like [method@PushSource.push], also if the run ends while the event waits for room.
 *
 * Since: 1.0
 */
void
gstream_push_source_push_async (GstreamPushSource  *self,
                                GstreamEvent       *event,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));
  g_return_if_fail (event != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, gstream_push_source_push_async);
  /* When the event has been queued, cancelling has no effect. */
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task))
    return;

  make_watch (task);
  if (!queue_append (&get_private (self)->queue, event, task, NULL, &error))
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
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_push_finish (GstreamPushSource *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  queue_let_pass (&get_private (self)->queue);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * gstream_push_source_push_sync:
 * @self: a source
 * @event: an event
 * @cancellable: (nullable): to give up, where the event has still to wait
 * @error: return location for an error
 *
 * Queues @event for the run, and waits until there is room for it (P6): for a thread that makes events faster than they are
 * read. The room is [property@PushSource:max-buffered] events.
 *
 * Fails like [method@PushSource.push], when the run ends while the event waits, too; with %G_IO_ERROR_CANCELLED; and
 * with %GSTREAM_ERROR_WRONG_CONTEXT where there is no room and never would be: in the thread in which the run reads the source
 * or, before it has, in the one that made it.
 *
 * Returns: whether the event was queued
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_push_sync (GstreamPushSource *self,
                               GstreamEvent      *event,
                               GCancellable      *cancellable,
                               GError           **error)
{
  Queue  *queue;
  Blocked blocked = BLOCKED_WAITS;

  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);
  g_return_val_if_fail (event != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  queue = &get_private (self)->queue;
  if (!queue_may_wait (queue))
    {
      g_set_error (
          error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
          _ ("there is no room for the event, and the thread that would wait for it is the one that makes room"));
      return FALSE;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !queue_append (queue, event, NULL, &blocked, error))
    return FALSE;

  queue_wait (queue, &blocked, cancellable);
  if (blocked == BLOCKED_DROPPED)
    set_closed_error (error);
  else if (blocked == BLOCKED_WAITS)
    g_cancellable_set_error_if_cancelled (cancellable, error);

  return blocked == BLOCKED_ADMITTED;
}

/**
 * gstream_push_source_finish:
 * @self: a source
 *
 * Says that no more events will be pushed: the run ends after the queued ones. May be called in any thread. Only the
 * first call of this or [method@PushSource.fail] has an effect.
 *
 * Since: 1.0
 */
void
gstream_push_source_finish (GstreamPushSource *self)
{
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));

  queue_finish (&get_private (self)->queue, NULL);
}

/**
 * gstream_push_source_fail:
 * @self: a source
 * @error: why
 *
 * Says that no more events will be pushed because of @error: the run fails with it after the queued events (R5). May be
 * called in any thread. Only the first call of this or [method@PushSource.finish] has an effect.
 *
 * Since: 1.0
 */
void
gstream_push_source_fail (GstreamPushSource *self,
                          const GError      *error)
{
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));
  g_return_if_fail (error != NULL);

  queue_finish (&get_private (self)->queue, error);
}

/**
 * gstream_push_source_get_closed: (get-property closed)
 * @self: a source
 *
 * Says whether the run is over, or was aborted. May be called in any thread.
 *
 * Returns: whether it takes no more events
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_get_closed (GstreamPushSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), TRUE);

  return queue_is_closed (&get_private (self)->queue);
}

/**
 * gstream_push_source_get_async_only: (get-property async-only)
 * @self: a source
 *
 * Gets whether what pushes needs the main loop, so that synchronous calls on the run are refused.
 *
 * Returns: whether it does
 *
 * Since: 1.0
 */
gboolean
gstream_push_source_get_async_only (GstreamPushSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), FALSE);

  return get_private (self)->async_only;
}

/**
 * gstream_push_source_get_n_buffered:
 * @self: a source
 *
 * Gets the number of events that were pushed and not yet used by the run, including those that wait for room. May be
 * called in any thread.
 *
 * Returns: how many
 *
 * Since: 1.0
 */
guint
gstream_push_source_get_n_buffered (GstreamPushSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  return queue_get_n_buffered (&get_private (self)->queue);
}

/**
 * gstream_push_source_get_max_buffered: (get-property max-buffered)
 * @self: a source
 *
 * Gets how many events may be queued before [method@PushSource.push_async] waits.
 *
 * Returns: a number of events; 0 for any
 *
 * Since: 1.0
 */
guint
gstream_push_source_get_max_buffered (GstreamPushSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PUSH_SOURCE (self), 0);

  return queue_get_max_buffered (&get_private (self)->queue);
}

/**
 * gstream_push_source_set_max_buffered: (set-property max-buffered)
 * @self: a source
 * @max_buffered: a number of events; 0 for any
 *
 * Sets how many events may be queued before [method@PushSource.push_async] waits.
 *
 * Since: 1.0
 */
void
gstream_push_source_set_max_buffered (GstreamPushSource *self,
                                      guint              max_buffered)
{
  g_return_if_fail (GSTREAM_IS_PUSH_SOURCE (self));

  if (queue_set_max_buffered (&get_private (self)->queue, max_buffered))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BUFFERED]);
}
