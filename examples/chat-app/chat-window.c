/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The window: conversations at the side, and the one that is chosen.
 */
#include "chat-window.h"

#include "chat-sidebar-row.h"

#include <glib/gi18n.h>

struct _ChatWindow
{
  AdwApplicationWindow parent_instance;

  ChatStore          *store;
  ChatEntry          *entry; /* what is shown; NULL: nothing yet */
  GtkSingleSelection *selection;

  AdwLeaflet      *leaflet;
  GtkWidget       *content;
  GtkWidget       *sidebar;
  GtkSearchEntry  *search;
  GtkStringFilter *filter;
  GtkListView     *list;
  GtkStack        *lists;
  AdwStatusPage   *trouble;
  AdwWindowTitle  *title;
  AdwToastOverlay *toasts;
  ChatView        *view;

  guint refocusing; /* idle source; 0: none */
};

G_DEFINE_FINAL_TYPE (ChatWindow, chat_window, ADW_TYPE_APPLICATION_WINDOW)

static void
tell (ChatWindow *self,
      const char *words)
{
  g_autofree char *escaped = g_markup_escape_text (words, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* --- what is shown --- */

static void allow_changes (ChatWindow *self);

static void
on_opened (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ChatWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gstream_conversation_open_finish (GSTREAM_CONVERSATION (object), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && self->toasts != NULL)
    tell (self, error->message);
}

/* One that works goes on; any other is read again when it is chosen again, and its process ends. */
static void
leave (ChatWindow *self)
{
  GstreamConversation *conversation = self->entry ? chat_entry_get_conversation (self->entry) : NULL;

  if (conversation == NULL)
    return;

  chat_view_set_conversation (self->view, NULL);
  if (!gstream_conversation_get_busy (conversation))
    chat_entry_set_conversation (self->entry, NULL);
}

static void
on_title (ChatWindow *self)
{
  adw_window_title_set_title (self->title, chat_entry_get_title (self->entry));
}

static void
enter (ChatWindow *self,
       ChatEntry  *entry)
{
  gboolean is_open = chat_entry_get_conversation (entry) != NULL;
  g_autoptr (GError) error = NULL;
  GstreamConversation *conversation = chat_store_open (self->store, entry, &error);

  g_set_object (&self->entry, entry);
  g_signal_connect_object (entry, "notify::title", G_CALLBACK (on_title), self, G_CONNECT_SWAPPED);
  on_title (self);
  if (conversation == NULL)
    {
      tell (self, error->message);
      return;
    }

  if (!is_open)
    gstream_conversation_open (conversation, NULL, on_opened, g_object_ref (self));
  chat_view_set_conversation (self->view, conversation);
}

static void
show (ChatWindow *self,
      ChatEntry  *entry)
{
  if (entry == self->entry)
    return;

  if (self->entry != NULL)
    g_signal_handlers_disconnect_by_func (self->entry, on_title, self);
  leave (self);
  enter (self, entry);
  allow_changes (self);
}

void
chat_window_begin (ChatWindow *self)
{
  g_autoptr (ChatEntry) entry = chat_entry_new (NULL, NULL, g_get_real_time ());

  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  show (self, entry);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* --- the list --- */

/* What is in no list yet has no name, and there is nothing to delete. */
static void
allow_changes (ChatWindow *self)
{
  gboolean is_kept = self->entry != NULL && chat_store_has (self->store, self->entry);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.rename", is_kept);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.delete", is_kept);
}

static void
on_selected (ChatWindow *self)
{
  ChatEntry *entry = gtk_single_selection_get_selected_item (self->selection);

  if (entry != NULL)
    show (self, entry);
}

static void
on_activated (GtkListView *list,
              guint        position,
              ChatWindow  *self)
{
  gtk_single_selection_set_selected (self->selection, position);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* Enter in the search opens the first that is found. */
static void
on_search_activate (ChatWindow *self)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
    on_activated (self->list, 0, self);
}

/* Escape in the search ends it. */
static void
on_search_stop (ChatWindow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

/* Also scrolls to it: a list that has been scrolled shows the same rows on when one is put above them. */
static void
select_entry (ChatWindow *self,
              ChatEntry  *entry)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ChatEntry) other = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      if (other == entry)
        {
          gtk_single_selection_set_selected (self->selection, i);
          gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", i);
        }
    }
}

/* What a server says that wants a key does not say where it is to be said here. */
static char *
explain (const GError *error)
{
  return g_error_matches (error, GSTREAM_ERROR, GSTREAM_ERROR_PERMISSION_DENIED)
             ? g_strdup_printf (_ ("%s. An API key is taken from GSTREAM_API_KEY, any other header from --header."),
                                error->message)
             : g_strdup (error->message);
}

static void
on_list_changed (ChatWindow *self)
{
  gboolean         is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->store)) == 0;
  gboolean         finds = g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0;
  const GError    *error = chat_store_get_error (self->store);
  g_autofree char *text = error != NULL ? explain (error) : NULL;
  g_autofree char *words = text != NULL ? g_markup_escape_text (text, -1) : NULL;
  const char      *page = finds ? "list" : !is_empty ? "nothing" : error != NULL ? "trouble" : "empty";

  adw_status_page_set_description (self->trouble, words);
  gtk_stack_set_visible_child_name (self->lists, page);
  if (self->entry != NULL && gtk_single_selection_get_selected (self->selection) == GTK_INVALID_LIST_POSITION)
    select_entry (self, self->entry);
  allow_changes (self);
}

static void
on_store_error (ChatWindow *self)
{
  const GError *error = chat_store_get_error (self->store);

  if (error != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->store)) > 0)
    tell (self, error->message);
  on_list_changed (self);
}

static void
on_reload_clicked (GtkButton  *button,
                   ChatWindow *self)
{
  chat_store_reload (self->store);
}

static void
on_store_telling (ChatStore  *store,
                  const char *words,
                  ChatWindow *self)
{
  tell (self, words);
}

static void
on_sending (ChatView   *view,
            const char *text,
            ChatWindow *self)
{
  chat_entry_suggest_title (self->entry, text);
  chat_entry_touch (self->entry);
  chat_store_add (self->store, self->entry);
  select_entry (self, self->entry);
}

static void
on_telling (ChatView   *view,
            const char *words,
            ChatWindow *self)
{
  tell (self, words);
}

/* --- renaming and deleting --- */

static void
on_rename_answered (AdwMessageDialog *dialog,
                    const char       *response,
                    ChatEntry        *entry)
{
  GtkEditable     *name = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));
  g_autofree char *title = g_strdup (gtk_editable_get_text (name));

  if (g_str_equal (response, "rename") && *g_strstrip (title) != '\0')
    chat_entry_set_title (entry, title);
}

static void
rename_entry (ChatWindow *self,
              ChatEntry  *entry)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Rename Conversation"), NULL);
  GtkWidget *name = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (name), chat_entry_get_title (entry));
  gtk_entry_set_activates_default (GTK_ENTRY (name), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (name), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), name);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename", _ ("_Rename"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_rename_answered), entry, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
delete_entry (ChatWindow *self,
              ChatEntry  *entry)
{
  gboolean is_shown = entry == self->entry;

  if (is_shown)
    chat_window_begin (self);
  chat_store_remove (self->store, entry);
}

static void
on_delete_answered (AdwMessageDialog *dialog,
                    const char       *response,
                    ChatWindow       *self)
{
  if (g_str_equal (response, "delete"))
    delete_entry (self, g_object_get_data (G_OBJECT (dialog), "entry"));
}

static void
ask_to_delete (ChatWindow *self,
               ChatEntry  *entry)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Delete Conversation?"), NULL);

  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog), _ ("“%s” and all that was said in it will be lost."),
                                  chat_entry_get_title (entry));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete", _ ("_Delete"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
  g_object_set_data_full (G_OBJECT (dialog), "entry", g_object_ref (entry), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_delete_answered), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_rename (ChatSidebarRow *row,
           ChatWindow     *self)
{
  rename_entry (self, chat_sidebar_row_get_entry (row));
}

static void
on_delete (ChatSidebarRow *row,
           ChatWindow     *self)
{
  ask_to_delete (self, chat_sidebar_row_get_entry (row));
}

static void
on_row_setup (GtkSignalListItemFactory *factory,
              GtkListItem              *item,
              ChatWindow               *self)
{
  GtkWidget *row = chat_sidebar_row_new ();

  g_signal_connect_object (row, "rename", G_CALLBACK (on_rename), self, 0);
  g_signal_connect_object (row, "delete", G_CALLBACK (on_delete), self, 0);
  gtk_list_item_set_child (item, row);
}

static void
on_row_bind (GtkSignalListItemFactory *factory,
             GtkListItem              *item,
             ChatWindow               *self)
{
  chat_sidebar_row_set_entry (CHAT_SIDEBAR_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
on_row_unbind (GtkSignalListItemFactory *factory,
               GtkListItem              *item,
               ChatWindow               *self)
{
  chat_sidebar_row_set_entry (CHAT_SIDEBAR_ROW (gtk_list_item_get_child (item)), NULL);
}

/* --- actions --- */

static void
begin (GtkWidget  *widget,
       const char *action,
       GVariant   *parameter)
{
  chat_window_begin (CHAT_WINDOW (widget));
}

static void
go_back (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  adw_leaflet_set_visible_child (CHAT_WINDOW (widget)->leaflet, CHAT_WINDOW (widget)->sidebar);
}

static void
find (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  go_back (widget, action, parameter);
  gtk_widget_grab_focus (GTK_WIDGET (CHAT_WINDOW (widget)->search));
}

static void
rename_shown (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  rename_entry (CHAT_WINDOW (widget), CHAT_WINDOW (widget)->entry);
}

static void
delete_shown (GtkWidget  *widget,
              const char *action,
              GVariant   *parameter)
{
  ask_to_delete (CHAT_WINDOW (widget), CHAT_WINDOW (widget)->entry);
}

static void
move (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  GtkSingleSelection *selection = CHAT_WINDOW (widget)->selection;
  guint               n = g_list_model_get_n_items (G_LIST_MODEL (selection));
  guint               position = gtk_single_selection_get_selected (selection);
  int                 step = g_variant_get_int32 (parameter);

  if (position == GTK_INVALID_LIST_POSITION)
    position = step > 0 ? 0 : n - 1;
  else if (step > 0 ? position + 1 < n : position > 0)
    position += step;
  if (n > 0)
    gtk_single_selection_set_selected (selection, position);
}

static void
show_about (GtkWidget  *widget,
            const char *action,
            GVariant   *parameter)
{
  adw_show_about_window (GTK_WINDOW (widget), "application-name", _ ("Chat"), "application-icon",
                         "user-available-symbolic", "version", VERSION, "developer-name", _ ("The gstream authors"),
                         "comments", _ ("An example of gstream: conversations with LangGraph agents, as GObjects."),
                         "license-type", GTK_LICENSE_LGPL_2_1, NULL);
}

/* --- the keyboard --- */

static gboolean
refocus (gpointer user_data)
{
  ChatWindow *self = user_data;

  self->refocusing = 0;
  if (gtk_root_get_focus (GTK_ROOT (self)) == NULL && gtk_widget_get_mapped (GTK_WIDGET (self->view)))
    gtk_widget_grab_focus (GTK_WIDGET (self->view));

  return G_SOURCE_REMOVE;
}

/* What had the focus has left, or can be used no more: the keyboard goes on where one writes. */
static void
on_focus (ChatWindow *self)
{
  if (gtk_root_get_focus (GTK_ROOT (self)) == NULL && self->refocusing == 0)
    self->refocusing = g_idle_add (refocus, self);
}

/* --- the window --- */

static int
compare_times (gconstpointer a,
               gconstpointer b,
               gpointer      user_data)
{
  gint64 first = chat_entry_get_time ((ChatEntry *) a);
  gint64 second = chat_entry_get_time ((ChatEntry *) b);

  return first < second ? 1 : first > second ? -1 : 0;
}

/* What a change of time does to the order, a sorter has to be told. */
static void
on_sent (ChatView   *view,
         const char *text,
         GtkSorter  *sorter)
{
  gtk_sorter_changed (sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void
fill_list (ChatWindow *self)
{
  GtkSorter          *sorter = GTK_SORTER (gtk_custom_sorter_new (compare_times, NULL, NULL));
  GtkSortListModel   *sorted = gtk_sort_list_model_new (G_LIST_MODEL (g_object_ref (self->store)), sorter);
  GtkFilterListModel *found =
      gtk_filter_list_model_new (G_LIST_MODEL (sorted), GTK_FILTER (g_object_ref (self->filter)));

  self->selection = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (found));
  g_object_unref (found);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (on_selected), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (on_list_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "notify::error", G_CALLBACK (on_store_error), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "telling", G_CALLBACK (on_store_telling), self, 0);
  g_signal_connect_object (self->view, "sending", G_CALLBACK (on_sent), sorter, G_CONNECT_AFTER);
  on_list_changed (self);
}

static void
chat_window_dispose (GObject *object)
{
  ChatWindow *self = CHAT_WINDOW (object);

  g_signal_handlers_disconnect_by_func (self, on_focus, NULL);
  g_clear_handle_id (&self->refocusing, g_source_remove);
  if (self->view != NULL)
    leave (self);
  g_clear_object (&self->entry);
  g_clear_object (&self->selection);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (chat_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, content);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, search);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, filter);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, list);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, lists);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, trouble);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, title);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, ChatWindow, view);
  gtk_widget_class_bind_template_callback (widget_class, on_row_setup);
  gtk_widget_class_bind_template_callback (widget_class, on_row_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activate);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_reload_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_sending);
  gtk_widget_class_bind_template_callback (widget_class, on_telling);
}

static void
bind_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "chat.new", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "chat.find", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "chat.rename", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
chat_window_class_init (ChatWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_window_dispose;
  g_type_ensure (CHAT_TYPE_ENTRY);
  g_type_ensure (CHAT_TYPE_VIEW);
  gtk_widget_class_install_action (widget_class, "chat.new", NULL, begin);
  gtk_widget_class_install_action (widget_class, "chat.back", NULL, go_back);
  gtk_widget_class_install_action (widget_class, "chat.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "chat.rename", NULL, rename_shown);
  gtk_widget_class_install_action (widget_class, "chat.delete", NULL, delete_shown);
  gtk_widget_class_install_action (widget_class, "chat.move", "i", move);
  gtk_widget_class_install_action (widget_class, "chat.about", NULL, show_about);
  bind_keys (widget_class);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-window.ui");
  bind_children (widget_class);
}

static void
chat_window_init (ChatWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus), NULL);
}

static void
load_style (GtkWidget *widget)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, "/org/gstream/Chat/chat.css");
  gtk_style_context_add_provider_for_display (gtk_widget_get_display (widget), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

ChatWindow *
chat_window_new (GtkApplication *application,
                 ChatStore      *store)
{
  ChatWindow *self = g_object_new (CHAT_TYPE_WINDOW, "application", application, NULL);

  load_style (GTK_WIDGET (self));
  self->store = g_object_ref (store);
  fill_list (self);
  chat_window_begin (self);

  return self;
}

ChatView *
chat_window_get_view (ChatWindow *self)
{
  return self->view;
}

GstreamConversation *
chat_window_get_conversation (ChatWindow *self)
{
  return chat_entry_get_conversation (self->entry);
}
