/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * `gstream digest`: everything that a run shows, as JSON.
 */
#include "config.h"

#include "gstream/tool/gstream-command.h"
#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"

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
digest_file (const char *name,
             gboolean    compact)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamEventSource) source = gstream_command_open (name, &error);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  if (source == NULL)
    {
      gstream_command_warn ("%s: %s", name, error->message);
      return GSTREAM_EXIT_FAILED;
    }

  run = gstream_run_stream_new (source, NULL);
  json = digest_run (run);
  text = compact ? gstream_json_compact (json) : gstream_json_indent (json);
  puts (text);
  if (is_readable (gstream_run_stream_get_error (run)))
    return GSTREAM_EXIT_OK;

  gstream_command_warn ("%s: %s", name, gstream_run_stream_get_error (run)->message);

  return GSTREAM_EXIT_FAILED;
}

int
gstream_digest_command (int    argc,
                        char **argv)
{
  gboolean compact = FALSE;
  GOptionEntry options[] = {
    { "compact", 0, 0, G_OPTION_ARG_NONE, &compact, "One line for each file", NULL },
    { NULL }
  };
  int status = GSTREAM_EXIT_OK;

  if (!gstream_command_parse ("FILE...", "Prints everything that recorded runs show, as JSON; “-” is stdin.", options,
                              &argc, &argv))
    return GSTREAM_EXIT_USAGE;
  if (argc < 2)
    {
      gstream_command_warn ("digest needs a FILE; try `gstream digest --help`");
      return GSTREAM_EXIT_USAGE;
    }

  for (int i = 1; i < argc; i++)
    status = MAX (status, digest_file (argv[i], compact));

  return status;
}
