/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation in the list of conversations: its title, its time, and a menu.
 */
#include "chat-sidebar-row.h"

#include <glib/gi18n.h>

struct _ChatSidebarRow
{
  GtkBox parent_instance;

  ChatEntry    *entry; /* NULL: none */
  GSignalGroup *signals;

  GtkLabel      *title;
  GtkLabel      *time;
  GtkMenuButton *menu_button;
};

enum
{
  SIGNAL_RENAME,
  SIGNAL_DELETE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ChatSidebarRow, chat_sidebar_row, GTK_TYPE_BOX)

static char *
dup_time (gint64 microseconds)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (microseconds / G_USEC_PER_SEC);
  int days;

  if (time == NULL)
    return g_strdup ("");

  days = g_date_time_get_day_of_year (now) - g_date_time_get_day_of_year (time) +
         365 * (g_date_time_get_year (now) - g_date_time_get_year (time));
  if (days == 0)
    return g_date_time_format (time, "%R");
  if (days == 1)
    return g_strdup (_ ("Yesterday"));

  return g_date_time_format (time, days < 7 ? "%A" : "%x");
}

static void
on_changed (ChatSidebarRow *self)
{
  g_autofree char *time = dup_time (chat_entry_get_time (self->entry));

  gtk_label_set_label (self->title, chat_entry_get_title (self->entry));
  gtk_label_set_label (self->time, time);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), chat_entry_get_title (self->entry));
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (GTK_WIDGET (self))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, chat_entry_get_title (self->entry),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, time, -1);
}

void
chat_sidebar_row_set_entry (ChatSidebarRow *self,
                            ChatEntry      *entry)
{
  g_set_object (&self->entry, entry);
  g_signal_group_set_target (self->signals, entry);
  if (entry != NULL)
    on_changed (self);
}

ChatEntry *
chat_sidebar_row_get_entry (ChatSidebarRow *self)
{
  return self->entry;
}

static void
emit (GtkWidget  *widget,
      const char *action,
      GVariant   *parameter)
{
  g_signal_emit (widget, signals[g_str_equal (action, "entry.rename") ? SIGNAL_RENAME : SIGNAL_DELETE], 0);
}

/* One click opens it, as Enter does. (With the list's single-click-activate, passing over it with the mouse would.) */
static void
on_clicked (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            ChatSidebarRow  *self)
{
  if (n_press == 1)
    gtk_widget_activate (gtk_widget_get_parent (GTK_WIDGET (self)));
}

static void
on_menu_clicked (GtkGestureClick *gesture,
                 int              n_press,
                 double           x,
                 double           y,
                 ChatSidebarRow  *self)
{
  gtk_menu_button_popup (self->menu_button);
}

static void
chat_sidebar_row_dispose (GObject *object)
{
  ChatSidebarRow *self = CHAT_SIDEBAR_ROW (object);

  g_clear_object (&self->signals);
  g_clear_object (&self->entry);

  G_OBJECT_CLASS (chat_sidebar_row_parent_class)->dispose (object);
}

static void
chat_sidebar_row_class_init (ChatSidebarRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_sidebar_row_dispose;
  signals[SIGNAL_RENAME] =
      g_signal_new ("rename", CHAT_TYPE_SIDEBAR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_DELETE] =
      g_signal_new ("delete", CHAT_TYPE_SIDEBAR_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "entry.rename", NULL, emit);
  gtk_widget_class_install_action (widget_class, "entry.delete", NULL, emit);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatSidebarRow, title);
  gtk_widget_class_bind_template_child (widget_class, ChatSidebarRow, time);
  gtk_widget_class_bind_template_child (widget_class, ChatSidebarRow, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_menu_clicked);
}

static void
chat_sidebar_row_init (ChatSidebarRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (CHAT_TYPE_ENTRY);
  g_signal_group_connect_swapped (self->signals, "notify", G_CALLBACK (on_changed), self);
}

GtkWidget *
chat_sidebar_row_new (void)
{
  return g_object_new (CHAT_TYPE_SIDEBAR_ROW, NULL);
}
