/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Threads in child processes, with an agent that does what it is told, fake-agent.py (H1, H3, H4).
 */
#include <gstream/event/gstream-error.h>
#include <gstream/remote/gstream-process-thread.h>
#include <gstream/thread/gstream-thread-run.h>

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "../support/calls.h"
#include "../support/load.h"

#define READ_AHEAD 400 /* events of 1.1 kB: the kernel's buffer, ours, and what the agent has of one */

/* --- threads and runs --- */

static char **
make_argv (const char *behaviour,
           const char *first,
           const char *second)
{
  g_autofree char  *path = g_test_build_filename (G_TEST_DIST, "agents", "fake-agent.py", NULL);
  const char *const argv[] = { "python3", path, behaviour, first, first != NULL ? second : NULL, NULL };

  return g_strdupv ((char **) argv);
}

static GstreamThread *
new_thread (const char *behaviour,
            const char *first,
            const char *second)
{
  g_auto (GStrv) argv = make_argv (behaviour, first, second);
  g_autoptr (GError) error = NULL;
  GstreamThread *thread = gstream_thread_new_for_command ((const char *const *) argv, &error);

  g_assert_no_error (error);

  return thread;
}

/* With one property set, a number. */
static GstreamThread *
new_limited_thread (const char *property,
                    guint       value,
                    const char *behaviour,
                    const char *first,
                    const char *second)
{
  g_auto (GStrv) argv = make_argv (behaviour, first, second);

  return g_object_new (GSTREAM_TYPE_PROCESS_THREAD, "command", argv, property, value, NULL);
}

static GstreamRunStream *
start (GstreamThread *thread)
{
  g_autoptr (GstreamPayload) input = gstream_payload_new ("{\n\"x\": [1]\r\n}", -1, NULL);
  g_autoptr (GError) error = NULL;
  GstreamRunStream *run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (GSTREAM_IS_THREAD_RUN (run));

  return run;
}

static void
assert_output (GstreamRunStream *run,
               const char       *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (run, NULL, &error);
  g_autoptr (GstreamPayload) wanted = gstream_payload_new (expected, -1, NULL);

  g_assert_no_error (error);
  g_assert_nonnull (output);
  g_assert_true (gstream_payload_equal (output, wanted));
}

static void
assert_fails (GstreamRunStream *run,
              int               code,
              const char       *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (run, NULL, &error);

  g_assert_null (output);
  g_assert_error (error, GSTREAM_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static void
assert_does_not_start (GstreamThread *thread,
                       GQuark         domain,
                       int            code,
                       const char    *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);

  g_assert_null (run);
  g_assert_error (error, domain, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
}

static const char *
id_of (GstreamRunStream *run)
{
  return gstream_thread_run_get_run_id (GSTREAM_THREAD_RUN (run));
}

/* --- a run --- */

static void
test_run (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("echo", NULL, NULL);
  g_autoptr (GstreamRunStream) run = NULL;

  g_assert_null (gstream_thread_get_thread_id (thread));
  run = start (thread);
  g_assert_cmpstr (gstream_thread_get_thread_id (thread), ==, "made");
  g_assert_cmpstr (id_of (run), ==, "run-1");
  g_assert_cmpint (gstream_thread_run_get_connection_state (GSTREAM_THREAD_RUN (run)), ==,
                   GSTREAM_CONNECTION_STATE_CONNECTING);
  assert_output (run, "{\"x\":[1]}");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_cmpint (gstream_thread_run_get_connection_state (GSTREAM_THREAD_RUN (run)), ==,
                   GSTREAM_CONNECTION_STATE_CLOSED);
}

static void
test_several_runs (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("echo", NULL, NULL);

  for (guint i = 1; i <= 5; i++)
    {
      g_autoptr (GstreamRunStream) run = start (thread);
      g_autofree char *id = g_strdup_printf ("run-%u", i);

      g_assert_cmpstr (id_of (run), ==, id);
      assert_output (run, "{\"x\":[1]}");
    }
}

/* What the agent says of itself in its custom event. */
static GstreamPayload *
look_around (GstreamThread *thread)
{
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_custom (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, &error));
  g_assert_no_error (error);

  return g_value_dup_boxed (&item);
}

static char *
dup_member (GstreamPayload *payload,
            const char     *pointer)
{
  g_autoptr (GstreamPayload) member = gstream_payload_lookup (payload, pointer);

  g_assert_nonnull (member);

  return gstream_payload_dup_json (member);
}

static void
test_surroundings (void)
{
  g_auto (GStrv) argv = make_argv ("echo", NULL, NULL);
  g_autofree char  *path = g_strconcat ("PATH=", g_getenv ("PATH"), NULL);
  const char *const environment[] = { path, "AGENT=7", "LC_CTYPE=C.UTF-8", NULL };
  g_autoptr (GstreamThread) thread = g_object_new (GSTREAM_TYPE_PROCESS_THREAD, "command", argv, "environment",
                                                   environment, "directory", "/", "thread-id", "t7", NULL);
  g_autoptr (GstreamPayload) seen = look_around (thread);
  g_autofree char *variables = dup_member (seen, "/environment");
  g_autofree char *descriptors = dup_member (seen, "/descriptors");

  g_assert_cmpstr (variables, ==, "[\"AGENT\", \"GSTREAM_THREAD_ID\", \"LC_CTYPE\", \"PATH\"]");
  g_assert_cmpstr (descriptors, ==, "[0, 1, 2]");
  g_assert_cmpstr (gstream_payload_get_string (seen, "/directory"), ==, "/");
  g_assert_cmpstr (gstream_thread_get_thread_id (thread), ==, "t7");
}

/* --- questions, and the thread's other calls --- */

static void
test_respond (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("ask", NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) asked = gstream_run_stream_interrupts_sync (run, NULL, &error);
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);
  g_autoptr (GstreamPayload) update = gstream_payload_new ("{\"u\":1}", -1, NULL);
  g_autoptr (GstreamRunOptions) options = gstream_run_options_new ();
  g_autoptr (GstreamRunStream) both = NULL;
  g_autoptr (GstreamRunStream) unnamed = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (asked->len, ==, 2);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_INTERRUPTED);

  for (guint i = 0; i < asked->len; i++)
    g_ptr_array_add (answers, gstream_payload_new_string ("yes"));
  gstream_run_options_set_update (options, update);
  both = gstream_thread_respond_all_sync (thread, asked, answers, options, NULL, &error);
  g_assert_no_error (error);
  assert_output (both, "{\"answers\":[{\"namespace\":[],\"interrupt_id\":\"1\",\"response\":\"yes\"},"
                       "{\"namespace\":[],\"interrupt_id\":\"2\",\"response\":\"yes\"}],\"update\":{\"u\":1}}");

  unnamed = gstream_thread_respond_sync (thread, NULL, answers->pdata[0], NULL, NULL, &error);
  g_assert_no_error (error);
  assert_output (unnamed, "{\"answers\":\"yes\",\"update\":null}");
}

static void
test_state (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("echo", NULL, NULL);
  g_autoptr (GstreamPayload) values = gstream_payload_new ("{\"v\":1}", -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_thread_fetch_state_sync (thread, NULL, NULL, &error);
  g_autoptr (GPtrArray) history = NULL;
  g_autoptr (GstreamPayload) checkpoint = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (gstream_payload_get_integer (state, "/values/n"), ==, 0);
  history = gstream_thread_fetch_history_sync (thread, 10, "7", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (history->len, ==, 2);
  checkpoint = gstream_thread_update_state_sync (thread, values, "node", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (gstream_payload_get_string (checkpoint, "/checkpoint_id"), ==, "7");
}

/* An event is there that nobody has asked for, and the answer is behind it. */
static void
test_state_while_held (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("count", "100", "1000");
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_thread_fetch_state_sync (thread, NULL, NULL, &error);
  g_autoptr (GstreamPayload) output = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (gstream_payload_get_integer (state, "/values/n"), ==, 1);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 99);
}

static void
test_refusals (void)
{
  static const struct
  {
    const char *code;
    int         error;
  } cases[] = {
    { "conflict", GSTREAM_ERROR_CONFLICT },
    { "no_such_interrupt", GSTREAM_ERROR_NOT_FOUND },
    { "unknown_command", GSTREAM_ERROR_NOT_SUPPORTED },
    { "not_supported", GSTREAM_ERROR_NOT_SUPPORTED },
    { "unknown_error", GSTREAM_ERROR_SERVER },
    { "invalid_argument", GSTREAM_ERROR_REFUSED },
    { "of its own", GSTREAM_ERROR_REFUSED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamThread) thread = new_thread ("refuse", cases[i].code, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
      g_autofree char *code = NULL;

      g_assert_null (run);
      g_assert_error (error, GSTREAM_ERROR, cases[i].error);
      g_assert_nonnull (strstr (error->message, "no run.start"));
      code = gstream_error_dup_protocol_code (error);
      g_assert_cmpstr (code, ==, cases[i].code);
    }
}

static void
test_no_run (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("echo", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_thread_attach_sync (thread, NULL, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (gstream_thread_cancel_run_sync (thread, "run-1", NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
}

/* --- several runs at once --- */

static void
test_many_runs (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("many", NULL, NULL);
  g_autoptr (GstreamRunStream) first = start (thread);
  g_autoptr (GstreamRunStream) second = start (thread);
  g_autoptr (GstreamRunStream) third = start (thread);
  g_autoptr (GstreamPayload) go = gstream_payload_new ("{}", -1, NULL);
  g_autoptr (GstreamPayload) checkpoint = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (TestCall) waits = { 0 };
  g_auto (TestCall) output = { 0 };

  test_call_output (&waits, second, NULL);
  g_assert_true (gstream_thread_cancel_run_sync (thread, id_of (third), NULL, &error));
  g_assert_no_error (error);
  gstream_run_stream_output_sync (third, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gstream_run_stream_get_status (third), ==, GSTREAM_RUN_STATUS_INTERRUPTED);

  test_call_output (&output, first, NULL);
  checkpoint = gstream_thread_update_state_sync (thread, go, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  test_wait (&output.done);
  g_assert_cmpstr (gstream_payload_get_string (output.output, "/id"), ==, "run-1");
  test_wait (&waits.done);
  g_assert_cmpstr (gstream_payload_get_string (waits.output, "/id"), ==, "run-2");
}

/* What of it nobody reads is dropped, and does not hold those after it. */
static void
test_dropped_run (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("count", "2000", "1000");
  g_autoptr (GstreamRunStream) dropped = start (thread);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamPayload) output = NULL;

  g_clear_object (&dropped);
  run = start (thread);
  g_assert_cmpstr (id_of (run), ==, "run-2");
  output = gstream_run_stream_output_sync (run, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 1999);
}

static void
test_attach (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("many", NULL, NULL);
  g_autoptr (GstreamRunStream) first = start (thread);
  g_autoptr (GstreamRunStream) again = NULL;
  g_autoptr (GstreamPayload) go = gstream_payload_new ("{}", -1, NULL);
  g_autoptr (GstreamPayload) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_thread_attach_sync (thread, NULL, NULL, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  g_clear_error (&error);
  g_clear_object (&first);
  again = gstream_thread_attach_sync (thread, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id_of (again), ==, "run-1");
  checkpoint = gstream_thread_update_state_sync (thread, go, NULL, NULL, NULL, &error);
  assert_output (again, "{\"id\":\"run-1\"}");
}

static void
test_abort (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("hang-in-run", NULL, NULL);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GstreamRunStream) run = start (thread);
      g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
      g_auto (GValue) item = G_VALUE_INIT;

      g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
      gstream_run_stream_abort (run);
      g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_ABORTED);
    }
}

/* --- how it cannot be started --- */

static void
test_missing_command (void)
{
  const char *const argv[] = { "gstream-no-such-agent", "agent.py:graph", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamThread) thread = NULL;

  g_assert_null (gstream_thread_new_for_command (argv, &error));
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT);
  g_assert_nonnull (strstr (error->message, "Is it installed?"));

  thread = g_object_new (GSTREAM_TYPE_PROCESS_THREAD, "command", argv, NULL);
  assert_does_not_start (thread, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT, "Is it installed");
}

static void
test_missing_directory (void)
{
  g_auto (GStrv) argv = make_argv ("echo", NULL, NULL);
  g_autoptr (GstreamThread) thread =
      g_object_new (GSTREAM_TYPE_PROCESS_THREAD, "command", argv, "directory", "/no/such/directory", NULL);

  assert_does_not_start (thread, G_SPAWN_ERROR, G_SPAWN_ERROR_CHDIR, "/no/such/directory");
}

static void
test_ends_at_once (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("exit", NULL, NULL);

  for (guint i = 0; i < 2; i++)
    assert_does_not_start (thread, GSTREAM_ERROR, GSTREAM_ERROR_SERVER,
                           "python3 ended with exit status 3: gone at once");
}

static void
test_silent (void)
{
  g_autoptr (GstreamThread) silent = new_limited_thread ("answer-timeout", 300, "silent", NULL, NULL);
  g_autoptr (GstreamThread) deaf = new_limited_thread ("answer-timeout", 300, "hang", NULL, NULL);
  g_autofree char *long_text = g_strnfill (1 << 20, 'x');
  g_autoptr (GstreamPayload) input = gstream_payload_new_string (long_text);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    assert_does_not_start (silent, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "python3 did not answer within 300 ms");
  g_assert_null (gstream_thread_start_sync (deaf, input, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancelled (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("silent", NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_idle_add_once (cancel, cancellable);
  g_assert_null (gstream_thread_start_sync (thread, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_run_id (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("no-run-id", NULL, NULL);

  assert_does_not_start (thread, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "/result/run_id");
}

/* --- how it ends --- */

static void
test_death_in_a_run (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("die", "7", NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GstreamRunStream) run = start (thread);
      g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
      g_auto (GValue) item = G_VALUE_INIT;
      g_autoptr (GError) error = NULL;

      g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, &error));
      g_assert_true (gstream_payload_get_boolean (g_value_get_boxed (&item), "/before"));
      g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
      g_assert_nonnull (
          strstr (error->message, "python3 ended with exit status 7; the end of its log:\none line\nlast words"));
    }
}

/* After so many bytes of what it says it is killed: whatever was said before is there, and one error. */
static gboolean
is_whole_after (guint n)
{
  g_autofree char *bytes = g_strdup_printf ("%u", n);
  g_autoptr (GstreamThread) thread = new_thread ("exit-at", bytes, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, NULL, NULL, NULL, &error);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) next_error = NULL;
  g_autoptr (GstreamRunStream) next = NULL;

  if (run == NULL)
    {
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_SERVER);
      g_assert_nonnull (strstr (error->message, "was killed by signal 9"));
    }
  else
    {
      output = gstream_run_stream_output_sync (run, NULL, &error);
      if (error != NULL)
        {
          g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE);
          g_assert_nonnull (strstr (error->message, "was killed by signal 9"));
        }
    }
  next = gstream_thread_start_sync (thread, NULL, NULL, NULL, &next_error);
  g_assert_true (next != NULL || g_error_matches (next_error, GSTREAM_ERROR, GSTREAM_ERROR_SERVER));

  return error == NULL;
}

static void
test_killed_at_every_point (void)
{
  guint n = 1;

  while (!is_whole_after (n))
    n += 97;
  g_assert_cmpuint (n, >, 1000);
}

/* A pid is gone when no process and no zombie has it. */
static gboolean
on_poll (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
wait_until_gone (pid_t pid)
{
  guint poll = g_timeout_add (5, on_poll, NULL);

  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (errno, ==, ESRCH);
  g_source_remove (poll);
}

static pid_t
read_pid (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, &error));

  return gstream_payload_get_integer (g_value_get_boxed (&item), "/pid");
}

static void
test_killed_from_outside (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("ignore-end", NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GstreamRunStream) next = NULL;
  pid_t pid = read_pid (run);

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  assert_fails (run, GSTREAM_ERROR_INCOMPLETE, "python3 was killed by signal 9");
  wait_until_gone (pid);
  next = start (thread);
  kill (read_pid (next), SIGKILL);
}

static void
test_closed_output (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("close-output", NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);

  assert_fails (run, GSTREAM_ERROR_INCOMPLETE, "python3 closed its standard output");
}

/* It ends with the thread and its runs, even if it takes no notice. */
static void
test_ends_with_the_thread (void)
{
  static const char *const behaviours[] = { "hang-in-run", "ignore-end" };

  for (guint i = 0; i < G_N_ELEMENTS (behaviours); i++)
    {
      g_autoptr (GstreamThread) thread = new_thread (behaviours[i], NULL, NULL);
      g_autoptr (GstreamRunStream) run = start (thread);
      pid_t pid = read_pid (run);

      g_clear_object (&thread);
      g_assert_cmpint (kill (pid, 0), ==, 0);
      g_clear_object (&run);
      wait_until_gone (pid);
    }
}

/* The other side of the next test: says which process it has started, and waits to be killed. */
static void
hold_agent (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("hang-in-run", NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);

  printf ("%d\n", read_pid (run));
  fflush (stdout);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
}

static const char *own_path; /* not what /proc says, which in Valgrind is Valgrind */

static void
test_program_killed (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, own_path, "--hold", NULL);
  g_autoptr (GDataInputStream) output = NULL;
  g_autofree char *line = NULL;
  pid_t            pid;

  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (program));
  do /* it may be told which seed the test has */
    {
      g_free (line);
      line = g_data_input_stream_read_line (output, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (line);
    }
  while (!g_ascii_isdigit (*line) || strchr (line, '.') != NULL);
  pid = g_ascii_strtoll (line, NULL, 10);
  g_assert_cmpint (pid, >, 1);
  g_subprocess_force_exit (program);
  wait_until_gone (pid);
}

/* --- what it says --- */

static void
test_other_output (void)
{
  g_autoptr (GstreamThread) thread =
      new_thread ("told",
                  "garbage\\n\\n   \\n[1]\\n{\\n{}\\n{\"type\":\"tale\"}\\n{\"type\":\"success\",\"id\":99}\\n"
                  "\\xff\\x00\\n{\"type\":\"end\",\"run_id\":\"other\"}\\n",
                  NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autofree char *log = NULL;

  assert_output (run, "{\"after\":true}");
  log = gstream_process_thread_dup_log (GSTREAM_PROCESS_THREAD (thread));
  g_assert_nonnull (strstr (log, "garbage\n"));
  g_assert_nonnull (strstr (log, "{\"type\":\"tale\"}\n"));
  g_assert_true (g_utf8_validate (log, -1, NULL));
}

static void
test_bad_events (void)
{
  static const struct
  {
    const char *line;
    int         error;
    const char *words;
  } cases[] = {
    { "{\"type\":\"event\",\"method\":\"val\\n", GSTREAM_ERROR_INVALID, "{\"type\":\"event\"" },
    { "{\"type\":\"event\",\"method\":7}\\n", GSTREAM_ERROR_INVALID, "method" },
    { "{\"method\":\"values\",\"type\":\"event\",\"params\":[]}\\n", GSTREAM_ERROR_INVALID, "params" },
    { "{\"type\":\"event\",\"method\":\"values\",\"params\":{\"namespace\":[],\"data\":[[[[[[[[[]]]]]]]]]}}\\n",
      GSTREAM_ERROR_TOO_LARGE, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GstreamThread) thread = new_limited_thread ("max-depth", 8, "told", cases[i].line, NULL);

      for (guint j = 0; j < 2; j++)
        {
          g_autoptr (GstreamRunStream) run = start (thread);
          g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
          g_auto (GValue) item = G_VALUE_INIT;

          g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
          assert_fails (run, cases[i].error, cases[i].words);
        }
    }
}

/* 100 MB: an event is too large, and other words are the log, of which the end is kept. */
static void
test_long_lines (void)
{
  static const char *const beginnings[] = { "{\"type\":\"event\",\"data\":\"", "some words " };
  g_autofree char         *megabytes = g_strdup_printf ("%u", test_load (100));

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    {
      g_autoptr (GstreamThread) thread =
          new_limited_thread ("max-event-size", 1 << 20, "long-line", beginnings[i], megabytes);
      g_autofree char *log = NULL;

      for (guint j = 0; j < 2; j++)
        {
          g_autoptr (GstreamRunStream) run = start (thread);
          g_autoptr (GError) error = NULL;

          gstream_run_stream_output_sync (run, NULL, &error);
          if (i == 0)
            g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE);
          else
            g_assert_no_error (error);
        }
      log = gstream_process_thread_dup_log (GSTREAM_PROCESS_THREAD (thread));
      g_assert_cmpuint (strlen (log), <, 10000);
    }
}

static void
count_up (guint *n)
{
  *n += 1;
}

static gboolean
has_logged (GstreamThread *thread,
            const char    *line)
{
  g_autofree char *log = gstream_process_thread_dup_log (GSTREAM_PROCESS_THREAD (thread));

  return strstr (log, line) != NULL;
}

static void
test_log (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("log", NULL, NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autofree char *log = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_notified = 0;

  g_object_get (thread, "log", &log, NULL);
  g_assert_cmpstr (log, ==, "");
  g_signal_connect_swapped (thread, "notify::log", G_CALLBACK (count_up), &n_notified);
  run = start (thread);
  assert_output (run, "{\"x\":[1]}");
  while (!has_logged (thread, "line 999") || n_notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_free (log);
  log = gstream_process_thread_dup_log (GSTREAM_PROCESS_THREAD (thread));
  lines = g_strsplit (log, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), <=, 101);
}

static void
test_flood_of_log (void)
{
  g_autoptr (GstreamThread) thread = new_thread ("flood-log", NULL, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GError) error = NULL;

  gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
}

/* --- back pressure --- */

static void
test_flood (void)
{
  int              n_values = test_load (50000);
  g_autofree char *number = g_strdup_printf ("%d", n_values);
  g_autoptr (GstreamThread) thread = new_thread ("count", number, "100");
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  int n = 0;

  while (gstream_cursor_next_sync (cursor, &item, NULL, &error))
    g_assert_cmpint (gstream_payload_get_integer (g_value_get_boxed (&item), "/n"), ==, n++);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, n_values);
}

static int
read_number (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? atoi (text) : 0;
}

/* However slowly it is read: it is never more than the buffers ahead. */
static void
test_held (void)
{
  g_autofree char *folder = g_dir_make_tmp ("gstream-process-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "written", NULL);
  g_autoptr (GstreamThread) thread = new_thread ("write-all", path, NULL);
  g_autoptr (GstreamRunStream) run = start (thread);
  g_autoptr (GstreamCursor) cursor = test_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;

  while (read_number (path) < 20) /* it goes on by itself, as far as the buffers go */
    g_main_context_iteration (NULL, FALSE);
  for (int n = 0; n < 1500; n++)
    {
      g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
      g_assert_cmpint (gstream_payload_get_integer (g_value_get_boxed (&item), "/n"), ==, n);
      g_assert_cmpint (read_number (path), <=, n + READ_AHEAD);
    }

  gstream_run_stream_abort (run);
  g_unlink (path);
  g_rmdir (folder);
}

/* --- main contexts --- */

static void
test_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GstreamRunStream) run = NULL;

  g_main_context_push_thread_default (context);
  thread = new_thread ("echo", NULL, NULL);
  g_main_context_pop_thread_default (context);
  run = start (thread);
  assert_output (run, "{\"x\":[1]}");
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *path = g_strconcat ("/usr/bin:", g_getenv ("PATH"), NULL);

  own_path = argv[0];
  g_setenv ("PATH", path, TRUE); /* a python3 that is the program itself, and no script that starts it */
  if (argc > 1 && g_str_equal (argv[1], "--hold"))
    {
      g_test_init (&(int) { 1 }, &argv, NULL);
      hold_agent ();
    }
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/process/H1/run", test_run);
  g_test_add_func ("/process/H1/several-runs", test_several_runs);
  g_test_add_func ("/process/H3/surroundings", test_surroundings);
  g_test_add_func ("/process/N9/respond", test_respond);
  g_test_add_func ("/process/N14/state", test_state);
  g_test_add_func ("/process/N14/state-while-held", test_state_while_held);
  g_test_add_func ("/process/N11/refusals", test_refusals);
  g_test_add_func ("/process/N1/no-run", test_no_run);
  g_test_add_func ("/process/N9/many-runs", test_many_runs);
  g_test_add_func ("/process/N7/dropped-run", test_dropped_run);
  g_test_add_func ("/process/N1/attach", test_attach);
  g_test_add_func ("/process/H4/abort", test_abort);
  g_test_add_func ("/process/H3/missing-command", test_missing_command);
  g_test_add_func ("/process/H3/missing-directory", test_missing_directory);
  g_test_add_func ("/process/H3/ends-at-once", test_ends_at_once);
  g_test_add_func ("/process/H3/silent", test_silent);
  g_test_add_func ("/process/R3/cancelled", test_cancelled);
  g_test_add_func ("/process/H1/no-run-id", test_no_run_id);
  g_test_add_func ("/process/H3/death-in-a-run", test_death_in_a_run);
  g_test_add_func ("/process/H3/killed-at-every-point", test_killed_at_every_point);
  g_test_add_func ("/process/H3/killed-from-outside", test_killed_from_outside);
  g_test_add_func ("/process/H3/closed-output", test_closed_output);
  g_test_add_func ("/process/H3/ends-with-the-thread", test_ends_with_the_thread);
  g_test_add_func ("/process/H3/program-killed", test_program_killed);
  g_test_add_func ("/process/H1/other-output", test_other_output);
  g_test_add_func ("/process/N8/bad-events", test_bad_events);
  g_test_add_func ("/process/N8/long-lines", test_long_lines);
  g_test_add_func ("/process/H1/log", test_log);
  g_test_add_func ("/process/H4/flood-of-log", test_flood_of_log);
  g_test_add_func ("/process/H4/flood", test_flood);
  g_test_add_func ("/process/N6/held", test_held);
  g_test_add_func ("/process/R7/context", test_context);

  return g_test_run ();
}
