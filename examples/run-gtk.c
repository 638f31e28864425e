/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chat window: shows a recorded run, or talks to an agent on a server.
 */
#include "run-window/run-window.h"

static char  *screenshot;
static char  *url;
static char  *input;
static char **arguments;

static const GOptionEntry options[] = {
  { "url", 0, 0, G_OPTION_ARG_STRING, &url, "Talk to an agent on this server", "URL" },
  { "input", 0, 0, G_OPTION_ARG_STRING, &input, "Begin with this input", "JSON" },
  { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &screenshot, "Write the window when the run has ended, and exit",
    "OUT.png" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments, NULL, NULL },
  { NULL },
};

static GstreamEventSource *
open_source (const char *argument)
{
  g_autoptr (GFile) file = argument ? g_file_new_for_commandline_arg (argument)
                                    : g_file_new_for_uri ("resource:///org/gstream/run-gtk/trip.jsonl");

  if (argument != NULL && g_str_has_suffix (argument, ".sse"))
    return gstream_sse_source_new (file);

  return gstream_json_lines_source_new (file);
}

static void
on_activate (GtkApplication *application)
{
  RunWindow  *window = run_window_new (application);
  const char *argument = arguments ? arguments[0] : NULL;

  if (screenshot != NULL)
    run_window_shoot (window, screenshot);
  if (url != NULL)
    run_window_talk (window, url, argument ? argument : "agent", input);
  else
    {
      g_autoptr (GstreamEventSource) source = open_source (argument);

      run_window_play (window, source);
    }
  gtk_window_present (GTK_WINDOW (window));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new ("org.gstream.RunGtk", G_APPLICATION_NON_UNIQUE);

  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (application), "[FILE | --url=URL ASSISTANT]");
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
