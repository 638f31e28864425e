/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the user writes: Enter sends, Shift+Enter begins a new line.
 */
#include "chat-composer.h"

#include <glib/gi18n.h>

struct _ChatComposer
{
  GtkBox parent_instance;

  gboolean busy;

  GtkTextView *text;
  GtkLabel    *placeholder;
  GtkButton   *send;
  GtkButton   *stop;
};

enum
{
  SIGNAL_SEND,
  SIGNAL_STOP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ChatComposer, chat_composer, GTK_TYPE_BOX)

static char *
dup_text (ChatComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter    start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
on_changed (ChatComposer *self)
{
  g_autofree char *text = dup_text (self);
  gboolean         is_written = *g_strstrip (text) != '\0';
  const char      *words = self->busy ? _ ("Add to the Queue") : _ ("Send");

  gtk_widget_set_visible (GTK_WIDGET (self->placeholder),
                          gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (self->text)) == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->send), is_written || !self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->stop), self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->send), is_written);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->send), words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->send), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void
send (ChatComposer *self)
{
  g_autofree char *text = dup_text (self);

  if (*g_strstrip (text) == '\0')
    return;

  gtk_widget_grab_focus (GTK_WIDGET (self->text));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", -1);
  g_signal_emit (self, signals[SIGNAL_SEND], 0, text);
}

static void
on_send_clicked (GtkButton    *button,
                 ChatComposer *self)
{
  send (self);
}

static void
on_stop_clicked (GtkButton    *button,
                 ChatComposer *self)
{
  g_signal_emit (self, signals[SIGNAL_STOP], 0);
}

static gboolean
on_key_pressed (GtkEventControllerKey *controller,
                guint                  key,
                guint                  code,
                GdkModifierType        modifiers,
                ChatComposer          *self)
{
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter)
    return GDK_EVENT_PROPAGATE;
  if ((modifiers & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  send (self);

  return GDK_EVENT_STOP;
}

void
chat_composer_set_busy (ChatComposer *self,
                        gboolean      busy)
{
  self->busy = busy;
  on_changed (self);
}

static gboolean
chat_composer_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CHAT_COMPOSER (widget)->text));
}

static void
chat_composer_class_init (ChatComposerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->grab_focus = chat_composer_grab_focus;
  signals[SIGNAL_SEND] =
      g_signal_new ("send", CHAT_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_STOP] =
      g_signal_new ("stop", CHAT_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatComposer, text);
  gtk_widget_class_bind_template_child (widget_class, ChatComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, ChatComposer, send);
  gtk_widget_class_bind_template_child (widget_class, ChatComposer, stop);
  gtk_widget_class_bind_template_callback (widget_class, on_send_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_stop_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_key_pressed);
}

static void
chat_composer_init (ChatComposer *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (gtk_text_view_get_buffer (self->text), "changed", G_CALLBACK (on_changed), self,
                           G_CONNECT_SWAPPED);
  on_changed (self);
}
