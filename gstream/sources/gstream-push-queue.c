/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a push source between those who push and the run.
 */
#include <gstream/sources/gstream-push-queue-private.h>

#include <gstream/event/gstream-error.h>

typedef struct
{
  GstreamEvent *event;
  GTask        *task;  /* NULL: its caller does not wait, but it must not overtake those that do */
} Late;

/* The task's data is the source that watches its cancellable, if it has one: no longer. */
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
has_room (GstreamPushQueue *self)
{
  return self->max_buffered == 0 || self->ready.length < self->max_buffered;
}

static void
admit_late (GstreamPushQueue *self)
{
  while (!g_queue_is_empty (&self->late) && has_room (self))
    {
      g_autofree Late *late = g_queue_pop_head (&self->late);
      g_autoptr (GTask) task = late->task;

      g_queue_push_tail (&self->ready, late->event);
      if (task != NULL)
        complete_later (task, return_true);
    }
}

gboolean
gstream_push_queue_append (GstreamPushQueue *self,
                           GstreamEvent     *event,
                           GTask            *task)
{
  Late *late;

  if (g_queue_is_empty (&self->late) && (task == NULL || has_room (self)))
    {
      g_queue_push_tail (&self->ready, gstream_event_ref (event));
      if (task != NULL)
        complete_later (task, return_true);
      return FALSE;
    }

  late = g_new (Late, 1);
  late->event = gstream_event_ref (event);
  late->task = task ? g_object_ref (task) : NULL;
  g_queue_push_tail (&self->late, late);

  return task != NULL;
}

GstreamEvent *
gstream_push_queue_take (GstreamPushQueue *self)
{
  GstreamEvent *event = g_queue_pop_head (&self->ready);

  admit_late (self);

  return event;
}

void
gstream_push_queue_set_max_buffered (GstreamPushQueue *self,
                                     guint             max_buffered)
{
  self->max_buffered = max_buffered;
  admit_late (self);
}

gboolean
gstream_push_queue_remove (GstreamPushQueue *self,
                           GTask            *task)
{
  for (GList *link = self->late.head; link != NULL; link = link->next)
    {
      Late *late = link->data;

      if (late->task != task)
        continue;

      g_queue_delete_link (&self->late, link);
      gstream_event_unref (late->event);
      g_object_unref (late->task);
      g_free (late);
      admit_late (self);
      return TRUE;
    }

  return FALSE;
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

void
gstream_push_queue_clear (GstreamPushQueue *self)
{
  g_queue_clear_full (&self->ready, (GDestroyNotify) gstream_event_unref);
  g_queue_clear_full (&self->late, drop_late);
}
