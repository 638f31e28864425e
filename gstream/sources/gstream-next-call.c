/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The gstream_event_source_next() that a source has not completed yet.
 */
#include "config.h"

#include <gstream/sources/gstream-next-call-internal.h>

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
  /* An event that was taken from the source is returned even if the call was cancelled since: it would be lost. */
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
                               "%s is asked for an event while it is being asked for one", G_OBJECT_TYPE_NAME (source));
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
