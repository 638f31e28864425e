/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gstream digest: everything that recorded runs show, as JSON.
 */
#include "config.h"

#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-tool-private.h"

#include <stdio.h>

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

static char *
digest_run (GstreamRunStream *run)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GstreamReader *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest *digest = gstream_digest_new (run, reader);
  char *json;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);

  return json;
}

/* That a run failed is nothing wrong with its recording. */
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
  g_autoptr (GstreamEventSource) source = gstream_tool_open (file, &error);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  if (source == NULL)
    {
      gstream_tool_complain ("%s", error->message);
      return GSTREAM_TOOL_FAILED;
    }

  run = gstream_run_stream_new (source, NULL);
  json = digest_run (run);
  text = compact ? gstream_json_compact (json) : gstream_json_indent (json);
  puts (text);
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
    { "compact", 0, 0, G_OPTION_ARG_NONE, &compact, "One line for each file", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, NULL, "FILE..." },
    G_OPTION_ENTRY_NULL,
  };
  int status = GSTREAM_TOOL_OK;

  if (!gstream_tool_parse ("Prints all that a consumer of everything ends up with, as JSON, for each FILE: JSON Lines\n"
                           "(.jsonl) or Server-Sent Events (.sse); - is standard input.",
                           entries, NULL, argc, argv))
    return GSTREAM_TOOL_USAGE;
  if (files == NULL)
    {
      gstream_tool_complain ("expected a FILE; gstream digest --help says how");
      return GSTREAM_TOOL_USAGE;
    }

  for (guint i = 0; files[i] != NULL; i++)
    if (digest_file (files[i], compact) != GSTREAM_TOOL_OK)
      status = GSTREAM_TOOL_FAILED;

  return gstream_tool_flush () ? status : GSTREAM_TOOL_FAILED;
}
