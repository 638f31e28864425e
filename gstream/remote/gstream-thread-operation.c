/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What starting, answering and attaching have in common (N1): the command, and the run
 * that it is about.
 *
 * The steps are named after what has just returned, and stand in the order in which
 * they happen, from the last.
 */
#include <gstream/remote/gstream-thread-operation-private.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-remote-run-private.h>
#include <gstream/remote/gstream-request-private.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-run-context-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>

#define DOUBTS_WITHIN 20 /* of the time for an answer: as a part of that */
#define MAX_RUNS "100" /* of a thread's, to find the newest among: not every server lists that first */

static void
operation_free (gpointer data)
{
  GstreamThreadOperation *op = data;

  gstream_timer_end (&op->doubt);
  g_clear_error (&op->doubted);
  g_clear_pointer (&op->server, gstream_server_unref);
  g_clear_object (&op->connection);
  g_clear_object (&op->mux);
  g_strfreev (op->channels);
  g_free (op->thread_id);
  g_free (op->command);
  g_free (op->answer.run_id);
  if (op->free_fallback != NULL)
    op->free_fallback (op->fallback);
  g_free (op);
}

GTask *
gstream_thread_operation_begin (GstreamThread       *self,
                                GstreamStreamMux    *mux,
                                gpointer             tag,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr (GTask) task = gstream_thread_new_task (self, tag, cancellable, callback, user_data);
  GstreamThreadOperation *op = NULL;
  g_auto (GStrv) modes = NULL;
  GError *error = NULL;

  if (task == NULL)
    return NULL;
  op = g_new0 (GstreamThreadOperation, 1);
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

/* --- in the end --- */

static void
finish (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);
  gboolean websocket = gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET;
  GstreamRunStream *run = gstream_remote_run_new (op->server, op->thread_id, op->answer.run_id, op->answer.applied_seq,
                                                  (const char * const *) op->channels,
                                                  websocket ? gstream_websocket_connection_new : gstream_sse_connection_new,
                                                  op->connection, op->mux);

  g_task_return_pointer (task, run, g_object_unref);
}

/* --- which run it is --- */

static char *
find_newest (GstreamPayload *runs)
{
  GstreamPayloadIter iter;
  GstreamPayload *next;
  g_autofree char *newest = NULL;
  g_autofree char *when = NULL;

  gstream_payload_iter_init (&iter, runs);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) run = next;
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
  GstreamThreadOperation *op = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);

  if (runs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->answer.run_id = find_newest (runs);
  if (op->answer.run_id != NULL)
    finish (task);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             "There is no run on the thread %s", op->thread_id);
}

static void
find_newest_run (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);
  g_autofree char *path = gstream_request_path (op->thread_id, "/runs?limit=" MAX_RUNS);

  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_runs_listed, g_object_ref (task));
}

void
gstream_thread_operation_find_run (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);

  if (op->answer.run_id != NULL)
    finish (task);
  else
    find_newest_run (task);
}

/* --- an assistant that there is not --- */

static void
on_assistant_known (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) assistant = gstream_request_finish (result, &error);

  if (!op->is_waiting || !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    return;
  op->doubted = g_steal_pointer (&error);
  gstream_event_source_close (op->connection); /* which ends the waiting */
}

static void
on_doubt (gpointer user_data)
{
  GTask *task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  g_autofree char *segment = g_uri_escape_string (op->server->assistant ? op->server->assistant : "", NULL, FALSE);
  g_autofree char *path = g_strconcat ("/assistants/", segment, NULL);

  gstream_timer_end (&op->doubt);
  gstream_request_send (op->server, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_assistant_known, g_object_ref (task));
}

/* JavaScript's server does not answer on a WebSocket at all where it knows no such assistant. */
static void
start_doubt (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);

  op->doubt = gstream_timer_start (op->server->context, op->server->answer_timeout / DOUBTS_WITHIN, NULL,
                                   "[gstream] doubt", on_doubt, task, NULL);
}

/* --- the command --- */

/* @payload: its answer; NULL: there is none, because of @error, which is taken. */
static void
command_answered (GTask          *task,
                  GstreamPayload *payload,
                  GError         *error)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);

  if (payload == NULL)
    g_task_return_error (task, error);
  else if (gstream_answer_parse (payload, &op->answer, &error))
    gstream_thread_operation_find_run (task); /* an answered interrupt does not say which run goes on */
  else if (op->refused != NULL)
    op->refused (task, error);
  else
    g_task_return_error (task, error);
}

static void
on_posted (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, &error);

  command_answered (task, payload, error);
}

static void
on_sent (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamThreadOperation *op = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GstreamPayload) payload =
    gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, &error);

  op->is_waiting = FALSE;
  gstream_timer_end (&op->doubt);
  if (op->doubted != NULL)
    {
      g_clear_error (&error);
      error = g_steal_pointer (&op->doubted);
    }
  command_answered (task, payload, error);
}

void
gstream_thread_operation_send (GTask *task)
{
  GstreamThreadOperation *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);

  if (gstream_thread_get_transport (self) == GSTREAM_TRANSPORT_WEBSOCKET)
    {
      /* A second command takes the connection of the first. */
      if (op->connection == NULL)
        op->connection = gstream_websocket_connection_new (op->server, op->thread_id,
                                                           (const char * const *) op->channels);
      gstream_websocket_connection_command (GSTREAM_WEBSOCKET_CONNECTION (op->connection), op->command,
                                            g_task_get_cancellable (task), on_sent, g_object_ref (task));
      op->is_waiting = TRUE;
      start_doubt (task);
    }
  else
    {
      g_autofree char *path = gstream_request_path (op->thread_id, "/commands");

      gstream_request_send (op->server, "POST", path, op->command, GSTREAM_RETRY_UNSENT,
                            g_task_get_cancellable (task), on_posted, g_object_ref (task));
    }
}
