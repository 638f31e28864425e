/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread in a child process.
 *
 * Calls are converted to commands here. The process and its protocol are in gstream-process.c.
 */
#include <gstream/remote/gstream-process-thread.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-process-private.h>
#include <gstream/thread/gstream-thread-internal.h>

/**
 * GstreamProcessThread:
 *
 * A thread in a child process: an agent that is part of the program, without a server.
 *
 * The process speaks the lines of "[An agent in a child process](agent-process.html)" on its standard input and output.
 * For a LangGraph graph there is `gstream-agent`, in Python and in JavaScript.
 *
 * ```c
 * const char *const argv[] = { "gstream-agent", "agent.py:graph", NULL };
 * g_autoptr (GstreamThread) thread = gstream_thread_new_for_command (argv, &error);
 * g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);
 * ```
 *
 * It is used like a thread on a server. The process is started by the first call, and executes the thread's runs one
 * after the other. It is ended when the thread is finalized, or the last of its runs if that is later: its pipes are
 * closed, and if it does not exit within some seconds, it is killed. It has the environment and the working directory
 * of the properties, and no file descriptors except its pipes.
 *
 * If it exits unexpectedly, runs fail with %GSTREAM_ERROR_INCOMPLETE and calls with %GSTREAM_ERROR_SERVER; the message
 * says how it ended, and has the end of its log. The next call starts it again. If it cannot be started, calls fail
 * with an error of #GSpawnError. If the agent refuses a call, it fails with %GSTREAM_ERROR_REFUSED or a more specific
 * code, and [func@Error.dup_protocol_code] returns the agent's code. If it does not answer within
 * [property@ProcessThread:answer-timeout], the call fails with %G_IO_ERROR_TIMED_OUT.
 *
 * If a run is not read, the process blocks, and with it the graph (H4) and later runs of the thread. If a run is
 * dropped, it continues, and its events are discarded; aborting it also cancels it, unless [property@Thread:cancel-on-
 * abort] is %FALSE.
 *
 * [property@Thread:thread-id] is passed to the process in the environment variable `GSTREAM_THREAD_ID`. If it is not
 * set, the process chooses the id, and the property is set by the first run.
 *
 * Since: 1.0
 */
struct _GstreamProcessThread
{
  GstreamThread parent_instance;

  char          **argv;
  char          **environment; /* NULL: this process's own */
  char           *directory;   /* NULL: where this process works */
  guint           max_event_size;
  guint           max_depth;
  guint           answer_timeout; /* ms */
  GstreamProcess *process;        /* made by the first call; NULL: none was made */
  GSource        *log_change;     /* an idle source, until the log is notified; or NULL */
};

enum
{
  PROP_COMMAND = 1,
  PROP_ENVIRONMENT,
  PROP_DIRECTORY,
  PROP_LOG,
  PROP_MAX_EVENT_SIZE,
  PROP_MAX_DEPTH,
  PROP_ANSWER_TIMEOUT,
  N_PROPERTIES,
};

#define MOST_DEPTH 1024

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_FINAL_TYPE (GstreamProcessThread, gstream_process_thread, GSTREAM_TYPE_THREAD)

/* --- the process --- */

static gboolean
on_log_changed (gpointer user_data)
{
  GstreamProcessThread *self = user_data;

  g_clear_pointer (&self->log_change, g_source_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOG]);

  return G_SOURCE_REMOVE;
}

static void
on_log (gpointer user_data)
{
  GstreamProcessThread *self = user_data;

  if (self->log_change != NULL)
    return;

  self->log_change = g_idle_source_new ();
  g_source_set_static_name (self->log_change, "[gstream] log");
  g_source_set_callback (self->log_change, on_log_changed, self, NULL);
  g_source_attach (self->log_change, gstream_thread_get_context (GSTREAM_THREAD (self)));
}

static GstreamProcess *
get_process (GstreamProcessThread *self)
{
  GstreamThread *thread = GSTREAM_THREAD (self);

  if (self->process == NULL)
    {
      GstreamProcessSettings settings = {
        .argv = g_strdupv (self->argv),
        .environment = g_strdupv (self->environment),
        .directory = g_strdup (self->directory),
        .max_event_size = self->max_event_size,
        .max_depth = self->max_depth,
        .answer_timeout = self->answer_timeout,
      };

      self->process = gstream_process_new (&settings, gstream_thread_get_context (thread), on_log, self);
    }
  gstream_process_set_thread_id (self->process, gstream_thread_get_thread_id (thread));

  return self->process;
}

/* --- calls that start a run --- */

typedef struct
{
  GstreamStreamMux *mux;
  char             *run_id; /* to attach to; NULL: the newest */
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_object_unref (start->mux);
  g_free (start->run_id);
  g_free (start);
}

static Start *
set_start (GTask             *task,
           GstreamRunOptions *options)
{
  GstreamStreamMux *mux = gstream_run_options_get_mux (options);
  Start            *start = g_new0 (Start, 1);

  start->mux = mux != NULL ? g_object_ref (mux) : gstream_stream_mux_new (NULL);
  g_task_set_task_data (task, start, start_free);

  return start;
}

static void
return_run (GTask             *task,
            GstreamProcessRun *run)
{
  GstreamThread *thread = g_task_get_source_object (task);
  Start         *start = g_task_get_task_data (task);

  if (gstream_thread_get_thread_id (thread) == NULL)
    gstream_thread_set_thread_id (thread, gstream_process_run_get_thread_id (run));
  gstream_thread_return_run (task,
                             gstream_process_run_open (run, start->mux, gstream_thread_get_cancel_on_abort (thread)));
}

static void
on_run_started (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError            *error = NULL;
  GstreamProcessRun *run = gstream_process_start_run_finish (result, &error);

  if (run != NULL)
    return_run (task, run);
  else
    g_task_return_error (task, error);
}

/* Adds the subscription to @command, which in a process belongs to the run (N5, N10). */
static char *
add_subscription (const char                *command,
                  const GstreamSubscription *wanted)
{
  g_autofree char *filter = gstream_command_filter (wanted);

  return g_strdup_printf ("%.*s,%s}", (int) strlen (command) - 2, command, filter + 1);
}

/* Consumes @command and @error, one of which is NULL. */
static void
start_run (GstreamProcessThread *self,
           char                 *command,
           GstreamRunOptions    *options,
           GTask                *task,
           GError               *error)
{
  g_autofree char *plain = command;
  g_autofree char *whole = NULL;
  g_autoptr (GstreamSubscription) wanted = NULL;

  if (command == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  wanted = gstream_subscription_new (set_start (task, options)->mux, options);
  whole = add_subscription (command, wanted);
  gstream_process_start_run (get_process (self), whole, g_task_get_cancellable (task), on_run_started,
                             g_object_ref (task));
}

static void
gstream_process_thread_begin_start (GstreamThread     *thread,
                                    GstreamPayload    *input,
                                    GstreamRunOptions *options,
                                    GTask             *task)
{
  GError *error = NULL;
  char   *command = gstream_command_start (NULL, input, options, FALSE, &error);

  start_run (GSTREAM_PROCESS_THREAD (thread), command, options, task, error);
}

static void
gstream_process_thread_begin_respond (GstreamThread     *thread,
                                      GstreamPayload    *responses,
                                      GstreamRunOptions *options,
                                      GTask             *task)
{
  GError *error = NULL;
  char   *command = gstream_command_respond (NULL, responses, options, FALSE, &error);

  start_run (GSTREAM_PROCESS_THREAD (thread), command, options, task, error);
}

/* --- attaching --- */

static void
on_subscribed (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamProcessThread *self = g_task_get_source_object (task);
  Start                *start = g_task_get_task_data (task);
  GError               *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_process_command_finish (result, &error);
  GstreamProcessRun *run = answer != NULL ? gstream_process_attach (self->process, start->run_id, &error) : NULL;

  if (run != NULL)
    return_run (task, run);
  else
    g_task_return_error (task, error);
}

static void
gstream_process_thread_begin_attach (GstreamThread     *thread,
                                     const char        *run_id,
                                     GstreamRunOptions *options,
                                     GTask             *task)
{
  GstreamProcess *process = get_process (GSTREAM_PROCESS_THREAD (thread));
  Start          *start = set_start (task, options);
  g_autoptr (GstreamSubscription) wanted = gstream_subscription_new (start->mux, options);
  g_autofree char *plain = gstream_command_subscribe (wanted);
  g_autoptr (GString) command = g_string_new_len (plain, strlen (plain) - 2);
  GError *error = NULL;

  start->run_id = g_strdup (gstream_process_find_run (process, run_id, &error));
  if (start->run_id == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  gstream_json_add_string (command, "run_id", start->run_id);
  g_string_append (command, "}}");
  gstream_process_command (process, command->str, g_task_get_cancellable (task), on_subscribed, g_object_ref (task));
}

/* --- other calls --- */

static GString *
begin_command (const char *method)
{
  GString *json = g_string_new (NULL);

  g_string_printf (json, "{\"id\":0,\"method\":\"%s\",\"params\":{", method);

  return json;
}

/* @task: its data is the name of the answer's member that it returns; NULL: none. */
static void
on_answered (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  const char *pointer = g_task_get_task_data (task);
  GError     *error = NULL;
  g_autoptr (GstreamPayload) answer = gstream_process_command_finish (result, &error);
  GstreamPayload *member = answer != NULL && pointer != NULL ? gstream_payload_lookup (answer, pointer) : NULL;

  if (answer == NULL)
    g_task_return_error (task, error);
  else if (pointer == NULL)
    gstream_thread_return_done (task);
  else if (member != NULL)
    gstream_thread_return_payload (task, member);
  else
    g_task_return_new_error (task, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                             _ ("The agent's answer has no %s, as was expected"), pointer);
}

/* Consumes @command. */
static void
ask (GstreamThread *thread,
     GString       *command,
     const char    *pointer,
     GTask         *task)
{
  g_string_append (command, "}}");
  g_task_set_task_data (task, (gpointer) pointer, NULL);
  gstream_process_command (get_process (GSTREAM_PROCESS_THREAD (thread)), command->str, g_task_get_cancellable (task),
                           on_answered, g_object_ref (task));
  g_string_free (command, TRUE);
}

static void
gstream_process_thread_begin_fetch_state (GstreamThread *thread,
                                          const char    *checkpoint_id,
                                          GTask         *task)
{
  GString *command = begin_command ("state.get");

  gstream_json_write_member (command, "subgraphs");
  g_string_append (command, "true");
  gstream_json_add_string (command, "checkpoint_id", checkpoint_id);
  ask (thread, command, "/result", task);
}

static void
gstream_process_thread_begin_fetch_history (GstreamThread *thread,
                                            guint          limit,
                                            const char    *before,
                                            GTask         *task)
{
  GString *command = begin_command ("state.listCheckpoints");

  if (limit > 0)
    gstream_json_add_integer (command, "limit", limit);
  gstream_json_add_string (command, "before", before);
  ask (thread, command, "/result/checkpoints", task);
}

static void
gstream_process_thread_begin_update_state (GstreamThread  *thread,
                                           GstreamPayload *values,
                                           const char     *as_node,
                                           const char     *checkpoint_id,
                                           GTask          *task)
{
  GString *command = begin_command ("state.update");

  gstream_json_add_payload (command, "values", values);
  gstream_json_add_string (command, "as_node", as_node);
  gstream_json_add_string (command, "checkpoint_id", checkpoint_id);
  ask (thread, command, "/result/checkpoint", task);
}

static void
gstream_process_thread_begin_cancel_run (GstreamThread *thread,
                                         const char    *run_id,
                                         GTask         *task)
{
  GError     *error = NULL;
  const char *found = gstream_process_find_run (get_process (GSTREAM_PROCESS_THREAD (thread)), run_id, &error);
  GString    *command = NULL;

  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  command = begin_command ("run.cancel");
  gstream_json_add_string (command, "run_id", found);
  ask (thread, command, NULL, task);
}

/* --- properties --- */

/**
 * gstream_process_thread_get_command: (get-property command)
 * @self: a thread
 *
 * Gets the command that is run.
 *
 * Returns: (transfer none) (array zero-terminated=1): the program and its arguments
 *
 * Since: 1.0
 */
const char *const *
gstream_process_thread_get_command (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), NULL);

  return (const char *const *) self->argv;
}

/**
 * gstream_process_thread_get_environment: (get-property environment)
 * @self: a thread
 *
 * Gets the environment that the process gets.
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): strings NAME=VALUE; %NULL: the program's own
 *
 * Since: 1.0
 */
const char *const *
gstream_process_thread_get_environment (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), NULL);

  return (const char *const *) self->environment;
}

/**
 * gstream_process_thread_get_directory: (get-property directory)
 * @self: a thread
 *
 * Gets the directory that the process works in.
 *
 * Returns: (nullable) (type filename): its path; %NULL: the program's own
 *
 * Since: 1.0
 */
const char *
gstream_process_thread_get_directory (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), NULL);

  return self->directory;
}

/**
 * gstream_process_thread_dup_log: (get-property log)
 * @self: a thread
 *
 * Gets the last lines that the process has written to standard error, and to standard output besides the protocol.
 *
 * Returns: (transfer full): the lines, at most a hundred; "": it has said nothing
 *
 * Since: 1.0
 */
char *
gstream_process_thread_dup_log (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), NULL);

  return self->process != NULL ? gstream_process_dup_log (self->process) : g_strdup ("");
}

/**
 * gstream_process_thread_get_max_event_size: (get-property max-event-size)
 * @self: a thread
 *
 * Gets the most bytes that one event may have, which is one line.
 *
 * Returns: a number of bytes
 *
 * Since: 1.0
 */
guint
gstream_process_thread_get_max_event_size (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), 0);

  return self->max_event_size;
}

/**
 * gstream_process_thread_get_max_depth: (get-property max-depth)
 * @self: a thread
 *
 * Gets how deep arrays and objects may be nested in an event.
 *
 * Returns: a number of levels
 *
 * Since: 1.0
 */
guint
gstream_process_thread_get_max_depth (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), 0);

  return self->max_depth;
}

/**
 * gstream_process_thread_get_answer_timeout: (get-property answer-timeout)
 * @self: a thread
 *
 * Gets how long the process may take for the answer to a command.
 *
 * Returns: milliseconds
 *
 * Since: 1.0
 */
guint
gstream_process_thread_get_answer_timeout (GstreamProcessThread *self)
{
  g_return_val_if_fail (GSTREAM_IS_PROCESS_THREAD (self), 0);

  return self->answer_timeout;
}

static guint *
number_of (GstreamProcessThread *self,
           guint                 property_id)
{
  switch (property_id)
    {
    case PROP_MAX_EVENT_SIZE:
      return &self->max_event_size;
    case PROP_MAX_DEPTH:
      return &self->max_depth;
    case PROP_ANSWER_TIMEOUT:
      return &self->answer_timeout;
    default:
      return NULL;
    }
}

static void
gstream_process_thread_get_property (GObject    *object,
                                     guint       property_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  GstreamProcessThread *self = GSTREAM_PROCESS_THREAD (object);
  guint                *number = number_of (self, property_id);

  switch (property_id)
    {
    case PROP_COMMAND:
      g_value_set_boxed (value, self->argv);
      break;
    case PROP_ENVIRONMENT:
      g_value_set_boxed (value, self->environment);
      break;
    case PROP_DIRECTORY:
      g_value_set_string (value, self->directory);
      break;
    case PROP_LOG:
      g_value_take_string (value, gstream_process_thread_dup_log (self));
      break;
    default:
      if (number != NULL)
        g_value_set_uint (value, *number);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_process_thread_set_property (GObject      *object,
                                     guint         property_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  GstreamProcessThread *self = GSTREAM_PROCESS_THREAD (object);
  guint                *number = number_of (self, property_id);

  switch (property_id)
    {
    case PROP_COMMAND:
      self->argv = g_value_dup_boxed (value);
      break;
    case PROP_ENVIRONMENT:
      self->environment = g_value_dup_boxed (value);
      break;
    case PROP_DIRECTORY:
      self->directory = g_value_dup_string (value);
      break;
    default:
      if (number != NULL)
        *number = g_value_get_uint (value);
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

/* --- the object --- */

static void
gstream_process_thread_dispose (GObject *object)
{
  GstreamProcessThread *self = GSTREAM_PROCESS_THREAD (object);

  g_clear_pointer (&self->process, gstream_process_leave);
  if (self->log_change != NULL)
    g_source_destroy (self->log_change);
  g_clear_pointer (&self->log_change, g_source_unref);

  G_OBJECT_CLASS (gstream_process_thread_parent_class)->dispose (object);
}

static void
gstream_process_thread_finalize (GObject *object)
{
  GstreamProcessThread *self = GSTREAM_PROCESS_THREAD (object);

  g_strfreev (self->argv);
  g_strfreev (self->environment);
  g_free (self->directory);

  G_OBJECT_CLASS (gstream_process_thread_parent_class)->finalize (object);
}

static GParamSpec *
boxed_spec (const char *name)
{
  return g_param_spec_boxed (name, NULL, NULL, G_TYPE_STRV,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
uint_spec (const char *name,
           guint       maximum,
           guint       standard)
{
  return g_param_spec_uint (name, NULL, NULL, 1, maximum, standard,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

static void
install_properties (GObjectClass *object_class)
{
  /**
   * GstreamProcessThread:command: (getter get_command)
   *
   * The program, which is searched in PATH, and its arguments.
   *
   * Since: 1.0
   */
  properties[PROP_COMMAND] = boxed_spec ("command");
  /**
   * GstreamProcessThread:environment: (getter get_environment)
   *
   * The whole environment of the process, strings NAME=VALUE, except for `GSTREAM_THREAD_ID`; %NULL: that of this
   * program.
   *
   * Since: 1.0
   */
  properties[PROP_ENVIRONMENT] = boxed_spec ("environment");
  /**
   * GstreamProcessThread:directory: (getter get_directory)
   *
   * The directory that the process works in; %NULL: the program's own.
   *
   * Since: 1.0
   */
  properties[PROP_DIRECTORY] =
      g_param_spec_string ("directory", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProcessThread:log: (getter dup_log)
   *
   * The last lines that the process has written to standard error, and to standard output besides the protocol.
   * Notified from the main loop, at most once per iteration.
   *
   * Since: 1.0
   */
  properties[PROP_LOG] =
      g_param_spec_string ("log", NULL, NULL, "", G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamProcessThread:max-event-size: (getter get_max_event_size)
   *
   * The maximum size of an event, which is one line, in bytes. If it is exceeded, the run fails with
   * %GSTREAM_ERROR_TOO_LARGE.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_EVENT_SIZE] = uint_spec ("max-event-size", G_MAXINT, 64 * 1024 * 1024);
  /**
   * GstreamProcessThread:max-depth: (getter get_max_depth)
   *
   * The maximum nesting of arrays and objects in an event.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_DEPTH] = uint_spec ("max-depth", MOST_DEPTH, 256);
  /**
   * GstreamProcessThread:answer-timeout: (getter get_answer_timeout)
   *
   * The time in milliseconds that the process has for answering a command, including the time to start.
   *
   * Since: 1.0
   */
  properties[PROP_ANSWER_TIMEOUT] = uint_spec ("answer-timeout", G_MAXINT, 60000);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_process_thread_class_init (GstreamProcessThreadClass *klass)
{
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);
  GstreamThreadClass *thread_class = GSTREAM_THREAD_CLASS (klass);

  object_class->get_property = gstream_process_thread_get_property;
  object_class->set_property = gstream_process_thread_set_property;
  object_class->dispose = gstream_process_thread_dispose;
  object_class->finalize = gstream_process_thread_finalize;
  thread_class->begin_start = gstream_process_thread_begin_start;
  thread_class->begin_respond = gstream_process_thread_begin_respond;
  thread_class->begin_attach = gstream_process_thread_begin_attach;
  thread_class->begin_fetch_state = gstream_process_thread_begin_fetch_state;
  thread_class->begin_fetch_history = gstream_process_thread_begin_fetch_history;
  thread_class->begin_update_state = gstream_process_thread_begin_update_state;
  thread_class->begin_cancel_run = gstream_process_thread_begin_cancel_run;
  install_properties (object_class);
}

static void
gstream_process_thread_init (GstreamProcessThread *self)
{
}

static gboolean
check_command (const char *const *argv,
               GError           **error)
{
  g_autofree char *program = g_find_program_in_path (argv[0]);

  if (program != NULL)
    return TRUE;

  g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT,
               strchr (argv[0], '/') != NULL
                   ? _ ("The agent cannot be started: there is no program “%s”")
                   : _ ("The agent cannot be started: there is no program “%s” where PATH says. Is it installed?"),
               argv[0]);

  return FALSE;
}

/**
 * gstream_thread_new_for_command:
 * @argv: (array zero-terminated=1): the program, looked for where PATH says, and its arguments; one string at least
 * @error: return location for an error
 *
 * Makes a thread in a child process, which is started with the first run. To set other properties, construct a
 * [class@ProcessThread] with them.
 *
 * Fails with an error of #GSpawnError if there is no such program. All other problems are errors of the first run.
 *
 * Returns: (transfer full): a new [class@ProcessThread]
 *
 * Since: 1.0
 */
GstreamThread *
gstream_thread_new_for_command (const char *const *argv,
                                GError           **error)
{
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_command (argv, error))
    return NULL;

  return g_object_new (GSTREAM_TYPE_PROCESS_THREAD, "command", argv, NULL);
}
