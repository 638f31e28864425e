/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command `gstream`: finds the command that is asked for.
 */
#include "config.h"

#include "gstream/tool/gstream-command.h"

#include <locale.h>

static const struct
{
  const char         *name;
  const char         *summary;
  GstreamCommandFunc  run;
} commands[] = {
  { "show", "a run, for a person to read", gstream_show_command },
  { "digest", "everything that a run shows, as JSON", gstream_digest_command },
};

static void
print_usage (FILE *to)
{
  fputs ("Usage: gstream COMMAND [OPTION...] ARGUMENT...\n\n", to);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (to, "  %-8s  %s\n", commands[i].name, commands[i].summary);
  fputs ("\n`gstream COMMAND --help` says more; `gstream --version` prints the version.\n", to);
}

int
main (int    argc,
      char **argv)
{
  const char *name = argc > 1 ? argv[1] : NULL;

  setlocale (LC_ALL, "");
  if (g_strcmp0 (name, "--version") == 0)
    {
      g_print ("gstream %s\n", PACKAGE_VERSION);
      return GSTREAM_EXIT_OK;
    }
  if (g_strcmp0 (name, "--help") == 0)
    {
      print_usage (stdout);
      return GSTREAM_EXIT_OK;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (name, commands[i].name) == 0)
      return commands[i].run (argc - 1, argv + 1);

  if (name != NULL)
    gstream_command_warn ("there is no command “%s”", name);
  print_usage (stderr);

  return GSTREAM_EXIT_USAGE;
}
