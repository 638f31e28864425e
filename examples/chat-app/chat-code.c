/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A block of code, which can be copied.
 */
#include "chat-code.h"

#include <glib/gi18n.h>
#include <string.h>

struct _ChatCode
{
  GtkBox parent_instance;

  GtkLabel *language;
  GtkLabel *code;
};

G_DEFINE_FINAL_TYPE (ChatCode, chat_code, GTK_TYPE_BOX)

static void
on_copy_clicked (GtkButton *button,
                 ChatCode  *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "view.copy", "s", gtk_label_get_text (self->code));
}

static void
chat_code_class_init (ChatCodeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-code.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatCode, language);
  gtk_widget_class_bind_template_child (widget_class, ChatCode, code);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_clicked);
}

static void
chat_code_init (ChatCode *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_direction (GTK_WIDGET (self->code), GTK_TEXT_DIR_LTR); /* in every language */
}

GtkWidget *
chat_code_new (const char *language,
               const char *code)
{
  ChatCode        *self = g_object_new (CHAT_TYPE_CODE, NULL);
  gsize            length = strlen (code);
  g_autofree char *text = g_strndup (code, length > 0 && code[length - 1] == '\n' ? length - 1 : length);

  gtk_label_set_label (self->language, language != NULL && *language != '\0' ? language : _ ("Code"));
  gtk_label_set_text (self->code, text);

  return GTK_WIDGET (self);
}
