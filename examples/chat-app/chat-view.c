/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation, with the place to write in. It has the signals `sending`, with the user's words, before they are sent,
 * and `telling`, with what the user is to be told.
 */
#include "chat-view.h"

#include "chat-banner.h"
#include "chat-composer.h"
#include "chat-list.h"
#include "chat-question.h"
#include "chat-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _ChatView
{
  GtkWidget parent_instance;

  GstreamConversation *conversation; /* NULL: none */
  GSignalGroup        *signals;      /* of the conversation */
  gboolean             at_end;       /* the list shows its end, and follows it */
  double               end;          /* where that was */

  GtkWidget         *box;
  ChatBanner        *banner;
  GtkStack          *stack;
  GtkSpinner        *spinner;
  GtkFlowBox        *suggestions;
  GtkScrolledWindow *scroller;
  GtkListView       *list;
  GtkBox            *questions;
  GtkBox            *trouble;
  GtkLabel          *trouble_text;
  GtkBox            *queue;
  ChatComposer      *composer;
};

enum
{
  SIGNAL_SENDING,
  SIGNAL_TELLING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ChatView, chat_view, GTK_TYPE_WIDGET)

/* --- the end of the list stays in sight, unless the user has scrolled away from it --- */

static double
get_end (GtkAdjustment *adjustment)
{
  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);
}

static gboolean
scroll_to_end (GtkWidget     *widget,
               GdkFrameClock *clock,
               gpointer       user_data)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));

  gtk_adjustment_set_value (adjustment, get_end (adjustment));

  return G_SOURCE_REMOVE;
}

/* From inside the list's layout, which must not be changed now: the next frame scrolls. */
static void
on_grown (GtkAdjustment *adjustment,
          ChatView      *self)
{
  if (self->at_end && get_end (adjustment) != self->end)
    gtk_widget_add_tick_callback (GTK_WIDGET (self->scroller), scroll_to_end, NULL, NULL);
  self->end = get_end (adjustment);
}

static void
on_scrolled (GtkAdjustment *adjustment,
             ChatView      *self)
{
  /* Where the list has grown, it was not the user who scrolled. */
  if (get_end (adjustment) == self->end)
    self->at_end = gtk_adjustment_get_value (adjustment) >= self->end - 1;
}

static void
follow_end (ChatView *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);

  self->at_end = TRUE;
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (on_grown), self, 0);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (on_scrolled), self, 0);
}

/* --- rows --- */

static void
on_row_setup (GtkSignalListItemFactory *factory,
              GtkListItem              *item,
              ChatView                 *self)
{
  gtk_list_item_set_child (item, chat_row_new ());
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_selectable (item, FALSE);
}

static void
on_row_bind (GtkSignalListItemFactory *factory,
             GtkListItem              *item,
             ChatView                 *self)
{
  chat_row_set_row (CHAT_ROW (gtk_list_item_get_child (item)), self->conversation, gtk_list_item_get_item (item));
}

static void
on_row_unbind (GtkSignalListItemFactory *factory,
               GtkListItem              *item,
               ChatView                 *self)
{
  chat_row_set_row (CHAT_ROW (gtk_list_item_get_child (item)), NULL, NULL);
}

/* --- what is waiting --- */

static GtkWidget *
create_question (gpointer item,
                 gpointer user_data)
{
  return chat_question_new (CHAT_VIEW (user_data)->conversation, item);
}

static void
on_chip_clicked (GtkButton *button,
                 ChatView  *self)
{
  gstream_conversation_take_back (self->conversation, g_object_get_data (G_OBJECT (button), "row"));
}

static GtkWidget *
create_chip (gpointer item,
             gpointer user_data)
{
  GtkWidget *chip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (gstream_conversation_row_get_text (item));
  GtkWidget *remove = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_add_css_class (remove, "small");
  gtk_widget_set_tooltip_text (remove, _ ("Take Back"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Take Back"), -1);
  g_object_bind_property (item, "text", label, "label", G_BINDING_SYNC_CREATE);
  g_object_set_data_full (G_OBJECT (remove), "row", g_object_ref (item), g_object_unref);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (on_chip_clicked), user_data, 0);
  gtk_widget_add_css_class (chip, "chip");
  gtk_box_append (GTK_BOX (chip), label);
  gtk_box_append (GTK_BOX (chip), remove);

  return chip;
}

/* --- how it is --- */

static void
show_page (ChatView *self)
{
  gboolean    has_rows = self->conversation != NULL && g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) > 0;
  gboolean    loads = !has_rows && self->conversation != NULL && gstream_conversation_get_loading (self->conversation);
  const char *page = has_rows ? "rows" : loads ? "loading" : "empty";

  gtk_spinner_set_spinning (self->spinner, loads);
  gtk_stack_set_visible_child_name (self->stack, page);
}

static void
on_busy (ChatView *self)
{
  chat_composer_set_busy (self->composer, gstream_conversation_get_busy (self->conversation));
}

static void
on_run (ChatView *self)
{
  chat_banner_set_run (self->banner, gstream_conversation_get_run (self->conversation));
}

static void
on_error (ChatView *self)
{
  const GError *error = gstream_conversation_get_error (self->conversation);

  gtk_label_set_label (self->trouble_text, error ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->trouble), error != NULL);
}

static GstreamConversationRow *
get_last_row (ChatView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));

  return n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->conversation), n - 1) : NULL;
}

static void
on_retried (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ChatView) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gstream_conversation_regenerate_finish (GSTREAM_CONVERSATION (object), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[SIGNAL_TELLING], 0, error->message);
}

static void
on_retry_clicked (GtkButton *button,
                  ChatView  *self)
{
  g_autoptr (GstreamConversationRow) row = get_last_row (self);

  if (row != NULL && !gstream_conversation_get_busy (self->conversation))
    gstream_conversation_regenerate (self->conversation, row, NULL, NULL, on_retried, g_object_ref (self));
}

/* --- what the user does --- */

void
chat_view_send (ChatView   *self,
                const char *text)
{
  g_return_if_fail (CHAT_IS_VIEW (self));

  if (self->conversation == NULL)
    return;

  self->at_end = TRUE;
  g_signal_emit (self, signals[SIGNAL_SENDING], 0, text);
  gstream_conversation_send (self->conversation, text, NULL);
}

static void
on_send (ChatComposer *composer,
         const char   *text,
         ChatView     *self)
{
  chat_view_send (self, text);
}

static void
on_stop (ChatComposer *composer,
         ChatView     *self)
{
  gstream_conversation_stop (self->conversation);
}

static void
stop (GtkWidget  *widget,
      const char *name,
      GVariant   *parameter)
{
  ChatView *self = CHAT_VIEW (widget);

  if (self->conversation != NULL)
    gstream_conversation_stop (self->conversation);
}

static void
tell (GtkWidget  *widget,
      const char *name,
      GVariant   *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_TELLING], 0, g_variant_get_string (parameter, NULL));
}

static void
on_suggestion_clicked (ChatView  *self,
                       GtkButton *button)
{
  chat_view_send (self, gtk_button_get_label (button));
}

void
chat_view_set_suggestions (ChatView          *self,
                           const char *const *suggestions)
{
  for (; suggestions != NULL && *suggestions != NULL; suggestions++)
    {
      GtkWidget *button = gtk_button_new_with_label (*suggestions);

      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, *suggestions, -1);
      gtk_widget_add_css_class (button, "pill");
      gtk_widget_add_css_class (button, "suggestion");
      g_signal_connect_object (button, "clicked", G_CALLBACK (on_suggestion_clicked), self, G_CONNECT_SWAPPED);
      gtk_flow_box_append (self->suggestions, button);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
}

/* --- the widget --- */

static void
leave (ChatView *self)
{
  gtk_list_view_set_model (self->list, NULL);
  chat_list_unbind (self->questions);
  chat_list_unbind (self->queue);
  chat_banner_set_run (self->banner, NULL);
}

static void
enter (ChatView *self)
{
  g_autoptr (GtkNoSelection) rows = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->conversation)));

  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (rows));
  chat_list_bind (self->questions, gstream_conversation_get_questions (self->conversation), create_question, self);
  chat_list_bind (self->queue, gstream_conversation_get_queue (self->conversation), create_chip, self);
  on_busy (self);
  on_run (self);
  on_error (self);
}

void
chat_view_set_conversation (ChatView            *self,
                            GstreamConversation *conversation)
{
  g_return_if_fail (CHAT_IS_VIEW (self));

  if (self->conversation == conversation)
    return;

  leave (self);
  g_set_object (&self->conversation, conversation);
  g_signal_group_set_target (self->signals, conversation);
  self->at_end = TRUE;
  if (conversation != NULL)
    enter (self);
  show_page (self);
}

static gboolean
chat_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CHAT_VIEW (widget)->composer));
}

static void
chat_view_dispose (GObject *object)
{
  ChatView *self = CHAT_VIEW (object);

  if (self->box != NULL)
    chat_view_set_conversation (self, NULL);
  g_clear_object (&self->signals);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (chat_view_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ChatView, box);
  gtk_widget_class_bind_template_child (widget_class, ChatView, banner);
  gtk_widget_class_bind_template_child (widget_class, ChatView, stack);
  gtk_widget_class_bind_template_child (widget_class, ChatView, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatView, suggestions);
  gtk_widget_class_bind_template_child (widget_class, ChatView, scroller);
  gtk_widget_class_bind_template_child (widget_class, ChatView, list);
  gtk_widget_class_bind_template_child (widget_class, ChatView, questions);
  gtk_widget_class_bind_template_child (widget_class, ChatView, trouble);
  gtk_widget_class_bind_template_child (widget_class, ChatView, trouble_text);
  gtk_widget_class_bind_template_child (widget_class, ChatView, queue);
  gtk_widget_class_bind_template_child (widget_class, ChatView, composer);
  gtk_widget_class_bind_template_callback (widget_class, on_row_setup);
  gtk_widget_class_bind_template_callback (widget_class, on_row_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_clicked);
}

static guint
add_signal (const char *name)
{
  return g_signal_new (name, CHAT_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
chat_view_class_init (ChatViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_view_dispose;
  widget_class->grab_focus = chat_view_grab_focus;
  signals[SIGNAL_SENDING] = add_signal ("sending");
  signals[SIGNAL_TELLING] = add_signal ("telling");
  g_type_ensure (CHAT_TYPE_BANNER);
  g_type_ensure (CHAT_TYPE_COMPOSER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "view.stop", NULL, stop);
  gtk_widget_class_install_action (widget_class, "view.tell", "s", tell);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "view.stop", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-view.ui");
  bind_children (widget_class);
}

static void
chat_view_init (ChatView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (GSTREAM_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->signals, "items-changed", G_CALLBACK (show_page), self);
  g_signal_group_connect_swapped (self->signals, "notify::loading", G_CALLBACK (show_page), self);
  g_signal_group_connect_swapped (self->signals, "notify::busy", G_CALLBACK (on_busy), self);
  g_signal_group_connect_swapped (self->signals, "notify::run", G_CALLBACK (on_run), self);
  g_signal_group_connect_swapped (self->signals, "notify::error", G_CALLBACK (on_error), self);
  follow_end (self);
  show_page (self);
}
