/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation, with the place to write in. It has the signals `sending`, with the user's words, before they are sent,
 * and `telling`, with what the user is to be told.
 */
#include "chat-view.h"

#include "chat-announcer.h"
#include "chat-banner.h"
#include "chat-chip.h"
#include "chat-composer.h"
#include "chat-label.h"
#include "chat-limit.h"
#include "chat-list.h"
#include "chat-markdown.h"
#include "chat-question.h"
#include "chat-row.h"

#include "../common/end-follower.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _ChatView
{
  GtkWidget parent_instance;

  GstreamConversation *conversation; /* NULL: none */
  GSignalGroup        *signals;      /* of the conversation */
  gboolean             was_busy;
  guint                ended; /* idle source, after a run; 0: none */

  GtkWidget     *box;
  ChatAnnouncer *announcer;
  ChatBanner    *banner;
  GtkStack      *stack;
  GtkSpinner    *spinner;
  GtkFlowBox    *suggestions;
  GtkListView   *list;
  EndFollower   *follower;
  GtkBox        *questions;
  GtkBox        *trouble;
  GtkLabel      *trouble_text;
  GtkButton     *retry;
  GtkBox        *queue;
  GtkWidget     *send_queued; /* after a stop or an error, which pauses the queue */
  ChatComposer  *composer;
};

enum
{
  SIGNAL_SENDING,
  SIGNAL_TELLING,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ChatView, chat_view, GTK_TYPE_WIDGET)

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

static GtkWidget *
create_chip (gpointer item,
             gpointer user_data)
{
  return chat_chip_new (CHAT_VIEW (user_data)->conversation, item);
}

/* --- how it is --- */

/* A list that shows its end while ten thousand rows come would make each of them. It gets those of an opened conversation at
 * once, and what is said then as it comes. */
static gboolean
show_rows (ChatView *self)
{
  GListModel *model = G_LIST_MODEL (self->conversation);
  g_autoptr (GtkNoSelection) rows = NULL;

  if (gtk_list_view_get_model (self->list) != NULL)
    return TRUE;
  if (model == NULL || g_list_model_get_n_items (model) == 0 || gstream_conversation_get_loading (self->conversation))
    return FALSE;

  rows = gtk_no_selection_new (g_object_ref (model));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (rows));
  end_follower_follow (self->follower);

  return TRUE;
}

static void
show_page (ChatView *self)
{
  gboolean    has_rows = show_rows (self) && g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) > 0;
  gboolean    loads = !has_rows && self->conversation != NULL && gstream_conversation_get_loading (self->conversation);
  const char *page = has_rows ? "rows" : loads ? "loading" : "empty";

  gtk_spinner_set_spinning (self->spinner, loads);
  gtk_stack_set_visible_child_name (self->stack, page);
}

static GstreamConversationRow *
get_last_row (ChatView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));

  return n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->conversation), n - 1) : NULL;
}

static GstreamQuestion *
get_question (ChatView *self)
{
  return g_list_model_get_item (gstream_conversation_get_questions (self->conversation), 0);
}

/* What an eye would see at the end of a run. It has to be in the models first. */
static void
announce_end (ChatView *self)
{
  const GError *error = gstream_conversation_get_error (self->conversation);
  g_autoptr (GstreamQuestion) question = get_question (self);
  g_autoptr (GstreamConversationRow) row = get_last_row (self);
  g_autofree char *words = NULL;

  if (error != NULL)
    words = g_strdup_printf (_ ("The agent failed: %s"), error->message);
  else if (question != NULL)
    words = g_strdup_printf (_ ("The agent asks: %s"), gstream_question_get_text (question));
  else if (row != NULL && gstream_conversation_row_get_role (row) == GSTREAM_CONVERSATION_ROLE_AI)
    words = chat_markdown_dup_words (gstream_conversation_row_get_text (row));

  if (words != NULL)
    chat_announcer_say (self->announcer, words);
}

static gboolean
on_ended (gpointer user_data)
{
  ChatView *self = user_data;

  self->ended = 0;
  announce_end (self);

  return G_SOURCE_REMOVE;
}

static void
on_busy (ChatView *self)
{
  gboolean busy = gstream_conversation_get_busy (self->conversation);

  chat_composer_set_busy (self->composer, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->retry), !busy);
  gtk_widget_set_visible (self->send_queued, !busy);
  if (self->was_busy && !busy && self->ended == 0)
    self->ended = g_idle_add (on_ended, self);
  self->was_busy = busy;
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

  if (row != NULL)
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

  end_follower_follow (self->follower);
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
on_send_queued_clicked (GtkButton *button,
                        ChatView  *self)
{
  gstream_conversation_send_queued (self->conversation);
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
write_message (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  gtk_widget_grab_focus (widget);
}

static void
tell (GtkWidget  *widget,
      const char *name,
      GVariant   *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_TELLING], 0, g_variant_get_string (parameter, NULL));
}

static void
copy (GtkWidget  *widget,
      const char *name,
      GVariant   *parameter)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (parameter, NULL));
  g_signal_emit (widget, signals[SIGNAL_TELLING], 0, _ ("Copied"));
}

static void
on_end_clicked (GtkButton *button,
                ChatView  *self)
{
  end_follower_follow (self->follower);
}

static void
on_suggestion_clicked (ChatView  *self,
                       GtkButton *button)
{
  chat_view_send (self, gtk_label_get_label (GTK_LABEL (gtk_button_get_child (button))));
}

void
chat_view_set_suggestions (ChatView          *self,
                           const char *const *suggestions)
{
  for (; suggestions != NULL && *suggestions != NULL; suggestions++)
    {
      GtkWidget *button = chat_label_add_choice (self->suggestions, *suggestions);

      gtk_widget_add_css_class (button, "suggestion");
      g_signal_connect_object (button, "clicked", G_CALLBACK (on_suggestion_clicked), self, G_CONNECT_SWAPPED);
    }
}

/* --- the widget --- */

static void
leave (ChatView *self)
{
  g_clear_handle_id (&self->ended, g_source_remove);
  gtk_list_view_set_model (self->list, NULL);
  chat_list_unbind (self->questions);
  chat_list_unbind (self->queue);
  chat_banner_set_run (self->banner, NULL);
}

static void
enter (ChatView *self)
{
  chat_list_bind (self->questions, gstream_conversation_get_questions (self->conversation), create_question, self);
  chat_list_bind (self->queue, gstream_conversation_get_queue (self->conversation), create_chip, self);
  self->was_busy = FALSE;
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
  end_follower_follow (self->follower);
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
  gtk_widget_class_bind_template_child (widget_class, ChatView, announcer);
  gtk_widget_class_bind_template_child (widget_class, ChatView, banner);
  gtk_widget_class_bind_template_child (widget_class, ChatView, stack);
  gtk_widget_class_bind_template_child (widget_class, ChatView, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatView, suggestions);
  gtk_widget_class_bind_template_child (widget_class, ChatView, list);
  gtk_widget_class_bind_template_child (widget_class, ChatView, follower);
  gtk_widget_class_bind_template_child (widget_class, ChatView, questions);
  gtk_widget_class_bind_template_child (widget_class, ChatView, trouble);
  gtk_widget_class_bind_template_child (widget_class, ChatView, trouble_text);
  gtk_widget_class_bind_template_child (widget_class, ChatView, retry);
  gtk_widget_class_bind_template_child (widget_class, ChatView, queue);
  gtk_widget_class_bind_template_child (widget_class, ChatView, send_queued);
  gtk_widget_class_bind_template_child (widget_class, ChatView, composer);
  gtk_widget_class_bind_template_callback (widget_class, on_row_setup);
  gtk_widget_class_bind_template_callback (widget_class, on_row_bind);
  gtk_widget_class_bind_template_callback (widget_class, on_row_unbind);
  gtk_widget_class_bind_template_callback (widget_class, on_send);
  gtk_widget_class_bind_template_callback (widget_class, on_stop);
  gtk_widget_class_bind_template_callback (widget_class, on_send_queued_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_end_clicked);
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
  g_type_ensure (CHAT_TYPE_ANNOUNCER);
  g_type_ensure (CHAT_TYPE_BANNER);
  g_type_ensure (CHAT_TYPE_COMPOSER);
  g_type_ensure (END_TYPE_FOLLOWER);
  g_type_ensure (CHAT_TYPE_LIMIT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "view.stop", NULL, stop);
  gtk_widget_class_install_action (widget_class, "view.write", NULL, write_message);
  gtk_widget_class_install_action (widget_class, "view.tell", "s", tell);
  gtk_widget_class_install_action (widget_class, "view.copy", "s", copy);
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
  show_page (self);
}
