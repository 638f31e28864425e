/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocol of an agent in a child process.
 *
 * Events, answers and log share one pipe. What is read of it is decided in one place, is_wanted(): the line at its front
 * may be an event of the run that is under way, and if nobody waits for that it stays there, and with it the agent, which
 * cannot write on. While an answer or another run is waited for, events before that are kept, up to a limit.
 *
 * A process that ends fails all that waits for it, and the next command starts another one.
 */
#include <gstream/remote/gstream-process-private.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-process-child-private.h>
#include <gstream/remote/gstream-process-lines-private.h>
#include <gstream/remote/gstream-run-context-private.h>

#define MOST_KEPT (4 * 1024 * 1024) /* bytes of events that are kept while what is behind them is waited for */
#define LINES_PER_TURN 256          /* that one call handles without a result */
#define LOG_PIECE 16384             /* bytes of the log read at a time */
#define SHOWN_LINES 20              /* of the log, in an error */
#define SHOWN_BYTES 60              /* of a line that is no event */
#define EXIT_GRACE 2000             /* ms from the end of the standard output to that of the process */
#define THREAD_VARIABLE "GSTREAM_THREAD_ID"

/* A run that has been started and has not ended, or that somebody still reads. */
struct _GstreamProcessRun
{
  grefcount       ref_count;
  GstreamProcess *process; /* NULL: nobody reads it */
  char           *id;
  char           *thread_id; /* NULL: not said */
  GQueue          events;    /* GstreamEvent: read, and not asked for yet */
  gsize           kept;      /* bytes of those, about */
  gboolean        has_begun; /* an event has come */
  gboolean        is_over;
  GError         *error; /* what it fails with, behind its events */

  GstreamProcessWake wake; /* NULL: nobody waits */
  gpointer           user_data;
};

typedef struct
{
  GstreamProcess *process; /* not owned */
  gint64          id;
  gboolean        starts_run;
  GTask          *task; /* NULL: nobody waits for the answer */
  GSource        *timeout;
} Command;

struct _GstreamProcess
{
  grefcount              ref_count;
  GstreamProcessSettings settings;
  char                  *thread_id; /* NULL: the agent's own business */
  GMainContext          *context;
  GSourceOnceFunc        on_log; /* NULL: the owner is gone */
  gpointer               user_data;

  GstreamProcessChild *child; /* NULL: there is none */
  GstreamProcessLog    log;
  GstreamProcessLines  lines;
  GstreamEventReader  *reader;
  GSource             *output_watch; /* while something is wanted, and not there */
  int                  output_priority;
  GSource             *log_watch;
  GSource             *exit_timer; /* since its standard output ended */
  gboolean is_in_loop; /* the line at hand was read from the main loop: what is woken may call back at once */

  GString    *input; /* commands, not written yet */
  GSource    *input_watch;
  gint64      last_id;
  GHashTable *commands; /* Command, of those without an answer, by &id; owned */
  guint       n_asked;  /* those whose answer somebody waits for, and runs that somebody waits for */
  GQueue      runs;     /* GstreamProcessRun: not over, in the order they take place; references */
};

static void go_on (GstreamProcess *self,
                   gboolean        in_loop);
static void die (GstreamProcess *self);

/* --- runs: what they are --- */

static GstreamProcessRun *
run_ref (GstreamProcessRun *run)
{
  g_ref_count_inc (&run->ref_count);

  return run;
}

static void
run_unref (GstreamProcessRun *run)
{
  if (!g_ref_count_dec (&run->ref_count))
    return;

  g_queue_clear_full (&run->events, (GDestroyNotify) gstream_event_unref);
  g_clear_error (&run->error);
  g_free (run->thread_id);
  g_free (run->id);
  g_free (run);
}

/* With a reference that whoever reads it will own. */
static GstreamProcessRun *
run_new (GstreamProcess *process,
         const char     *id,
         const char     *thread_id)
{
  GstreamProcessRun *run = g_new0 (GstreamProcessRun, 1);

  g_ref_count_init (&run->ref_count);
  run->process = gstream_process_ref (process);
  run->id = g_strdup (id);
  run->thread_id = g_strdup (thread_id);
  g_queue_init (&run->events);

  return run;
}

static GstreamProcessRun *
get_current (GstreamProcess *self)
{
  return g_queue_peek_head (&self->runs);
}

static GstreamProcessRun *
find_run (GstreamProcess *self,
          const char     *id)
{
  for (GList *link = self->runs.head; link != NULL; link = link->next)
    if (g_strcmp0 (((GstreamProcessRun *) link->data)->id, id) == 0)
      return link->data;

  return NULL;
}

/* Whoever waits may do anything at once, where that is allowed. */
static void
wake (GstreamProcess    *self,
      GstreamProcessRun *run)
{
  GstreamProcessWake func = g_steal_pointer (&run->wake);

  if (func == NULL)
    return;

  self->n_asked--;
  func (run->user_data, self->is_in_loop);
}

/* Whether its events are for somebody. */
static gboolean
is_read (GstreamProcessRun *run)
{
  return run != NULL && run->process != NULL && run->error == NULL;
}

static void
drop_events (GstreamProcessRun *run)
{
  g_queue_clear_full (&run->events, (GDestroyNotify) gstream_event_unref);
  run->kept = 0;
}

static void
end_run (GstreamProcess    *self,
         GstreamProcessRun *run)
{
  g_queue_remove (&self->runs, run);
  run->is_over = TRUE;
  wake (self, run);
  run_unref (run);
}

/* --- commands: how they end --- */

static void
command_free (gpointer data)
{
  Command *command = data;

  g_assert (command->task == NULL);
  g_free (command);
}

/* Returns: (transfer full) (nullable): what waits for its answer; not any more. */
static GTask *
steal_task (Command *command)
{
  if (command->task != NULL)
    command->process->n_asked--;
  gstream_timer_end (&command->timeout);

  return g_steal_pointer (&command->task);
}

/* Takes @error. */
static void
fail_command (Command *command,
              GError  *error)
{
  g_autoptr (GTask) task = steal_task (command);

  if (task != NULL)
    g_task_return_error (task, error);
  else
    g_error_free (error);
}

static const char *
get_name (GstreamProcess *self)
{
  return self->settings.argv[0];
}

/* Returns: (transfer full): the end of the log as the end of an error's message; "": there is none. */
static char *
dup_last_words (GstreamProcess *self)
{
  g_autofree char *words = gstream_process_log_dup_new (&self->log, SHOWN_LINES);

  if (*words == '\0')
    return g_strdup ("");

  return g_strdup_printf (strchr (words, '\n') != NULL ? "; the end of its log:\n%s" : ": %s", words);
}

/* Timed out, or cancelled. A process that has answered nothing in all that time is not trusted any more. */
static void
on_command_timeout (gpointer user_data)
{
  Command *command = user_data;
  g_autoptr (GstreamProcess) self = gstream_process_ref (command->process);
  g_autofree char *words = NULL;
  GError          *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (command->task), &error))
    {
      fail_command (command, error);
      go_on (self, TRUE);
      return;
    }

  words = dup_last_words (self);
  fail_command (command, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s did not answer within %u ms%s",
                                      get_name (self), self->settings.answer_timeout, words));
  if (g_queue_is_empty (&self->runs))
    die (self);
  else
    go_on (self, TRUE);
}

static GError *
new_refusal (GstreamPayload *answer)
{
  static const struct
  {
    const char  *code;
    GstreamError error;
  } known[] = {
    { "conflict", GSTREAM_ERROR_CONFLICT },
    { "permission_denied", GSTREAM_ERROR_PERMISSION_DENIED },
    { "unknown_command", GSTREAM_ERROR_NOT_SUPPORTED },
    { "not_supported", GSTREAM_ERROR_NOT_SUPPORTED },
    { "unknown_error", GSTREAM_ERROR_SERVER },
  };
  const char  *code = gstream_payload_get_string (answer, "/error");
  const char  *words = gstream_payload_get_string (answer, "/message");
  GstreamError kind =
      code != NULL && g_str_has_prefix (code, "no_such_") ? GSTREAM_ERROR_NOT_FOUND : GSTREAM_ERROR_REFUSED;
  GError *error;

  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (code, known[i].code))
      kind = known[i].error;
  error = g_error_new (GSTREAM_ERROR, kind, "The agent refuses it (%s): %s",
                       code != NULL ? code : "it does not say why", words != NULL ? words : "");
  gstream_error_set_origin (error, 0, code);

  return error;
}

static void close_unread (gpointer run);

/* A run that nobody waits for any more is told to end. */
static void
take_started (GstreamProcess *self,
              Command        *command,
              GstreamPayload *answer)
{
  const char *id = gstream_payload_get_string (answer, "/result/run_id");
  g_autoptr (GTask) task = NULL;
  GstreamProcessRun *run;

  if (id == NULL)
    {
      fail_command (command, g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                          "The answer of %s has no /result/run_id, as was expected", get_name (self)));
      return;
    }

  run = run_new (self, id, gstream_payload_get_string (answer, "/result/thread_id"));
  g_queue_push_tail (&self->runs, run_ref (run));
  task = steal_task (command);
  if (task != NULL)
    g_task_return_pointer (task, run, close_unread);
  else
    close_unread (run);
}

static void
take_answer (GstreamProcess *self,
             GstreamPayload *answer,
             gboolean        is_success)
{
  gint64   id = gstream_payload_get_integer (answer, "/id");
  Command *command = NULL;
  g_autoptr (GTask) task = NULL;

  if (!g_hash_table_steal_extended (self->commands, &id, NULL, (gpointer *) &command))
    return;

  if (!is_success)
    fail_command (command, new_refusal (answer));
  else if (command->starts_run)
    take_started (self, command, answer);
  else if ((task = steal_task (command)) != NULL)
    g_task_return_pointer (task, gstream_payload_ref (answer), (GDestroyNotify) gstream_payload_unref);
  command_free (command);
}

/* --- writing --- */

static gboolean on_writable (int          fd,
                             GIOCondition condition,
                             gpointer     user_data);

static void
end_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* It ends with the child, and so before @self. */
static GSource *
watch (GstreamProcess   *self,
       int               fd,
       GIOCondition      condition,
       int               priority,
       GUnixFDSourceFunc func)
{
  GSource *source = g_unix_fd_source_new (fd, condition);

  g_source_set_static_name (source, "[gstream] child process");
  g_source_set_priority (source, priority);
  g_source_set_callback (source, G_SOURCE_FUNC (func), self, NULL);
  g_source_attach (source, self->context);

  return source;
}

/* That the process reads no more is seen at its end. */
static void
write_input (GstreamProcess *self)
{
  gssize n = gstream_process_child_write (self->child, self->input->str, self->input->len);

  if (n > 0)
    g_string_erase (self->input, 0, n);
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    g_string_truncate (self->input, 0);

  if (self->input->len == 0)
    end_source (&self->input_watch);
  else if (self->input_watch == NULL)
    self->input_watch =
        watch (self, gstream_process_child_get_input (self->child), G_IO_OUT, G_PRIORITY_DEFAULT, on_writable);
}

static gboolean
on_writable (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  write_input (user_data);

  return G_SOURCE_CONTINUE;
}

/* A line feed in JSON is a blank, and here it would be the end of the line. */
static void
add_line (GstreamProcess *self,
          gint64          id,
          const char     *command)
{
  gsize start = self->input->len;

  g_string_append_printf (self->input, "{\"id\":%" G_GINT64_FORMAT "%s", id, strchr (command, ','));
  for (char *byte = self->input->str + start; *byte != '\0'; byte++)
    if (*byte == '\n' || *byte == '\r')
      *byte = ' ';
  g_string_append_c (self->input, '\n');
}

/* Nobody waits for the answer. */
static void
tell_to_end (GstreamProcess    *self,
             GstreamProcessRun *run)
{
  g_autoptr (GString) command = g_string_new ("{\"id\":0,\"method\":\"run.cancel\",\"params\":{");

  if (self->child == NULL)
    return;

  gstream_json_add_string (command, "run_id", run->id);
  g_string_append (command, "}}");
  add_line (self, ++self->last_id, command->str);
  write_input (self);
}

/* --- what comes --- */

static void
log_changed (GstreamProcess *self)
{
  if (self->on_log != NULL)
    self->on_log (self->user_data);
}

static void
add_to_log (GstreamProcess *self,
            const char     *text,
            gsize           length)
{
  gstream_process_log_add (&self->log, text, length);
  log_changed (self);
}

/* Takes @error, of a line of its: the run fails and is told to end. */
static void
reject_line (GstreamProcess           *self,
             const GstreamProcessLine *line,
             GError                   *error)
{
  GstreamProcessRun *run = get_current (self);
  g_autofree char   *shown = g_utf8_make_valid (line->text, MIN (line->length, SHOWN_BYTES));

  if (!is_read (run))
    {
      add_to_log (self, line->text, line->length);
      g_error_free (error);
      return;
    }

  if (error->domain == GSTREAM_ERROR && error->code != GSTREAM_ERROR_FAILED)
    g_prefix_error (&error, "%s: in the line that begins with “%s”: ", get_name (self), g_strchomp (shown));
  run->error = error;
  tell_to_end (self, run);
  wake (self, run);
}

static void
take_event (GstreamProcess           *self,
            const GstreamProcessLine *line)
{
  GstreamProcessRun *run = get_current (self);
  GError            *error = NULL;
  GstreamEvent      *event;

  if (run == NULL)
    add_to_log (self, line->text, line->length);
  if (!is_read (run))
    return;
  event = gstream_event_reader_read (self->reader, self->lines.owner, line->text, line->length, &error);
  if (event == NULL)
    {
      reject_line (self, line, error);
      return;
    }

  run->has_begun = TRUE;
  g_queue_push_tail (&run->events, event);
  run->kept += line->length;
  wake (self, run);
}

/* A run that ends without an event was waiting for its turn: this is all that is known of it. */
static void
say_end (GstreamProcessRun *run,
         const char        *status)
{
  const char      *known[] = { "completed", "failed", "interrupted", "drained", NULL };
  g_autofree char *json = NULL;
  g_autoptr (GstreamPayload) data = NULL;

  if (run->has_begun || run->process == NULL || status == NULL || !g_strv_contains (known, status))
    return;

  json = g_strdup_printf ("{\"event\":\"%s\"}", status);
  data = gstream_payload_new (json, -1, NULL);
  g_queue_push_tail (&run->events, gstream_event_new ("lifecycle", NULL, data));
}

static gboolean
take_end (GstreamProcess *self,
          GstreamPayload *line)
{
  GstreamProcessRun *run = find_run (self, gstream_payload_get_string (line, "/run_id"));

  if (run == NULL)
    return FALSE;

  say_end (run, gstream_payload_get_string (line, "/status"));
  end_run (self, run);

  return TRUE;
}

/* FALSE: it is not of the protocol. */
static gboolean
take_other (GstreamProcess           *self,
            const GstreamProcessLine *line)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (line->text, line->length, NULL);
  const char *type = payload != NULL ? gstream_payload_get_string (payload, "/type") : NULL;

  if (g_strcmp0 (type, "event") == 0)
    take_event (self, line);
  else if (g_strcmp0 (type, "end") == 0)
    return take_end (self, payload);
  else if (g_strcmp0 (type, "success") == 0)
    take_answer (self, payload, TRUE);
  else if (g_strcmp0 (type, "error") == 0 && gstream_payload_has (payload, "/id"))
    take_answer (self, payload, FALSE);
  else
    return FALSE;

  return TRUE;
}

/* How an event begins as it is usually written: one that is broken is an error, and not taken for the log. */
static gboolean
begins_event (const GstreamProcessLine *line)
{
  static const char *const beginnings[] = { "{\"type\":\"event\"", "{\"type\": \"event\"" };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (line->length >= strlen (beginnings[i]) && memcmp (line->text, beginnings[i], strlen (beginnings[i])) == 0)
      return TRUE;

  return FALSE;
}

/* FALSE: no whole one has come. */
static gboolean
handle_line (GstreamProcess *self,
             gboolean        in_loop)
{
  GstreamProcessLine line;

  self->is_in_loop = in_loop;
  switch (gstream_process_lines_take (&self->lines, &line))
    {
    case GSTREAM_PROCESS_LINE_OBJECT:
      if (begins_event (&line))
        take_event (self, &line);
      else if (!take_other (self, &line))
        add_to_log (self, line.text, line.length);
      return TRUE;
    case GSTREAM_PROCESS_LINE_TOO_LONG:
      reject_line (self, &line,
                   g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, "expected at most %" G_GSIZE_FORMAT " bytes",
                                self->lines.max_size));
      return TRUE;
    case GSTREAM_PROCESS_LINE_LOG:
      add_to_log (self, line.text, line.length);
      return TRUE;
    case GSTREAM_PROCESS_LINE_NONE:
    default:
      return FALSE;
    }
}

/* --- reading --- */

/* Whether the line at the front may be taken. */
static gboolean
is_wanted (GstreamProcess *self)
{
  GstreamProcessRun *run = get_current (self);

  if (self->child == NULL)
    return FALSE;
  if (!is_read (run) || run->wake != NULL)
    return TRUE;

  return self->n_asked > 0 && run->kept < MOST_KEPT;
}

/* Nobody waits for it: a window's frames go first. */
static int
get_priority (GstreamProcess *self)
{
  return self->n_asked > 0 ? G_PRIORITY_DEFAULT : G_PRIORITY_DEFAULT_IDLE;
}

static gboolean
may_come (GstreamProcess *self)
{
  return !self->lines.at_end && !gstream_process_child_has_exited (self->child);
}

static gboolean
on_readable (int          fd,
             GIOCondition condition,
             gpointer     user_data)
{
  g_autoptr (GstreamProcess) self = gstream_process_ref (user_data);

  end_source (&self->output_watch);
  gstream_process_lines_fill (&self->lines);
  go_on (self, TRUE);

  return G_SOURCE_REMOVE;
}

/* @at_once: there are lines already. */
static void
wait_for_output (GstreamProcess *self,
                 gboolean        at_once)
{
  int priority = get_priority (self);

  if (self->output_watch != NULL && (at_once || priority < self->output_priority))
    end_source (&self->output_watch);
  if (self->output_watch != NULL)
    return;

  self->output_watch = watch (self, gstream_process_child_get_output (self->child), G_IO_IN, priority, on_readable);
  self->output_priority = priority;
  if (at_once)
    g_source_set_ready_time (self->output_watch, 0);
}

static void
on_exit_overdue (gpointer user_data)
{
  GstreamProcess *self = user_data;

  die (self);
}

/* All that it said has been taken. */
static void
end_output (GstreamProcess *self)
{
  if (gstream_process_child_has_exited (self->child))
    die (self);
  else if (self->exit_timer == NULL)
    self->exit_timer =
        gstream_timer_start (self->context, EXIT_GRACE, NULL, "[gstream] exit", on_exit_overdue, self, NULL);
}

/* Takes what has been read as far as it is wanted, and sees to it that more comes. @in_loop: whoever is woken may call back. */
static void
go_on (GstreamProcess *self,
       gboolean        in_loop)
{
  g_autoptr (GstreamProcess) kept = gstream_process_ref (self);
  guint n = 0;

  while (is_wanted (self) && n < LINES_PER_TURN && handle_line (self, in_loop))
    n++;

  if (!is_wanted (self))
    end_source (&self->output_watch);
  else if (n == LINES_PER_TURN)
    wait_for_output (self, TRUE);
  else if (may_come (self))
    wait_for_output (self, FALSE);
  else if (gstream_process_lines_fill (&self->lines))
    wait_for_output (self, TRUE);
  else
    end_output (self);
}

/* FALSE: nothing more is there now. */
static gboolean
read_log (GstreamProcess *self)
{
  char   piece[LOG_PIECE];
  gssize n = read (gstream_process_child_get_log (self->child), piece, sizeof piece);

  if (n > 0)
    add_to_log (self, piece, n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    end_source (&self->log_watch);

  return n > 0;
}

static gboolean
on_log_readable (int          fd,
                 GIOCondition condition,
                 gpointer     user_data)
{
  g_autoptr (GstreamProcess) self = gstream_process_ref (user_data);

  read_log (self);

  return self->log_watch != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* --- the process --- */

static void
on_exited (gpointer user_data)
{
  go_on (user_data, TRUE);
}

/* Returns: (transfer full) (nullable): NULL: this process's own. */
static char **
make_environment (GstreamProcess *self)
{
  char **environment = self->settings.environment != NULL ? g_strdupv (self->settings.environment) : g_get_environ ();

  if (self->thread_id != NULL)
    environment = g_environ_setenv (environment, THREAD_VARIABLE, self->thread_id, TRUE);

  return environment;
}

static gboolean
ensure_child (GstreamProcess *self,
              GError        **error)
{
  g_auto (GStrv) environment = NULL;

  if (self->child != NULL)
    return TRUE;

  environment = make_environment (self);
  self->child = gstream_process_child_new ((const char *const *) self->settings.argv, (const char *const *) environment,
                                           self->settings.directory, self->context, on_exited, self, error);
  if (self->child == NULL)
    return FALSE;

  gstream_process_log_mark (&self->log);
  gstream_process_lines_init (&self->lines, gstream_process_child_get_output (self->child),
                              self->settings.max_event_size);
  self->log_watch =
      watch (self, gstream_process_child_get_log (self->child), G_IO_IN, G_PRIORITY_DEFAULT_IDLE, on_log_readable);

  return TRUE;
}

static void
release_child (GstreamProcess *self)
{
  end_source (&self->output_watch);
  end_source (&self->log_watch);
  end_source (&self->input_watch);
  gstream_timer_end (&self->exit_timer);
  gstream_process_lines_clear (&self->lines);
  g_string_truncate (self->input, 0);
  g_clear_pointer (&self->child, gstream_process_child_free);
}

static GError *
new_death (GstreamProcess *self,
           GstreamError    code)
{
  g_autofree char *end = gstream_process_child_describe_end (self->child);
  g_autofree char *words = dup_last_words (self);

  return g_error_new (GSTREAM_ERROR, code, "%s %s%s", get_name (self), end, words);
}

static GHashTable *
new_commands (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, command_free);
}

static void
fail_commands (GstreamProcess *self,
               const GError   *error)
{
  g_autoptr (GHashTable) commands = g_steal_pointer (&self->commands);
  GHashTableIter iter;
  Command       *command;

  self->commands = new_commands ();
  g_hash_table_iter_init (&iter, commands);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &command))
    fail_command (command, g_error_copy (error));
}

/* It ended, or is to: whatever waits for it fails. Callbacks come later. */
static void
die (GstreamProcess *self)
{
  g_autoptr (GstreamProcess) kept = gstream_process_ref (self);
  g_autoptr (GError) of_commands = NULL;
  g_autoptr (GError) of_runs = NULL;
  GstreamProcessRun *run;

  if (self->child == NULL)
    return;

  while (self->log_watch != NULL && read_log (self))
    ;
  gstream_process_log_end_line (&self->log);
  of_commands = new_death (self, GSTREAM_ERROR_SERVER);
  of_runs = new_death (self, GSTREAM_ERROR_INCOMPLETE);
  release_child (self);
  self->is_in_loop = FALSE;
  fail_commands (self, of_commands);
  while ((run = get_current (self)) != NULL)
    {
      if (run->process != NULL && run->error == NULL)
        run->error = g_error_copy (of_runs);
      end_run (self, run);
    }
}

/* --- commands: how they begin --- */

static void
begin_command (GstreamProcess *self,
               const char     *text,
               gboolean        starts_run,
               GTask          *task)
{
  GError  *error = NULL;
  Command *command;

  if (!ensure_child (self, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  command = g_new0 (Command, 1);
  command->process = self;
  command->id = ++self->last_id;
  command->starts_run = starts_run;
  command->task = g_object_ref (task);
  command->timeout = gstream_timer_start (self->context, self->settings.answer_timeout, g_task_get_cancellable (task),
                                          "[gstream] answer timeout", on_command_timeout, command, NULL);
  g_hash_table_insert (self->commands, &command->id, command);
  self->n_asked++;
  add_line (self, command->id, text);
  write_input (self);
  go_on (self, FALSE);
}

void
gstream_process_command (GstreamProcess     *self,
                         const char         *command,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_run_context_new_task (self->context, NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, gstream_process_command);
  begin_command (self, command, FALSE, task);
}

GstreamPayload *
gstream_process_command_finish (GAsyncResult *result,
                                GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
gstream_process_start_run (GstreamProcess     *self,
                           const char         *command,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = gstream_run_context_new_task (self->context, NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, gstream_process_start_run);
  begin_command (self, command, TRUE, task);
}

GstreamProcessRun *
gstream_process_start_run_finish (GAsyncResult *result,
                                  GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- runs: how they are read --- */

static GstreamProcessRun *
find_under_way (GstreamProcess *self,
                const char     *run_id,
                GError        **error)
{
  GstreamProcessRun *run = run_id != NULL ? find_run (self, run_id) : g_queue_peek_tail (&self->runs);

  if (run == NULL && run_id != NULL)
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "Run %s is not under way in this process", run_id);
  else if (run == NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, "No run is under way in this process");

  return run;
}

const char *
gstream_process_find_run (GstreamProcess *self,
                          const char     *run_id,
                          GError        **error)
{
  GstreamProcessRun *run = find_under_way (self, run_id, error);

  return run != NULL ? run->id : NULL;
}

GstreamProcessRun *
gstream_process_attach (GstreamProcess *self,
                        const char     *run_id,
                        GError        **error)
{
  GstreamProcessRun *run = find_under_way (self, run_id, error);

  if (run == NULL)
    return NULL;
  if (run->process != NULL)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED,
                   "Run %s is read already, by what it was started with", run->id);
      return NULL;
    }
  run->process = gstream_process_ref (self);

  return run_ref (run);
}

const char *
gstream_process_run_get_id (GstreamProcessRun *run)
{
  return run->id;
}

const char *
gstream_process_run_get_thread_id (GstreamProcessRun *run)
{
  return run->thread_id;
}

static GstreamTry
give_end (GstreamProcessRun *run,
          GError           **error)
{
  if (run->error != NULL)
    {
      g_propagate_error (error, g_error_copy (run->error));
      return GSTREAM_TRY_FAILED;
    }

  return run->is_over ? GSTREAM_TRY_ENDED : GSTREAM_TRY_PENDING;
}

/* Its events are at the front of the pipe only while it is under way. */
static void
read_events (GstreamProcessRun *run)
{
  GstreamProcess *self = run->process;

  for (guint n = 0;
       n < LINES_PER_TURN && g_queue_is_empty (&run->events) && get_current (self) == run && run->error == NULL; n++)
    if (!handle_line (self, FALSE) && (!gstream_process_lines_fill (&self->lines) || !handle_line (self, FALSE)))
      return;
}

GstreamTry
gstream_process_run_try (GstreamProcessRun *run,
                         GstreamEvent     **event,
                         GError           **error)
{
  if (g_queue_is_empty (&run->events) && run->process != NULL && run->process->child != NULL)
    read_events (run);

  *event = g_queue_pop_head (&run->events);
  if (*event == NULL)
    return give_end (run, error);
  if (g_queue_is_empty (&run->events))
    run->kept = 0;

  return GSTREAM_TRY_ITEM;
}

void
gstream_process_run_wait (GstreamProcessRun *run,
                          GstreamProcessWake func,
                          gpointer           user_data)
{
  if (run->wake == NULL && run->process != NULL)
    run->process->n_asked++;
  run->wake = func;
  run->user_data = user_data;
  if (run->process != NULL && run->process->child != NULL)
    go_on (run->process, FALSE);
}

void
gstream_process_run_close (GstreamProcessRun *run,
                           gboolean           cancel)
{
  g_autoptr (GstreamProcess) self = g_steal_pointer (&run->process);

  if (g_steal_pointer (&run->wake) != NULL)
    self->n_asked--;
  drop_events (run);
  if (!run->is_over && cancel)
    tell_to_end (self, run);
  run_unref (run);
  if (self->child != NULL)
    go_on (self, FALSE);
}

static void
close_unread (gpointer run)
{
  gstream_process_run_close (run, TRUE);
}

/* --- life --- */

GstreamProcess *
gstream_process_new (const GstreamProcessSettings *settings,
                     GMainContext                 *context,
                     GSourceOnceFunc               on_log,
                     gpointer                      user_data)
{
  GstreamProcess *self = g_new0 (GstreamProcess, 1);

  g_ref_count_init (&self->ref_count);
  self->settings = *settings;
  self->context = g_main_context_ref (context);
  self->on_log = on_log;
  self->user_data = user_data;
  gstream_process_log_init (&self->log);
  self->reader = gstream_event_reader_new ();
  gstream_event_reader_set_limits (self->reader, settings->max_event_size, settings->max_depth);
  self->input = g_string_new (NULL);
  self->commands = new_commands ();
  g_queue_init (&self->runs);

  return self;
}

GstreamProcess *
gstream_process_ref (GstreamProcess *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

void
gstream_process_unref (GstreamProcess *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  release_child (self);
  g_queue_clear_full (&self->runs, (GDestroyNotify) run_unref);
  g_hash_table_unref (self->commands);
  g_string_free (self->input, TRUE);
  gstream_event_reader_free (self->reader);
  gstream_process_log_clear (&self->log);
  g_main_context_unref (self->context);
  g_strfreev (self->settings.argv);
  g_strfreev (self->settings.environment);
  g_free (self->settings.directory);
  g_free (self->thread_id);
  g_free (self);
}

void
gstream_process_leave (GstreamProcess *self)
{
  self->on_log = NULL;
  gstream_process_unref (self);
}

void
gstream_process_set_thread_id (GstreamProcess *self,
                               const char     *thread_id)
{
  g_free (self->thread_id);
  self->thread_id = g_strdup (thread_id);
}

char *
gstream_process_dup_log (GstreamProcess *self)
{
  return gstream_process_log_dup (&self->log, G_MAXUINT);
}

gboolean
gstream_process_is_running (GstreamProcess *self)
{
  return self->child != NULL;
}
