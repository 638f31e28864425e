/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's runs: how one that was started elsewhere is followed (N1).
 */
#include <gstream/remote/gstream-thread-operation-private.h>

#include <gstream/remote/gstream-request-private.h>

static void
on_run_known (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, &error);

  if (run != NULL)
    gstream_thread_operation_find_run (task);
  else
    g_task_return_error (task, error);
}

/* A run that there is not has no events, and nothing but the wait for them would tell. */
static void
check_run (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);
  g_autofree char *segment = g_uri_escape_string (op->answer.run_id, NULL, FALSE);
  g_autofree char *rest = g_strconcat ("/runs/", segment, NULL);
  g_autofree char *path = gstream_request_path (op->thread_id, rest);

  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_run_known, g_object_ref (task));
}

/* How far the thread has come, where the server says so: that it does not is no failure. */
static void
on_tree (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, NULL);
  GstreamAnswer answer = { 0 };

  op->answer.applied_seq = -1;
  if (payload != NULL && gstream_answer_parse (payload, &answer, NULL))
    op->answer.applied_seq = answer.applied_seq;
  g_free (answer.run_id);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (op->answer.run_id != NULL)
    check_run (task);
  else
    gstream_thread_operation_find_run (task);
}

/**
 * gstream_thread_attach:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was found, or was not
 * @user_data: for @callback
 *
 * Follows a run that was started elsewhere. It is seen from its beginning, as far
 * as its server has kept that; a run that is over too, as long as it has. That the server knows no
 * such run is an error at once, %GSTREAM_ERROR_NOT_FOUND.
 *
 * A server that does not say to which run an event belongs (JavaScript's) shows its newest.
 */
void
gstream_thread_attach (GstreamThread       *self,
                       const char          *run_id,
                       GstreamStreamMux    *mux,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *command = gstream_command_tree ();
  g_autofree char *path = NULL;
  GstreamThreadOperation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_thread_operation_begin (self, mux, gstream_thread_attach, cancellable, callback, user_data);
  if (task == NULL || !gstream_thread_expect_run (self, task, "nothing to attach to"))
    return;

  op = g_task_get_task_data (task);
  op->answer.run_id = g_strdup (run_id);
  path = gstream_request_path (op->thread_id, "/commands");
  gstream_request_send (op->server, "POST", path, command, GSTREAM_RETRY_REPEATABLE, cancellable,
                        on_tree, g_object_ref (task));
}

/**
 * gstream_thread_attach_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.attach].
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_attach_finish (GstreamThread  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  return gstream_thread_finish (self, result, error);
}

/**
 * gstream_thread_attach_sync:
 * @self: a thread
 * @run_id: (nullable): the run; %NULL: the thread's newest
 * @mux: (nullable): the run's pipeline; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.attach] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_thread_attach_sync (GstreamThread     *self,
                            const char        *run_id,
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
  gstream_thread_attach (self, run_id, mux, cancellable, gstream_sync_done, &sync);

  return gstream_thread_end_sync (&sync, error);
}
