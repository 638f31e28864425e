/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chat: with an agent in a child process, which is a scripted one if no other is named, or with one on a server.
 */
#include "chat-scenes.h"
#include "chat-window.h"

#include <glib/gi18n.h>
#include <locale.h>

static char *url;
static char *assistant;
static char *command;
static char *folder;
static char *screenshot;

static const GOptionEntry options[] = {
  { "url", 0, 0, G_OPTION_ARG_STRING, &url, N_ ("Talk to an agent on this server"), "URL" },
  { "assistant", 0, 0, G_OPTION_ARG_STRING, &assistant, N_ ("Which one of the server’s (default: agent)"), "NAME" },
  { "command", 0, 0, G_OPTION_ARG_STRING, &command,
    N_ ("Talk to this child process, such as “gstream-agent FILE.py:GRAPH”; it gets --checkpoints FILE besides"),
    "COMMAND" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, N_ ("Where the conversations are kept"), "FOLDER" },
  { "screenshot", 0, 0, G_OPTION_ARG_FILENAME, &screenshot,
    N_ ("Write pictures of the window into this folder, and exit"), "FOLDER" },
  { NULL },
};

static const char *const suggestions[] = { N_ ("What is the weather in Paris?"), N_ ("Plan a trip to Paris"),
                                           N_ ("Find me a hotel"), N_ ("Show me some code"), NULL };

static char **
get_command (GError **error)
{
  const char *const scripted[] = { "python3", CHAT_AGENT, "--delay", screenshot ? "3" : "25", NULL };
  char            **argv = NULL;

  if (command == NULL)
    return g_strdupv ((char **) scripted);
  if (!g_shell_parse_argv (command, NULL, &argv, error))
    return NULL;

  return argv;
}

static ChatStore *
open_store (GError **error)
{
  g_autofree char *kept = folder ? g_strdup (folder) : g_build_filename (g_get_user_data_dir (), "gstream-chat", NULL);
  g_auto (GStrv) argv = NULL;

  if (url != NULL)
    return chat_store_new_for_server (url, assistant ? assistant : "agent");

  argv = get_command (error);

  return argv != NULL ? chat_store_new_for_command (kept, (const char *const *) argv) : NULL;
}

static void
suggest (ChatWindow *window)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (suggestions); i++)
    g_ptr_array_add (words, suggestions[i] ? (gpointer) _ (suggestions[i]) : NULL);
  chat_view_set_suggestions (chat_window_get_view (window), (const char *const *) words->pdata);
}

static void
on_activate (GtkApplication *application)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ChatStore) store = open_store (&error);
  ChatWindow *window;

  if (store == NULL)
    {
      g_printerr ("%s\n", error->message);
      return;
    }

  if (screenshot != NULL)
    chat_scenes_fill (store);
  window = chat_window_new (application, store);
  if (url == NULL && command == NULL)
    suggest (window);
  gtk_window_present (GTK_WINDOW (window));
  if (screenshot != NULL)
    chat_scenes_play (window, screenshot);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (AdwApplication) application = NULL;

  setlocale (LC_ALL, "");
  textdomain ("gstream-chat");
  application = adw_application_new ("org.gstream.Chat", G_APPLICATION_NON_UNIQUE);
  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), NULL);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
