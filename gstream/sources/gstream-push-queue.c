/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where those who push and the run meet.
 */
#include <gstream/sources/gstream-push-queue-private.h>

#include <gstream/event/gstream-error.h>

typedef struct
{
  GstreamEvent *event;
  GTask        *task;  /* NULL: its caller does not wait, but it must not overtake those that do */
} Late;

void
gstream_push_queue_init (GstreamPushQueue *self,
                         GObject          *owner,
                         GSourceFunc       wake,
                         GSourceFunc       cancelled,
                         guint             max_buffered)
{
  g_mutex_init (&self->mutex);
  self->owner = owner;
  self->wake = wake;
  self->cancelled = cancelled;
  self->max_buffered = max_buffered;
}

/* --- those who wait for room, and their own main loops --- */

static void
stop_watching (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
watch_cancellable_locked (GstreamPushQueue *self,
                          GTask            *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  GSource *source;

  if (cancellable == NULL)
    return;

  source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (source, "[gstream] push_async cancelled");
  g_task_set_task_data (task, source, (GDestroyNotify) stop_watching);
  g_task_attach_source (task, source, self->cancelled);
}

static gboolean
return_true (gpointer user_data)
{
  g_task_set_task_data (user_data, NULL, NULL);
  g_task_return_boolean (user_data, TRUE);

  return G_SOURCE_REMOVE;
}

static gboolean
return_closed (gpointer user_data)
{
  g_task_set_task_data (user_data, NULL, NULL);
  g_task_return_new_error (user_data, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                           "the run is over: the event was not delivered");

  return G_SOURCE_REMOVE;
}

static void
complete_later (GTask       *task,
                GSourceFunc  how)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_static_name (idle, "[gstream] push_async");
  g_task_attach_source (task, idle, how);
}

static inline gboolean
has_room_locked (GstreamPushQueue *self)
{
  return self->max_buffered == 0 || self->ready.length < self->max_buffered;
}

static void
admit_late_locked (GstreamPushQueue *self)
{
  while (!g_queue_is_empty (&self->late) && has_room_locked (self))
    {
      g_autofree Late *late = g_queue_pop_head (&self->late);
      g_autoptr (GTask) task = late->task;

      g_queue_push_tail (&self->ready, late->event);
      if (task != NULL)
        complete_later (task, return_true);
    }
}

static void
drop_late (gpointer data)
{
  Late *late = data;

  if (late->task != NULL)
    complete_later (late->task, return_closed);
  g_clear_object (&late->task);
  gstream_event_unref (late->event);
  g_free (late);
}

static void
drop_all_locked (GstreamPushQueue *self)
{
  g_queue_clear_full (&self->ready, (GDestroyNotify) gstream_event_unref);
  g_queue_clear_full (&self->late, drop_late);
}

void
gstream_push_queue_clear (GstreamPushQueue *self)
{
  drop_all_locked (self);
  g_clear_error (&self->error);
  g_clear_pointer (&self->asleep, g_main_context_unref);
  g_mutex_clear (&self->mutex);
}

/* --- those who push --- */

static void
wake_locked (GstreamPushQueue *self)
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
append_locked (GstreamPushQueue *self,
               GstreamEvent     *event,
               GTask            *task)
{
  Late *late;

  if (g_queue_is_empty (&self->late) && (task == NULL || has_room_locked (self)))
    {
      g_queue_push_tail (&self->ready, gstream_event_ref (event));
      if (task != NULL)
        complete_later (task, return_true);
      return;
    }

  late = g_new (Late, 1);
  late->event = gstream_event_ref (event);
  late->task = task ? g_object_ref (task) : NULL;
  g_queue_push_tail (&self->late, late);
  if (task != NULL)
    watch_cancellable_locked (self, task);
}

gboolean
gstream_push_queue_append (GstreamPushQueue  *self,
                           GstreamEvent      *event,
                           GTask             *task,
                           GError           **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->closed || self->finished)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED,
                   self->closed ? "the run is over: it takes no more events"
                                : "an event was pushed after the source had been told that no more would come");
      return FALSE;
    }

  append_locked (self, event, task);
  self->told_wanted = FALSE;
  wake_locked (self);

  return TRUE;
}

gboolean
gstream_push_queue_remove (GstreamPushQueue *self,
                           GTask            *task)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  for (GList *link = self->late.head; link != NULL; link = link->next)
    {
      Late *late = link->data;

      if (late->task != task)
        continue;

      g_queue_delete_link (&self->late, link);
      gstream_event_unref (late->event);
      g_object_unref (late->task);
      g_free (late);
      admit_late_locked (self);
      return TRUE;
    }

  return FALSE;
}

void
gstream_push_queue_finish (GstreamPushQueue *self,
                           const GError     *error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->finished)
    return;

  self->finished = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  wake_locked (self);
}

/* --- the run --- */

GstreamTry
gstream_push_queue_take (GstreamPushQueue  *self,
                         GstreamEvent     **event,
                         GError           **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

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

gboolean
gstream_push_queue_tell_wanted (GstreamPushQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean tell = !self->told_wanted;

  self->told_wanted = TRUE;

  return tell;
}

gboolean
gstream_push_queue_sleep (GstreamPushQueue *self,
                          GMainContext     *context)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  g_clear_pointer (&self->asleep, g_main_context_unref);
  if (self->ready.length > 0 || self->finished || self->closed)
    return FALSE;

  self->asleep = g_main_context_ref (context);

  return TRUE;
}

gboolean
gstream_push_queue_close (GstreamPushQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->closed)
    return FALSE;

  self->closed = TRUE;
  drop_all_locked (self);
  wake_locked (self);

  return TRUE;
}

/* --- anybody --- */

gboolean
gstream_push_queue_is_closed (GstreamPushQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->closed;
}

guint
gstream_push_queue_get_n_buffered (GstreamPushQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->ready.length + self->late.length;
}

guint
gstream_push_queue_get_max_buffered (GstreamPushQueue *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->max_buffered;
}

gboolean
gstream_push_queue_set_max_buffered (GstreamPushQueue *self,
                                     guint             max_buffered)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (max_buffered == self->max_buffered)
    return FALSE;

  self->max_buffered = max_buffered;
  admit_late_locked (self);

  return TRUE;
}
