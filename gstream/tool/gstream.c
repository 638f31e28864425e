/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program `gstream`: finds the command and runs it; and what the commands share.
 */
#include "config.h"

#include "gstream/tool/gstream-digest.h"
#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-text.h"
#include "gstream/tool/gstream-tool-private.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  int       (*run) (int argc, char **argv);
} Command;

static const Command commands[] = {
  { "show", "FILE", "show a recorded run as it went", gstream_tool_show },
  { "digest", "FILE...", "print everything that recorded runs show, as JSON", gstream_tool_digest },
  { "connect", "URL ASSISTANT", "run an assistant on a server, and show it", gstream_tool_connect },
};

static void
print_usage (FILE *out)
{
  fputs ("Usage: gstream COMMAND [OPTION...] [ARGUMENT...]\n"
         "       gstream --help | --version\n"
         "\n"
         "Streams the runs of agents.\n"
         "\n"
         "Commands (COMMAND --help says more):\n", out);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *synopsis = g_strconcat (commands[i].name, " ", commands[i].arguments, NULL);

      fprintf (out, "  %-20s %s\n", synopsis, commands[i].summary);
    }
  fputs ("\n"
         "Exit status: 0 all is well, 1 the run failed, 2 the command line is wrong,\n"
         "3 the run stopped to ask and nobody answered (connect).\n", out);
}

/* Messages quote runs, servers and files, which may contain control characters. */
static void
tell (const char *before,
      const char *format,
      va_list     arguments)
{
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  g_autofree char *clean = gstream_text_clean (message);

  fprintf (stderr, "%s%s\n", before, clean);
}

void
gstream_tool_complain (const char *format,
                       ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell ("gstream: ", format, arguments);
  va_end (arguments);
}

void
gstream_tool_tell (const char *format,
                   ...)
{
  va_list arguments;

  va_start (arguments, format);
  tell ("", format, arguments);
  va_end (arguments);
}

static void
on_log (const char     *domain,
        GLogLevelFlags  level,
        const char     *message,
        gpointer        user_data)
{
  gstream_tool_complain ("%s", message);
}

gboolean
gstream_tool_parse (const char          *summary,
                    const GOptionEntry  *entries,
                    gpointer             data,
                    int                  argc,
                    char               **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new (argv[0], NULL, NULL, data, NULL);
  g_autofree char *name = g_strconcat ("gstream ", argv[0], NULL);
  g_autoptr (GError) error = NULL;

  g_set_prgname (name);
  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, summary);
  if (g_option_context_parse (context, &argc, &argv, &error))
    return TRUE;

  gstream_tool_complain ("%s; %s --help says how", error->message, name);

  return FALSE;
}

gboolean
gstream_tool_flush (void)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return TRUE;

  gstream_tool_complain ("not everything could be written");

  return FALSE;
}

static void
quit (gpointer loop)
{
  g_main_loop_quit (loop);
}

static void
print_digest (GstreamRunStream *run,
              GMainLoop        *loop,
              gboolean          compact)
{
  GstreamReader *reader = gstream_reader_new (NULL, quit, loop);
  GstreamDigest *digest = gstream_digest_new (run, reader);
  g_autofree char *json = NULL;
  g_autofree char *text = NULL;

  gstream_reader_release (reader);
  g_main_loop_run (loop);
  json = gstream_digest_to_json (digest);
  gstream_digest_free (digest);
  text = compact ? gstream_json_compact (json) : gstream_json_indent (json);
  puts (text);
}

void
gstream_tool_print_run (GstreamRunStream  *run,
                        GstreamToolFormat  format)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  if (format == GSTREAM_TOOL_DIGEST || format == GSTREAM_TOOL_COMPACT_DIGEST)
    {
      print_digest (run, loop, format == GSTREAM_TOOL_COMPACT_DIGEST);
      return;
    }
  if (format == GSTREAM_TOOL_EVENTS)
    gstream_show_events (run, stdout, quit, loop);
  else
    gstream_show_run (run, stdout, quit, loop);
  g_main_loop_run (loop);
}

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (name, commands[i].name) == 0)
      return &commands[i];

  return NULL;
}

int
main (int   argc,
      char *argv[])
{
  const Command *command;

  setlocale (LC_ALL, "");
  g_log_set_handler ("Gstream", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE, on_log, NULL);
  if (argc < 2)
    {
      print_usage (stderr);
      return GSTREAM_TOOL_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    {
      print_usage (stdout);
      return GSTREAM_TOOL_OK;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      puts ("gstream " GSTREAM_VERSION_S);
      return GSTREAM_TOOL_OK;
    }

  command = find_command (argv[1]);
  if (command == NULL)
    {
      gstream_tool_complain ("there is no command \"%s\"; gstream --help lists them", argv[1]);
      return GSTREAM_TOOL_USAGE;
    }

  return command->run (argc - 1, argv + 1);
}
