/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The chat application, used as somebody does who hears what it is: what is to be pressed or written is found by its role and
 * its accessible name.
 */
#include "examples/chat-app/chat-row.h"
#include "examples/chat-app/chat-sidebar-row.h"
#include "examples/chat-app/chat-window.h"

#include <gdk/x11/gdkx.h>
#include <glib/gstdio.h>

typedef struct
{
  char       *folder;
  ChatStore  *store;
  ChatWindow *window;
} App;

/* --- what is there --- */

typedef gboolean (*Matches) (GtkWidget  *widget,
                             const char *name);

static gboolean
has_name (GtkWidget  *widget,
          const char *name)
{
  g_autofree char *other =
      gtk_test_accessible_check_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name);

  return other == NULL;
}

/* A button without a name of its own has the one of its label. */
static gboolean
is_button (GtkWidget  *widget,
           const char *name)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *label = NULL;

  if (!GTK_IS_BUTTON (widget))
    return FALSE;
  if (has_name (widget, name))
    return TRUE;
  if (gtk_button_get_label (GTK_BUTTON (widget)) == NULL)
    return FALSE;

  parts = g_strsplit (gtk_button_get_label (GTK_BUTTON (widget)), "_", -1);
  label = g_strjoinv ("", parts);

  return g_str_equal (label, name);
}

static gboolean
is_text (GtkWidget  *widget,
         const char *name)
{
  GtkAccessibleRole role = gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget));

  return (role == GTK_ACCESSIBLE_ROLE_TEXT_BOX || role == GTK_ACCESSIBLE_ROLE_SEARCH_BOX) && has_name (widget, name);
}

static gboolean
says (GtkWidget  *widget,
      const char *words)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), words) != NULL;
}

/* In the part of the list that is to be seen. */
static gboolean
is_within (GtkWidget *widget)
{
  GtkWidget      *scroller = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t bounds;

  return scroller != NULL && gtk_widget_compute_bounds (widget, scroller, &bounds) && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= gtk_widget_get_height (scroller);
}

static gboolean
is_in_sight (GtkWidget  *widget,
             const char *words)
{
  return says (widget, words) && is_within (widget);
}

static gboolean
is_list (GtkWidget  *widget,
         const char *name)
{
  return GTK_IS_LIST_VIEW (widget) && has_name (widget, name);
}

static gboolean
is_conversation (GtkWidget  *widget,
                 const char *title)
{
  return CHAT_IS_SIDEBAR_ROW (widget) && chat_sidebar_row_get_entry (CHAT_SIDEBAR_ROW (widget)) != NULL &&
         g_str_equal (chat_entry_get_title (chat_sidebar_row_get_entry (CHAT_SIDEBAR_ROW (widget))), title);
}

static gboolean
is_conversation_in_sight (GtkWidget  *widget,
                          const char *title)
{
  return is_conversation (widget, title) && is_within (widget);
}

/* The last that is to be seen. */
static GtkWidget *
find_below (GtkWidget  *widget,
            Matches     matches,
            const char *name)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;

  for (GtkWidget *child = gtk_widget_get_last_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_prev_sibling (child))
    found = find_below (child, matches, name);

  return found != NULL ? found : matches (widget, name) ? widget : NULL;
}

static GtkWidget *
find (Matches     matches,
      const char *name)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget  *found = NULL;

  for (guint i = g_list_model_get_n_items (windows); i > 0 && found == NULL; i--)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i - 1);

      found = find_below (window, matches, name);
    }

  return found;
}

/* Those that are to be seen. */
static guint
count_below (GtkWidget  *widget,
             Matches     matches,
             const char *name)
{
  guint n = matches (widget, name);

  if (!gtk_widget_get_mapped (widget))
    return 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_below (child, matches, name);

  return n;
}

static gboolean
keep_drawing (GtkWidget     *widget,
              GdkFrameClock *clock,
              gpointer       user_data)
{
  return G_SOURCE_CONTINUE;
}

static GtkWidget *
wait_for (Matches     matches,
          const char *name)
{
  GtkWidget *found;

  g_test_message ("Waits for \"%s\"", name);
  while ((found = find (matches, name)) == NULL)
    g_main_context_iteration (NULL, TRUE);

  return found;
}

static void
wait_until_gone (Matches     matches,
                 const char *name)
{
  g_test_message ("Waits until \"%s\" is gone", name);
  while (find (matches, name) != NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* --- what is done --- */

/* As soon as it can be. */
static void
press (const char *name)
{
  GtkWidget *button = wait_for (is_button, name);

  while (button == NULL || !gtk_widget_is_sensitive (button))
    {
      g_main_context_iteration (NULL, TRUE);
      button = find (is_button, name);
    }
  g_signal_emit_by_name (button, "clicked");
}

static void
write_text (const char *name,
            const char *text)
{
  GtkWidget *view = wait_for (is_text, name);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
}

static void
say (const char *text)
{
  write_text ("Message", text);
  press ("Send");
}

static void
wait_until_idle (App *app)
{
  while (gstream_conversation_get_busy (chat_window_get_conversation (app->window)) ||
         gstream_conversation_get_loading (chat_window_get_conversation (app->window)))
    g_main_context_iteration (NULL, TRUE);
}

static void
act (const char *title,
     const char *action)
{
  gtk_widget_activate_action (wait_for (is_conversation, title), action, NULL);
}

/* --- the application --- */

static void
open_window (App *app)
{
  app->window = chat_window_new (NULL, app->store);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_window_set_default_size (GTK_WINDOW (app->window), 1000, 1400);
  gtk_widget_add_tick_callback (GTK_WIDGET (app->window), keep_drawing, NULL, NULL);
  gtk_window_present (GTK_WINDOW (app->window));
}

static void
open_app (App        *app,
          const char *delay)
{
  const char *const command[] = { "python3", CHAT_AGENT, "--delay", delay, NULL };

  if (app->folder == NULL)
    app->folder = g_dir_make_tmp ("gstream-chat-XXXXXX", NULL);
  app->store = chat_store_new_for_command (app->folder, command);
  open_window (app);
}

static void
close_app (App *app)
{
  ChatWindow *window = app->window;
  ChatStore  *store = app->store;

  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  g_object_add_weak_pointer (G_OBJECT (store), (gpointer *) &store);
  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (store);
  while (window != NULL || store != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
remove_folder (App *app)
{
  g_autoptr (GDir) dir = g_dir_open (app->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (app->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (app->folder);
  g_clear_pointer (&app->folder, g_free);
}

static guint
count_files (App *app)
{
  g_autoptr (GDir) dir = g_dir_open (app->folder, 0, NULL);
  const char *name;
  guint       n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, ".checkpoints");

  return n;
}

/* --- the tests --- */

/* Asked, answered with tools, answered again, and back. */
static void
test_regenerate (void)
{
  App app = { NULL };

  open_app (&app, "0");
  wait_for (says, "What can I do for you?");
  say ("What is the weather in Paris?");
  wait_for (says, "Take an umbrella to breakfast");
  wait_for (says, "weather");
  wait_for (says, "celsius");
  g_assert_null (find (says, "14 °C, light rain")); /* folded */
  press ("Answer Again");
  wait_for (says, "Sunday in Paris: rain in the morning");
  wait_for (says, "2 of 2");
  wait_until_gone (says, "Take an umbrella");
  press ("Earlier Version");
  wait_for (says, "Take an umbrella to breakfast");
  wait_for (says, "1 of 2");
  close_app (&app);
  remove_folder (&app);
}

/* What was said is said otherwise; the agent asks back, and is answered. */
static void
test_edit_and_answer (void)
{
  App app = { NULL };

  open_app (&app, "0");
  say ("Hi");
  wait_for (says, "I am a scripted agent");
  press ("Edit");
  write_text ("Edited Message", "Find me a hotel");
  press ("Send Again");
  wait_for (says, "Shall I book two nights");
  wait_until_gone (says, "I am a scripted agent");
  press ("Look for a cheaper one");
  wait_for (says, "Not booked: Look for a cheaper one");
  wait_until_gone (says, "Shall I book two nights");
  say ("Are you sure?");
  press ("Yes");
  wait_for (says, "Then let us go on");
  close_app (&app);
  remove_folder (&app);
}

static void
write_entry (const char *name,
             const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (wait_for (is_text, name)), text);
}

/* About two actions together: one is allowed with another argument, the other is not. */
static void
test_actions (void)
{
  App app = { NULL };

  open_app (&app, "0");
  say ("Tidy up, please");
  wait_for (says, "whether it may use 2 tools");
  wait_for (says, "notes-2019.txt");
  press ("Edit…");
  write_entry ("overwrite", "yes");
  press ("Approve Changes");
  wait_for (says, "overwrite: "); /* that is not JSON */
  write_entry ("overwrite", "true");
  write_entry ("to", "elsewhere/boat.txt");
  press ("Approve Changes");
  wait_for (says, "Approved with changes");
  press ("Reject…");
  write_entry ("Message to the Agent", "I still need it");
  press ("Reject");
  wait_for (says, "Moved boat.txt to elsewhere/boat.txt");
  wait_for (says, "Rejected: I still need it");
  wait_until_gone (says, "whether it may use");
  close_app (&app);
  remove_folder (&app);
}

/* Each action is a question of its own: the user answers in any order, and can think again. */
static void
test_several_questions (void)
{
  App app = { NULL };

  open_app (&app, "0");
  say ("Write a mail to both");
  while (count_below (GTK_WIDGET (app.window), is_button, "Answer…") < 2)
    g_main_context_iteration (NULL, TRUE);
  press ("Answer…"); /* about the last */
  press ("Cancel");
  press ("Answer…");
  write_entry ("Message to the Agent", "Ben is here already");
  press ("Answer");
  wait_until_gone (says, "Ben is here");
  wait_until_idle (&app);
  press ("Approve");
  wait_for (says, "The last one: Ben is here already");
  close_app (&app);
  remove_folder (&app);
}

/* What was said stays, and says that it is not all. */
static void
test_stop (void)
{
  App app = { NULL };

  open_app (&app, "5");
  say ("Tell me a long story");
  wait_for (says, "The ferry left");
  press ("Stop");
  wait_for (says, "Stopped");
  wait_for (says, "The ferry left");
  wait_until_gone (is_button, "Stop");
  close_app (&app);
  remove_folder (&app);
}

/* While the agent speaks, what is sent waits, and can be taken back; after a stop it waits until it is sent on. */
static void
test_queue (void)
{
  App app = { NULL };

  open_app (&app, "5");
  say ("Tell me a long story");
  wait_for (says, "The ferry left");
  write_text ("Message", "And then?");
  press ("Add to the Queue");
  press ("Take Back");
  wait_until_gone (is_button, "Take Back");
  write_text ("Message", "Hi");
  press ("Add to the Queue");
  wait_for (is_button, "Take Back");
  press ("Stop");
  press ("Send Queued");
  wait_for (says, "I am a scripted agent");
  wait_until_gone (is_button, "Take Back");
  wait_until_idle (&app);
  close_app (&app);
  remove_folder (&app);
}

static void
test_error (void)
{
  App app = { NULL };

  open_app (&app, "0");
  say ("Fail, please");
  wait_for (says, "The model is overloaded");
  wait_for (is_button, "Try Again");
  say ("Hi");
  wait_for (says, "I am a scripted agent");
  wait_until_gone (says, "The model is overloaded");
  close_app (&app);
  remove_folder (&app);
}

static void
test_subagents (void)
{
  App app = { NULL };

  open_app (&app, "0");
  say ("Plan a trip to Paris");
  wait_for (says, "ten more than the one at 08:12");
  wait_for (says, "scout");
  wait_for (says, "There are two good trains");
  wait_for (says, "timetable");
  wait_for (says, "The station in Paris does not answer");
  close_app (&app);
  remove_folder (&app);
}

/* Conversations outlive the window. They have names, and can be deleted. */
static void
test_conversations (void)
{
  App        app = { NULL };
  GtkWidget *name;

  open_app (&app, "0");
  say ("Hi");
  wait_for (says, "I am a scripted agent");
  wait_until_idle (&app);
  press ("New Conversation");
  say ("Show me some code");
  wait_for (says, "gstream_conversation_open");
  wait_until_idle (&app);
  act ("Hi", "entry.rename");
  name = wait_for (is_text, "Name");
  gtk_editable_set_text (GTK_EDITABLE (name), "Greetings");
  press ("Rename");
  wait_for (is_conversation, "Greetings");
  close_app (&app);

  open_app (&app, "0");
  gtk_widget_activate (gtk_widget_get_parent (wait_for (is_conversation, "Greetings")));
  wait_for (says, "I am a scripted agent");
  wait_until_idle (&app);
  g_assert_cmpuint (count_files (&app), ==, 2);
  act ("Greetings", "entry.delete");
  press ("Delete");
  wait_until_gone (is_conversation, "Greetings");
  wait_until_gone (says, "I am a scripted agent");
  wait_for (is_conversation, "Show me some code");
  g_assert_cmpuint (count_files (&app), ==, 1);
  close_app (&app);
  remove_folder (&app);
}

static guint
get_place (const char *title)
{
  GtkWidget *row = gtk_widget_get_parent (wait_for (is_conversation, title));
  guint      place = 0;

  while ((row = gtk_widget_get_prev_sibling (row)) != NULL)
    place++;

  return place;
}

/* Newest first, also of those that begin in one second. */
static void
test_newest_first (void)
{
  static const char *const words[] = { "One", "Two", "Three", "Four" };
  App                      app = { NULL };

  open_app (&app, "0");
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      press ("New Conversation");
      say (words[i]);
      g_assert_cmpuint (get_place (words[i]), ==, 0);
      wait_until_idle (&app);
    }
  gtk_widget_activate (gtk_widget_get_parent (wait_for (is_conversation, "Two")));
  wait_until_idle (&app);
  g_assert_cmpuint (get_place ("Two"), ==, 2);
  say ("Two, again");
  g_assert_cmpuint (get_place ("Two"), ==, 0);
  g_assert_cmpuint (get_place ("Four"), ==, 1);
  wait_until_idle (&app);
  close_app (&app);
  remove_folder (&app);
}

static void
write_list (App  *app,
            guint n)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *path = NULL;

  app->folder = g_dir_make_tmp ("gstream-chat-XXXXXX", NULL);
  path = g_build_filename (app->folder, "conversations.ini", NULL);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (list, "[id-%u]\nTitle=Old %u\nTime=%u\n", i, i, i + 1);
  g_assert_true (g_file_set_contents (path, list->str, -1, NULL));
}

/* A new one is to be seen, wherever the list was. */
static void
test_in_sight (void)
{
  App        app = { NULL };
  GtkWidget *list;
  gboolean   is_handled;

  write_list (&app, 100);
  open_app (&app, "0");
  wait_for (is_conversation_in_sight, "Old 99");
  list = gtk_widget_get_ancestor (wait_for (is_conversation, "Old 99"), GTK_TYPE_SCROLLED_WINDOW);
  g_signal_emit_by_name (list, "scroll-child", GTK_SCROLL_END, FALSE, &is_handled);
  wait_for (is_conversation_in_sight, "Old 0");
  say ("Something new");
  wait_for (is_conversation_in_sight, "Something new");
  wait_until_idle (&app);
  press ("New Conversation");
  say ("Something newer");
  wait_until_idle (&app);
  wait_for (is_conversation_in_sight, "Something newer");
  close_app (&app);
  remove_folder (&app);

  write_list (&app, 14);
  open_app (&app, "0");
  wait_for (is_conversation_in_sight, "Old 13");
  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *words = g_strdup_printf ("Something %u", i);

      press ("New Conversation");
      say (words);
      wait_until_idle (&app);
      g_assert_nonnull (find (is_conversation_in_sight, words));
    }
  close_app (&app);
  remove_folder (&app);
}

/* --- the keyboard --- */

static gboolean
has_focus (App        *app,
           Matches     matches,
           const char *name)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (app->window));

  return focus != NULL && matches (focus, name);
}

static gboolean
is_entry_of (GtkWidget  *widget,
             const char *name)
{
  GtkWidget *entry = gtk_widget_get_ancestor (widget, GTK_TYPE_ENTRY);

  return entry != NULL && has_name (entry, name);
}

static void
wait_for_focus (App        *app,
                Matches     matches,
                const char *name)
{
  while (!has_focus (app, matches, name))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
count_frame (GtkWidget     *widget,
             GdkFrameClock *clock,
             gpointer       user_data)
{
  return --*(guint *) user_data > 0;
}

/* Where Tab goes to is where things are drawn. */
static void
wait_for_frames (App *app)
{
  guint n = 3;

  gtk_widget_add_tick_callback (GTK_WIDGET (app->window), count_frame, &n, NULL);
  while (n > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* As Tab does, or Shift+Tab, as often as it takes. */
static void
go_to (App             *app,
       GtkDirectionType direction,
       Matches          matches,
       const char      *name)
{
  wait_for (matches, name);
  for (guint n = 0; !has_focus (app, matches, name); n++)
    {
      g_assert_cmpuint (n, <, 100);
      wait_for_frames (app);
      g_signal_emit_by_name (app->window, "move-focus", direction);
    }
}

/* As Space does to a button, which GTK then shows pressed for a while, and Enter to an entry. */
static void
activate (App *app)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (app->window));

  if (GTK_IS_BUTTON (focus))
    g_signal_emit_by_name (focus, "clicked");
  else
    g_signal_emit_by_name (gtk_widget_get_ancestor (focus, GTK_TYPE_ENTRY), "activate");
}

/* All that the conversation has can be reached, and after each thing that is done the keyboard is where it goes on. */
static void
test_keyboard (void)
{
  App app = { NULL };

  open_app (&app, "0");
  wait_for_focus (&app, is_text, "Message");
  write_text ("Message", "Hi");
  go_to (&app, GTK_DIR_TAB_FORWARD, is_button, "Send");
  activate (&app);
  wait_for_focus (&app, is_text, "Message");
  wait_for (says, "I am a scripted agent");
  wait_until_idle (&app);

  go_to (&app, GTK_DIR_TAB_BACKWARD, is_button, "Edit");
  activate (&app);
  wait_for_focus (&app, is_text, "Edited Message");
  write_text ("Edited Message", "Find me a hotel");
  go_to (&app, GTK_DIR_TAB_FORWARD, is_button, "Send Again");
  activate (&app);
  wait_for_focus (&app, is_text, "Message");

  go_to (&app, GTK_DIR_TAB_BACKWARD, is_button, "Book it");
  activate (&app);
  wait_for (says, "Booked, number 4711");
  wait_until_idle (&app);
  wait_for_focus (&app, is_text, "Message");

  write_text ("Message", "Tidy up");
  go_to (&app, GTK_DIR_TAB_FORWARD, is_button, "Send");
  activate (&app);
  go_to (&app, GTK_DIR_TAB_BACKWARD, is_button, "Edit…");
  activate (&app);
  wait_for_focus (&app, is_entry_of, "path");
  go_to (&app, GTK_DIR_TAB_FORWARD, is_button, "Cancel");
  activate (&app);
  go_to (&app, GTK_DIR_TAB_FORWARD, is_button, "Reject…");
  activate (&app);
  wait_for_focus (&app, is_entry_of, "Message to the Agent");
  activate (&app);
  wait_for_focus (&app, is_button, "Change");
  close_app (&app);
  remove_folder (&app);
}

/* GTK 4.18 has deprecated all of X11. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

static gboolean
is_on_x11 (void)
{
  return GDK_IS_X11_DISPLAY (gdk_display_get_default ());
}

static char *
dup_window_id (GtkWindow *window)
{
  return g_strdup_printf ("%lu", gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (window))));
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* What is pressed on a keyboard comes from the X server. */
static void
use_keyboard (const char *command,
              const char *what)
{
  GListModel *windows = gtk_window_get_toplevels ();
  g_autoptr (GtkWindow) window = g_list_model_get_item (windows, g_list_model_get_n_items (windows) - 1);
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  while (!gtk_widget_get_mapped (GTK_WIDGET (window)))
    g_main_context_iteration (NULL, TRUE);
  id = dup_window_id (window);
  program = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "windowfocus", id, command, what, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (program, NULL, &error));
  g_assert_no_error (error);
}

static void
hit (const char *keys)
{
  g_test_message ("Hits %s", keys);
  use_keyboard ("key", keys);
}

static void
type (const char *text)
{
  use_keyboard ("type", text);
}

static gboolean
is_button_to_see (GtkWidget  *widget,
                  const char *name)
{
  return is_button (widget, name) && gtk_widget_is_sensitive (widget);
}

/* Said, stopped, said otherwise. */
static void
write_by_keyboard (App *app)
{
  wait_for_focus (app, is_text, "Message");
  type ("Tell me a long story");
  hit ("shift+Return");
  type ("at once");
  hit ("Return");
  wait_for (says, "Chapter 1");
  hit ("Escape");
  wait_for (says, "Stopped");
  wait_until_idle (app);
  wait_for (says, "Tell me a long story\nat once");
  gtk_widget_grab_focus (wait_for (is_button_to_see, "Edit"));
  hit ("space");
  wait_for (is_text, "Edited Message");
  hit ("Escape");
  wait_until_gone (is_text, "Edited Message");
}

static void
list_by_keyboard (App *app)
{
  hit ("ctrl+n");
  wait_until_gone (says, "Stopped");
  wait_for_focus (app, is_text, "Message");
  type ("Hi");
  hit ("Return");
  wait_for (says, "I am a scripted agent");
  wait_until_idle (app);
  hit ("ctrl+Page_Down");
  wait_for (says, "Tell me a long story\nat once");
  hit ("ctrl+Page_Up");
  wait_for (says, "I am a scripted agent");
  hit ("F2");
  wait_for (is_text, "Name");
  hit ("ctrl+a");
  type ("Greetings");
  hit ("Return");
  wait_for (is_conversation, "Greetings");
  wait_until_gone (is_button, "Rename");
  hit ("ctrl+f");
  type ("greet");
  wait_until_gone (is_conversation, "Tell me a long story");
  hit ("Escape");
  wait_for (is_conversation, "Tell me a long story");
  wait_for_focus (app, is_text, "Message");
  hit ("ctrl+f");
  type ("story");
  wait_until_gone (is_conversation, "Greetings");
  hit ("Return");
  wait_for (says, "Tell me a long story\nat once");
  wait_for_focus (app, is_text, "Message");
  hit ("ctrl+f");
  hit ("Escape");
  wait_for (is_conversation, "Greetings");
}

static void
close_by_keyboard (App *app)
{
  gtk_widget_grab_focus (gtk_widget_get_parent (wait_for (is_conversation, "Greetings")));
  hit ("Delete");
  wait_for (is_button, "Delete");
  hit ("Escape");
  wait_until_gone (is_button, "Delete");
  wait_for (is_conversation, "Greetings");
}

/* The shortcuts that are this window's own. */
static void
test_shortcuts (void)
{
  g_autofree char *program = g_find_program_in_path ("xdotool");
  App              app = { NULL };
  ChatWindow      *window;

  if (program == NULL || !is_on_x11 ())
    {
      g_test_skip ("There is no X server, or no xdotool");
      return;
    }

  open_app (&app, "0.01");
  write_by_keyboard (&app);
  list_by_keyboard (&app);
  close_by_keyboard (&app);

  window = app.window;
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  hit ("ctrl+w");
  while (window != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (app.store);
  remove_folder (&app);
}

/* --- long ones --- */

#define N_MESSAGES 10000

static void
write_conversation (App *app)
{
  g_autoptr (GString) state = g_string_new ("{\"id\": \"1\", \"parent\": null, \"source\": \"loop\", \"time\": null, "
                                            "\"position\": null, \"questions\": [], \"answers\": {}, \"messages\": [");
  g_autofree char *kept = NULL;
  g_autofree char *list = NULL;

  app->folder = g_dir_make_tmp ("gstream-chat-XXXXXX", NULL);
  kept = g_build_filename (app->folder, "long.checkpoints", NULL);
  list = g_build_filename (app->folder, "conversations.ini", NULL);
  for (guint i = 0; i < N_MESSAGES; i++)
    g_string_append_printf (
        state, "%s{\"type\": \"%s\", \"id\": \"m%u\", \"content\": \"Message %u, with **some** words in it.%s\"}",
        i > 0 ? ", " : "", i % 2 == 0 ? "human" : "ai", i, i, i % 7 == 0 ? "\\n\\n- and\\n- a list" : "");
  g_string_append (state, "]}\n");
  g_assert_true (g_file_set_contents (kept, state->str, -1, NULL));
  g_assert_true (g_file_set_contents (list, "[long]\nTitle=Long\nTime=1\n", -1, NULL));
}

static gboolean
is_row (GtkWidget  *widget,
        const char *unused)
{
  return CHAT_IS_ROW (widget);
}

/* Ten thousand messages are as many rows as there is place for. The list is shown with all of them, at its end, where it
 * stays until the user leaves it. */
static void
test_long (void)
{
  App        app = { NULL };
  GtkWidget *list;
  gboolean   is_handled;

  write_conversation (&app);
  open_app (&app, "0");
  gtk_widget_activate (gtk_widget_get_parent (wait_for (is_conversation, "Long")));
  wait_for (says, "with some words in it");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (chat_window_get_conversation (app.window))), ==,
                    N_MESSAGES);
  wait_for (is_in_sight, "Message 9999,");
  wait_until_idle (&app);
  wait_until_gone (is_button, "Go to the End");
  wait_for (is_in_sight, "Message 9999,");
  g_assert_cmpuint (count_below (GTK_WIDGET (app.window), is_row, NULL), <, 500);

  list = wait_for (is_list, "Conversation");
  g_signal_emit_by_name (gtk_widget_get_ancestor (list, GTK_TYPE_SCROLLED_WINDOW), "scroll-child", GTK_SCROLL_START,
                         FALSE, &is_handled); /* as Ctrl+Home does */
  press ("Go to the End");
  wait_for (is_in_sight, "Message 9999,");
  close_app (&app);
  remove_folder (&app);
}

/* --- servers --- */

/* What test-live.py says: where the server is, and the key that it takes. */
static const char *server_url;
static const char *server_key;

/* Returns the server, which the window holds. */
static GstreamServer *
open_server (App        *app,
             const char *key)
{
  g_autoptr (GstreamServer) server = gstream_server_new (server_url);

  gstream_server_set_api_key (server, key);
  app->store = chat_store_new_for_server (server, "talk");
  open_window (app);

  return server;
}

/* Answered again, said otherwise; the agent asks what it may do. */
static void
talk (void)
{
  say ("Hello");
  wait_for (says, "You said: Hello");
  press ("Answer Again");
  wait_for (says, "2 of 2");
  press ("Edit");
  write_text ("Edited Message", "Good morning");
  press ("Send Again");
  wait_for (says, "You said: Good morning");
  say ("Please tidy up");
  wait_for (says, "old.txt");
  press ("Edit…");
  write_entry ("path", "older.txt");
  press ("Approve Changes");
  wait_for (says, "Decided: edit, older.txt");
  wait_for (says, "You said: Good morning");
  wait_until_gone (says, "whether it may use");
}

static void
stop_and_go_on (void)
{
  say ("Speak slowly");
  wait_for (says, "word3");
  write_text ("Message", "And then?");
  press ("Add to the Queue");
  wait_for (is_button, "Take Back");
  press ("Stop");
  wait_for (says, "Stopped");
  press ("Send Queued");
  wait_for (says, "You said: And then?");
}

/* Another one is above it, gets a name, and is found. */
static void
keep (void)
{
  press ("New Conversation");
  say ("Another one");
  wait_for (says, "You said: Another one");
  g_assert_cmpuint (get_place ("Another one"), <, get_place ("Hello"));
  act ("Another one", "entry.rename");
  write_entry ("Name", "Renamed");
  press ("Rename");
  wait_for (is_conversation, "Renamed");
  write_entry ("Search Conversations", "hell");
  wait_until_gone (is_conversation, "Renamed");
  wait_for (is_conversation, "Hello");
  write_entry ("Search Conversations", "");
  wait_for (is_conversation, "Renamed");
}

static void
choose (const char *title)
{
  gtk_widget_activate (gtk_widget_get_parent (wait_for (is_conversation, title)));
}

/* A whole conversation, and what becomes of it on the server. */
static void
test_live (void)
{
  App app = { NULL };

  open_server (&app, server_key);
  talk ();
  stop_and_go_on ();
  wait_until_idle (&app);
  keep ();
  wait_until_idle (&app);
  close_app (&app);

  open_server (&app, server_key);
  choose ("Hello");
  wait_for (says, "Decided: edit, older.txt");
  wait_for (says, "You said: And then?");
  choose ("Renamed");
  wait_for (says, "You said: Another one");
  wait_until_gone (says, "You said: And then?");
  act ("Renamed", "entry.delete");
  press ("Delete");
  wait_until_gone (is_conversation, "Renamed");
  wait_for (is_conversation, "Hello");
  close_app (&app);
}

/* The connection breaks, and the server cannot be reached until test-live.py has read that this is shown. */
static void
test_live_connection (void)
{
  App app = { NULL };

  open_server (&app, server_key);
  say ("Speak slowly");
  wait_for (says, "The connection is lost. It is tried again in");
  g_print ("# shown\n");
  fflush (stdout);
  g_assert_cmpint (getchar (), ==, '\n');
  press ("Try Now");
  wait_until_gone (says, "The connection is lost");
  wait_for (says, "word3");
  press ("Stop");
  wait_for (says, "Stopped");
  wait_until_idle (&app);
  close_app (&app);
}

/* Without its key the server says no, to the list and to what is sent, until it has got the key. */
static void
test_live_key (void)
{
  App            app = { NULL };
  GstreamServer *server;

  server = open_server (&app, NULL);
  wait_for (says, "401 Unauthorized");
  say ("Hello");
  wait_for (is_button, "Retry");
  wait_for (is_button, "Take Back");
  gstream_server_set_api_key (server, server_key);
  press ("Retry");
  wait_for (says, "You said: Hello");
  wait_until_gone (is_button, "Retry");
  wait_until_idle (&app);
  close_app (&app);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  server_url = g_getenv ("GSTREAM_TEST_SERVER");
  server_key = g_getenv ("GSTREAM_TEST_KEY");
  if (server_url != NULL)
    {
      g_test_add_func ("/window/N13/live/conversation", test_live);
      g_test_add_func ("/window/N3/live/connection", test_live_connection);
      g_test_add_func ("/window/N8/live/key", test_live_key);
      return g_test_run ();
    }

  g_test_add_func ("/window/C7/app/regenerate", test_regenerate);
  g_test_add_func ("/window/C8/app/edit-and-answer", test_edit_and_answer);
  g_test_add_func ("/window/C8/app/actions", test_actions);
  g_test_add_func ("/window/C8/app/several-questions", test_several_questions);
  g_test_add_func ("/window/C10/app/stop", test_stop);
  g_test_add_func ("/window/C6/app/queue", test_queue);
  g_test_add_func ("/window/C10/app/error", test_error);
  g_test_add_func ("/window/C9/app/subagents", test_subagents);
  g_test_add_func ("/window/C2/app/conversations", test_conversations);
  g_test_add_func ("/window/N13/app/newest-first", test_newest_first);
  g_test_add_func ("/window/N13/app/in-sight", test_in_sight);

  g_test_add_func ("/window/C8/app/keyboard", test_keyboard);
  g_test_add_func ("/window/C10/app/shortcuts", test_shortcuts);
  g_test_add_func ("/window/C11/app/long", test_long);

  return g_test_run ();
}
