/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chat: with an agent in a child process, which is a scripted one if no other is named, or with one on a server.
 */
#include "chat-scenes.h"
#include "chat-window.h"

#include <glib/gi18n.h>
#include <locale.h>

#define API_KEY "GSTREAM_API_KEY" /* the environment's, as the command gstream has it */

static char  *url;
static char  *assistant;
static char **headers;
static char  *command;
static char  *folder;
static char  *screenshot;

static const GOptionEntry options[] = {
  { "url", 0, 0, G_OPTION_ARG_STRING, &url, N_ ("Talk to an agent on this server"), "URL" },
  { "assistant", 0, 0, G_OPTION_ARG_STRING, &assistant, N_ ("Which one of the server’s (default: agent)"), "NAME" },
  { "header", 0, 0, G_OPTION_ARG_STRING_ARRAY, &headers, N_ ("Send this to the server with every request"),
    N_ ("'NAME: VALUE'") },
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

static gboolean
add_header (GstreamServer *server,
            const char    *header,
            GError       **error)
{
  const char      *colon = strchr (header, ':');
  g_autofree char *name = colon != NULL ? g_strstrip (g_strndup (header, colon - header)) : NULL;
  g_autofree char *value = colon != NULL ? g_strstrip (g_strdup (colon + 1)) : NULL;

  if (colon == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _ ("A header has the form “Name: value”, not “%s”"),
                   header);
      return FALSE;
    }

  gstream_server_set_header (server, name, value);

  return TRUE;
}

static ChatStore *
open_server (GError **error)
{
  g_autoptr (GstreamServer) server = gstream_server_new (url);

  if (g_getenv (API_KEY) != NULL)
    gstream_server_set_api_key (server, g_getenv (API_KEY));
  for (gsize i = 0; headers != NULL && headers[i] != NULL; i++)
    if (!add_header (server, headers[i], error))
      return NULL;

  return chat_store_new_for_server (server, assistant ? assistant : "agent");
}

static ChatStore *
open_store (GError **error)
{
  g_autofree char *kept = folder ? g_strdup (folder) : g_build_filename (g_get_user_data_dir (), "gstream-chat", NULL);
  g_auto (GStrv) argv = NULL;

  if (url != NULL)
    return open_server (error);

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
on_activate (GtkApplication *application,
             ChatStore     **opened)
{
  ChatStore  *store = *opened;
  ChatWindow *window;

  if (screenshot != NULL)
    chat_scenes_fill (store);
  window = chat_window_new (application, store);
  if (url == NULL && command == NULL)
    suggest (window);
  gtk_window_present (GTK_WINDOW (window));
  if (screenshot != NULL)
    chat_scenes_play (window, screenshot);
}

static void
on_quit (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       application)
{
  g_application_quit (application);
}

static void
add_quit (AdwApplication *application)
{
  static const char *const  keys[] = { "<Control>q", NULL };
  static const GActionEntry entries[] = { { "quit", on_quit, NULL, NULL, NULL } };

  g_action_map_add_action_entries (G_ACTION_MAP (application), entries, G_N_ELEMENTS (entries), application);
  gtk_application_set_accels_for_action (GTK_APPLICATION (application), "app.quit", keys);
}

/* What is wrong with the command line is told before there is a window. */
static int
on_options (GApplication *application,
            GVariantDict *given,
            ChatStore   **store)
{
  g_autoptr (GError) error = NULL;

  *store = open_store (&error);
  if (*store == NULL)
    g_printerr ("%s\n", error->message);

  return *store != NULL ? -1 : 1;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (ChatStore) store = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  application = adw_application_new ("org.gstream.Chat", G_APPLICATION_NON_UNIQUE);
  g_application_add_main_option_entries (G_APPLICATION (application), options);
  g_application_set_option_context_summary (G_APPLICATION (application), _ ("Talk to an agent."));
  g_application_set_option_context_description (G_APPLICATION (application),
                                                _ ("The server’s API key is taken from GSTREAM_API_KEY."));
  g_signal_connect (application, "handle-local-options", G_CALLBACK (on_options), &store);
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), &store);
  add_quit (application);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
