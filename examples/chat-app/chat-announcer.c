/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Says aloud what has happened elsewhere in the window than where the user is. GTK has a call for that since 4.14. Before,
 * a screen reader reads an alert when it appears: so this is one, which nobody sees.
 */
#include "chat-announcer.h"

struct _ChatAnnouncer
{
  GtkWidget parent_instance;

  guint showing; /* idle source; 0: none */
};

G_DEFINE_FINAL_TYPE (ChatAnnouncer, chat_announcer, GTK_TYPE_WIDGET)

#if !GTK_CHECK_VERSION(4, 14, 0)
static gboolean
appear (gpointer user_data)
{
  ChatAnnouncer *self = user_data;

  self->showing = 0;
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);

  return G_SOURCE_REMOVE;
}
#endif

void
chat_announcer_say (ChatAnnouncer *self,
                    const char    *words)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
#if GTK_CHECK_VERSION(4, 14, 0)
  gtk_accessible_announce (GTK_ACCESSIBLE (self), words, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
#else
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (self->showing == 0)
    self->showing = g_idle_add (appear, self);
#endif
}

static void
chat_announcer_dispose (GObject *object)
{
  g_clear_handle_id (&CHAT_ANNOUNCER (object)->showing, g_source_remove);

  G_OBJECT_CLASS (chat_announcer_parent_class)->dispose (object);
}

static void
chat_announcer_class_init (ChatAnnouncerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = chat_announcer_dispose;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_ALERT);
}

static void
chat_announcer_init (ChatAnnouncer *self)
{
}
