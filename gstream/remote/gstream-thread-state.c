/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's state, read (N1).
 */
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-thread-private.h>

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GstreamPayload *state = gstream_request_finish (result, &error);

  if (state != NULL)
    g_task_return_pointer (task, state, (GDestroyNotify) gstream_payload_unref);
  else
    g_task_return_error (task, error);
}

/**
 * gstream_thread_state:
 * @self: a thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called with the state, or an error
 * @user_data: for @callback
 *
 * Asks for the thread's state as the server keeps it: an object with `values`,
 * `next` and `tasks`, each with its `interrupts`, and those of subgraphs within their task.
 */
void
gstream_thread_state (GstreamThread       *self,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GstreamServer) server = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_thread_new_task (self, gstream_thread_state, cancellable, callback, user_data);
  if (task == NULL || !gstream_thread_expect_run (self, task, "no state"))
    return;
  server = gstream_thread_new_server (self, &error);
  if (server == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  path = gstream_request_path (gstream_thread_get_thread_id (self), "/state?subgraphs=true");
  gstream_request_send (server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, cancellable,
                        on_state, g_steal_pointer (&task));
}

/**
 * gstream_thread_state_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.state].
 *
 * Returns: (transfer full): the state
 */
GstreamPayload *
gstream_thread_state_finish (GstreamThread  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  return gstream_thread_finish (self, result, error);
}

/**
 * gstream_thread_state_sync:
 * @self: a thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.state] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the state
 */
GstreamPayload *
gstream_thread_state_sync (GstreamThread  *self,
                           GCancellable   *cancellable,
                           GError        **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_state (self, cancellable, gstream_sync_done, &sync);

  return gstream_thread_end_sync (&sync, error);
}
