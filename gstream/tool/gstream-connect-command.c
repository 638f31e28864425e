/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gstream connect: a run on a server, or in a child process.
 */
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_SILENCE (G_MAXINT / 1000) /* s */

typedef struct
{
  char           *input;
  char           *thread_id;
  char           *respond;
  char           *retries;
  char           *silence;
  char           *ca;
  char           *attach;  /* a run's id; "": the newest; NULL: a run is started */
  char           *command; /* of a child process; NULL: a server is named */
  char          **headers;
  char          **arguments; /* URL ASSISTANT */
  gboolean        websocket;
  gboolean        digest;
  gboolean        events;
  GstreamPayload *response;  /* @respond, read; NULL: to be asked for */
  guint64         n_retries; /* @retries, read */
  double          seconds;   /* @silence, read */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->input);
  g_free (options->thread_id);
  g_free (options->respond);
  g_free (options->retries);
  g_free (options->silence);
  g_free (options->ca);
  g_free (options->attach);
  g_free (options->command);
  g_strfreev (options->headers);
  g_strfreev (options->arguments);
  g_clear_pointer (&options->response, gstream_payload_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- the thread --- */

static GstreamThread *
make_process_thread (const Options *options)
{
  g_auto (GStrv) argv = NULL;
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GError) error = NULL;

  if (g_shell_parse_argv (options->command, NULL, &argv, &error))
    thread = gstream_thread_new_for_command ((const char *const *) argv, &error);
  if (thread == NULL)
    {
      gstream_tool_complain ("--command: %s", error->message);
      return NULL;
    }
  if (options->thread_id != NULL)
    gstream_thread_set_thread_id (thread, options->thread_id);

  return g_steal_pointer (&thread);
}

static GstreamThread *
make_server_thread (const Options *options)
{
  g_autoptr (GstreamServer) server =
      gstream_tool_open_server (options->arguments[0], options->ca, (const char *const *) options->headers,
                                options->websocket ? GSTREAM_TRANSPORT_WEBSOCKET : GSTREAM_TRANSPORT_SSE);

  if (server == NULL)
    return NULL;

  if (options->retries != NULL)
    g_object_set (server, "retry-limit", (guint) options->n_retries, NULL);
  if (options->silence != NULL)
    g_object_set (server, "silence-timeout", (guint) MAX (options->seconds * 1000, 1), NULL);

  return gstream_server_open_thread (server, options->arguments[1], options->thread_id);
}

static void
print_run (GstreamRunStream *run,
           const Options    *options)
{
  if (options->digest)
    gstream_tool_print_run (run, GSTREAM_TOOL_COMPACT_DIGEST);
  else
    gstream_tool_print_run (run, options->events ? GSTREAM_TOOL_EVENTS : GSTREAM_TOOL_TEXT);
}

/* --- interrupts --- */

static void
print_question (GstreamInterrupt *interrupt)
{
  g_autofree char *path = g_strjoinv ("/", (char **) gstream_interrupt_get_namespace (interrupt));

  g_autofree char *value =
      gstream_json_readable (gstream_payload_get_json (gstream_interrupt_get_value (interrupt), NULL));

  gstream_tool_tell (_ ("question /%s: %s"), path, value);
}

static gboolean
can_ask (void)
{
  return isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
}

/* The line, as JSON if it is that, else as a string. NULL: there is none. */
static GstreamPayload *
ask (GstreamInterrupt *interrupt)
{
  char            line[4096];
  GstreamPayload *answer = NULL;

  print_question (interrupt);
  fputs (_ ("answer: "), stderr);
  if (fgets (line, sizeof line, stdin) == NULL)
    return NULL;

  g_strchomp (line);
  answer = gstream_payload_new (line, -1, NULL);

  return answer != NULL ? answer : gstream_payload_new_string (line);
}

/* An answer for each interrupt; NULL: not all were answered. */
static GPtrArray *
find_answers (GPtrArray     *interrupts,
              const Options *options)
{
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);

  for (guint i = 0; i < interrupts->len; i++)
    {
      GstreamPayload *answer = options->response ? gstream_payload_ref (options->response)
                               : can_ask ()      ? ask (interrupts->pdata[i])
                                                 : NULL;

      if (answer == NULL)
        return NULL;
      g_ptr_array_add (answers, answer);
    }

  return g_steal_pointer (&answers);
}

/* The run that continues after the answers; NULL: there is none, and @status is the exit status. */
static GstreamRunStream *
answer_questions (GstreamThread    *thread,
                  GstreamRunStream *run,
                  const Options    *options,
                  int              *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_sync (run, NULL, &error);
  g_autoptr (GPtrArray) answers = NULL;
  GstreamRunStream *resumed = NULL;

  *status = GSTREAM_TOOL_FAILED;
  if (interrupts == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return NULL;
    }
  *status = GSTREAM_TOOL_OK;
  if (interrupts->len == 0 || gstream_run_stream_get_status (run) != GSTREAM_RUN_STATUS_INTERRUPTED)
    return NULL;

  answers = find_answers (interrupts, options);
  if (answers == NULL)
    {
      *status = GSTREAM_TOOL_INTERRUPTED;
      g_ptr_array_foreach (interrupts, (GFunc) print_question, NULL);
      return NULL;
    }

  resumed = gstream_thread_respond_all_sync (thread, interrupts, answers, NULL, NULL, &error);
  if (resumed == NULL)
    {
      *status = GSTREAM_TOOL_FAILED;
      gstream_tool_complain ("%s", error->message);
    }

  return resumed;
}

/* --- the command --- */

/* Tells the user about attempts to connect, which the library logs. */
static void
on_info (const char    *domain,
         GLogLevelFlags level,
         const char    *message,
         gpointer       user_data)
{
  gstream_tool_complain ("%s", message);
}

/*
 * Starting a run on a thread that does not exist creates it. A thread that is named must exist, so its state is read
 * first.
 */
static GstreamRunStream *
first_run (GstreamThread  *thread,
           GstreamPayload *input,
           const Options  *options,
           GError        **error)
{
  g_autoptr (GstreamPayload) state = NULL;

  if (options->thread_id != NULL)
    {
      state = gstream_thread_fetch_state_sync (thread, NULL, NULL, error);
      if (state == NULL)
        return NULL;
    }
  if (options->attach != NULL)
    return gstream_thread_attach_sync (thread, *options->attach != '\0' ? options->attach : NULL, NULL, NULL, error);

  return gstream_thread_start_sync (thread, input, NULL, NULL, error);
}

static int
connect_to (GstreamThread  *thread,
            GstreamPayload *input,
            const Options  *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = first_run (thread, input, options, &error);
  int status = GSTREAM_TOOL_FAILED;

  if (run == NULL)
    gstream_tool_complain ("%s", error->message);
  while (run != NULL)
    {
      g_autoptr (GstreamRunStream) printed = g_steal_pointer (&run);

      print_run (printed, options);
      run = answer_questions (thread, printed, options, &status);
    }
  if (options->thread_id == NULL && gstream_thread_get_thread_id (thread) != NULL) /* for a later --thread */
    gstream_tool_tell (_ ("thread %s"), gstream_thread_get_thread_id (thread));

  return gstream_tool_flush () ? status : GSTREAM_TOOL_FAILED;
}

static GstreamPayload *
read_json (const char *option,
           const char *text)
{
  g_autoptr (GError) error = NULL;
  GstreamPayload *payload = gstream_payload_new (text, -1, &error);

  if (payload == NULL)
    gstream_tool_complain ("%s: %s", option, error->message);

  return payload;
}

static gboolean
read_retries (Options *options)
{
  g_autoptr (GError) error = NULL;

  if (options->retries == NULL ||
      g_ascii_string_to_unsigned (options->retries, 10, 0, G_MAXINT, &options->n_retries, &error))
    return TRUE;
  gstream_tool_complain ("--retries: %s", error->message);

  return FALSE;
}

static gboolean
read_silence (Options *options)
{
  char *end = NULL;

  if (options->silence == NULL)
    return TRUE;
  options->seconds = g_ascii_strtod (options->silence, &end);
  if (end != options->silence && *end == '\0' && isfinite (options->seconds) && options->seconds > 0 &&
      options->seconds <= LONGEST_SILENCE)
    return TRUE;
  gstream_tool_complain (_ ("--silence-timeout: expected a number of seconds, more than 0 and at most %d"),
                         LONGEST_SILENCE);

  return FALSE;
}

static gboolean
is_for_server (const Options *options)
{
  return options->arguments != NULL || options->websocket || options->attach != NULL || options->retries != NULL ||
         options->silence != NULL || options->ca != NULL || options->headers != NULL;
}

/* FALSE: options exclude or lack each other; complains. */
static gboolean
check (const Options *options)
{
  if (options->command != NULL && is_for_server (options))
    gstream_tool_complain (_ ("--command takes no URL ASSISTANT, and no option of a server's connection"));
  else if (options->command == NULL && (options->arguments == NULL || g_strv_length (options->arguments) != 2))
    gstream_tool_complain (_ ("expected URL ASSISTANT, or --command; gstream connect --help says how"));
  else if (options->digest && options->events)
    gstream_tool_complain (_ ("--digest and --events exclude each other"));
  else if (options->attach != NULL && options->thread_id == NULL)
    gstream_tool_complain (_ ("--attach needs the thread that the run is on: --thread ID"));
  else if (options->attach != NULL && options->input != NULL)
    gstream_tool_complain (_ ("--attach starts no run: it takes no --input"));
  else
    return TRUE;

  return FALSE;
}

static gboolean
on_attach (const char *name,
           const char *value,
           gpointer    data,
           GError    **error)
{
  Options *options = data;

  g_free (options->attach);
  options->attach = g_strdup (value != NULL ? value : "");

  return TRUE;
}

int
gstream_tool_connect (int    argc,
                      char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_STRING, &options.input, N_ ("The input of the run"), "JSON" },
    { "thread", 0, 0, G_OPTION_ARG_STRING, &options.thread_id,
      N_ ("Go on with this thread, which there is, instead of a new one"), "ID" },
    { "attach", 0, G_OPTION_FLAG_OPTIONAL_ARG, G_OPTION_ARG_CALLBACK, (gpointer) on_attach,
      N_ ("Follow a run of that thread, or its newest, instead of starting one"), "RUN" },
    { "command", 0, 0, G_OPTION_ARG_STRING, &options.command,
      N_ ("Run the agent that this starts, instead of one on a server"), "COMMAND" },
    { "websocket", 0, 0, G_OPTION_ARG_NONE, &options.websocket, N_ ("Use a WebSocket"), NULL },
    { "respond", 0, 0, G_OPTION_ARG_STRING, &options.respond, N_ ("Answer every question with this"), "JSON" },
    { "digest", 0, 0, G_OPTION_ARG_NONE, &options.digest, N_ ("Print everything that the run shows, as JSON"), NULL },
    { "events", 0, 0, G_OPTION_ARG_NONE, &options.events, N_ ("Print every event on a line"), NULL },
    { "retries", 0, 0, G_OPTION_ARG_STRING, &options.retries, N_ ("Try again so often in a row (6)"), "NUMBER" },
    { "silence-timeout", 0, 0, G_OPTION_ARG_STRING, &options.silence,
      N_ ("Do not trust a connection that is silent for so long (15)"), "SECONDS" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options.ca,
      N_ ("Trust the authorities in this file, instead of the system's; else those in SSL_CERT_FILE"), "FILE" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers, N_ ("Send this with every request"),
      "'NAME: VALUE'" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "URL ASSISTANT" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GstreamPayload) input = NULL;
  g_autoptr (GstreamThread) thread = NULL;

  if (!gstream_tool_parse (
          _ ("Runs an assistant of the Agent Server at URL, or an agent in a child process, and shows the\n"
             "run as it goes.\n"
             "The API key is taken from GSTREAM_API_KEY. Exit status 3: the run stopped to ask.\n"
             "Ctrl+C ends the command alone: the run goes on, on the server."),
          entries, &options, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (!check (&options) || !read_retries (&options) || !read_silence (&options))
    return GSTREAM_TOOL_USAGE;
  input = read_json ("--input", options.input ? options.input : "null");
  options.response = options.respond ? read_json ("--respond", options.respond) : NULL;
  thread = options.command != NULL ? make_process_thread (&options) : make_server_thread (&options);
  if (input == NULL || thread == NULL || (options.respond != NULL && options.response == NULL))
    return GSTREAM_TOOL_USAGE;

  g_log_set_handler ("Gstream", G_LOG_LEVEL_INFO, on_info, NULL);

  return connect_to (thread, input, &options);
}
