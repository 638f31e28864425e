/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gstream connect: a run on a server.
 */
#include "config.h"

#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-tool-private.h"

#include <string.h>
#include <unistd.h>

#define API_KEY_VARIABLE "GSTREAM_API_KEY"

typedef struct
{
  char           *input;
  char           *thread_id;
  char           *respond;
  char           *retries;
  char          **headers;
  char          **arguments; /* URL ASSISTANT */
  gboolean        websocket;
  gboolean        digest;
  gboolean        events;
  GstreamPayload *response;  /* @respond, read; NULL: to be asked for */
  guint64         n_retries; /* @retries, read */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->input);
  g_free (options->thread_id);
  g_free (options->respond);
  g_free (options->retries);
  g_strfreev (options->headers);
  g_strfreev (options->arguments);
  g_clear_pointer (&options->response, gstream_payload_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- the thread --- */

static gboolean
add_header (GstreamThread *thread,
            const char    *header)
{
  const char *colon = strchr (header, ':');
  g_autofree char *name = NULL;
  g_autofree char *value = NULL;

  if (colon == NULL)
    {
      gstream_tool_complain ("a header has the form \"Name: value\"");
      return FALSE;
    }

  name = g_strstrip (g_strndup (header, colon - header));
  value = g_strstrip (g_strdup (colon + 1));
  gstream_thread_set_header (thread, name, value);

  return TRUE;
}

static GstreamThread *
make_thread (const Options *options)
{
  g_autoptr (GstreamThread) thread =
    g_object_new (GSTREAM_TYPE_THREAD,
                  "url", options->arguments[0],
                  "assistant", options->arguments[1],
                  "thread-id", options->thread_id,
                  "transport", options->websocket ? GSTREAM_TRANSPORT_WEBSOCKET : GSTREAM_TRANSPORT_SSE,
                  "api-key", g_getenv (API_KEY_VARIABLE),
                  NULL);

  if (options->retries != NULL)
    g_object_set (thread, "retry-limit", (guint) options->n_retries, NULL);
  for (gsize i = 0; options->headers != NULL && options->headers[i] != NULL; i++)
    if (!add_header (thread, options->headers[i]))
      return NULL;

  return g_steal_pointer (&thread);
}

/* --- a run --- */

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

static void
print_digest (GstreamRunStream *run,
              GMainLoop        *loop)
{
  GstreamReader *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest *digest = gstream_digest_new (run, reader);
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);
  text = gstream_json_compact (json);
  puts (text);
}

static void
play (GstreamRunStream *run,
      const Options    *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (options->digest)
    {
      print_digest (run, loop);
      return;
    }
  if (options->events)
    gstream_show_events (run, stdout, quit, loop);
  else
    gstream_show_run (run, stdout, quit, loop);
  g_main_loop_run (loop);
}

/* --- its questions --- */

static void
print_question (GstreamInterrupt *interrupt)
{
  g_autofree char *path = g_strjoinv ("/", (char **) gstream_interrupt_get_namespace (interrupt));

  g_autofree char *value = gstream_json_readable (gstream_payload_get_json (gstream_interrupt_get_value (interrupt), NULL));

  gstream_tool_tell ("question /%s: %s", path, value);
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
  char line[4096];
  GstreamPayload *answer = NULL;

  print_question (interrupt);
  fputs ("answer: ", stderr);
  if (fgets (line, sizeof line, stdin) == NULL)
    return NULL;

  g_strchomp (line);
  answer = gstream_payload_new (line, -1, NULL);

  return answer != NULL ? answer : gstream_payload_new_string (line);
}

/* NULL: not all were answered. */
static GPtrArray *
find_answers (GPtrArray     *interrupts,
              const Options *options)
{
  g_autoptr (GPtrArray) answers = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);

  for (guint i = 0; i < interrupts->len; i++)
    {
      GstreamPayload *answer = options->response ? gstream_payload_ref (options->response)
                               : can_ask () ? ask (interrupts->pdata[i]) : NULL;

      if (answer == NULL)
        return NULL;
      g_ptr_array_add (answers, answer);
    }

  return g_steal_pointer (&answers);
}

/* The run that goes on; NULL: none does, for the reason that @status says. */
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
      gstream_tool_tell ("thread %s", gstream_thread_get_thread_id (thread));
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

/* Whoever waits is told what for, from the first attempt on. */
static void
on_info (const char     *domain,
         GLogLevelFlags  level,
         const char     *message,
         gpointer        user_data)
{
  gstream_tool_complain ("%s", message);
}

static int
connect_to (GstreamThread  *thread,
            GstreamPayload *input,
            const Options  *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, NULL, NULL, NULL, NULL, &error);
  int status = GSTREAM_TOOL_FAILED;

  if (run == NULL)
    gstream_tool_complain ("%s", error->message);
  while (run != NULL)
    {
      g_autoptr (GstreamRunStream) played = g_steal_pointer (&run);

      play (played, options);
      run = answer_questions (thread, played, options, &status);
    }

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

int
gstream_tool_connect (int    argc,
                      char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_STRING, &options.input, "The input of the run", "JSON" },
    { "thread", 0, 0, G_OPTION_ARG_STRING, &options.thread_id, "Go on with this thread, instead of a new one", "ID" },
    { "websocket", 0, 0, G_OPTION_ARG_NONE, &options.websocket, "Use a WebSocket", NULL },
    { "respond", 0, 0, G_OPTION_ARG_STRING, &options.respond, "Answer every question with this", "JSON" },
    { "digest", 0, 0, G_OPTION_ARG_NONE, &options.digest, "Print everything that the run shows, as JSON", NULL },
    { "events", 0, 0, G_OPTION_ARG_NONE, &options.events, "Print every event on a line", NULL },
    { "retries", 0, 0, G_OPTION_ARG_STRING, &options.retries, "Try again so often in a row (6)", "NUMBER" },
    { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.headers, "Send this with every request", "'NAME: VALUE'" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.arguments, NULL, "URL ASSISTANT" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GstreamPayload) input = NULL;
  g_autoptr (GstreamThread) thread = NULL;

  if (!gstream_tool_parse ("Runs an assistant of the Agent Server at URL, and shows the run as it goes.\n"
                           "The API key is taken from " API_KEY_VARIABLE ". Exit status 3: the run stopped to ask.\n"
                           "Ctrl+C ends the command alone: the run goes on, on the server.",
                           entries, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (options.arguments == NULL || g_strv_length (options.arguments) != 2 || (options.digest && options.events))
    {
      gstream_tool_complain ("expected URL ASSISTANT, and not both --digest and --events; gstream connect --help says how");
      return GSTREAM_TOOL_USAGE;
    }

  if (!read_retries (&options))
    return GSTREAM_TOOL_USAGE;
  input = read_json ("--input", options.input ? options.input : "null");
  options.response = options.respond ? read_json ("--respond", options.respond) : NULL;
  thread = make_thread (&options);
  if (input == NULL || thread == NULL || (options.respond != NULL && options.response == NULL))
    return GSTREAM_TOOL_USAGE;

  g_log_set_handler ("Gstream", G_LOG_LEVEL_INFO, on_info, NULL);

  return connect_to (thread, input, &options);
}
