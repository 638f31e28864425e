/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program `gstream`: finds the command and runs it.
 */
#include "config.h"

#include "gstream/tool/gstream-tool-private.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *arguments;
  const char *summary;
  int (*run) (int    argc,
              char **argv);
} Command;

static const Command commands[] = {
  { "show", "FILE", N_ ("show a recorded run as it went"), gstream_tool_show },
  { "digest", "FILE...", N_ ("print everything that recorded runs show, as JSON"), gstream_tool_digest },
  { "connect", "URL ASSISTANT", N_ ("run an assistant on a server, and show it"), gstream_tool_connect },
  { "threads", "URL", N_ ("list the threads of a server"), gstream_tool_threads },
  { "history", "URL THREAD", N_ ("list the states of a thread on a server"), gstream_tool_history },
};

static void
print_usage (FILE *out)
{
  fputs (_ ("Usage: gstream COMMAND [OPTION...] [ARGUMENT...]\n"
            "       gstream --help | --version\n"
            "\n"
            "Streams the runs of agents.\n"
            "\n"
            "Commands (COMMAND --help says more):\n"),
         out);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *synopsis = g_strconcat (commands[i].name, " ", commands[i].arguments, NULL);

      fprintf (out, "  %-20s %s\n", synopsis, _ (commands[i].summary));
    }
  fputs (_ ("\n"
            "Exit status: 0 all is well, 1 the run failed, 2 the command line is wrong,\n"
            "3 the run stopped to ask and nobody answered (connect).\n"),
         out);
}

static void
on_log (const char    *domain,
        GLogLevelFlags level,
        const char    *message,
        gpointer       user_data)
{
  gstream_tool_complain ("%s", message);
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
  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
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
      gstream_tool_complain (_ ("there is no command \"%s\"; gstream --help lists them"), argv[1]);
      return GSTREAM_TOOL_USAGE;
    }

  return command->run (argc - 1, argv + 1);
}
