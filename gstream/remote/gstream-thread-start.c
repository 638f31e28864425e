/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's runs: how one is started (N1).
 */
#include <gstream/remote/gstream-thread-operation-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-request-private.h>

static void
on_thread_made (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GstreamPayload) thread = gstream_request_finish (result, &error);
  const char *thread_id = thread ? gstream_payload_get_string (thread, "/thread_id") : NULL;

  if (thread != NULL && thread_id == NULL)
    error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                 "The server made a thread and did not say which: a thread_id was expected");
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->thread_id = g_strdup (thread_id);
  if (gstream_thread_get_thread_id (self) == NULL)
    gstream_thread_take_thread_id (self, thread_id);
  gstream_thread_operation_send (task);
}

/**
 * gstream_thread_start:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @config: (nullable): settings for this run, an object
 * @metadata: (nullable): what the server is to remember of this run, an object
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was started, or was not
 * @user_data: for @callback
 *
 * Starts a run.
 *
 * The events wait on the server until somebody waits for them. To give up does
 * not take a command back that the server has got.
 */
void
gstream_thread_start (GstreamThread       *self,
                      GstreamPayload      *input,
                      GstreamPayload      *config,
                      GstreamPayload      *metadata,
                      GstreamStreamMux    *mux,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GstreamThreadOperation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_thread_operation_begin (self, mux, gstream_thread_start, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  op->command = gstream_command_start (op->server->assistant ? op->server->assistant : "", input, config, metadata);
  if (op->thread_id != NULL)
    gstream_thread_operation_send (task);
  else
    gstream_request_send (op->server, "POST", "/threads", "{}", GSTREAM_RETRY_REPEATABLE, cancellable,
                          on_thread_made, g_object_ref (task));
}

/**
 * gstream_thread_start_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.start].
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_start_finish (GstreamThread  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  return gstream_thread_finish (self, result, error);
}

/**
 * gstream_thread_start_sync:
 * @self: a thread
 * @input: (nullable): the graph's input
 * @config: (nullable): settings for this run, an object
 * @metadata: (nullable): what the server is to remember of this run, an object
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.start] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_start_sync (GstreamThread     *self,
                           GstreamPayload    *input,
                           GstreamPayload    *config,
                           GstreamPayload    *metadata,
                           GstreamStreamMux  *mux,
                           GCancellable      *cancellable,
                           GError           **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_start (self, input, config, metadata, mux, cancellable, gstream_sync_done, &sync);

  return gstream_thread_end_sync (&sync, error);
}
