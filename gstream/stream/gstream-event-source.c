/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The interface of event sources, and how the library's own sources implement next().
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/stream/gstream-event-source-internal.h>

/**
 * GstreamEventSource:
 *
 * Where a run's events come from.
 *
 * A source is asked for one event at a time, and only while somebody waits for something that an event may bring (R1):
 * if the consumer stops reading, the source is not read either. It is closed when the run ends or is aborted.
 *
 * gstream has sources for events in memory, for events that an application pushes ([class@PushSource]), for recordings
 * ([class@JsonLinesSource], [class@SseSource]) and for runs on a server. To write your own, implement `try_next` if it
 * never has to wait, or `next` and `next_finish`:
 *
 * ```python
 * class Countdown(GObject.Object, Gstream.EventSource):
 *     left = 3
 *
 *     def do_try_next(self):
 *         if self.left == 0:
 *             return Gstream.Try.ENDED, None
 *         self.left -= 1
 *         return Gstream.Try.ITEM, Gstream.Event.new("custom", [], Gstream.Payload.new(str(self.left), -1))
 * ```
 *
 * Since: 1.0
 */

G_DEFINE_ENUM_TYPE (GstreamTry, gstream_try,
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRY_ITEM, "item"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRY_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRY_ENDED, "ended"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_TRY_FAILED, "failed"))

G_DEFINE_INTERFACE (GstreamEventSource, gstream_event_source, G_TYPE_OBJECT)

static GstreamTry contradiction (GstreamEvent **event,
                                 GError       **error,
                                 const char    *format,
                                 ...) G_GNUC_PRINTF (3,
                                                     4);

static GstreamTry
contradiction (GstreamEvent **event,
               GError       **error,
               const char    *format,
               ...)
{
  va_list arguments;

  g_clear_pointer (event, gstream_event_unref);
  va_start (arguments, format);
  if (*error == NULL)
    *error = g_error_new_valist (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, format, arguments);
  va_end (arguments);

  return GSTREAM_TRY_FAILED;
}

GstreamTry
gstream_event_source_check (GstreamEventSource *self,
                            GstreamTry          result,
                            GstreamEvent      **event,
                            GError            **error)
{
  switch (result)
    {
    case GSTREAM_TRY_ITEM:
      return *event != NULL
                 ? result
                 : contradiction (event, error, _ ("try_next of %s said that there is an event, and gave none"),
                                  G_OBJECT_TYPE_NAME (self));
    case GSTREAM_TRY_FAILED:
      return *error != NULL ? result
                            : contradiction (event, error, _ ("try_next of %s failed without an error that says why"),
                                             G_OBJECT_TYPE_NAME (self));
    case GSTREAM_TRY_PENDING:
    case GSTREAM_TRY_ENDED:
      if (*event == NULL && *error == NULL)
        return result;
      return contradiction (event, error, _ ("try_next of %s gave an event, and said that there is none"),
                            G_OBJECT_TYPE_NAME (self));
    default:
      return contradiction (event, error, _ ("try_next of %s said something that is not of GstreamTry"),
                            G_OBJECT_TYPE_NAME (self));
    }
}

static void
default_next (GstreamEventSource *self,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GstreamEvent *event = NULL;
  GError       *error = NULL;

  g_task_set_source_tag (task, default_next);
  switch (gstream_event_source_try_next (self, &event, &error))
    {
    case GSTREAM_TRY_ITEM:
      g_task_return_pointer (task, event, (GDestroyNotify) gstream_event_unref);
      break;
    case GSTREAM_TRY_ENDED:
      g_task_return_pointer (task, NULL, NULL);
      break;
    case GSTREAM_TRY_FAILED:
      g_task_return_error (task, error);
      break;
    case GSTREAM_TRY_PENDING:
    default:
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                               _ ("%s has no event now and no way to wait for one: a source whose try_next can be "
                                  "pending must implement next"),
                               G_OBJECT_TYPE_NAME (self));
      break;
    }
}

static GstreamEvent *
default_next_finish (GstreamEventSource *self,
                     GAsyncResult       *result,
                     GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static GstreamTry
default_try_next (GstreamEventSource *self,
                  GstreamEvent      **event,
                  GError            **error)
{
  return GSTREAM_TRY_PENDING;
}

static void
default_close (GstreamEventSource *self)
{
}

static void
default_set_channels (GstreamEventSource *self,
                      const char *const  *channels)
{
}

static gboolean
default_is_async_only (GstreamEventSource *self)
{
  return FALSE;
}

static void
gstream_event_source_default_init (GstreamEventSourceInterface *iface)
{
  iface->next = default_next;
  iface->next_finish = default_next_finish;
  iface->try_next = default_try_next;
  iface->close = default_close;
  iface->set_channels = default_set_channels;
  iface->is_async_only = default_is_async_only;
}

/**
 * gstream_event_source_next:
 * @self: a source
 * @cancellable: (nullable): to stop waiting
 * @callback: (scope async): called when there is an event, the end, or an error
 * @user_data: for @callback
 *
 * Waits for the next event. No second call may be made before the first one has
 * called back. A run does this for you.
 *
 * Since: 1.0
 */
void
gstream_event_source_next (GstreamEventSource *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_EVENT_SOURCE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  GSTREAM_EVENT_SOURCE_GET_IFACE (self)->next (self, cancellable, callback, user_data);
}

/**
 * gstream_event_source_next_finish:
 * @self: a source
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@EventSource.next].
 *
 * Fails with the source's own error, or with %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full) (nullable): the event, or %NULL: at the end without
 *   @error set, else with it
 *
 * Since: 1.0
 */
GstreamEvent *
gstream_event_source_next_finish (GstreamEventSource *self,
                                  GAsyncResult       *result,
                                  GError            **error)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (self), NULL);
  g_return_val_if_fail (G_IS_ASYNC_RESULT (result), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return GSTREAM_EVENT_SOURCE_GET_IFACE (self)->next_finish (self, result, error);
}

/**
 * gstream_event_source_try_next:
 * @self: a source
 * @event: (out) (transfer full) (nullable): the event, for %GSTREAM_TRY_ITEM
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Gets the next event if there is one, without waiting. Must not be called while [method@EventSource.next] is pending.
 *
 * Fails with the source's own error, and with %GSTREAM_ERROR_INVALID if the answer of the source contradicts itself.
 *
 * Returns: what there was
 *
 * Since: 1.0
 */
GstreamTry
gstream_event_source_try_next (GstreamEventSource *self,
                               GstreamEvent      **event,
                               GError            **error)
{
  GError    *failure = NULL;
  GstreamTry result;

  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (event != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  *event = NULL;
  result = GSTREAM_EVENT_SOURCE_GET_IFACE (self)->try_next (self, event, &failure);
  result = gstream_event_source_check (self, result, event, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);

  return result;
}

/**
 * gstream_event_source_close:
 * @self: a source
 *
 * Releases the resources of the source: files, connections, queued events. A run does this when it ends and when it is
 * aborted (R6). Closing a closed source does nothing.
 *
 * Since: 1.0
 */
void
gstream_event_source_close (GstreamEventSource *self)
{
  g_return_if_fail (GSTREAM_IS_EVENT_SOURCE (self));

  GSTREAM_EVENT_SOURCE_GET_IFACE (self)->close (self);
}

/**
 * gstream_event_source_set_channels:
 * @self: a source
 * @channels: (array zero-terminated=1): names of stream modes
 *
 * Tells the source which stream modes the transformers of the run need (M8). A run does this before it asks for the
 * first event. A source that always has the same events may ignore it.
 *
 * Since: 1.0
 */
void
gstream_event_source_set_channels (GstreamEventSource *self,
                                   const char *const  *channels)
{
  g_return_if_fail (GSTREAM_IS_EVENT_SOURCE (self));
  g_return_if_fail (channels != NULL);

  GSTREAM_EVENT_SOURCE_GET_IFACE (self)->set_channels (self, channels);
}

/**
 * gstream_event_source_is_async_only:
 * @self: a source
 *
 * Checks whether synchronous calls on a run with this source fail with %GSTREAM_ERROR_ASYNC_ONLY (R9). This is the case
 * if its events are made by code that runs in the main loop, such as an asynchronous generator of Python or JavaScript,
 * which cannot continue while a synchronous call of that language is running.
 *
 * Returns: %TRUE if they are
 *
 * Since: 1.0
 */
gboolean
gstream_event_source_is_async_only (GstreamEventSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (self), FALSE);

  return GSTREAM_EVENT_SOURCE_GET_IFACE (self)->is_async_only (self);
}

/* --- the next() that a source has not completed yet --- */

static GTask *
steal_task (GstreamNextCall *self)
{
  if (self->cancelled != NULL)
    {
      g_source_destroy (self->cancelled);
      g_clear_pointer (&self->cancelled, g_source_unref);
    }

  return g_steal_pointer (&self->task);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  GstreamNextCall *self = g_task_get_task_data (user_data);
  g_autoptr (GTask) task = steal_task (self);

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GstreamNextCall *self)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (cancellable == NULL)
    return;

  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_static_name (self->cancelled, "[gstream] next cancelled");
  g_task_attach_source (self->task, self->cancelled, G_SOURCE_FUNC (on_cancelled));
}

static GTask *
make_task (GstreamNextCall    *self,
           GstreamEventSource *source,
           GCancellable       *cancellable,
           GAsyncReadyCallback callback,
           gpointer            user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, gstream_event_source_next);
  g_task_set_task_data (task, self, NULL);
  /*
   * An event that was taken from the source is returned even if the call has been cancelled since, because it would be
   * lost.
   */
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

gboolean
gstream_next_call_start (GstreamNextCall    *self,
                         GstreamEventSource *source,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = make_task (self, source, cancellable, callback, user_data);

  if (self->task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING,
                               _ ("%s is asked for an event while it is being asked for one"),
                               G_OBJECT_TYPE_NAME (source));
      return FALSE;
    }
  if (g_task_return_error_if_cancelled (task))
    return FALSE;

  self->task = g_steal_pointer (&task);
  if (!gstream_next_call_wake (self))
    return FALSE;

  watch_cancellable (self);

  return TRUE;
}

gboolean
gstream_next_call_wake (GstreamNextCall *self)
{
  g_autoptr (GTask) task = NULL;
  GstreamEvent *event = NULL;
  GError       *error = NULL;
  GstreamTry    result;

  if (self->task == NULL)
    return FALSE;

  result = gstream_event_source_try_next (g_task_get_source_object (self->task), &event, &error);
  if (result == GSTREAM_TRY_PENDING)
    return TRUE;

  task = steal_task (self);
  if (result == GSTREAM_TRY_ITEM)
    g_task_return_pointer (task, event, (GDestroyNotify) gstream_event_unref);
  else if (result == GSTREAM_TRY_FAILED)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, NULL, NULL);

  return FALSE;
}

static gboolean
on_wake (gpointer user_data)
{
  GstreamNextCall *self = g_task_get_task_data (user_data);

  if (self->task == user_data)
    gstream_next_call_wake (self);

  return G_SOURCE_REMOVE;
}

void
gstream_next_call_wake_later (GstreamNextCall *self)
{
  g_autoptr (GSource) idle = NULL;

  if (self->task == NULL)
    return;

  idle = g_idle_source_new ();
  g_source_set_static_name (idle, "[gstream] next");
  g_task_attach_source (self->task, idle, on_wake);
}

GstreamEvent *
gstream_next_call_finish (GstreamEventSource *source,
                          GAsyncResult       *result,
                          GError            **error)
{
  g_return_val_if_fail (g_task_is_valid (result, source), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
