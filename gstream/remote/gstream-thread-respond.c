/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's runs: how their questions are answered (N1).
 */
#include <gstream/remote/gstream-thread-operation-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-open-questions-private.h>
#include <gstream/remote/gstream-request-private.h>

/* --- a server that has forgotten --- */

typedef struct
{
  char   *command; /* what to send instead if the server has forgotten the run that asked */
  char  **asked;   /* the ids of the interrupts that it answers */
  GError *refusal; /* how the server said that it has forgotten; NULL: it has not */
} Resume;

static void
resume_free (gpointer data)
{
  Resume *resume = data;

  g_free (resume->command);
  g_strfreev (resume->asked);
  g_clear_error (&resume->refusal);
  g_free (resume);
}

static gboolean
are_pending (char           **asked,
             GstreamPayload  *state)
{
  g_autoptr (GHashTable) pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GQueue events = G_QUEUE_INIT;

  gstream_open_questions_add_events (state, pending, 0, &events);
  g_queue_clear_full (&events, (GDestroyNotify) gstream_event_unref);
  for (gsize i = 0; asked[i] != NULL; i++)
    if (!g_hash_table_contains (pending, asked[i]))
      return FALSE;

  return TRUE;
}

static void
on_state (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  Resume *resume = op->fallback;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, NULL);

  if (state == NULL || !are_pending (resume->asked, state))
    {
      g_task_return_error (task, g_steal_pointer (&resume->refusal));
      return;
    }

  g_free (op->command);
  op->command = g_steal_pointer (&resume->command);
  op->refused = NULL;
  gstream_thread_operation_send (task);
}

/*
 * JavaScript's server knows which run asked only as long as the connection that
 * started it lives. What the thread waits for it keeps, and a run whose input is
 * the answers goes on from there; but only while they are awaited.
 */
static void
command_refused (GTask  *task,
                 GError *error)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);
  Resume *resume = op->fallback;
  g_autofree char *path = gstream_request_path (op->thread_id, "/state?subgraphs=true");

  if (!g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  resume->refusal = error;
  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_state, g_object_ref (task));
}

/* --- answering --- */

static char **
list_ids (GPtrArray *interrupts)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < interrupts->len; i++)
    g_strv_builder_add (ids, gstream_interrupt_get_id (interrupts->pdata[i]));

  return g_strv_builder_end (ids);
}

static void
set_answers (GstreamThreadOperation *op,
             GPtrArray              *interrupts,
             GPtrArray              *responses)
{
  const char *assistant = op->server->assistant ? op->server->assistant : "";
  Resume *resume = g_new0 (Resume, 1);

  resume->command = gstream_command_resume (assistant, interrupts, responses);
  resume->asked = list_ids (interrupts);
  op->command = gstream_command_respond (assistant, interrupts, responses, NULL, NULL);
  op->refused = command_refused;
  op->fallback = resume;
  op->free_fallback = resume_free;
}

/**
 * gstream_thread_respond_all:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): what the agent asked, all at once
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was resumed, or was not
 * @user_data: for @callback
 *
 * Answers several interrupts at once, and gives the run that goes on from there.
 *
 * They need not be all that are pending. What is answered goes on, and what is not is pending again when
 * that run ends, as an interrupt of its own: to be answered then. To answer all together saves runs, and
 * leaves no branch waiting for another's answer. What is not pending any more
 * Python's server does not take an answer to: %GSTREAM_ERROR_NOT_FOUND.
 */
void
gstream_thread_respond_all (GstreamThread       *self,
                            GPtrArray           *interrupts,
                            GPtrArray           *responses,
                            GstreamStreamMux    *mux,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (GTask) task = NULL;
  GstreamThreadOperation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (interrupts != NULL);
  g_return_if_fail (responses != NULL);
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = gstream_thread_operation_begin (self, mux, gstream_thread_respond_all, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  if (interrupts->len == 0 || interrupts->len != responses->len)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                               "There are %u interrupts and %u responses: one for each was expected, and one at least",
                               interrupts->len, responses->len);
      return;
    }
  if (!gstream_thread_expect_run (self, task, "nothing to respond to"))
    return;
  set_answers (op, interrupts, responses);
  gstream_thread_operation_send (task);
}

/**
 * gstream_thread_respond_all_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond_all].
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_all_finish (GstreamThread  *self,
                                   GAsyncResult   *result,
                                   GError        **error)
{
  return gstream_thread_finish (self, result, error);
}

/**
 * gstream_thread_respond_all_sync:
 * @self: a thread
 * @interrupts: (element-type GstreamInterrupt): what the agent asked, all at once
 * @responses: (element-type GstreamPayload): the answers, in the same order
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.respond_all] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_all_sync (GstreamThread     *self,
                                 GPtrArray         *interrupts,
                                 GPtrArray         *responses,
                                 GstreamStreamMux  *mux,
                                 GCancellable      *cancellable,
                                 GError           **error)
{
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (interrupts != NULL, NULL);
  g_return_val_if_fail (responses != NULL, NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_respond_all (self, interrupts, responses, mux, cancellable, gstream_sync_done, &sync);

  return gstream_thread_end_sync (&sync, error);
}

static GPtrArray *
array_of (gpointer item)
{
  GPtrArray *array = g_ptr_array_new ();

  g_ptr_array_add (array, item);

  return array;
}

/**
 * gstream_thread_respond:
 * @self: a thread
 * @interrupt: what the agent asked
 * @response: the answer
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the run was resumed, or was not
 * @user_data: for @callback
 *
 * Answers an interrupt, and gives the run that goes on from there. Where several
 * are pending, the others stay so; [method@Thread.respond_all] answers them together.
 */
void
gstream_thread_respond (GstreamThread       *self,
                        GstreamInterrupt    *interrupt,
                        GstreamPayload      *response,
                        GstreamStreamMux    *mux,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GPtrArray) interrupts = array_of (interrupt);
  g_autoptr (GPtrArray) responses = array_of (response);

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  g_return_if_fail (interrupt != NULL);
  g_return_if_fail (response != NULL);

  gstream_thread_respond_all (self, interrupts, responses, mux, cancellable, callback, user_data);
}

/**
 * gstream_thread_respond_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond].
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_finish (GstreamThread  *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  return gstream_thread_finish (self, result, error);
}

/**
 * gstream_thread_respond_sync:
 * @self: a thread
 * @interrupt: what the agent asked
 * @response: the answer
 * @mux: (nullable): the pipeline of the run that goes on; %NULL: the built-in projections
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Thread.respond] does, and iterates the thread's main context until then (R9).
 *
 * Returns: (transfer full): the run that goes on
 */
GstreamRunStream *
gstream_thread_respond_sync (GstreamThread     *self,
                             GstreamInterrupt  *interrupt,
                             GstreamPayload    *response,
                             GstreamStreamMux  *mux,
                             GCancellable      *cancellable,
                             GError           **error)
{
  g_autoptr (GPtrArray) interrupts = array_of (interrupt);
  g_autoptr (GPtrArray) responses = array_of (response);

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (interrupt != NULL, NULL);
  g_return_val_if_fail (response != NULL, NULL);

  return gstream_thread_respond_all_sync (self, interrupts, responses, mux, cancellable, error);
}
