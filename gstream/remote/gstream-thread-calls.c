/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the calls of a thread have in common: what they need, and how they end.
 */
#include <gstream/remote/gstream-thread-private.h>

#include <gstream/event/gstream-error.h>

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
