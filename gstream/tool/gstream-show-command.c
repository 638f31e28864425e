/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gstream show: a recorded run, for a person to read.
 */
#include "config.h"

#include "gstream/tool/gstream-paced-source.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-tool-private.h"

#include <unistd.h>

typedef struct
{
  double   speed;  /* 0: as fast as it can be read */
  gboolean events;
} Options;

static GstreamRunStream *
open_run (const char     *file,
          const Options  *options,
          GError        **error)
{
  g_autoptr (GstreamEventSource) source = gstream_tool_open (file, error);
  g_autoptr (GstreamEventSource) paced = NULL;

  if (source == NULL)
    return NULL;
  if (options->speed > 0)
    paced = gstream_paced_source_new (source, options->speed);

  return gstream_run_stream_new (paced ? paced : source, NULL);
}

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

static void
show_run (GstreamRunStream *run,
          const Options    *options)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (options->events)
    gstream_show_events (run, stdout, quit, loop);
  else
    gstream_show_run (run, stdout, quit, loop);
  g_main_loop_run (loop);
}

static int
show_file (const char    *file,
           const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamRunStream) run = open_run (file, options, &error);
  const GError *failure;

  if (run == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return GSTREAM_TOOL_FAILED;
    }

  show_run (run, options);
  failure = gstream_run_stream_get_error (run);
  if (failure != NULL && (options->events || !isatty (STDOUT_FILENO))) /* else it stands there */
    gstream_tool_complain ("%s", failure->message);
  if (!gstream_tool_flush ())
    return GSTREAM_TOOL_FAILED;

  return failure ? GSTREAM_TOOL_FAILED : GSTREAM_TOOL_OK;
}

int
gstream_tool_show (int    argc,
                   char **argv)
{
  Options options = { 0 };
  g_auto (GStrv) files = NULL;
  const GOptionEntry entries[] = {
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &options.speed, "Replay by the events' timestamps, X times as fast", "X" },
    { "events", 0, 0, G_OPTION_ARG_NONE, &options.events,
      "Print the main log, an event a line: seq, method, namespace, data; then the output", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE" },
    G_OPTION_ENTRY_NULL,
  };

  if (!gstream_tool_parse ("Shows a recorded run as it went: who says what, tool calls, what changed, how it ended.\n"
                           "FILE holds JSON Lines (.jsonl) or Server-Sent Events (.sse); - is standard input.",
                           entries, NULL, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (files == NULL || g_strv_length (files) != 1)
    {
      gstream_tool_complain ("expected one FILE; gstream show --help says how");
      return GSTREAM_TOOL_USAGE;
    }
  if (!(options.speed >= 0)) /* which is no number, either */
    {
      gstream_tool_complain ("--speed: expected a positive number, not %g", options.speed);
      return GSTREAM_TOOL_USAGE;
    }

  return show_file (files[0], &options);
}
