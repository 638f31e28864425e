/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the calls of a thread have in common: what they need, and how they end.
 */
#include <gstream/remote/gstream-thread-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-run-context-private.h>

GTask *
gstream_thread_new_task (GstreamThread       *self,
                         gpointer             tag,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  GTask *task;

  if (!g_main_context_acquire (self->context))
    {
      g_task_report_new_error (self, callback, user_data, tag, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                               "The main context of this GstreamThread belongs to another thread: call from there");
      return NULL;
    }

  task = gstream_run_context_new_task (self->context, self, cancellable, callback, user_data);
  g_main_context_release (self->context);
  g_task_set_source_tag (task, tag);

  return task;
}

gboolean
gstream_thread_expect_run (GstreamThread *self,
                           GTask         *task,
                           const char    *nothing)
{
  if (self->thread_id != NULL)
    return TRUE;

  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                           "There is %s: the thread has no run yet", nothing);

  return FALSE;
}

gpointer
gstream_thread_finish (GstreamThread  *self,
                       GAsyncResult   *result,
                       GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
gstream_thread_begin_sync (GstreamThread  *self,
                           GstreamSync    *sync,
                           GError        **error)
{
  return gstream_sync_begin_in (sync, self->context, "GstreamThread", error);
}

gpointer
gstream_thread_end_sync (GstreamSync  *sync,
                         GError      **error)
{
  gpointer given;

  gstream_sync_wait (sync);
  given = g_task_propagate_pointer (G_TASK (sync->result), error);
  gstream_sync_end (sync);

  return given;
}
