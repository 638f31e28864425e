/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocol of an agent in a child process.
 *
 * Events, answers and log output come over one pipe. is_wanted() decides whether the next line is read: it may be an
 * event of the current run, and while nobody waits for that, it is not read, so that the agent blocks when the pipe is
 * full. While somebody waits for an answer or for another run, events before that are queued, up to a limit.
 *
 * If the process ends, all waiting calls fail, and the next command starts it again.
 */
#include <gstream/remote/gstream-process-private.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-event-reader-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/remote/gstream-process-child-private.h>
#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/thread/gstream-thread-run-internal.h>

#define CHUNK_SIZE (64 * 1024) /* bytes; also what the kernel keeps of a pipe */
#define LEAST_SPACE 4096       /* bytes: minimum free space for a read */
#define MOST_LINES 100
#define MOST_BYTES 2000             /* of a line; longer ones are truncated */
#define MOST_KEPT (4 * 1024 * 1024) /* bytes of events that are queued while somebody waits for something after them */
#define LINES_PER_TURN 256          /* the maximum that one call handles without a result */
#define LOG_PIECE 16384             /* bytes of the log read at a time */
#define SHOWN_LINES 20              /* of the log, in an error */
#define SHOWN_BYTES 60              /* of a line that is no event */
#define EXIT_GRACE 2000             /* ms from the end of the standard output until the process must have exited */
#define THREAD_VARIABLE "GSTREAM_THREAD_ID"

/* --- the lines of the standard output --- */

/*
 * They are read without blocking, about 64 KiB at a time, and only on demand (N6). Lines that begin with "{" may belong
 * to the protocol; all others are log output, and are not assembled.
 */

typedef enum
{
  LINE_NONE,     /* there is no complete line */
  LINE_OBJECT,   /* a complete line that begins with "{", with its line feed */
  LINE_LOG,      /* a line, or a part of one, that does not; with its line feed if there is one */
  LINE_TOO_LONG, /* an object that exceeds the maximum size; the rest of the line is skipped */
} LineKind;

typedef struct
{
  int      fd; /* not owned; does not block */
  gsize    max_size;
  GBytes  *owner;      /* owns @bytes; events keep it, too; NULL: nothing has been read */
  char    *bytes;      /* events may point to those before @end: only those after it are written to */
  gsize    size;       /* of @bytes */
  gsize    start;      /* offset of what has not been taken */
  gsize    end;        /* offset of what has not been read */
  gsize    searched;   /* bytes from @start on that have no line feed */
  gboolean at_end;     /* nothing more can be read */
  LineKind unfinished; /* LOG or TOO_LONG: the kind of a line whose end has not been read; or NONE */
} Lines;

typedef struct
{
  const char *text; /* valid until more is read, or as long as a reference to @owner is held */
  gsize       length;
} Line;

static void
lines_init (Lines *self,
            int    fd,
            gsize  max_size)
{
  *self = (Lines) { .fd = fd, .max_size = max_size };
}

static void
lines_clear (Lines *self)
{
  g_clear_pointer (&self->owner, g_bytes_unref);
  lines_init (self, -1, 0);
}

static LineKind
take (Lines   *self,
      Line    *line,
      gsize    length,
      LineKind kind)
{
  line->text = self->bytes + self->start;
  line->length = length;
  self->start += length;
  self->searched = 0;

  return kind;
}

/* Returns the kind of the line that begins with @text. NONE: it is blank. */
static LineKind
judge (Lines      *self,
       const char *text,
       gsize       length)
{
  gsize blanks = 0;

  while (blanks < length && g_ascii_isspace (text[blanks]))
    blanks++;
  if (blanks == length)
    return length < LEAST_SPACE ? LINE_NONE : LINE_LOG;
  if (text[blanks] != '{')
    return LINE_LOG;

  return length > self->max_size ? LINE_TOO_LONG : LINE_OBJECT;
}

static LineKind lines_take (Lines *self,
                            Line  *line);

/* Takes the next part of a line whose kind is already known. */
static LineKind
take_rest (Lines *self,
           Line  *line)
{
  const char *text = self->bytes + self->start;
  gsize       available = self->end - self->start;
  const char *end = memchr (text, '\n', available);
  LineKind    kind = self->unfinished;

  if (end != NULL)
    self->unfinished = LINE_NONE;
  take (self, line, end != NULL ? (gsize) (end + 1 - text) : available, kind);

  return kind == LINE_LOG ? kind : lines_take (self, line);
}

/*
 * Handles an incomplete line. One that is, or may become, an object is not taken before its end, unless it is the last
 * one.
 */
static LineKind
take_unfinished (Lines *self,
                 Line  *line)
{
  gsize    available = self->end - self->start;
  LineKind kind = judge (self, self->bytes + self->start, available);

  self->searched = available;
  if (kind <= LINE_OBJECT && !self->at_end)
    return LINE_NONE;
  if (kind <= LINE_OBJECT)
    kind = LINE_LOG;
  self->unfinished = kind;

  return take (self, line, available, kind);
}

static LineKind
take_whole (Lines *self,
            Line  *line,
            gsize  length)
{
  LineKind kind = judge (self, self->bytes + self->start, length);

  return take (self, line, length, kind == LINE_NONE ? LINE_LOG : kind);
}

/* Takes the next line from the bytes that have been read. */
static LineKind
lines_take (Lines *self,
            Line  *line)
{
  gsize       available = self->end - self->start;
  const char *text;
  const char *end;

  if (available == 0) /* and perhaps no bytes to point to */
    return LINE_NONE;
  if (self->unfinished != LINE_NONE)
    return take_rest (self, line);

  text = self->bytes + self->start;
  end = memchr (text + self->searched, '\n', available - self->searched);

  return end != NULL ? take_whole (self, line, end + 1 - text) : take_unfinished (self, line);
}

/*
 * The bytes before @end may be in use. Therefore, if there is little space left, the bytes that have not been taken are
 * copied to new memory.
 */
static void
reserve (Lines *self)
{
  gsize available = self->end - self->start;
  gsize size = MAX (CHUNK_SIZE, available * 2);
  char *bytes;

  if (self->size - self->end >= LEAST_SPACE)
    return;

  bytes = g_malloc (size);
  if (available > 0)
    memcpy (bytes, self->bytes + self->start, available);
  g_clear_pointer (&self->owner, g_bytes_unref);
  self->owner = g_bytes_new_take (bytes, size);
  self->bytes = bytes;
  self->size = size;
  self->start = 0;
  self->end = available;
}

/* Reads once. Returns FALSE if there is nothing to read now, or at the end (@at_end). */
static gboolean
lines_fill (Lines *self)
{
  gssize n;

  if (self->at_end || self->fd < 0)
    return FALSE;

  reserve (self);
  do
    n = read (self->fd, self->bytes + self->end, self->size - self->end);
  while (n < 0 && errno == EINTR);
  if (n > 0)
    self->end += n;
  else
    self->at_end = n == 0 || errno != EAGAIN;

  return n > 0;
}

/* --- the log --- */

/*
 * The last lines of the process's log output: its standard error, and what it prints to standard output besides the
 * protocol (H1). The size is limited.
 */

typedef struct
{
  GQueue   lines; /* char *, valid UTF-8, without line ends; the newest is the last */
  GString *line;  /* the current, incomplete line */
  guint    n_new; /* number of lines since the mark */
} Log;

static void
log_init (Log *self)
{
  g_queue_init (&self->lines);
  self->line = g_string_new (NULL);
  self->n_new = 0;
}

static void
log_clear (Log *self)
{
  g_queue_clear_full (&self->lines, g_free);
  g_string_free (self->line, TRUE);
  self->line = NULL;
}

static void
add_piece (GString    *line,
           const char *text,
           gsize       length)
{
  g_string_append_len (line, text, MIN (length, MOST_BYTES - line->len));
}

static char *
dup_line (GString *line)
{
  g_autofree char *valid = g_utf8_make_valid (line->str, line->len);

  return g_strdup (g_strchomp (valid));
}

/* Ends the current line. */
static void
log_end_line (Log *self)
{
  if (self->line->len == 0)
    return;

  g_queue_push_tail (&self->lines, dup_line (self->line));
  self->n_new++;
  g_string_truncate (self->line, 0);
  if (self->lines.length > MOST_LINES)
    g_free (g_queue_pop_head (&self->lines));
}

/* Adds text as it comes: lines, or pieces of them. */
static void
log_add (Log        *self,
         const char *text,
         gsize       length)
{
  const char *end;

  while ((end = memchr (text, '\n', length)) != NULL)
    {
      add_piece (self->line, text, end - text);
      log_end_line (self);
      length -= end + 1 - text;
      text = end + 1;
    }
  add_piece (self->line, text, length);
}

/* Returns: (transfer full): the last @n_lines lines, each with an end but the last one; "": there are none. */
static char *
log_dup (Log  *self,
         guint n_lines)
{
  GString *text = g_string_new (NULL);
  guint    n_whole = self->line->len > 0 ? n_lines - 1 : n_lines;
  GList   *first = g_queue_peek_nth_link (&self->lines, self->lines.length - MIN (self->lines.length, n_whole));

  for (; first != NULL; first = first->next)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", (char *) first->data);
  if (self->line->len > 0)
    {
      g_autofree char *last = dup_line (self->line);

      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", last);
    }

  return g_string_free (text, FALSE);
}

/* Marks the position where the output of another process begins. */
static void
log_mark (Log *self)
{
  log_end_line (self);
  self->n_new = 0;
}

/* Returns: (transfer full): the same of those since it was marked. */
static char *
log_dup_new (Log  *self,
             guint n_lines)
{
  guint n_new = self->n_new + (self->line->len > 0 ? 1 : 0);

  return n_new > 0 ? log_dup (self, MIN (n_lines, n_new)) : g_strdup ("");
}

/* --- the protocol --- */

/*
 * @in_loop: whether it is called from the main loop. If not, it is called inside some other call, and must not call any
 * callback (R7).
 */
typedef void (*WakeFunc) (gpointer user_data,
                          gboolean in_loop);

/* A run that has not ended, or that still has a reader. */
struct _GstreamProcessRun
{
  grefcount       ref_count;
  GstreamProcess *process; /* NULL: it has no reader */
  char           *id;
  char           *thread_id; /* NULL: not said */
  GQueue          events;    /* GstreamEvent, which the reader has not taken yet */
  gsize           kept;      /* approximate bytes of those */
  gboolean        has_begun; /* it has had an event */
  gboolean        is_over;
  GError         *error; /* the error that it ends with, after its events */

  WakeFunc wake; /* NULL: nobody waits */
  gpointer user_data;
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
  char                  *thread_id; /* NULL: chosen by the agent */
  GMainContext          *context;
  GSourceOnceFunc        on_log; /* NULL: the owner is gone */
  gpointer               user_data;

  GstreamProcessChild *child; /* NULL: there is none */
  Log                  log;
  Lines                lines;
  GstreamEventReader  *reader;
  GSource             *output_watch; /* while waiting for output */
  int                  output_priority;
  GSource             *log_watch;
  GSource             *exit_timer; /* since its standard output ended */
  gboolean is_in_loop; /* the current line was read from the main loop, so that callbacks may be called at once */

  GString    *input; /* commands, not written yet */
  GSource    *input_watch;
  gint64      last_id;
  GHashTable *commands; /* pending commands: &id -> Command, owned */
  guint       n_asked;  /* the number of answers and runs that somebody waits for */
  GQueue      runs;     /* GstreamProcessRun that have not ended, in the order of execution; references */
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

/* Makes a run, with a reference for its reader. */
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

/* Wakes the reader of the run, if it waits. If callbacks are allowed, it may do anything. */
static void
wake (GstreamProcess    *self,
      GstreamProcessRun *run)
{
  WakeFunc func = g_steal_pointer (&run->wake);

  if (func == NULL)
    return;

  self->n_asked--;
  func (run->user_data, self->is_in_loop);
}

/* Whether there is a reader for its events. */
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

/* Takes the task that waits for the answer. Returns: (transfer full) (nullable): the task. */
static GTask *
steal_task (Command *command)
{
  if (command->task != NULL)
    command->process->n_asked--;
  gstream_timer_end (&command->timeout);

  return g_steal_pointer (&command->task);
}

/* Consumes @error. */
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

/* Says behind the message of @error how the log ends, if it says anything. Returns: (transfer full): @error. */
static GError *
add_last_words (GstreamProcess *self,
                GError         *error)
{
  g_autofree char *words = log_dup_new (&self->log, SHOWN_LINES);
  g_autofree char *message = error->message;

  if (*words == '\0')
    error->message = g_steal_pointer (&message);
  else if (strchr (words, '\n') == NULL)
    error->message = g_strconcat (message, ": ", words, NULL);
  else /* TRANSLATORS: The first is a sentence that says how a program ended. */
    error->message = g_strdup_printf (_ ("%s; the end of its log:\n%s"), message, words);

  return error;
}

/* Called on timeout or cancellation. After a timeout, the process is killed, unless it is executing a run. */
static void
on_command_timeout (gpointer user_data)
{
  Command *command = user_data;
  g_autoptr (GstreamProcess) self = gstream_process_ref (command->process);
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (command->task), &error))
    {
      fail_command (command, error);
      go_on (self, TRUE);
      return;
    }

  error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, _ ("%s did not answer within %u ms"), get_name (self),
                       self->settings.answer_timeout);
  fail_command (command, add_last_words (self, error));
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
  error = code != NULL
              ? g_error_new (GSTREAM_ERROR, kind, _ ("The agent refuses it (%s): %s"), code, words ? words : "")
              : g_error_new (GSTREAM_ERROR, kind, _ ("The agent refuses it: %s"),
                             words != NULL ? words : _ ("it does not say why"));
  gstream_error_set_origin (error, 0, code);

  return error;
}

static void close_unread (gpointer run);

/* If nobody waits for the run any more, it is cancelled. */
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
      fail_command (command,
                    g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                 _ ("The answer of %s has no /result/run_id, as was expected"), get_name (self)));
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

/* The source is removed together with the child, and so before @self is freed. */
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

/* A write error is ignored, because the end of the process will be noticed. */
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

/* Line feeds in JSON, which are white space, are replaced, because here they would end the line. */
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

/* Cancels the run, without waiting for the answer. */
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
  log_add (&self->log, text, length);
  log_changed (self);
}

/* Consumes @error, of an invalid line: the current run fails and is cancelled. */
static void
reject_line (GstreamProcess *self,
             const Line     *line,
             GError         *error)
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
    g_prefix_error (&error, _ ("%s: in the line that begins with “%s”: "), get_name (self), g_strchomp (shown));
  run->error = error;
  tell_to_end (self, run);
  wake (self, run);
}

static void
take_event (GstreamProcess *self,
            const Line     *line)
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

/* Adds an event with the status of a run that ended without any event, before it was its turn. */
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

/* Returns FALSE if the line does not belong to the protocol. */
static gboolean
take_other (GstreamProcess *self,
            const Line     *line)
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

/* Whether the line begins as events usually do: then, if it is invalid, it is an error instead of log output. */
static gboolean
begins_event (const Line *line)
{
  static const char *const beginnings[] = { "{\"type\":\"event\"", "{\"type\": \"event\"" };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    if (line->length >= strlen (beginnings[i]) && memcmp (line->text, beginnings[i], strlen (beginnings[i])) == 0)
      return TRUE;

  return FALSE;
}

/* Handles a line. Returns FALSE if there is no complete one. */
static gboolean
handle_line (GstreamProcess *self,
             gboolean        in_loop)
{
  Line line;

  self->is_in_loop = in_loop;
  switch (lines_take (&self->lines, &line))
    {
    case LINE_OBJECT:
      if (begins_event (&line))
        take_event (self, &line);
      else if (!take_other (self, &line))
        add_to_log (self, line.text, line.length);
      return TRUE;
    case LINE_TOO_LONG:
      reject_line (self, &line,
                   g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("expected at most %zu bytes"),
                                self->lines.max_size));
      return TRUE;
    case LINE_LOG:
      add_to_log (self, line.text, line.length);
      return TRUE;
    case LINE_NONE:
    default:
      return FALSE;
    }
}

/* --- reading --- */

/* Whether the next line may be taken. */
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

/* If nobody waits for the output, redrawing of windows has priority. */
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
  lines_fill (&self->lines);
  go_on (self, TRUE);

  return G_SOURCE_REMOVE;
}

/* @at_once: there are already lines to handle. */
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

/* Called when all output has been handled. */
static void
end_output (GstreamProcess *self)
{
  if (gstream_process_child_has_exited (self->child))
    die (self);
  else if (self->exit_timer == NULL)
    self->exit_timer =
        gstream_timer_start (self->context, EXIT_GRACE, NULL, "[gstream] exit", on_exit_overdue, self, NULL);
}

/*
 * Handles lines that have been read, as far as they are wanted, and then waits for more output if needed. @in_loop:
 * callbacks may be called.
 */
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
  else if (lines_fill (&self->lines))
    wait_for_output (self, TRUE);
  else
    end_output (self);
}

/* Returns FALSE if there is nothing more to read now. */
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

/* Returns: (transfer full) (nullable): the environment; NULL: that of this process. */
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

  log_mark (&self->log);
  lines_init (&self->lines, gstream_process_child_get_output (self->child), self->settings.max_event_size);
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
  lines_clear (&self->lines);
  g_string_truncate (self->input, 0);
  g_clear_pointer (&self->child, gstream_process_child_free);
}

static GError *
new_death (GstreamProcess *self,
           GstreamError    code)
{
  g_autofree char *end = gstream_process_child_describe_end (self->child, get_name (self));

  return add_last_words (self, g_error_new_literal (GSTREAM_ERROR, code, end));
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

/*
 * The process has ended, or is to be ended: everything that waits for it fails. Callbacks are called later, from the
 * main loop.
 */
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
  log_end_line (&self->log);
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
  g_autoptr (GTask) task = gstream_context_new_task (self->context, NULL, cancellable, callback, user_data);

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
  g_autoptr (GTask) task = gstream_context_new_task (self->context, NULL, cancellable, callback, user_data);

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
    g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("Run %s is not under way in this process"), run_id);
  else if (run == NULL)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND, _ ("No run is under way in this process"));

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
                   _ ("Run %s is read already, by what it was started with"), run->id);
      return NULL;
    }
  run->process = gstream_process_ref (self);

  return run_ref (run);
}

static const char *
run_get_id (GstreamProcessRun *run)
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

/* Only reads if the run is the current one, whose events come next. */
static void
read_events (GstreamProcessRun *run)
{
  GstreamProcess *self = run->process;

  for (guint n = 0;
       n < LINES_PER_TURN && g_queue_is_empty (&run->events) && get_current (self) == run && run->error == NULL; n++)
    if (!handle_line (self, FALSE) && (!lines_fill (&self->lines) || !handle_line (self, FALSE)))
      return;
}

static GstreamTry
run_try (GstreamProcessRun *run,
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

static void
run_wait (GstreamProcessRun *run,
          WakeFunc           func,
          gpointer           user_data)
{
  if (run->wake == NULL && run->process != NULL)
    run->process->n_asked++;
  run->wake = func;
  run->user_data = user_data;
  if (run->process != NULL && run->process->child != NULL)
    go_on (run->process, FALSE);
}

static void
run_close (GstreamProcessRun *run,
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
  run_close (run, TRUE);
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
  log_init (&self->log);
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
  log_clear (&self->log);
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
  return log_dup (&self->log, G_MAXUINT);
}
/* --- a run as a source of events --- */

#define GSTREAM_TYPE_PROCESS_SOURCE (gstream_process_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamProcessSource, gstream_process_source, GSTREAM, PROCESS_SOURCE, GObject)

struct _GstreamProcessSource
{
  GObject parent_instance;

  GstreamProcessRun *run;    /* NULL: closed */
  GstreamThreadRun  *stream; /* not owned; the run stream that reads it, which closes it before it is finalized */
  gboolean           cancel_on_abort;
  GstreamNextCall    pending;
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamProcessSource, gstream_process_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void
on_woken (gpointer user_data,
          gboolean in_loop)
{
  g_autoptr (GstreamProcessSource) self = g_object_ref (user_data);

  if (in_loop)
    gstream_next_call_wake (&self->pending);
  else
    gstream_next_call_wake_later (&self->pending);
}

/* If a call is pending, it is woken when it may succeed. */
static GstreamTry
gstream_process_source_try_next (GstreamEventSource *source,
                                 GstreamEvent      **event,
                                 GError            **error)
{
  GstreamProcessSource *self = GSTREAM_PROCESS_SOURCE (source);
  GstreamTry            result;

  if (self->run == NULL)
    return GSTREAM_TRY_ENDED;

  result = run_try (self->run, event, error);
  if (result == GSTREAM_TRY_PENDING && self->pending.task != NULL)
    run_wait (self->run, on_woken, self);

  return result;
}

static void
gstream_process_source_next (GstreamEventSource *source,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  gstream_next_call_start (&GSTREAM_PROCESS_SOURCE (source)->pending, source, cancellable, callback, user_data);
}

static gboolean
is_to_end (GstreamProcessSource *self)
{
  return self->cancel_on_abort && self->stream != NULL && !gstream_thread_run_is_dropped (self->stream) &&
         gstream_run_stream_get_status (GSTREAM_RUN_STREAM (self->stream)) == GSTREAM_RUN_STATUS_ABORTED;
}

static void
gstream_process_source_close (GstreamEventSource *source)
{
  GstreamProcessSource *self = GSTREAM_PROCESS_SOURCE (source);
  GstreamProcessRun    *run = g_steal_pointer (&self->run);

  if (run != NULL)
    run_close (run, is_to_end (self));
  self->stream = NULL;
  gstream_next_call_wake_later (&self->pending);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_process_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_process_source_try_next;
  iface->close = gstream_process_source_close;
}

static void
gstream_process_source_finalize (GObject *object)
{
  gstream_process_source_close (GSTREAM_EVENT_SOURCE (object));

  G_OBJECT_CLASS (gstream_process_source_parent_class)->finalize (object);
}

static void
gstream_process_source_class_init (GstreamProcessSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_process_source_finalize;
}

static void
gstream_process_source_init (GstreamProcessSource *self)
{
}

GstreamRunStream *
gstream_process_run_open (GstreamProcessRun *run,
                          GstreamStreamMux  *mux,
                          gboolean           cancel_on_abort)
{
  g_autoptr (GstreamProcessSource) self = g_object_new (GSTREAM_TYPE_PROCESS_SOURCE, NULL);

  self->run = run;
  self->cancel_on_abort = cancel_on_abort;
  self->stream = gstream_thread_run_new (GSTREAM_EVENT_SOURCE (self), mux, run_get_id (run));

  return GSTREAM_RUN_STREAM (self->stream);
}
