/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread's runs: how one is started, resumed and attached to (N1).
 *
 * Each of these is one operation. Its steps are named after what has just
 * returned, and stand in the order in which they happen.
 */
#include <gstream/remote/gstream-thread-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-pending-private.h>
#include <gstream/remote/gstream-remote-run-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

#define MAX_RUNS "100" /* of a thread's, to find the newest among: not every server lists that first */

typedef struct
{
  GstreamServer      *server;
  char               *thread_id;
  char              **channels;
  GstreamStreamMux   *mux;
  char               *command;     /* NULL: there is a run already */
  GstreamEventSource *connection;  /* a WebSocket that the command was sent through; or NULL */
  GstreamAnswer       answer;

  char               *resume;      /* what to send instead if the server has forgotten the run that asked; or NULL */
  char              **asked;       /* the ids of the interrupts that it answers */
  GError             *refusal;     /* how the server said that it has forgotten */
} Operation;

static void
operation_free (gpointer data)
{
  Operation *op = data;

  g_clear_pointer (&op->server, gstream_server_unref);
  g_clear_object (&op->connection);
  g_clear_object (&op->mux);
  g_strfreev (op->channels);
  g_free (op->thread_id);
  g_free (op->command);
  g_free (op->answer.run_id);
  g_free (op->resume);
  g_strfreev (op->asked);
  g_clear_error (&op->refusal);
  g_free (op);
}

/* NULL: it has failed already. */
static GTask *
begin (GstreamThread       *self,
       GstreamStreamMux    *mux,
       gpointer             tag,
       GCancellable        *cancellable,
       GAsyncReadyCallback  callback,
       gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Operation *op = g_new0 (Operation, 1);
  g_auto (GStrv) modes = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, tag);
  g_task_set_task_data (task, op, operation_free);

  op->server = gstream_thread_new_server (self, &error);
  if (op->server == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  op->mux = mux != NULL ? g_object_ref (mux) : gstream_stream_mux_new (NULL);
  modes = gstream_stream_mux_list_channels (op->mux);
  op->channels = gstream_command_channels ((const char * const *) modes);
  op->thread_id = g_strdup (gstream_thread_get_thread_id (self));

  return g_steal_pointer (&task);
}

static GstreamEventSource *
connect_to (GTask *task)
{
  Operation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);

  if (gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET)
    return gstream_websocket_connection_new (op->server, op->thread_id, (const char * const *) op->channels);

  return gstream_sse_connection_new (op->server, op->thread_id, (const char * const *) op->channels);
}

/* --- in the end --- */

static void
run_is_known (GTask *task)
{
  Operation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);
  gboolean websocket = gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET;
  g_autoptr (GstreamEventSource) source =
    gstream_remote_source_new (op->server, op->thread_id, op->answer.run_id, op->answer.applied_seq,
                               (const char * const *) op->channels,
                               websocket ? gstream_websocket_connection_new : gstream_sse_connection_new,
                               op->connection);

  g_task_return_pointer (task, gstream_remote_run_new (source, op->mux), g_object_unref);
}

/* --- which run it is --- */

static char *
find_newest (GstreamPayload *runs)
{
  gsize n_runs = gstream_payload_get_size (runs, "");
  g_autofree char *newest = NULL;
  g_autofree char *when = NULL;

  for (gsize i = 0; i < n_runs; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      g_autoptr (GstreamPayload) run = gstream_payload_get (runs, pointer);
      const char *id = gstream_payload_get_string (run, "/run_id");
      const char *created = gstream_payload_get_string (run, "/created_at");

      if (id == NULL || created == NULL || (when != NULL && g_strcmp0 (created, when) <= 0))
        continue;
      g_free (newest);
      g_free (when);
      newest = g_strdup (id);
      when = g_strdup (created);
    }

  return g_steal_pointer (&newest);
}

static void
on_runs_listed (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);

  if (runs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->answer.run_id = find_newest (runs);
  if (op->answer.run_id != NULL)
    run_is_known (task);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             "There is no run on the thread %s", op->thread_id);
}

static void
list_runs (GTask *task)
{
  Operation *op = g_task_get_task_data (task);
  g_autofree char *path = gstream_request_path (op->thread_id, "/runs?limit=" MAX_RUNS);

  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_runs_listed, g_object_ref (task));
}

/* --- a server that has forgotten --- */

static void thread_is_there (GTask *task);

static gboolean
are_pending (char           **asked,
             GstreamPayload  *state)
{
  g_autoptr (GHashTable) pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GQueue events = G_QUEUE_INIT;

  gstream_pending_add_events (state, pending, 0, &events);
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
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, NULL);

  if (state == NULL || !are_pending (op->asked, state))
    {
      g_task_return_error (task, g_steal_pointer (&op->refusal));
      return;
    }

  g_free (op->command);
  op->command = g_steal_pointer (&op->resume);
  g_clear_object (&op->connection);
  thread_is_there (task);
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
  Operation *op = g_task_get_task_data (task);
  g_autofree char *path = gstream_request_path (op->thread_id, "/state?subgraphs=true");

  if (op->resume == NULL || !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  op->refusal = error;
  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_state, g_object_ref (task));
}

/* --- the command --- */

static void
command_answered (GTask          *task,
                  GstreamPayload *payload)
{
  Operation *op = g_task_get_task_data (task);
  GError *error = NULL;

  if (!gstream_answer_parse (payload, &op->answer, &error))
    command_refused (task, error);
  else if (op->answer.run_id != NULL)
    run_is_known (task);
  else
    list_runs (task); /* an answered interrupt does not say which run goes on */
}

static void
on_posted (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, &error);

  if (payload != NULL)
    command_answered (task, payload);
  else
    g_task_return_error (task, error);
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) payload =
    gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, &error);

  if (payload != NULL)
    command_answered (task, payload);
  else
    g_task_return_error (task, error);
}

static void
thread_is_there (GTask *task)
{
  Operation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);

  if (gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET)
    {
      op->connection = connect_to (task);
      gstream_websocket_connection_command (GSTREAM_WEBSOCKET_CONNECTION (op->connection), op->command,
                                            g_task_get_cancellable (task), on_sent, g_object_ref (task));
    }
  else
    {
      g_autofree char *path = gstream_request_path (op->thread_id, "/commands");

      gstream_request_send (op->server, "POST", path, op->command, GSTREAM_RETRY_UNSENT,
                            g_task_get_cancellable (task), on_posted, g_object_ref (task));
    }
}

/* --- the thread --- */

static void
on_thread_made (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
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
  thread_is_there (task);
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
  Operation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin (self, mux, gstream_thread_start, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  op->command = gstream_command_start (op->server->assistant ? op->server->assistant : "", input, config, metadata);
  if (op->thread_id != NULL)
    thread_is_there (task);
  else
    gstream_request_send (op->server, "POST", "/threads", "{}", GSTREAM_RETRY_REPEATABLE, cancellable,
                          on_thread_made, g_object_ref (task));
}

static GstreamRunStream *
finish (GstreamThread  *self,
        GAsyncResult   *result,
        GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * gstream_thread_start_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.start].
 *
 * Returns: (transfer full) (nullable): the run, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_start_finish (GstreamThread  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  return finish (self, result, error);
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
 * Returns: (transfer full) (nullable): the run, or %NULL with @error set
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
  GstreamRunStream *run = NULL;
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_start (self, input, config, metadata, mux, cancellable, gstream_sync_done, &sync);
  gstream_thread_wait_sync (&sync);
  run = finish (self, sync.result, error);
  gstream_thread_end_sync (&sync);

  return run;
}

static char **
list_ids (GPtrArray *interrupts)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  for (guint i = 0; i < interrupts->len; i++)
    g_strv_builder_add (ids, gstream_interrupt_get_id (interrupts->pdata[i]));

  return g_strv_builder_end (ids);
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
 * Answers several interrupts at once, and gives the run that goes on from
 * there. Where several are pending they have to be answered together: after the
 * first answer there is no interrupted run any more that could take a second.
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
  Operation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (interrupts != NULL);
  g_return_if_fail (responses != NULL);
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin (self, mux, gstream_thread_respond_all, cancellable, callback, user_data);
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
  if (op->thread_id == NULL)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                               "There is nothing to respond to: the thread has no run yet");
      return;
    }
  op->command = gstream_command_respond (op->server->assistant ? op->server->assistant : "",
                                         interrupts, responses, NULL, NULL);
  op->resume = gstream_command_resume (op->server->assistant ? op->server->assistant : "", interrupts, responses);
  op->asked = list_ids (interrupts);
  thread_is_there (task);
}

/**
 * gstream_thread_respond_all_finish:
 * @self: a thread
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Thread.respond_all].
 *
 * Returns: (transfer full) (nullable): the run that goes on, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_respond_all_finish (GstreamThread  *self,
                                   GAsyncResult   *result,
                                   GError        **error)
{
  return finish (self, result, error);
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
 * Returns: (transfer full) (nullable): the run that goes on, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_respond_all_sync (GstreamThread     *self,
                                 GPtrArray         *interrupts,
                                 GPtrArray         *responses,
                                 GstreamStreamMux  *mux,
                                 GCancellable      *cancellable,
                                 GError           **error)
{
  GstreamRunStream *run = NULL;
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (interrupts != NULL, NULL);
  g_return_val_if_fail (responses != NULL, NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_respond_all (self, interrupts, responses, mux, cancellable, gstream_sync_done, &sync);
  gstream_thread_wait_sync (&sync);
  run = finish (self, sync.result, error);
  gstream_thread_end_sync (&sync);

  return run;
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
 * are pending, use [method@Thread.respond_all].
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
 * Returns: (transfer full) (nullable): the run that goes on, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_respond_finish (GstreamThread  *self,
                               GAsyncResult   *result,
                               GError        **error)
{
  return finish (self, result, error);
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
 * Returns: (transfer full) (nullable): the run that goes on, or %NULL with @error set
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

  g_return_val_if_fail (interrupt != NULL, NULL);
  g_return_val_if_fail (response != NULL, NULL);

  return gstream_thread_respond_all_sync (self, interrupts, responses, mux, cancellable, error);
}

/* --- attaching --- */

/* How far the thread has come, where the server says so: that it does not is no failure. */
static void
on_tree (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, NULL);
  GstreamAnswer answer = { 0 };

  op->answer.applied_seq = -1;
  if (payload != NULL && gstream_answer_parse (payload, &answer, NULL))
    op->answer.applied_seq = answer.applied_seq;
  g_free (answer.run_id);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (op->answer.run_id != NULL)
    run_is_known (task);
  else
    list_runs (task);
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
 * as its server has kept that; a run that is over too, as long as it has.
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
  Operation *op;

  g_return_if_fail (GSTREAM_IS_THREAD (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = begin (self, mux, gstream_thread_attach, cancellable, callback, user_data);
  if (task == NULL)
    return;

  op = g_task_get_task_data (task);
  if (op->thread_id == NULL)
    {
      g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                               "There is nothing to attach to: the thread has no run yet");
      return;
    }
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
 * Returns: (transfer full) (nullable): the run, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_attach_finish (GstreamThread  *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  return finish (self, result, error);
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
 * Returns: (transfer full) (nullable): the run, or %NULL with @error set
 */
GstreamRunStream *
gstream_thread_attach_sync (GstreamThread     *self,
                            const char        *run_id,
                            GstreamStreamMux  *mux,
                            GCancellable      *cancellable,
                            GError           **error)
{
  GstreamRunStream *run = NULL;
  GstreamSync sync;

  g_return_val_if_fail (GSTREAM_IS_THREAD (self), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  if (!gstream_thread_begin_sync (self, &sync, error))
    return NULL;
  gstream_thread_attach (self, run_id, mux, cancellable, gstream_sync_done, &sync);
  gstream_thread_wait_sync (&sync);
  run = finish (self, sync.result, error);
  gstream_thread_end_sync (&sync);

  return run;
}
