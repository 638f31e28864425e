/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread on a LangGraph Agent Server: the requests that start, answer and follow its runs (N1), and its states (N14).
 *
 * Calls that return a run share an Operation, which has the data of the request. The steps from the request to the run
 * are in the file from the last to the first.
 */
#include <gstream/remote/gstream-server-thread.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-remote-run-private.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/remote/gstream-server-private.h>
#include <gstream/remote/gstream-sse-connection-private.h>
#include <gstream/remote/gstream-websocket-connection-private.h>
#include <gstream/thread/gstream-thread-internal.h>

#define DOUBTS_WITHIN 20  /* fraction of the answer timeout */
#define DEFAULT_STATES 10 /* of a history; the servers have different defaults */
#define MAX_RUNS "100"    /* of a thread, to find the newest one, which not every server lists first */

/**
 * GstreamServerThread:
 *
 * A thread on a LangGraph Agent Server, which keeps its state.
 *
 * It is made by [method@Server.create_thread] or [method@Server.open_thread], or without a server object by
 * [ctor@Thread.new]. What there is to call are the methods of [class@Thread]:
 *
 * ```c
 * g_autoptr (GstreamThread) thread = gstream_server_open_thread (server, "agent", "5f0c2b5e-8d0c-4a55-9b9d-0f6b3f1f5e6a");
 * g_autoptr (GstreamPayload) state = gstream_thread_fetch_state_sync (thread, NULL, NULL, &error);
 * ```
 *
 * A server supports some things that other kinds of threads do not, such as enqueuing a run. If the server does not
 * tell which run an event belongs to (JavaScript's), attaching to a run shows the newest one.
 *
 * Since: 1.0
 */
struct _GstreamServerThread
{
  GstreamThread parent_instance;

  GstreamServer   *server;
  char            *assistant;
  GstreamTransport transport;
  char            *new_id; /* of the thread that the server makes for its first run; NULL: none was started */
};

enum
{
  PROP_SERVER = 1,
  PROP_ASSISTANT,
  PROP_TRANSPORT,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstreamServerThread, gstream_server_thread, GSTREAM_TYPE_THREAD)

/* --- how it is spoken to --- */

static GstreamOrigin *
open_origin (GstreamServerThread *self,
             GError             **error)
{
  GstreamThread *thread = GSTREAM_THREAD (self);
  GstreamOrigin *origin = gstream_server_open (self->server, gstream_thread_get_context (thread), error);

  if (origin != NULL)
    origin->cancel_on_abort = gstream_thread_get_cancel_on_abort (thread);

  return origin;
}

static gboolean
expect_run (GstreamThread *thread,
            GTask         *task,
            const char    *nothing)
{
  if (gstream_thread_get_thread_id (thread) != NULL)
    return TRUE;

  g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "%s", _ (nothing));

  return FALSE;
}

/* --- operations --- */

/* What respond_all() sends instead if the server does not know the interrupted run any more. */
typedef struct
{
  char   *command; /* a command that starts a run with the answers as input */
  char  **asked;   /* ids of the interrupts that it answers */
  GError *refusal; /* the server's error; NULL: there was none */
} Resume;

/* The data of a task that starts, answers or attaches to a run, and returns that run. */
typedef struct
{
  GstreamOrigin       *origin;
  char                *thread_id;
  gboolean             makes_thread; /* the server is to make the thread when it has the command */
  char                *assistant;
  GstreamRunOptions   *options;
  GstreamSubscription *wanted;
  GstreamStreamMux    *mux;
  GstreamPayload      *unnamed;    /* responses without interrupt ids, until these are known; or NULL */
  char                *command;    /* NULL: the run exists already */
  GstreamEventSource  *connection; /* to the thread's events; a command is sent over a WebSocket; or NULL */
  gboolean             is_waiting; /* the answer over @connection is pending */
  GSource             *doubt;      /* timer until the server is asked whether the assistant exists */
  GError              *doubted;    /* the error that it does not exist; NULL: not known */
  GError              *refusal;    /* of the WebSocket, while it is found out why; or NULL */
  GstreamAnswer        answer;
  Resume              *resume; /* NULL: it does not answer interrupts */
} Operation;

static void
resume_free (gpointer data)
{
  Resume *resume = data;

  g_free (resume->command);
  g_strfreev (resume->asked);
  g_clear_error (&resume->refusal);
  g_free (resume);
}

static void
close_connection (Operation *op)
{
  if (op->connection != NULL)
    gstream_event_source_close (op->connection);
  g_clear_object (&op->connection);
}

static void
operation_free (gpointer data)
{
  Operation *op = data;

  gstream_timer_end (&op->doubt);
  g_clear_error (&op->doubted);
  g_clear_error (&op->refusal);
  g_clear_pointer (&op->origin, gstream_origin_unref);
  close_connection (op);
  g_clear_object (&op->mux);
  g_clear_object (&op->options);
  g_clear_pointer (&op->wanted, gstream_subscription_unref);
  g_free (op->assistant);
  g_clear_pointer (&op->unnamed, gstream_payload_unref);
  g_free (op->thread_id);
  g_free (op->command);
  g_free (op->answer.run_id);
  g_clear_pointer (&op->resume, resume_free);
  g_free (op);
}

/* Returns FALSE if the task has been completed with an error. */
static gboolean
begin_operation (GstreamServerThread *self,
                 GstreamRunOptions   *options,
                 GTask               *task)
{
  Operation        *op = g_new0 (Operation, 1);
  GstreamStreamMux *mux = gstream_run_options_get_mux (options);
  GError           *error = NULL;

  g_task_set_task_data (task, op, operation_free);
  op->origin = open_origin (self, &error);
  if (op->origin == NULL)
    {
      g_task_return_error (task, error);
      return FALSE;
    }

  op->options = g_object_ref (options);
  op->mux = mux != NULL ? g_object_ref (mux) : gstream_stream_mux_new (NULL);
  op->wanted = gstream_subscription_new (op->mux, options);
  op->assistant = g_strdup (self->assistant != NULL ? self->assistant : "");
  op->thread_id = g_strdup (gstream_thread_get_thread_id (GSTREAM_THREAD (self)));

  return TRUE;
}

/* --- the run --- */

static void
complete (GTask *task)
{
  Operation           *op = g_task_get_task_data (task);
  GstreamServerThread *self = g_task_get_source_object (task);
  gboolean             websocket = self->transport == GSTREAM_TRANSPORT_WEBSOCKET;

  gstream_thread_return_run (task, gstream_remote_run_new (op->origin, op->thread_id, op->answer.run_id,
                                                           op->answer.applied_seq, op->wanted,
                                                           websocket ? &gstream_websocket_connection_funcs
                                                                     : &gstream_sse_connection_funcs,
                                                           op->connection, op->mux));
  g_clear_object (&op->connection); /* it is the run's now */
}

/* --- which run it is --- */

static char *
find_newest (GstreamPayload *runs)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;
  g_autofree char   *newest = NULL;
  g_autofree char   *when = NULL;

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
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);

  if (runs == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  op->answer.run_id = find_newest (runs);
  if (op->answer.run_id != NULL)
    complete (task);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("There is no run on the thread %s"),
                             op->thread_id);
}

static void
find_newest_run (GTask *task)
{
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *path = gstream_request_path (op->thread_id, "/runs?limit=" MAX_RUNS);

  gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_runs_listed, g_object_ref (task));
}

static void
find_run (GTask *task)
{
  Operation *op = g_task_get_task_data (task);

  if (op->answer.run_id != NULL)
    complete (task);
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
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) assistant G_GNUC_UNUSED = gstream_request_finish (result, &error);

  if (!op->is_waiting || !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    return;
  op->doubted = g_steal_pointer (&error);
  gstream_event_source_close (op->connection); /* makes the pending command fail */
}

static void
on_doubt (gpointer user_data)
{
  GTask           *task = user_data;
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *segment = g_uri_escape_string (op->assistant, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/assistants/", segment, NULL);

  gstream_timer_end (&op->doubt);
  gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_assistant_known, g_object_ref (task));
}

/* If there is no such assistant, JavaScript's server does not answer over a WebSocket, but does so over HTTP. */
static void
start_doubt (GTask *task)
{
  Operation *op = g_task_get_task_data (task);

  op->doubt = gstream_timer_start (op->origin->context, op->origin->limits.answer_timeout / DOUBTS_WITHIN, NULL,
                                   "[gstream] doubt", on_doubt, task, NULL);
}

/* --- the command --- */

static void answer_refused (GTask  *task,
                            GError *error);

static void
on_explained (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_error (task, gstream_request_explain_finish (result));
}

/* @error: taken. */
static void
explain (GTask  *task,
         GError *error)
{
  Operation *op = g_task_get_task_data (task);

  gstream_request_explain (op->origin, op->thread_id, "/commands", error, g_task_get_cancellable (task), on_explained,
                           g_object_ref (task));
}

static void
on_path_tried (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) answer G_GNUC_UNUSED = gstream_request_finish (result, &error);

  if (error != NULL && gstream_request_is_no_path (error))
    explain (task, g_steal_pointer (&op->refusal));
  else
    g_task_return_error (task, g_steal_pointer (&op->refusal));
}

/* Some servers forbid a WebSocket at a path that they do not have: what they say of it over HTTP tells. */
static void
try_path (GTask  *task,
          GError *error)
{
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *command = gstream_command_tree ();
  g_autofree char *path = gstream_request_path (op->thread_id, "/commands");

  op->refusal = error;
  gstream_request_send (op->origin, "POST", path, command, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_path_tried, g_object_ref (task));
}

static gboolean
is_websocket_refused (GTask        *task,
                      const GError *error)
{
  GstreamServerThread *self = g_task_get_source_object (task);
  guint                status = gstream_error_get_status (error);

  return self->transport == GSTREAM_TRANSPORT_WEBSOCKET &&
         (status == SOUP_STATUS_FORBIDDEN || gstream_request_is_no_path (error));
}

static void make_thread (GTask *task);

/* Whether a server refuses the command with @error because it does not make the thread itself. */
static gboolean
is_without_thread (GTask        *task,
                   const GError *error)
{
  Operation *op = g_task_get_task_data (task);

  return op->makes_thread && (g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND) ||
                              gstream_request_is_no_path (error) || is_websocket_refused (task, error));
}

/* @error: taken. @answered: whether it is in the answer to the command, rather than in what carries it. */
static void
command_refused (GTask   *task,
                 GError  *error,
                 gboolean answered)
{
  Operation *op = g_task_get_task_data (task);

  if (is_without_thread (task, error))
    {
      g_error_free (error);
      make_thread (task);
    }
  else if (answered && op->resume != NULL)
    answer_refused (task, error);
  else if (!answered && is_websocket_refused (task, error))
    try_path (task, error);
  else if (!answered && gstream_request_is_no_path (error))
    explain (task, error);
  else
    g_task_return_error (task, error);
}

static void
on_made_thread_known (GObject      *object,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr (GstreamServer) server = user_data;
  g_autoptr (GstreamPayload) thread = gstream_request_finish (result, NULL);

  if (thread != NULL)
    gstream_server_tell (server, GSTREAM_SERVER_CHANGED, NULL, thread);
}

/* The server has made the thread. Its answer does not have what lists of threads show. */
static void
thread_is_made (GTask *task)
{
  Operation           *op = g_task_get_task_data (task);
  GstreamServerThread *self = g_task_get_source_object (task);
  g_autofree char     *path = gstream_request_path (op->thread_id, "");

  op->makes_thread = FALSE;
  if (gstream_thread_get_thread_id (GSTREAM_THREAD (self)) == NULL)
    gstream_thread_set_thread_id (GSTREAM_THREAD (self), op->thread_id);
  if (gstream_server_has_listeners (self->server))
    gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, NULL, on_made_thread_known,
                          g_object_ref (self->server));
}

/* @payload: (nullable): the answer; NULL: the command failed with @error (transfer full). */
static void
command_answered (GTask          *task,
                  GstreamPayload *payload,
                  GError         *error)
{
  Operation *op = g_task_get_task_data (task);

  if (payload == NULL || !gstream_answer_parse (payload, &op->answer, &error))
    {
      command_refused (task, error, payload != NULL);
      return;
    }

  if (op->makes_thread)
    thread_is_made (task);
  find_run (task); /* the answer to a response does not have the id of the run that continues */
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
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GstreamPayload) payload =
      gstream_websocket_connection_command_finish (GSTREAM_WEBSOCKET_CONNECTION (object), result, &error);

  op->is_waiting = FALSE;
  gstream_timer_end (&op->doubt);
  if (op->doubted != NULL)
    {
      g_clear_error (&error);
      error = g_steal_pointer (&op->doubted);
      op->makes_thread = FALSE; /* the thread is not what it lacks */
    }
  command_answered (task, payload, error);
}

/* Opens the connection to the thread's events, unless a command was sent before this one. */
static void
open_connection (GTask *task)
{
  Operation           *op = g_task_get_task_data (task);
  GstreamServerThread *self = g_task_get_source_object (task);

  if (op->connection == NULL)
    op->connection = self->transport == GSTREAM_TRANSPORT_WEBSOCKET
                         ? gstream_websocket_connection_new (op->origin, op->thread_id, op->wanted)
                         : gstream_sse_connection_start (op->origin, op->thread_id, op->wanted);
}

/*
 * The connection is opened at the same time as the command is sent, and before the thread is made for its first run, so
 * that the run's first event takes no more than one round trip. It has no events before the run begins.
 */
static void
send_command (GTask *task)
{
  Operation           *op = g_task_get_task_data (task);
  GstreamServerThread *self = g_task_get_source_object (task);

  open_connection (task);
  if (self->transport == GSTREAM_TRANSPORT_WEBSOCKET)
    {
      gstream_websocket_connection_command (GSTREAM_WEBSOCKET_CONNECTION (op->connection), op->command,
                                            g_task_get_cancellable (task), on_sent, g_object_ref (task));
      op->is_waiting = TRUE;
      start_doubt (task);
    }
  else
    {
      g_autofree char *path = gstream_request_path (op->thread_id, "/commands");

      gstream_request_send (op->origin, "POST", path, op->command, GSTREAM_RETRY_UNSENT, g_task_get_cancellable (task),
                            on_posted, g_object_ref (task));
    }
}

/* --- what becomes of a run that is under way --- */

/*
 * JavaScript's server always enqueues, whatever the strategy is. Therefore the strategy is implemented here, before the
 * start. A server that implements it finds no other run then.
 */

static const char *
action_of (GstreamMultitaskStrategy strategy)
{
  return strategy == GSTREAM_MULTITASK_STRATEGY_ROLLBACK ? "rollback" : "interrupt";
}

static void
on_other_ended (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_request_finish (result, &error);

  /* The run may have ended meanwhile. */
  if (answer != NULL || g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    send_command (task);
  else
    g_task_return_error (task, g_steal_pointer (&error));
  g_clear_error (&error);
}

static void
end_other (GTask      *task,
           const char *run_id)
{
  Operation               *op = g_task_get_task_data (task);
  GstreamMultitaskStrategy strategy = gstream_run_options_get_multitask_strategy (op->options);
  g_autofree char         *cancel = g_strconcat ("/cancel?action=", action_of (strategy), NULL);
  g_autofree char         *rest = gstream_request_path_of_run (run_id, cancel);
  g_autofree char         *path = gstream_request_path (op->thread_id, rest);

  gstream_request_send (op->origin, "POST", path, NULL, GSTREAM_RETRY_UNSENT, g_task_get_cancellable (task),
                        on_other_ended, g_object_ref (task));
}

static char *find_under_way (GstreamPayload *runs);

static void
on_others_known (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);
  g_autofree char *other = runs != NULL ? find_under_way (runs) : NULL;

  if (runs == NULL && !g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    g_task_return_error (task, g_steal_pointer (&error));
  else if (other == NULL)
    send_command (task);
  else if (gstream_run_options_get_multitask_strategy (op->options) == GSTREAM_MULTITASK_STRATEGY_REJECT)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_CONFLICT,
                             _ ("The run %s of the thread %s is under way, and no other was to be started meanwhile"),
                             other, op->thread_id);
  else
    end_other (task, other);
  g_clear_error (&error);
}

static void
heed_others (GTask *task)
{
  Operation               *op = g_task_get_task_data (task);
  GstreamMultitaskStrategy strategy = gstream_run_options_get_multitask_strategy (op->options);
  g_autofree char         *path = gstream_request_path (op->thread_id, "/runs?limit=" MAX_RUNS);

  if (strategy == GSTREAM_MULTITASK_STRATEGY_DEFAULT || strategy == GSTREAM_MULTITASK_STRATEGY_ENQUEUE)
    send_command (task);
  else
    gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                          on_others_known, g_object_ref (task));
}

/* --- making the thread --- */

static void
on_thread_made (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation     *op = g_task_get_task_data (task);
  GstreamThread *self = g_task_get_source_object (task);
  GError        *error = NULL;
  g_autoptr (GstreamPayload) thread = gstream_request_finish (result, &error);
  const char *thread_id = thread ? gstream_payload_get_string (thread, "/thread_id") : NULL;

  if (thread != NULL && thread_id == NULL)
    error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                 _ ("The server made a thread and did not say which: a thread_id was expected"));
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  g_free (op->thread_id);
  op->thread_id = g_strdup (thread_id);
  if (gstream_thread_get_thread_id (self) == NULL)
    gstream_thread_set_thread_id (self, thread_id);
  gstream_server_tell (GSTREAM_SERVER_THREAD (self)->server, GSTREAM_SERVER_CHANGED, NULL, thread);
  send_command (task);
}

/* The server does not make a thread for a run: it is made first, and the command, which was refused, sent again. */
static void
make_thread (GTask *task)
{
  Operation *op = g_task_get_task_data (task);

  op->makes_thread = FALSE;
  close_connection (op);
  gstream_request_send (op->origin, "POST", "/threads", "{}", GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_thread_made, g_object_ref (task));
}

/* --- starting a run --- */

/* A run whose start failed may have made the thread: the next one is started on the same. */
static void
name_new_thread (GTask *task)
{
  Operation           *op = g_task_get_task_data (task);
  GstreamServerThread *self = g_task_get_source_object (task);

  if (self->new_id == NULL)
    self->new_id = g_uuid_string_random ();
  op->thread_id = g_strdup (self->new_id);
  op->makes_thread = TRUE;
}

static void
gstream_server_thread_begin_start (GstreamThread     *thread,
                                   GstreamPayload    *input,
                                   GstreamRunOptions *options,
                                   GTask             *task)
{
  Operation *op;
  GError    *error = NULL;

  if (!begin_operation (GSTREAM_SERVER_THREAD (thread), options, task))
    return;

  op = g_task_get_task_data (task);
  op->command = gstream_command_start (op->assistant, input, options, op->thread_id != NULL, &error);
  if (op->command == NULL)
    g_task_return_error (task, error);
  else if (op->thread_id != NULL)
    heed_others (task);
  else
    {
      name_new_thread (task);
      send_command (task);
    }
}

/* --- attaching to a run --- */

static void
on_run_known (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) run = gstream_request_finish (result, &error);

  if (run != NULL)
    find_run (task);
  else
    g_task_return_error (task, error);
}

/* Checks that the run exists, because for an unknown run id the server would just not send any events. */
static void
check_run (GTask *task)
{
  Operation       *op = g_task_get_task_data (task);
  g_autofree char *rest = gstream_request_path_of_run (op->answer.run_id, "");
  g_autofree char *path = gstream_request_path (op->thread_id, rest);

  gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_run_known, g_object_ref (task));
}

/* The answer may have the thread's current seq. */
static void
on_tree (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) payload = gstream_request_finish (result, &error);
  GstreamAnswer answer = { 0 };

  op->answer.applied_seq = -1;
  if (payload != NULL && gstream_answer_parse (payload, &answer, NULL))
    op->answer.applied_seq = answer.applied_seq;
  g_free (answer.run_id);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (error != NULL && gstream_request_is_no_path (error))
    explain (task, g_steal_pointer (&error));
  else if (op->answer.run_id != NULL)
    check_run (task);
  else
    find_run (task);
}

static void
gstream_server_thread_begin_attach (GstreamThread     *thread,
                                    const char        *run_id,
                                    GstreamRunOptions *options,
                                    GTask             *task)
{
  g_autofree char *command = gstream_command_tree ();
  g_autofree char *path = NULL;
  Operation       *op;

  if (!expect_run (thread, task, N_ ("There is nothing to attach to: the thread has no run yet")) ||
      !begin_operation (GSTREAM_SERVER_THREAD (thread), options, task))
    return;

  op = g_task_get_task_data (task);
  op->answer.run_id = g_strdup (run_id);
  path = gstream_request_path (op->thread_id, "/commands");
  gstream_request_send (op->origin, "POST", path, command, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_tree, g_object_ref (task));
}

/* --- answering --- */

static gboolean
are_pending (char          **asked,
             GstreamPayload *state)
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
on_state_for_answer (GObject      *object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Operation *op = g_task_get_task_data (task);
  Resume    *resume = op->resume;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, NULL);

  if (state == NULL || !are_pending (resume->asked, state))
    {
      g_task_return_error (task, g_steal_pointer (&resume->refusal));
      return;
    }

  g_free (op->command);
  op->command = g_steal_pointer (&resume->command);
  g_clear_pointer (&op->resume, resume_free);
  send_command (task);
}

/*
 * JavaScript's server only knows the interrupted run while the connection that started it exists. The thread's
 * interrupts are kept, and a run whose input are the answers continues from there, but only if these interrupts are
 * pending.
 */
static void
answer_refused (GTask  *task,
                GError *error)
{
  Operation       *op = g_task_get_task_data (task);
  Resume          *resume = op->resume;
  g_autofree char *path = gstream_request_path (op->thread_id, "/state?subgraphs=true");

  if (!g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND))
    {
      g_task_return_error (task, error);
      return;
    }

  resume->refusal = error;
  gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_state_for_answer, g_object_ref (task));
}

/* Returns NULL if one of the responses has no interrupt id. */
static char **
list_ids (GstreamPayload *responses)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  GstreamPayloadIter iter;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, responses);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) entry = next;
      const char *id = gstream_payload_get_string (entry, "/interrupt_id");

      if (id == NULL)
        return NULL;
      g_strv_builder_add (ids, id);
    }

  return g_strv_builder_end (ids);
}

/* @asked: (transfer full): the ids of the interrupts that are answered. */
static void
send_responses (GTask          *task,
                GstreamPayload *responses,
                char          **asked)
{
  Operation *op = g_task_get_task_data (task);
  GError    *error = NULL;

  op->resume = g_new0 (Resume, 1);
  op->resume->asked = asked;
  op->command = gstream_command_respond (op->assistant, responses, op->options, TRUE, &error);
  if (op->command != NULL)
    op->resume->command = gstream_command_resume (op->assistant, responses, op->options, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    send_command (task);
}

/* --- answering whatever is pending --- */

static GstreamPayload *
name_question (GstreamPayload *responses,
               GstreamEvent   *question)
{
  g_autoptr (GString) json = g_string_new ("[{");
  g_autoptr (GstreamPayload) response = gstream_payload_lookup (responses, "/0/response");

  gstream_json_write_member (json, "namespace");
  gstream_json_write_strv (json, gstream_event_get_namespace (question));
  gstream_json_add_string (json, "interrupt_id",
                           gstream_payload_get_string (gstream_event_get_data (question), "/interrupt_id"));
  gstream_json_add_payload (json, "response", response);
  g_string_append (json, "}]");

  return gstream_payload_new (json->str, json->len, NULL);
}

static void
answer_pending (GTask          *task,
                GstreamPayload *state)
{
  Operation *op = g_task_get_task_data (task);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GstreamPayload) responses = NULL;
  GQueue events = G_QUEUE_INIT;

  gstream_open_questions_add_events (state, known, 0, &events);
  if (events.length == 0)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             _ ("There is nothing to respond to: no interrupt of the thread %s is pending"),
                             op->thread_id);
  else if (events.length > 1 || gstream_payload_has (op->unnamed, "/1"))
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                             _ ("A response that names no interrupt answers the one that is pending, and there are %u: "
                                "name those that are meant"),
                             events.length);
  else
    {
      responses = name_question (op->unnamed, events.head->data);
      send_responses (task, responses, list_ids (responses));
    }
  g_queue_clear_full (&events, (GDestroyNotify) gstream_event_unref);
}

static void
on_state_for_question (GObject      *object,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) state = gstream_request_finish (result, &error);

  if (state != NULL)
    answer_pending (task, state);
  else
    g_task_return_error (task, error);
}

static void
gstream_server_thread_begin_respond (GstreamThread     *thread,
                                     GstreamPayload    *responses,
                                     GstreamRunOptions *options,
                                     GTask             *task)
{
  g_auto (GStrv) asked = list_ids (responses);
  g_autofree char *path = NULL;
  Operation       *op;

  if (!expect_run (thread, task, N_ ("There is nothing to respond to: the thread has no run yet")) ||
      !begin_operation (GSTREAM_SERVER_THREAD (thread), options, task))
    return;

  if (asked != NULL)
    {
      send_responses (task, responses, g_steal_pointer (&asked));
      return;
    }

  op = g_task_get_task_data (task);
  op->unnamed = gstream_payload_ref (responses);
  path = gstream_request_path (op->thread_id, "/state?subgraphs=true");
  gstream_request_send (op->origin, "GET", path, NULL, GSTREAM_RETRY_REPEATABLE, g_task_get_cancellable (task),
                        on_state_for_question, g_object_ref (task));
}

/* --- the state --- */

static void
on_payload (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError         *error = NULL;
  GstreamPayload *payload = gstream_request_finish (result, &error);

  if (payload != NULL)
    gstream_thread_return_payload (task, payload);
  else
    g_task_return_error (task, error);
}

/* Asks about the thread that there is. @rest: what follows its path; @nothing: what is said if there is none. */
static void
ask (GstreamThread      *thread,
     GTask              *task,
     const char         *nothing,
     const char         *method,
     const char         *rest,
     const char         *body,
     GAsyncReadyCallback callback)
{
  g_autoptr (GstreamOrigin) origin = NULL;
  g_autofree char *path = NULL;
  GError          *error = NULL;

  if (!expect_run (thread, task, nothing))
    return;
  origin = open_origin (GSTREAM_SERVER_THREAD (thread), &error);
  if (origin == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  path = gstream_request_path (gstream_thread_get_thread_id (thread), rest);
  gstream_request_send (origin, method, path, body,
                        g_str_equal (method, "GET") ? GSTREAM_RETRY_REPEATABLE : GSTREAM_RETRY_UNSENT,
                        g_task_get_cancellable (task), callback, g_object_ref (task));
}

static void
gstream_server_thread_begin_fetch_state (GstreamThread *thread,
                                         const char    *checkpoint_id,
                                         GTask         *task)
{
  g_autofree char *segment = checkpoint_id != NULL ? g_uri_escape_string (checkpoint_id, NULL, FALSE) : NULL;
  g_autofree char *rest =
      g_strconcat ("/state", segment != NULL ? "/" : "", segment != NULL ? segment : "", "?subgraphs=true", NULL);

  ask (thread, task, N_ ("There is no state: the thread has no run yet"), "GET", rest, NULL, on_payload);
}

static void
gstream_server_thread_begin_fetch_history (GstreamThread *thread,
                                           guint          limit,
                                           const char    *before,
                                           GTask         *task)
{
  g_autoptr (GString) rest = g_string_new (NULL);

  g_string_printf (rest, "/history?limit=%u", limit > 0 ? limit : DEFAULT_STATES);
  if (before != NULL)
    {
      g_string_append (rest, "&before=");
      g_string_append_uri_escaped (rest, before, NULL, FALSE);
    }

  ask (thread, task, N_ ("There is no history: the thread has no run yet"), "GET", rest->str, NULL, on_payload);
}

static void
on_updated (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_request_finish (result, &error);
  GstreamPayload *checkpoint = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  checkpoint = gstream_payload_lookup (answer, "/checkpoint");
  if (checkpoint == NULL)
    checkpoint = gstream_payload_lookup (answer, "/configurable");
  gstream_thread_return_payload (task, checkpoint != NULL ? checkpoint : gstream_payload_ref (answer));
}

static void
gstream_server_thread_begin_update_state (GstreamThread  *thread,
                                          GstreamPayload *values,
                                          const char     *as_node,
                                          const char     *checkpoint_id,
                                          GTask          *task)
{
  g_autoptr (GString) json = g_string_new ("{");

  if (values != NULL)
    gstream_json_add_payload (json, "values", values);
  else
    g_string_append (json, "\"values\":null");
  gstream_json_add_string (json, "as_node", as_node);
  gstream_json_add_string (json, "checkpoint_id", checkpoint_id);
  g_string_append_c (json, '}');

  ask (thread, task, N_ ("There is no state to change: the thread has no run yet"), "POST", "/state", json->str,
       on_updated);
}

/* --- cancelling a run --- */

static void
on_run_cancelled (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_request_finish (result, &error);

  if (answer != NULL)
    gstream_thread_return_done (task);
  else
    g_task_return_error (task, error);
}

static void
cancel_this_run (GTask      *task,
                 const char *run_id)
{
  g_autofree char *rest = gstream_request_path_of_run (run_id, "/cancel?action=interrupt");

  ask (g_task_get_source_object (task), task, N_ ("There is no run: the thread has no run yet"), "POST", rest, NULL,
       on_run_cancelled);
}

/* Returns the newest run that has neither ended nor is enqueued. */
static char *
find_under_way (GstreamPayload *runs)
{
  GstreamPayloadIter iter;
  GstreamPayload    *next;
  g_autofree char   *pending = NULL;

  gstream_payload_iter_init (&iter, runs);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) run = next;
      const char *status = gstream_payload_get_string (run, "/status");

      if (g_strcmp0 (status, "running") == 0)
        return g_strdup (gstream_payload_get_string (run, "/run_id"));
      if (g_strcmp0 (status, "pending") == 0 && pending == NULL)
        pending = g_strdup (gstream_payload_get_string (run, "/run_id"));
    }

  return g_steal_pointer (&pending);
}

static void
on_runs_for_cancel (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GstreamPayload) runs = gstream_request_finish (result, &error);
  g_autofree char *run_id = runs != NULL ? find_under_way (runs) : NULL;

  if (runs == NULL)
    g_task_return_error (task, error);
  else if (run_id == NULL)
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND,
                             _ ("There is nothing to cancel: no run of the thread %s is under way"),
                             gstream_thread_get_thread_id (g_task_get_source_object (task)));
  else
    cancel_this_run (task, run_id);
}

static void
gstream_server_thread_begin_cancel_run (GstreamThread *thread,
                                        const char    *run_id,
                                        GTask         *task)
{
  if (run_id != NULL)
    cancel_this_run (task, run_id);
  else
    ask (thread, task, N_ ("There is nothing to cancel: the thread has no run yet"), "GET", "/runs?limit=" MAX_RUNS,
         NULL, on_runs_for_cancel);
}

/* --- properties --- */

/**
 * gstream_server_thread_get_server: (get-property server)
 * @self: a thread on a server
 *
 * Gets the server that it is on.
 *
 * Returns: (transfer none): the server
 *
 * Since: 1.0
 */
GstreamServer *
gstream_server_thread_get_server (GstreamServerThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER_THREAD (self), NULL);

  return self->server;
}

/**
 * gstream_server_thread_get_assistant: (get-property assistant)
 * @self: a thread on a server
 *
 * Gets the assistant, or the graph, whose runs are started.
 *
 * Returns: (nullable): its id or name
 *
 * Since: 1.0
 */
const char *
gstream_server_thread_get_assistant (GstreamServerThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER_THREAD (self), NULL);

  return self->assistant;
}

/**
 * gstream_server_thread_get_transport: (get-property transport)
 * @self: a thread on a server
 *
 * Gets the transport of the events.
 *
 * Returns: the transport
 *
 * Since: 1.0
 */
GstreamTransport
gstream_server_thread_get_transport (GstreamServerThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_SERVER_THREAD (self), GSTREAM_TRANSPORT_SSE);

  return self->transport;
}

static void
gstream_server_thread_get_property (GObject    *object,
                                    guint       property_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  GstreamServerThread *self = GSTREAM_SERVER_THREAD (object);

  switch (property_id)
    {
    case PROP_SERVER:
      g_value_set_object (value, self->server);
      break;
    case PROP_ASSISTANT:
      g_value_set_string (value, self->assistant);
      break;
    case PROP_TRANSPORT:
      g_value_set_enum (value, self->transport);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_server_thread_set_property (GObject      *object,
                                    guint         property_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  GstreamServerThread *self = GSTREAM_SERVER_THREAD (object);

  switch (property_id)
    {
    case PROP_SERVER:
      self->server = g_value_dup_object (value);
      break;
    case PROP_ASSISTANT:
      self->assistant = g_value_dup_string (value);
      break;
    case PROP_TRANSPORT:
      self->transport = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* --- the object --- */

/* A thread that was made without a server gets one with an invalid URL, so that all calls fail. */
static void
gstream_server_thread_constructed (GObject *object)
{
  GstreamServerThread *self = GSTREAM_SERVER_THREAD (object);

  G_OBJECT_CLASS (gstream_server_thread_parent_class)->constructed (object);

  if (self->server == NULL)
    self->server = g_object_new (GSTREAM_TYPE_SERVER, NULL);
}

static void
gstream_server_thread_finalize (GObject *object)
{
  GstreamServerThread *self = GSTREAM_SERVER_THREAD (object);

  g_object_unref (self->server);
  g_free (self->assistant);
  g_free (self->new_id);

  G_OBJECT_CLASS (gstream_server_thread_parent_class)->finalize (object);
}

static void
gstream_server_thread_class_init (GstreamServerThreadClass *klass)
{
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);
  GstreamThreadClass *thread_class = GSTREAM_THREAD_CLASS (klass);

  object_class->get_property = gstream_server_thread_get_property;
  object_class->set_property = gstream_server_thread_set_property;
  object_class->constructed = gstream_server_thread_constructed;
  object_class->finalize = gstream_server_thread_finalize;
  thread_class->begin_start = gstream_server_thread_begin_start;
  thread_class->begin_respond = gstream_server_thread_begin_respond;
  thread_class->begin_attach = gstream_server_thread_begin_attach;
  thread_class->begin_fetch_state = gstream_server_thread_begin_fetch_state;
  thread_class->begin_fetch_history = gstream_server_thread_begin_fetch_history;
  thread_class->begin_update_state = gstream_server_thread_begin_update_state;
  thread_class->begin_cancel_run = gstream_server_thread_begin_cancel_run;

  /**
   * GstreamServerThread:server: (getter get_server)
   *
   * The server that it is on.
   *
   * Since: 1.0
   */
  properties[PROP_SERVER] = g_param_spec_object ("server", NULL, NULL, GSTREAM_TYPE_SERVER,
                                                 G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamServerThread:assistant: (getter get_assistant)
   *
   * The assistant, or the graph, whose runs are started.
   *
   * Since: 1.0
   */
  properties[PROP_ASSISTANT] =
      g_param_spec_string ("assistant", NULL, NULL, NULL,
                           G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamServerThread:transport: (getter get_transport)
   *
   * The transport of the events (N2). On JavaScript's server, a thread can only be read with the transport that was
   * used first.
   *
   * Since: 1.0
   */
  properties[PROP_TRANSPORT] =
      g_param_spec_enum ("transport", NULL, NULL, GSTREAM_TYPE_TRANSPORT, GSTREAM_TRANSPORT_SSE,
                         G_PARAM_CONSTRUCT_ONLY | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_server_thread_init (GstreamServerThread *self)
{
}

/**
 * gstream_thread_new: (constructor)
 * @url: the server's address
 * @assistant: the assistant, or the graph, whose runs will be started
 *
 * Makes an object for a new thread on an Agent Server: a [class@ServerThread] with its own [class@Server]. The server
 * makes the thread when the first run is started. To set properties of the server, such as an API key, make a
 * [class@Server] first.
 *
 * Returns: (transfer full): a new thread
 *
 * Since: 1.0
 */
GstreamThread *
gstream_thread_new (const char *url,
                    const char *assistant)
{
  g_autoptr (GstreamServer) server = NULL;

  g_return_val_if_fail (url != NULL, NULL);
  g_return_val_if_fail (assistant != NULL, NULL);

  server = gstream_server_new (url);

  return gstream_server_create_thread (server, assistant);
}
