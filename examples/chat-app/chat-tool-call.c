/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tool call: its name, what it was asked as a small table, and what came of it, folded.
 */
#include "chat-tool-call.h"

#include "chat-arguments.h"
#include "chat-label.h"
#include "chat-list.h"
#include "chat-subagent.h"

#include <glib/gi18n.h>

struct _ChatToolCall
{
  GtkBox parent_instance;

  GstreamConversationToolCall *call;

  GtkImage      *icon;
  GtkSpinner    *spinner;
  GtkLabel      *name;
  GtkLabel      *status;
  ChatArguments *arguments;
  GtkLabel      *progress;
  GtkBox        *subagents;
  GtkExpander   *result;
  GtkLabel      *output;
  GtkLabel      *error;
};

G_DEFINE_FINAL_TYPE (ChatToolCall, chat_tool_call, GTK_TYPE_BOX)

/* --- what comes of it --- */

static const char *
get_status_words (GstreamConversationToolCallStatus status)
{
  static const char *const words[] = { N_ ("Waiting"), N_ ("Working"), N_ ("Done"), N_ ("Failed") };

  return _ (words[status]);
}

static const char *
get_icon_name (GstreamConversationToolCallStatus status)
{
  static const char *const names[] = { "content-loading-symbolic", "content-loading-symbolic", "emblem-ok-symbolic",
                                       "dialog-error-symbolic" };

  return names[status];
}

static void
on_changed (ChatToolCall *self)
{
  GstreamConversationToolCallStatus status = gstream_conversation_tool_call_get_status (self->call);
  const GError                     *error = gstream_conversation_tool_call_get_error (self->call);
  const char                       *name = gstream_conversation_tool_call_get_name (self->call);
  const char                       *output = gstream_conversation_tool_call_get_output (self->call);
  gboolean                          works = status == GSTREAM_CONVERSATION_TOOL_CALL_STATUS_RUNNING;

  gtk_label_set_label (self->name, name ? name : _ ("Tool"));
  gtk_label_set_label (self->status, get_status_words (status));
  gtk_image_set_from_icon_name (self->icon, get_icon_name (status));
  gtk_widget_set_visible (GTK_WIDGET (self->icon), !works);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), works);
  gtk_spinner_set_spinning (self->spinner, works);
  chat_arguments_show (self->arguments, gstream_conversation_tool_call_get_input (self->call), FALSE);
  chat_label_show (self->progress,
                   output == NULL && error == NULL ? gstream_conversation_tool_call_get_progress (self->call) : NULL);
  chat_label_show (self->output, error == NULL ? output : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->result), output != NULL && error == NULL);
  chat_label_show (self->error, error != NULL ? error->message : NULL);
}

/* --- the widget --- */

static GtkWidget *
create_subagent (gpointer item,
                 gpointer user_data)
{
  return chat_subagent_new (item, TRUE);
}

static void
chat_tool_call_dispose (GObject *object)
{
  ChatToolCall *self = CHAT_TOOL_CALL (object);

  if (self->subagents != NULL)
    chat_list_unbind (self->subagents);
  g_clear_object (&self->call);

  G_OBJECT_CLASS (chat_tool_call_parent_class)->dispose (object);
}

static void
chat_tool_call_class_init (ChatToolCallClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_tool_call_dispose;
  g_type_ensure (CHAT_TYPE_ARGUMENTS);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-tool-call.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, icon);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, name);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, status);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, arguments);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, progress);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, subagents);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, result);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, output);
  gtk_widget_class_bind_template_child (widget_class, ChatToolCall, error);
}

static void
chat_tool_call_init (ChatToolCall *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
chat_tool_call_new (GstreamConversationToolCall *call)
{
  ChatToolCall *self = g_object_new (CHAT_TYPE_TOOL_CALL, NULL);

  self->call = g_object_ref (call);
  g_signal_connect_object (call, "notify", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  chat_list_bind (self->subagents, gstream_conversation_tool_call_get_subagents (call), create_subagent, NULL);
  on_changed (self);

  return GTK_WIDGET (self);
}
