/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message of a conversation, the user's or the agent's, and what can be done with it.
 */
#include "chat-row.h"

#include "chat-label.h"
#include "chat-list.h"
#include "chat-markdown.h"
#include "chat-picture.h"
#include "chat-subagent.h"
#include "chat-text.h"
#include "chat-tool-call.h"

#include <glib/gi18n.h>

struct _ChatRow
{
  GtkBox parent_instance;

  GstreamConversation    *conversation; /* NULL: nothing can be done with the row */
  GstreamConversationRow *row;          /* NULL: none */
  GSignalGroup           *signals;      /* of the row */
  GSignalGroup           *work;         /* of the conversation */

  GtkLabel    *author;
  GtkExpander *reasoning;
  GtkLabel    *thoughts;
  GtkLabel    *bubble;
  GtkBox      *editor;
  GtkTextView *edited;
  ChatText    *text;
  GtkBox      *pictures;
  GtkBox      *tool_calls;
  GtkBox      *subagents;
  GtkBox      *trouble;
  GtkLabel    *trouble_text;
  GtkButton   *retry;
  GtkButton   *take_back;
  GtkBox      *actions;
  GtkSpinner  *spinner;
  GtkLabel    *status;
  GtkButton   *copy;
  GtkButton   *edit;
  GtkButton   *regenerate;
  GtkBox      *branches;
  GtkButton   *previous;
  GtkLabel    *branch;
  GtkButton   *next;
};

G_DEFINE_FINAL_TYPE (ChatRow, chat_row, GTK_TYPE_BOX)

static gboolean
is_human (ChatRow *self)
{
  return gstream_conversation_row_get_role (self->row) == GSTREAM_CONVERSATION_ROLE_HUMAN;
}

static void
set_visible (gpointer widget,
             gboolean visible)
{
  gtk_widget_set_visible (GTK_WIDGET (widget), visible);
}

/* --- what is said --- */

static void
show_words (ChatRow *self)
{
  const char *text = gstream_conversation_row_get_text (self->row);
  gboolean    is_edited = gtk_widget_get_visible (GTK_WIDGET (self->editor));

  if (is_human (self))
    {
      gtk_label_set_text (self->bubble, text);
      gtk_widget_set_direction (GTK_WIDGET (self->bubble), chat_text_get_direction (text));
      set_visible (self->bubble, *text != '\0' && !is_edited);
      set_visible (self->text, FALSE);
      return;
    }

  chat_text_set_text (self->text, text);
  set_visible (self->text, *text != '\0');
  set_visible (self->bubble, FALSE);
}

static void
show_author (ChatRow *self)
{
  static const char *const roles[] = { NULL, NULL, N_ ("Tool"), N_ ("Instructions"), N_ ("Note") };
  const char              *name = gstream_conversation_row_get_name (self->row);
  const char              *role = roles[gstream_conversation_row_get_role (self->row)];

  chat_label_show (self->author, name != NULL ? name : role != NULL ? _ (role) : NULL);
}

static void
show_reasoning (ChatRow *self)
{
  const char *reasoning = gstream_conversation_row_get_reasoning (self->row);

  gtk_label_set_text (self->thoughts, reasoning ? reasoning : "");
  set_visible (self->reasoning, reasoning != NULL);
}

/* While it is spoken, what is not text comes whole: nothing is decoded for a token. */
static void
show_pictures (ChatRow *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pictures))) != NULL)
    gtk_box_remove (self->pictures, child);
  if (gstream_conversation_row_get_status (self->row) != GSTREAM_CONVERSATION_ROW_STATUS_STREAMING)
    chat_picture_add_all (self->pictures, gstream_conversation_row_get_content (self->row));
  set_visible (self->pictures, gtk_widget_get_first_child (GTK_WIDGET (self->pictures)) != NULL);
}

/* --- how it is --- */

static const char *
get_status_words (GstreamConversationRowStatus status)
{
  switch (status)
    {
    case GSTREAM_CONVERSATION_ROW_STATUS_QUEUED:
      return _ ("Waits its turn");
    case GSTREAM_CONVERSATION_ROW_STATUS_SENDING:
      return _ ("Sending");
    case GSTREAM_CONVERSATION_ROW_STATUS_STOPPED:
      return _ ("Stopped");
    default:
      return NULL;
    }
}

static void
show_trouble (ChatRow *self)
{
  const GError *error = gstream_conversation_row_get_error (self->row);
  gboolean      unsent = error != NULL && is_human (self) && self->conversation != NULL;

  gtk_label_set_label (self->trouble_text, error ? error->message : "");
  set_visible (self->trouble, error != NULL);
  set_visible (self->retry, unsent);
  set_visible (self->take_back, unsent);
}

static gboolean
has_calls (ChatRow *self)
{
  return g_list_model_get_n_items (gstream_conversation_row_get_tool_calls (self->row)) > 0;
}

static void
show_branches (ChatRow *self)
{
  guint            n = gstream_conversation_row_get_n_branches (self->row);
  guint            branch = gstream_conversation_row_get_branch (self->row);
  gboolean         idle = self->conversation != NULL && !gstream_conversation_get_busy (self->conversation);
  g_autofree char *words = g_strdup_printf (_ ("%u of %u"), branch + 1, n);

  set_visible (self->branches, self->conversation != NULL && n > 1);
  gtk_label_set_label (self->branch, words);
  gtk_widget_set_sensitive (GTK_WIDGET (self->previous), idle && branch > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), idle && branch + 1 < n);
}

/* What came before a tool's result is not what the user would have said again. */
static void
show_actions (ChatRow *self)
{
  GstreamConversationRowStatus status = gstream_conversation_row_get_status (self->row);
  gboolean                     speaks = status == GSTREAM_CONVERSATION_ROW_STATUS_STREAMING;
  gboolean                     idle = self->conversation != NULL && !gstream_conversation_get_busy (self->conversation);
  gboolean                     known = gstream_conversation_row_get_checkpoint_id (self->row) != NULL;
  gboolean                     plain = *gstream_conversation_row_get_text (self->row) != '\0' && !has_calls (self);
  gboolean                     many = gstream_conversation_row_get_n_branches (self->row) > 1;
  gboolean                     edited = gtk_widget_get_visible (GTK_WIDGET (self->editor));

  chat_label_show (self->status, get_status_words (status));
  set_visible (self->spinner, speaks || status == GSTREAM_CONVERSATION_ROW_STATUS_SENDING);
  gtk_spinner_set_spinning (self->spinner, gtk_widget_get_visible (GTK_WIDGET (self->spinner)));
  set_visible (self->copy, self->conversation != NULL && plain && !speaks);
  set_visible (self->edit, is_human (self) && known);
  set_visible (self->regenerate, !is_human (self) && known && plain && !speaks);
  gtk_widget_set_sensitive (GTK_WIDGET (self->edit), idle);
  gtk_widget_set_sensitive (GTK_WIDGET (self->regenerate), idle);
  show_branches (self);
  set_visible (self->actions,
               !edited && (self->conversation != NULL ? plain || many || speaks || get_status_words (status) : speaks));
}

static char *
dup_words (ChatRow *self)
{
  const char *text = gstream_conversation_row_get_text (self->row);

  return is_human (self) ? g_strdup (text) : chat_markdown_dup_words (text);
}

/* The list's item has the focus when the list is walked through: it says all. While it is spoken, only whose words these are. */
static void
show_name (ChatRow *self)
{
  gboolean    speaks = gstream_conversation_row_get_status (self->row) == GSTREAM_CONVERSATION_ROW_STATUS_STREAMING;
  const char *who = is_human (self) ? _ ("You") : _ ("Agent");
  g_autofree char *text = speaks ? NULL : dup_words (self);
  /* Translators: who says something, and what */
  g_autofree char *words = text == NULL || *text == '\0' ? g_strdup (who) : g_strdup_printf (_ ("%s: %s"), who, text);
  GtkWidget       *item = gtk_widget_get_parent (GTK_WIDGET (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, who, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_BUSY, speaks, -1);
  if (self->conversation != NULL && item != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

static void
on_status (ChatRow *self)
{
  show_name (self);
  show_pictures (self);
  show_trouble (self);
  show_actions (self);
}

static void
on_text (ChatRow *self)
{
  if (gstream_conversation_row_get_status (self->row) != GSTREAM_CONVERSATION_ROW_STATUS_STREAMING)
    show_name (self);
  show_words (self);
  show_actions (self);
}

static void
show_side (ChatRow *self)
{
  gboolean human = is_human (self);

  gtk_widget_set_halign (GTK_WIDGET (self->actions), human ? GTK_ALIGN_END : GTK_ALIGN_START);
  gtk_widget_set_halign (GTK_WIDGET (self->pictures), human ? GTK_ALIGN_END : GTK_ALIGN_START);
  if (human)
    gtk_widget_add_css_class (GTK_WIDGET (self), "human");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "human");
}

static void
show_all (ChatRow *self)
{
  set_visible (self->editor, FALSE);
  show_side (self);
  show_author (self);
  show_reasoning (self);
  show_words (self);
  on_status (self);
}

/* --- what the user does with it --- */

static void
tell (ChatRow      *self,
      const GError *error)
{
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    gtk_widget_activate_action (GTK_WIDGET (self), "view.tell", "s", error->message);
}

static void
on_copy_clicked (GtkButton *button,
                 ChatRow   *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "view.copy", "s", gstream_conversation_row_get_text (self->row));
}

static void
on_regenerated (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (ChatRow) self = user_data;
  g_autoptr (GError) error = NULL;

  gstream_conversation_regenerate_finish (GSTREAM_CONVERSATION (object), result, &error);
  tell (self, error);
}

static void
on_regenerate_clicked (GtkButton *button,
                       ChatRow   *self)
{
  gstream_conversation_regenerate (self->conversation, self->row, NULL, NULL, on_regenerated, g_object_ref (self));
}

static void
on_edit_clicked (GtkButton *button,
                 ChatRow   *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->edited);

  gtk_text_buffer_set_text (buffer, gstream_conversation_row_get_text (self->row), -1);
  set_visible (self->editor, TRUE);
  on_text (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->edited));
}

static void
end_edit (ChatRow *self)
{
  set_visible (self->editor, FALSE);
  on_text (self);
}

static void
cancel_edit (GtkWidget  *widget,
             const char *action,
             GVariant   *parameter)
{
  end_edit (CHAT_ROW (widget));
  gtk_widget_grab_focus (GTK_WIDGET (CHAT_ROW (widget)->edit));
}

static void
on_edited (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ChatRow) self = user_data;
  g_autoptr (GError) error = NULL;

  gstream_conversation_edit_finish (GSTREAM_CONVERSATION (object), result, &error);
  tell (self, error);
}

static void
send_edit (GtkWidget  *widget,
           const char *action,
           GVariant   *parameter)
{
  ChatRow         *self = CHAT_ROW (widget);
  GtkTextBuffer   *buffer = gtk_text_view_get_buffer (self->edited);
  g_autofree char *text = NULL;
  GtkTextIter      start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  if (*g_strstrip (text) == '\0')
    return;

  gtk_widget_activate_action (widget, "view.write", NULL);
  end_edit (self);
  gstream_conversation_edit (self->conversation, self->row, text, NULL, NULL, on_edited, g_object_ref (self));
}

static void
on_branch_chosen (GObject      *object,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (ChatRow) self = user_data;
  g_autoptr (GError) error = NULL;

  gstream_conversation_choose_branch_finish (GSTREAM_CONVERSATION (object), result, &error);
  tell (self, error);
}

static void
on_branch_clicked (GtkButton *button,
                   ChatRow   *self)
{
  guint branch = gstream_conversation_row_get_branch (self->row);

  gstream_conversation_choose_branch (self->conversation, self->row, button == self->next ? branch + 1 : branch - 1,
                                      NULL, on_branch_chosen, g_object_ref (self));
}

static void
on_retry_clicked (GtkButton *button,
                  ChatRow   *self)
{
  gstream_conversation_retry (self->conversation, self->row);
}

static void
on_take_back_clicked (GtkButton *button,
                      ChatRow   *self)
{
  gstream_conversation_take_back (self->conversation, self->row);
}

/* --- the widget --- */

static GtkWidget *
create_tool_call (gpointer item,
                  gpointer user_data)
{
  return chat_tool_call_new (item);
}

static GtkWidget *
create_subagent (gpointer item,
                 gpointer user_data)
{
  return chat_subagent_new (item, FALSE);
}

void
chat_row_set_row (ChatRow                *self,
                  GstreamConversation    *conversation,
                  GstreamConversationRow *row)
{
  if (self->row == row)
    return;

  chat_list_unbind (self->tool_calls);
  chat_list_unbind (self->subagents);
  g_set_object (&self->row, row);
  g_set_object (&self->conversation, conversation);
  g_signal_group_set_target (self->signals, row);
  g_signal_group_set_target (self->work, conversation);
  if (row == NULL)
    return;

  chat_list_bind (self->tool_calls, gstream_conversation_row_get_tool_calls (row), create_tool_call, NULL);
  chat_list_bind (self->subagents, gstream_conversation_row_get_subagents (row), create_subagent, NULL);
  show_all (self);
}

static void
watch (ChatRow    *self,
       const char *signal,
       gpointer    function)
{
  g_signal_group_connect_swapped (self->signals, signal, function, self);
}

static void
chat_row_dispose (GObject *object)
{
  ChatRow *self = CHAT_ROW (object);

  if (self->tool_calls != NULL)
    chat_row_set_row (self, NULL, NULL);
  g_clear_object (&self->signals);
  g_clear_object (&self->work);

  G_OBJECT_CLASS (chat_row_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ChatRow, author);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, reasoning);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, thoughts);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, bubble);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, editor);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, edited);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, text);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, pictures);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, tool_calls);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, subagents);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, trouble);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, trouble_text);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, retry);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, take_back);
}

static void
bind_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ChatRow, actions);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, status);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, copy);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, edit);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, regenerate);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, branches);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, previous);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, branch);
  gtk_widget_class_bind_template_child (widget_class, ChatRow, next);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_edit_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_regenerate_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_branch_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_retry_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_take_back_clicked);
}

static void
chat_row_class_init (ChatRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_row_dispose;
  g_type_ensure (CHAT_TYPE_TEXT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget_class, "row.cancel-edit", NULL, cancel_edit);
  gtk_widget_class_install_action (widget_class, "row.send-edit", NULL, send_edit);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-row.ui");
  bind_children (widget_class);
  bind_actions (widget_class);
}

static void
chat_row_init (ChatRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->signals = g_signal_group_new (GSTREAM_TYPE_CONVERSATION_ROW);
  watch (self, "notify::text", on_text);
  watch (self, "notify::reasoning", show_reasoning);
  watch (self, "notify::payload", show_author);
  watch (self, "notify::content", show_pictures);
  watch (self, "notify::status", on_status);
  watch (self, "notify::error", show_trouble);
  watch (self, "notify::checkpoint-id", show_actions);
  watch (self, "notify::n-branches", show_actions);
  watch (self, "notify::branch", show_actions);
  self->work = g_signal_group_new (GSTREAM_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->work, "notify::busy", G_CALLBACK (show_actions), self);
}

GtkWidget *
chat_row_new (void)
{
  return g_object_new (CHAT_TYPE_ROW, NULL);
}
