/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What waits to be sent, and can be taken back.
 */
#include "chat-chip.h"

struct _ChatChip
{
  GtkBox parent_instance;

  GstreamConversation    *conversation;
  GstreamConversationRow *row;

  GtkLabel *text;
};

G_DEFINE_FINAL_TYPE (ChatChip, chat_chip, GTK_TYPE_BOX)

static void
on_remove_clicked (GtkButton *button,
                   ChatChip  *self)
{
  gstream_conversation_take_back (self->conversation, self->row);
}

static void
chat_chip_dispose (GObject *object)
{
  ChatChip *self = CHAT_CHIP (object);

  g_clear_object (&self->conversation);
  g_clear_object (&self->row);

  G_OBJECT_CLASS (chat_chip_parent_class)->dispose (object);
}

static void
chat_chip_class_init (ChatChipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_chip_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatChip, text);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
}

static void
chat_chip_init (ChatChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
chat_chip_new (GstreamConversation    *conversation,
               GstreamConversationRow *row)
{
  ChatChip *self = g_object_new (CHAT_TYPE_CHIP, NULL);

  self->conversation = g_object_ref (conversation);
  self->row = g_object_ref (row);
  g_object_bind_property (row, "text", self->text, "label", G_BINDING_SYNC_CREATE);

  return GTK_WIDGET (self);
}
