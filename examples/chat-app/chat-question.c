/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the agent asks, with the choices that there are: a button for each of few, which the schema of the answer names, else
 * an entry. Where it asks about actions, each of them is there, and the answer is sent when all are decided.
 */
#include "chat-question.h"

#include "chat-action.h"
#include "chat-label.h"
#include "chat-list.h"

#include <glib/gi18n.h>

#define MOST_CHOICES 8

struct _ChatQuestion
{
  GtkBox parent_instance;

  GstreamConversation *conversation;
  GstreamQuestion     *question;

  GtkLabel   *text;
  GtkFlowBox *choices;
  GtkBox     *actions;
  GtkBox     *writing;
  GtkEntry   *entry;
  GtkSpinner *spinner;
  GtkLabel   *error;
};

G_DEFINE_FINAL_TYPE (ChatQuestion, chat_question, GTK_TYPE_BOX)

/* --- answering --- */

/* What was decided can be decided otherwise. */
static void
reconsider (GListModel *actions)
{
  for (guint i = 0; i < g_list_model_get_n_items (actions); i++)
    {
      g_autoptr (GstreamActionRequest) action = g_list_model_get_item (actions, i);

      gstream_action_request_reconsider (action);
    }
}

/* The question says itself why it was refused. */
static void
on_responded (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GstreamQuestion) question = user_data;

  if (!gstream_conversation_respond_finish (GSTREAM_CONVERSATION (object), result, NULL))
    reconsider (gstream_question_get_actions (question));
}

static void
respond (ChatQuestion   *self,
         GstreamPayload *response)
{
  gstream_conversation_respond (self->conversation, self->question, response, NULL, on_responded,
                                g_object_ref (self->question));
}

static void
on_choice_clicked (ChatQuestion *self,
                   GtkButton    *button)
{
  respond (self, g_object_get_data (G_OBJECT (button), "response"));
}

/* Whether the schema wants something else than words. */
static gboolean
wants_json (ChatQuestion *self)
{
  GstreamPayload *schema = gstream_question_get_response_schema (self->question);
  const char     *type = schema ? gstream_payload_get_string (schema, "/type") : NULL;

  return type != NULL && strcmp (type, "string") != 0;
}

static void
on_written (GtkWidget    *widget,
            ChatQuestion *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) response = NULL;

  if (*text == '\0')
    return;

  response = wants_json (self) ? gstream_payload_new (text, -1, &error) : gstream_payload_new_string (text);
  if (response != NULL)
    respond (self, response);
  else
    chat_label_show (self->error, error->message);
}

/* --- the choices --- */

static void
add_choice (ChatQuestion   *self,
            const char     *label,
            GstreamPayload *response)
{
  GtkWidget *button = chat_label_add_choice (self->choices, label);

  g_object_set_data_full (G_OBJECT (button), "response", response, (GDestroyNotify) gstream_payload_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_choice_clicked), self, G_CONNECT_SWAPPED);
}

static void
add_enum (ChatQuestion   *self,
          GstreamPayload *values)
{
  GstreamPayloadIter iter;
  GstreamPayload    *value;

  gstream_payload_iter_init (&iter, values);
  while ((value = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      const char      *words = gstream_payload_get_string (value, "");
      g_autofree char *label = words != NULL ? g_strdup (words) : gstream_payload_dup_json (value);

      add_choice (self, label, value);
    }
}

static gboolean
add_choices (ChatQuestion   *self,
             GstreamPayload *schema)
{
  g_autoptr (GstreamPayload) values = schema ? gstream_payload_lookup (schema, "/enum") : NULL;
  gsize n = values != NULL ? gstream_payload_get_size (values, "") : 0;

  if (n > 0 && n <= MOST_CHOICES)
    add_enum (self, values);
  else if (schema != NULL && g_strcmp0 (gstream_payload_get_string (schema, "/type"), "boolean") == 0)
    {
      add_choice (self, _ ("Yes"), gstream_payload_new ("true", -1, NULL));
      add_choice (self, _ ("No"), gstream_payload_new ("false", -1, NULL));
    }
  else
    return FALSE;

  return TRUE;
}

/* --- the actions --- */

static void
on_decided (ChatQuestion *self)
{
  g_autoptr (GstreamPayload) response = gstream_question_dup_response (self->question);

  if (response != NULL)
    respond (self, response);
}

static GtkWidget *
create_action (gpointer item,
               gpointer user_data)
{
  g_signal_connect_object (item, "notify::decision", G_CALLBACK (on_decided), user_data, G_CONNECT_SWAPPED);

  return chat_action_new (item);
}

static char *
dup_text (ChatQuestion *self)
{
  guint n = g_list_model_get_n_items (gstream_question_get_actions (self->question));

  return n > 0 ? g_strdup_printf (g_dngettext (NULL, "The agent asks whether it may use a tool.",
                                               "The agent asks whether it may use %u tools.", n),
                                  n)
               : g_strdup (gstream_question_get_text (self->question));
}

/* --- how it is --- */

static void
show_way (ChatQuestion *self)
{
  GstreamPayload *schema = gstream_question_get_response_schema (self->question);
  GListModel     *actions = gstream_question_get_actions (self->question);
  gboolean        has_actions = g_list_model_get_n_items (actions) > 0;
  gboolean        has_choices = !has_actions && add_choices (self, schema);
  const char     *words = schema ? gstream_payload_get_string (schema, "/description") : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->choices), has_choices);
  gtk_widget_set_visible (GTK_WIDGET (self->writing), !has_choices && !has_actions);
  gtk_entry_set_placeholder_text (self->entry, words               ? words
                                               : wants_json (self) ? _ ("Your answer, as JSON")
                                                                   : _ ("Your answer"));
  chat_list_bind (self->actions, actions, create_action, self);
}

static void
on_changed (ChatQuestion *self)
{
  const GError    *error = gstream_question_get_error (self->question);
  gboolean         waits = gstream_question_get_answering (self->question);
  g_autofree char *text = dup_text (self);

  gtk_label_set_text (self->text, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->actions), !waits);
  gtk_widget_set_sensitive (GTK_WIDGET (self->choices), !waits);
  gtk_widget_set_sensitive (GTK_WIDGET (self->writing), !waits);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), waits);
  gtk_spinner_set_spinning (self->spinner, waits);
  chat_label_show (self->error, error ? error->message : NULL);
}

/* --- the widget --- */

static void
chat_question_dispose (GObject *object)
{
  ChatQuestion *self = CHAT_QUESTION (object);

  if (self->actions != NULL)
    chat_list_unbind (self->actions);
  g_clear_object (&self->question);
  g_clear_object (&self->conversation);

  G_OBJECT_CLASS (chat_question_parent_class)->dispose (object);
}

static void
chat_question_class_init (ChatQuestionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_question_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-question.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, text);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, choices);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, actions);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, writing);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, entry);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatQuestion, error);
  gtk_widget_class_bind_template_callback (widget_class, on_written);
}

static void
chat_question_init (ChatQuestion *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
chat_question_new (GstreamConversation *conversation,
                   GstreamQuestion     *question)
{
  ChatQuestion *self = g_object_new (CHAT_TYPE_QUESTION, NULL);

  self->conversation = g_object_ref (conversation);
  self->question = g_object_ref (question);
  g_signal_connect_object (question, "notify", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  show_way (self);
  on_changed (self);

  return GTK_WIDGET (self);
}
