/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands that read recordings: gstream show and gstream digest.
 */
#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <unistd.h>

/* --- opening a recording --- */

static GType
type_by_suffix (const char *name)
{
  if (g_str_has_suffix (name, ".jsonl"))
    return GSTREAM_TYPE_JSON_LINES_SOURCE;
  if (g_str_has_suffix (name, ".sse"))
    return GSTREAM_TYPE_SSE_SOURCE;

  return G_TYPE_INVALID;
}

/* The first byte that is neither a blank nor of a byte order mark; 0: there is none yet. */
static char
find_first_byte (GBufferedInputStream *stream)
{
  gsize       n_bytes;
  const char *bytes = g_buffered_input_stream_peek_buffer (stream, &n_bytes);
  gsize       mark = n_bytes >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  for (gsize i = mark; i < n_bytes; i++)
    if (!g_ascii_isspace (bytes[i]))
      return bytes[i];

  return 0;
}

/*
 * JSON Lines begin with an object, Server-Sent Events with a field or a comment. Blocks until there is one of them. A
 * JSON array is neither: the source of JSON Lines says so.
 */
static GType
type_by_beginning (GBufferedInputStream *stream,
                   GError              **error)
{
  gssize n_read;
  char   first;

  do
    {
      n_read = g_buffered_input_stream_fill (stream, -1, NULL, error);
      first = find_first_byte (stream);
    }
  while (n_read > 0 && first == 0);

  if (n_read < 0)
    return G_TYPE_INVALID;
  if (first == 0)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, _ ("expected events, and it is empty"));
      return G_TYPE_INVALID;
    }

  return first == '{' || first == '[' ? GSTREAM_TYPE_JSON_LINES_SOURCE : GSTREAM_TYPE_SSE_SOURCE;
}

static GInputStream *
open_stream (GFile   *file,
             GError **error)
{
  if (file == NULL)
    return g_unix_input_stream_new (STDIN_FILENO, FALSE);

  return G_INPUT_STREAM (g_file_read (file, NULL, error));
}

static GstreamEventSource *
open_by_beginning (GFile   *file,
                   GError **error)
{
  g_autoptr (GInputStream) stream = open_stream (file, error);
  g_autoptr (GInputStream) buffered = NULL;
  GType type;

  if (stream == NULL)
    return NULL;

  buffered = g_buffered_input_stream_new (stream);
  type = type_by_beginning (G_BUFFERED_INPUT_STREAM (buffered), error);
  if (type == G_TYPE_INVALID)
    return NULL;

  return g_object_new (type, "file", file, "stream", buffered, NULL);
}

/*
 * Opens what a command line names: a recording, or "-" for standard input. Its format is taken from its suffix, .jsonl
 * or .sse, or else from its beginning.
 */
static GstreamEventSource *
open_source (const char *argument,
             GError    **error)
{
  g_autoptr (GFile) file = strcmp (argument, "-") == 0 ? NULL : g_file_new_for_commandline_arg (argument);
  GType               type = file != NULL ? type_by_suffix (argument) : G_TYPE_INVALID;
  GstreamEventSource *source;

  if (type != G_TYPE_INVALID)
    return g_object_new (type, "file", file, NULL);

  source = open_by_beginning (file, error);
  if (source == NULL && file == NULL)
    g_prefix_error (error, _ ("Cannot read standard input: ")); /* the error of a file names the file */

  return source;
}

/* --- gstream show --- */

typedef struct
{
  double   speed; /* 0: as fast as it can be read */
  gboolean events;
} ShowOptions;

static GstreamRunStream *
open_run (const char        *file,
          const ShowOptions *options,
          GError           **error)
{
  g_autoptr (GstreamEventSource) source = open_source (file, error);
  g_autoptr (GstreamEventSource) paced = NULL;

  if (source == NULL)
    return NULL;
  if (options->speed > 0)
    paced = gstream_paced_source_new (source, options->speed);

  return gstream_run_stream_new (paced ? paced : source, NULL);
}

static int
show_file (const char        *file,
           const ShowOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = open_run (file, options, &error);
  const GError *failure;

  if (run == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return GSTREAM_TOOL_FAILED;
    }

  gstream_tool_print_run (run, options->events ? GSTREAM_TOOL_EVENTS : GSTREAM_TOOL_TEXT);
  failure = gstream_run_stream_get_error (run);
  if (failure != NULL && (options->events || !isatty (STDOUT_FILENO))) /* else it has been shown */
    gstream_tool_complain ("%s", failure->message);
  if (!gstream_tool_flush ())
    return GSTREAM_TOOL_FAILED;

  return failure ? GSTREAM_TOOL_FAILED : GSTREAM_TOOL_OK;
}

int
gstream_tool_show (int    argc,
                   char **argv)
{
  ShowOptions options = { 0 };
  g_auto (GStrv) files = NULL;
  const GOptionEntry entries[] = {
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &options.speed, N_ ("Replay by the events' timestamps, X times as fast"),
      "X" },
    { "events", 0, 0, G_OPTION_ARG_NONE, &options.events,
      N_ ("Print the main log, an event a line: seq, method, namespace, data; then the output"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE" },
    G_OPTION_ENTRY_NULL,
  };

  if (!gstream_tool_parse (
          _ ("Shows a recorded run as it went: who says what, tool calls, what changed, how it ended.\n"
             "FILE holds JSON Lines (.jsonl) or Server-Sent Events (.sse); - is standard input."),
          entries, NULL, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (files == NULL || g_strv_length (files) != 1)
    {
      gstream_tool_complain (_ ("expected one FILE; gstream show --help says how"));
      return GSTREAM_TOOL_USAGE;
    }
  if (!(options.speed >= 0)) /* true for NaN, too */
    {
      gstream_tool_complain (_ ("--speed: expected a positive number, not %g"), options.speed);
      return GSTREAM_TOOL_USAGE;
    }

  return show_file (files[0], &options);
}

/* --- gstream digest --- */

/* A recording of a run that failed is a good recording. */
static gboolean
is_readable (const GError *error)
{
  return error == NULL || g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
}

static int
digest_file (const char *file,
             gboolean    compact)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEventSource) source = open_source (file, &error);
  g_autoptr (GstreamRunStream) run = NULL;

  if (source == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return GSTREAM_TOOL_FAILED;
    }

  run = gstream_run_stream_new (source, NULL);
  gstream_tool_print_run (run, compact ? GSTREAM_TOOL_COMPACT_DIGEST : GSTREAM_TOOL_DIGEST);
  if (is_readable (gstream_run_stream_get_error (run)))
    return GSTREAM_TOOL_OK;

  gstream_tool_complain ("%s", gstream_run_stream_get_error (run)->message);

  return GSTREAM_TOOL_FAILED;
}

int
gstream_tool_digest (int    argc,
                     char **argv)
{
  gboolean compact = FALSE;
  g_auto (GStrv) files = NULL;
  const GOptionEntry entries[] = {
    { "compact", 0, 0, G_OPTION_ARG_NONE, &compact, N_ ("One line for each file"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE..." },
    G_OPTION_ENTRY_NULL,
  };
  int status = GSTREAM_TOOL_OK;

  if (!gstream_tool_parse (
          _ ("Prints all that a consumer of everything ends up with, as JSON, for each FILE: JSON Lines\n"
             "(.jsonl) or Server-Sent Events (.sse); - is standard input."),
          entries, NULL, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (files == NULL)
    {
      gstream_tool_complain (_ ("expected a FILE; gstream digest --help says how"));
      return GSTREAM_TOOL_USAGE;
    }

  for (guint i = 0; files[i] != NULL; i++)
    if (digest_file (files[i], compact) != GSTREAM_TOOL_OK)
      status = GSTREAM_TOOL_FAILED;

  return gstream_tool_flush () ? status : GSTREAM_TOOL_FAILED;
}
