/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is asked of a server about what is on it (N13): each call a request and its answer, in three forms.
 *
 * What changes a thread is told to the lists of threads that the server has.
 */
#include <gstream/remote/gstream-server-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/stream/gstream-pump-internal.h>

/* --- asking --- */

/* A request to make. */
typedef struct
{
  const char         *method;
  char               *path;       /* owned; so with the other strings */
  char               *body;       /* NULL: none */
  char               *thread_id;  /* that is told of, where the answer does not say it; or NULL */
  gboolean            repeatable; /* asking twice does no harm */
  GstreamServerChange tells;      /* what lists of threads are told when it was answered */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->path);
  g_free (question->body);
  g_free (question->thread_id);
  g_free (question);
}

static void
on_answer (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Question       *question = g_task_get_task_data (task);
  GError         *error = NULL;
  GstreamPayload *answer = gstream_request_finish (result, &error);

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  gstream_server_tell (g_task_get_source_object (task), question->tells, question->thread_id, answer);
  g_task_return_pointer (task, answer, (GDestroyNotify) gstream_payload_unref);
}

static GTask *
new_task (GstreamServer      *self,
          gpointer            tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  GMainContext *context = gstream_server_get_context (self);
  GTask        *task;

  if (!g_main_context_acquire (context))
    {
      g_task_report_new_error (self, callback, user_data, tag, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                               "The main context of this GstreamServer belongs to another thread: call from there");
      return NULL;
    }

  task = gstream_run_context_new_task (context, self, cancellable, callback, user_data);
  g_main_context_release (context);
  g_task_set_source_tag (task, tag);

  return task;
}

/* @question: its strings are taken. */
static void
begin (GstreamServer      *self,
       Question            question,
       gpointer            tag,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data)
{
  Question *own = g_memdup2 (&question, sizeof question);
  g_autoptr (GTask) task = new_task (self, tag, cancellable, callback, user_data);
  g_autoptr (GstreamOrigin) origin = NULL;
  GError *error = NULL;

  if (task == NULL)
    {
      question_free (own);
      return;
    }

  g_task_set_task_data (task, own, question_free);
  origin = gstream_server_open (self, gstream_server_get_context (self), &error);
  if (origin == NULL)
    g_task_return_error (task, error);
  else
    gstream_request_send (origin, own->method, own->path, own->body,
                          own->repeatable ? GSTREAM_RETRY_REPEATABLE : GSTREAM_RETRY_UNSENT, cancellable, on_answer,
                          g_object_ref (task));
}

static GAsyncResult *
wait_for (GstreamServer *self,
          Question       question,
          GCancellable  *cancellable,
          GError       **error)
{
  GstreamSync   sync;
  GAsyncResult *result;

  if (!gstream_sync_begin_in (&sync, gstream_server_get_context (self), "GstreamServer", error))
    {
      question_free (g_memdup2 (&question, sizeof question));
      return NULL;
    }

  begin (self, question, wait_for, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  result = g_object_ref (sync.result);
  gstream_sync_end (&sync);

  return result;
}

/* --- answers --- */

static GstreamPayload *
finish_payload (GAsyncResult *result,
                GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
finish_done (GAsyncResult *result,
             GError      **error)
{
  g_autoptr (GstreamPayload) answer = finish_payload (result, error);

  return answer != NULL;
}

static GPtrArray *
finish_array (GAsyncResult *result,
              GError      **error)
{
  g_autoptr (GstreamPayload) answer = finish_payload (result, error);
  GPtrArray         *items;
  GstreamPayloadIter iter;
  GstreamPayload    *item;

  if (answer == NULL)
    return NULL;
  if (gstream_payload_get_kind (answer) != GSTREAM_PAYLOAD_ARRAY)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           "The server's answer is something else than an array, which was expected");
      return NULL;
    }

  items = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  gstream_payload_iter_init (&iter, answer);
  while ((item = gstream_payload_iter_next_value (&iter)) != NULL)
    g_ptr_array_add (items, item);

  return items;
}

/* --- paths and bodies --- */

static char *
of_thread (const char *thread_id,
           const char *rest)
{
  return gstream_request_path (thread_id, rest);
}

static char *
runs_of (const char *thread_id,
         guint       limit)
{
  g_autofree char *rest = g_strdup_printf ("/runs?limit=%u", limit > 0 ? limit : 10);

  return of_thread (thread_id, rest);
}

static char *
cancel_of (const char *thread_id,
           const char *run_id)
{
  g_autofree char *segment = g_uri_escape_string (run_id, NULL, FALSE);
  g_autofree char *rest = g_strconcat ("/runs/", segment, "/cancel?wait=false&action=interrupt", NULL);

  return of_thread (thread_id, rest);
}

static char *
with_metadata (GstreamPayload *metadata)
{
  GString *json = g_string_new ("{");

  gstream_json_add_payload (json, "metadata", metadata);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

static char *
of_graph (const char *graph_id)
{
  GString *json = g_string_new ("{\"limit\":1000");

  gstream_json_add_string (json, "graph_id", graph_id);
  g_string_append_c (json, '}');

  return g_string_free (json, FALSE);
}

/* --- the calls --- */

/**
 * gstream_server_copy_thread:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Copies a thread, with its states, and gives the copy as the server says it: an object with `thread_id`.
 *
 * Since: 1.0
 */
void
gstream_server_copy_thread (GstreamServer      *self,
                            const char         *thread_id,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "POST",
                      .path = of_thread (thread_id, "/copy"),
                      .body = g_strdup ("{}"),
                      .tells = GSTREAM_SERVER_CHANGED },
         gstream_server_copy_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_copy_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.copy_thread].
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_copy_thread_finish (GstreamServer *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (result, error);
}

/**
 * gstream_server_copy_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.copy_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_copy_thread_sync (GstreamServer *self,
                                 const char    *thread_id,
                                 GCancellable  *cancellable,
                                 GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "POST",
                                  .path = of_thread (thread_id, "/copy"),
                                  .body = g_strdup ("{}"),
                                  .tells = GSTREAM_SERVER_CHANGED },
                     cancellable, error);

  return result != NULL ? finish_payload (result, error) : NULL;
}

/**
 * gstream_server_update_thread:
 * @self: a server
 * @thread_id: the thread
 * @metadata: what is to be remembered of it, an object: it is merged into what is
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Changes a thread's metadata, such as its title, and gives the thread as the server says it.
 *
 * Since: 1.0
 */
void
gstream_server_update_thread (GstreamServer      *self,
                              const char         *thread_id,
                              GstreamPayload     *metadata,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (metadata != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "PATCH",
                      .path = of_thread (thread_id, ""),
                      .body = with_metadata (metadata),
                      .tells = GSTREAM_SERVER_CHANGED },
         gstream_server_update_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_update_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.update_thread].
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_update_thread_finish (GstreamServer *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_payload (result, error);
}

/**
 * gstream_server_update_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @metadata: what is to be remembered of it, an object: it is merged into what is
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.update_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer full): the thread
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_server_update_thread_sync (GstreamServer  *self,
                                   const char     *thread_id,
                                   GstreamPayload *metadata,
                                   GCancellable   *cancellable,
                                   GError        **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (metadata != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "PATCH",
                                  .path = of_thread (thread_id, ""),
                                  .body = with_metadata (metadata),
                                  .tells = GSTREAM_SERVER_CHANGED },
                     cancellable, error);

  return result != NULL ? finish_payload (result, error) : NULL;
}

/**
 * gstream_server_delete_thread:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Deletes a thread, with its states.
 *
 * Since: 1.0
 */
void
gstream_server_delete_thread (GstreamServer      *self,
                              const char         *thread_id,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "DELETE",
                      .path = of_thread (thread_id, ""),
                      .thread_id = g_strdup (thread_id),
                      .tells = GSTREAM_SERVER_DELETED },
         gstream_server_delete_thread, cancellable, callback, user_data);
}

/**
 * gstream_server_delete_thread_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.delete_thread].
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_delete_thread_finish (GstreamServer *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_done (result, error);
}

/**
 * gstream_server_delete_thread_sync:
 * @self: a server
 * @thread_id: the thread
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.delete_thread] does, and iterates the server's main context until then (R9).
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_delete_thread_sync (GstreamServer *self,
                                   const char    *thread_id,
                                   GCancellable  *cancellable,
                                   GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (thread_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  result = wait_for (self,
                     (Question) { .method = "DELETE",
                                  .path = of_thread (thread_id, ""),
                                  .thread_id = g_strdup (thread_id),
                                  .tells = GSTREAM_SERVER_DELETED },
                     cancellable, error);

  return result != NULL ? finish_done (result, error) : FALSE;
}

/**
 * gstream_server_list_assistants:
 * @self: a server
 * @graph_id: (nullable): of which graph; %NULL: of all
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Lists the assistants, each an object with `assistant_id`, `graph_id`, `name` and `metadata`.
 *
 * Since: 1.0
 */
void
gstream_server_list_assistants (GstreamServer      *self,
                                const char         *graph_id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self,
         (Question) { .method = "POST",
                      .path = g_strdup ("/assistants/search"),
                      .body = of_graph (graph_id),
                      .repeatable = TRUE },
         gstream_server_list_assistants, cancellable, callback, user_data);
}

/**
 * gstream_server_list_assistants_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.list_assistants].
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_assistants_finish (GstreamServer *self,
                                       GAsyncResult  *result,
                                       GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_array (result, error);
}

/**
 * gstream_server_list_assistants_sync:
 * @self: a server
 * @graph_id: (nullable): of which graph; %NULL: of all
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.list_assistants] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_assistants_sync (GstreamServer *self,
                                     const char    *graph_id,
                                     GCancellable  *cancellable,
                                     GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self,
                     (Question) { .method = "POST",
                                  .path = g_strdup ("/assistants/search"),
                                  .body = of_graph (graph_id),
                                  .repeatable = TRUE },
                     cancellable, error);

  return result != NULL ? finish_array (result, error) : NULL;
}

/**
 * gstream_server_list_runs:
 * @self: a server
 * @thread_id: the thread
 * @limit: how many at most; 0: 10
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Lists a thread's runs, in the order that the server gives them in, each an object with `run_id`, `status`, `created_at` and `metadata`.
 *
 * Since: 1.0
 */
void
gstream_server_list_runs (GstreamServer      *self,
                          const char         *thread_id,
                          guint               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, (Question) { .method = "GET", .path = runs_of (thread_id, limit), .repeatable = TRUE },
         gstream_server_list_runs, cancellable, callback, user_data);
}

/**
 * gstream_server_list_runs_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.list_runs].
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_runs_finish (GstreamServer *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return finish_array (result, error);
}

/**
 * gstream_server_list_runs_sync:
 * @self: a server
 * @thread_id: the thread
 * @limit: how many at most; 0: 10
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.list_runs] does, and iterates the server's main context until then (R9).
 *
 * Returns: (transfer container) (element-type GstreamPayload): what there is
 *
 * Since: 1.0
 */
GPtrArray *
gstream_server_list_runs_sync (GstreamServer *self,
                               const char    *thread_id,
                               guint          limit,
                               GCancellable  *cancellable,
                               GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), NULL);
  g_return_val_if_fail (thread_id != NULL, NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);

  result = wait_for (self, (Question) { .method = "GET", .path = runs_of (thread_id, limit), .repeatable = TRUE },
                     cancellable, error);

  return result != NULL ? finish_array (result, error) : NULL;
}

/**
 * gstream_server_cancel_run:
 * @self: a server
 * @thread_id: the thread
 * @run_id: the run
 * @cancellable: (nullable): to give up
 * @callback: (scope async): called when the server has answered, or has not
 * @user_data: for @callback
 *
 * Ends a run. What it has done stays.
 *
 * Since: 1.0
 */
void
gstream_server_cancel_run (GstreamServer      *self,
                           const char         *thread_id,
                           const char         *run_id,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (GSTREAM_IS_SERVER (self));
  g_return_if_fail (thread_id != NULL);
  g_return_if_fail (run_id != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  begin (self, (Question) { .method = "POST", .path = cancel_of (thread_id, run_id) }, gstream_server_cancel_run,
         cancellable, callback, user_data);
}

/**
 * gstream_server_cancel_run_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Server.cancel_run].
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_cancel_run_finish (GstreamServer *self,
                                  GAsyncResult  *result,
                                  GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_done (result, error);
}

/**
 * gstream_server_cancel_run_sync:
 * @self: a server
 * @thread_id: the thread
 * @run_id: the run
 * @cancellable: (nullable): to give up
 * @error: return location for an error
 *
 * Does what [method@Server.cancel_run] does, and iterates the server's main context until then (R9).
 *
 * Returns: %TRUE, unless there is an error
 *
 * Since: 1.0
 */
gboolean
gstream_server_cancel_run_sync (GstreamServer *self,
                                const char    *thread_id,
                                const char    *run_id,
                                GCancellable  *cancellable,
                                GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_SERVER (self), FALSE);
  g_return_val_if_fail (thread_id != NULL, FALSE);
  g_return_val_if_fail (run_id != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);

  result = wait_for (self, (Question) { .method = "POST", .path = cancel_of (thread_id, run_id) }, cancellable, error);

  return result != NULL ? finish_done (result, error) : FALSE;
}
