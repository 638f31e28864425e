/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A child process: started, waited for, and ended.
 *
 * GSubprocess waits for it in a thread of GLib, so that it never becomes a zombie, whatever the main loop does. No
 * other file descriptors are inherited. The pipes are closed when this process ends, even if it crashes, so that the
 * child notices.
 */
#include <gstream/remote/gstream-process-child-private.h>

#include <errno.h>
#include <gio/gfiledescriptorbased.h>
#include <glib-unix.h>
#include <signal.h>
#include <unistd.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>

#define GRACE 5000 /* ms that it has for exiting after its pipes were closed */

struct _GstreamProcessChild
{
  GSubprocess         *process;
  GCancellable        *closing; /* ends the wait for its exit */
  GstreamProcessExited exited;
  gpointer             user_data;
  gboolean             has_exited;
  int                  input; /* of pipes that @process owns */
  int                  output;
  int                  log;
};

/* --- starting --- */

/*
 * Called in the child: gives it its own process group, so that it does not get the terminal's signals, and its own
 * children can be killed with it.
 */
static void
lead_group (gpointer user_data)
{
  setpgid (0, 0);
}

static GSubprocessLauncher *
new_launcher (const char *const *environment,
              const char        *directory)
{
  gboolean             has_path = environment != NULL && g_environ_getenv ((char **) environment, "PATH") != NULL;
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE |
      (has_path ? G_SUBPROCESS_FLAGS_SEARCH_PATH_FROM_ENVP : G_SUBPROCESS_FLAGS_NONE));

  if (environment != NULL)
    g_subprocess_launcher_set_environ (launcher, (char **) environment);
  if (directory != NULL)
    g_subprocess_launcher_set_cwd (launcher, directory);
  g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);

  return launcher;
}

static void
explain_failure (GError **error)
{
  if (g_error_matches (*error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    {
      GError *explained = g_error_new (G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT,
                                       _ ("%s. Is it installed, and where PATH says?"), (*error)->message);

      g_error_free (*error);
      *error = explained;
    }
  g_prefix_error (error, _ ("The agent cannot be started: "));
}

static void
on_exited (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GstreamProcessChild *self = user_data;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL))
    return; /* the child object was freed */

  self->has_exited = TRUE;
  self->exited (self->user_data);
}

/* Returns: the descriptor, which is non-blocking at this end only. */
static int
fd_of (gpointer stream)
{
  int fd = g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (stream));

  g_unix_set_fd_nonblocking (fd, TRUE, NULL);

  return fd;
}

GstreamProcessChild *
gstream_process_child_new (const char *const   *argv,
                           const char *const   *environment,
                           const char          *directory,
                           GMainContext        *context,
                           GstreamProcessExited exited,
                           gpointer             user_data,
                           GError             **error)
{
  g_autoptr (GSubprocessLauncher) launcher = new_launcher (environment, directory);
  GError              *local_error = NULL;
  GSubprocess         *process = NULL;
  GstreamProcessChild *self;

  if (argv == NULL || argv[0] == NULL || *argv[0] == '\0')
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           _ ("There is no command to start: the thread was made without one"));
      return NULL;
    }

  process = g_subprocess_launcher_spawnv (launcher, argv, &local_error);
  if (process == NULL)
    {
      explain_failure (&local_error);
      g_propagate_error (error, local_error);
      return NULL;
    }

  self = g_new0 (GstreamProcessChild, 1);
  self->process = process;
  self->closing = g_cancellable_new ();
  self->exited = exited;
  self->user_data = user_data;
  self->input = fd_of (g_subprocess_get_stdin_pipe (process));
  self->output = fd_of (g_subprocess_get_stdout_pipe (process));
  self->log = fd_of (g_subprocess_get_stderr_pipe (process));
  g_main_context_push_thread_default (context);
  g_subprocess_wait_async (process, self->closing, on_exited, self);
  g_main_context_pop_thread_default (context);

  return self;
}

/* --- ending --- */

void
gstream_process_child_kill (GstreamProcessChild *self)
{
  const char *pid = g_subprocess_get_identifier (self->process); /* NULL: it has ended */

  if (pid != NULL)
    kill (-(pid_t) g_ascii_strtoll (pid, NULL, 10), SIGKILL);
}

typedef struct
{
  GSubprocess *process;
  gboolean     is_over;
} Reaping;

static void
on_reaped (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  ((Reaping *) user_data)->is_over = TRUE;
}

static gboolean
on_grace_over (gpointer user_data)
{
  GstreamProcessChild child = { .process = ((Reaping *) user_data)->process };

  gstream_process_child_kill (&child);

  return G_SOURCE_REMOVE;
}

static gpointer
reap (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) grace = g_timeout_source_new (GRACE);
  Reaping reaping = { .process = data };

  g_main_context_push_thread_default (context);
  g_source_set_callback (grace, on_grace_over, &reaping, NULL);
  g_source_attach (grace, context);
  g_subprocess_wait_async (reaping.process, NULL, on_reaped, &reaping);
  while (!reaping.is_over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (grace);
  g_main_context_pop_thread_default (context);
  g_object_unref (reaping.process);

  return NULL;
}

static void
close_pipes (GSubprocess *process)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  g_input_stream_close (g_subprocess_get_stdout_pipe (process), NULL, NULL);
  g_input_stream_close (g_subprocess_get_stderr_pipe (process), NULL, NULL);
}

void
gstream_process_child_free (GstreamProcessChild *self)
{
  g_cancellable_cancel (self->closing);
  g_object_unref (self->closing);
  close_pipes (self->process);
  if (self->has_exited)
    g_object_unref (self->process);
  else
    g_thread_unref (g_thread_new ("gstream-reaper", reap, self->process));
  g_free (self);
}

/* --- what is known of it --- */

int
gstream_process_child_get_input (GstreamProcessChild *self)
{
  return self->input;
}

int
gstream_process_child_get_output (GstreamProcessChild *self)
{
  return self->output;
}

int
gstream_process_child_get_log (GstreamProcessChild *self)
{
  return self->log;
}

gssize
gstream_process_child_write (GstreamProcessChild *self,
                             const char          *bytes,
                             gsize                size)
{
  sigset_t broken_pipe, pending, before;
  gssize   n;
  int      code;

  sigemptyset (&broken_pipe);
  sigaddset (&broken_pipe, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &broken_pipe, &before);
  n = write (self->input, bytes, size);
  code = errno;
  if (n < 0 && code == EPIPE && !sigismember (&pending, SIGPIPE))
    sigtimedwait (&broken_pipe, NULL, &(struct timespec) { 0, 0 });
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  errno = code;

  return n;
}

gboolean
gstream_process_child_has_exited (GstreamProcessChild *self)
{
  return self->has_exited;
}

char *
gstream_process_child_describe_end (GstreamProcessChild *self,
                                    const char          *name)
{
  if (!self->has_exited)
    return g_strdup_printf (_ ("%s closed its standard output"), name);
  if (g_subprocess_get_if_exited (self->process))
    return g_strdup_printf (_ ("%s ended with exit status %d"), name, g_subprocess_get_exit_status (self->process));

  return g_strdup_printf (_ ("%s was killed by signal %d (%s)"), name, g_subprocess_get_term_sig (self->process),
                          g_strsignal (g_subprocess_get_term_sig (self->process)));
}
