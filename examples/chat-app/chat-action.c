/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An action that the agent asks about before it performs it, with a button for each decision that is allowed. What there
 * is to say of a decision, its arguments or a message, is written before it is made. It can be changed until it is sent.
 */
#include "chat-action.h"

#include "chat-arguments.h"
#include "chat-focus.h"
#include "chat-label.h"

#include <glib/gi18n.h>

struct _ChatAction
{
  GtkBox parent_instance;

  GstreamActionRequest *request;
  GstreamDecision       writing; /* what is written for; NONE: nothing is */
  GstreamPayload       *edited;  /* what the arguments were changed to; NULL: they were not */

  GtkLabel      *name;
  GtkLabel      *description;
  ChatArguments *arguments;
  GtkBox        *message_box;
  GtkEntry      *message;
  GtkLabel      *error;
  GtkFlowBox    *choices;
  GtkBox        *confirm_box;
  GtkButton     *confirm;
  GtkBox        *decided_box;
  GtkLabel      *decided;
};

G_DEFINE_FINAL_TYPE (ChatAction, chat_action, GTK_TYPE_BOX)

/* --- how it is --- */

static const char *
get_decided_words (GstreamDecision decision)
{
  static const char *const words[] = { "", N_ ("Approved"), N_ ("Approved with changes"), N_ ("Rejected"),
                                       N_ ("Answered") };

  return decision != GSTREAM_DECISION_NONE ? _ (words[decision]) : "";
}

static const char *
get_confirm_words (GstreamDecision decision)
{
  return decision == GSTREAM_DECISION_EDIT     ? _ ("Approve Changes")
         : decision == GSTREAM_DECISION_REJECT ? _ ("Reject")
                                               : _ ("Answer");
}

static void
show_arguments (ChatAction *self)
{
  gboolean        edits = self->writing == GSTREAM_DECISION_EDIT;
  gboolean        is_edited = edits || gstream_action_request_get_decision (self->request) == GSTREAM_DECISION_EDIT;
  GstreamPayload *requested = gstream_action_request_get_arguments (self->request);

  chat_arguments_show (self->arguments, is_edited && self->edited != NULL ? self->edited : requested, edits);
}

static void
on_changed (ChatAction *self)
{
  GstreamDecision decision = gstream_action_request_get_decision (self->request);
  gboolean        writes = self->writing != GSTREAM_DECISION_NONE;
  gboolean        is_decided = decision != GSTREAM_DECISION_NONE && !writes;
  const char     *confirm = get_confirm_words (self->writing);

  gtk_widget_set_visible (GTK_WIDGET (self->choices), !writes && !is_decided);
  gtk_widget_set_visible (GTK_WIDGET (self->decided_box), is_decided);
  gtk_label_set_label (self->decided, get_decided_words (decision));
  gtk_widget_set_visible (GTK_WIDGET (self->confirm_box), writes);
  gtk_button_set_label (self->confirm, confirm);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->confirm), GTK_ACCESSIBLE_PROPERTY_LABEL, confirm, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->message_box), writes && self->writing != GSTREAM_DECISION_EDIT);
  gtk_entry_set_placeholder_text (self->message, self->writing == GSTREAM_DECISION_REJECT ? _ ("Why not? (optional)")
                                                                                          : _ ("Your answer"));
  chat_label_show (self->error, NULL);
}

/* --- writing --- */

/* The keyboard goes on at the first thing that can be done now. */
static void
go_on (ChatAction *self)
{
  if (self->writing == GSTREAM_DECISION_EDIT)
    gtk_widget_child_focus (GTK_WIDGET (self->arguments), GTK_DIR_TAB_FORWARD);
  else if (self->writing != GSTREAM_DECISION_NONE)
    gtk_widget_grab_focus (GTK_WIDGET (self->message));
  else if (gtk_widget_get_visible (GTK_WIDGET (self->decided_box)))
    gtk_widget_child_focus (GTK_WIDGET (self->decided_box), GTK_DIR_TAB_FORWARD);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->choices), GTK_DIR_TAB_FORWARD);
}

static void
set_writing (ChatAction     *self,
             GstreamDecision decision)
{
  gboolean has_focus = chat_focus_is_in (GTK_WIDGET (self));

  self->writing = decision;
  show_arguments (self);
  on_changed (self);
  if (has_focus)
    go_on (self);
}

static gboolean
edit (ChatAction *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) arguments = chat_arguments_dup (self->arguments, &error);

  if (arguments == NULL)
    {
      chat_label_show (self->error, error->message);
      return FALSE;
    }

  g_clear_pointer (&self->edited, gstream_payload_unref);
  self->edited = gstream_payload_ref (arguments);
  gstream_action_request_edit (self->request, arguments);

  return TRUE;
}

static gboolean
write_decision (ChatAction *self)
{
  g_autofree char *message = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->message)));
  gboolean         has_message = *g_strstrip (message) != '\0';

  if (self->writing == GSTREAM_DECISION_EDIT)
    return edit (self);
  if (self->writing == GSTREAM_DECISION_REJECT)
    gstream_action_request_reject (self->request, has_message ? message : NULL);
  else if (has_message)
    gstream_action_request_respond (self->request, message);
  else
    return FALSE;

  return TRUE;
}

/* Where it was the last to be decided, the answer is sent with that. */
static void
on_confirmed (GtkWidget  *widget,
              ChatAction *self)
{
  if (write_decision (self))
    set_writing (self, GSTREAM_DECISION_NONE);
}

static void
on_cancelled (GtkButton  *button,
              ChatAction *self)
{
  set_writing (self, GSTREAM_DECISION_NONE);
}

static gboolean
on_escape (GtkWidget *widget,
           GVariant  *arguments,
           gpointer   user_data)
{
  ChatAction *self = CHAT_ACTION (widget);

  if (self->writing == GSTREAM_DECISION_NONE)
    return GDK_EVENT_PROPAGATE;

  set_writing (self, GSTREAM_DECISION_NONE);

  return GDK_EVENT_STOP;
}

static void
on_reconsidered (GtkButton  *button,
                 ChatAction *self)
{
  gstream_action_request_reconsider (self->request);
  set_writing (self, GSTREAM_DECISION_NONE);
}

/* --- deciding --- */

static void
on_choice_clicked (ChatAction *self,
                   GtkButton  *button)
{
  GstreamDecision decision = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "decision"));

  if (decision == GSTREAM_DECISION_APPROVE)
    gstream_action_request_approve (self->request);
  else
    set_writing (self, decision);
}

static void
add_choices (ChatAction *self)
{
  static const char *const words[] = { NULL, N_ ("Approve"), N_ ("Edit…"), N_ ("Reject…"), N_ ("Answer…") };

  for (guint i = GSTREAM_DECISION_APPROVE; i < G_N_ELEMENTS (words); i++)
    if (gstream_action_request_allows (self->request, i))
      {
        GtkWidget *button = chat_label_add_choice (self->choices, _ (words[i]));

        if (i == GSTREAM_DECISION_APPROVE)
          gtk_widget_add_css_class (button, "suggested-action");
        g_object_set_data (G_OBJECT (button), "decision", GUINT_TO_POINTER (i));
        g_signal_connect_object (button, "clicked", G_CALLBACK (on_choice_clicked), self, G_CONNECT_SWAPPED);
      }
}

/* --- the widget --- */

static void
chat_action_dispose (GObject *object)
{
  ChatAction *self = CHAT_ACTION (object);

  g_clear_object (&self->request);
  g_clear_pointer (&self->edited, gstream_payload_unref);

  G_OBJECT_CLASS (chat_action_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, ChatAction, name);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, description);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, arguments);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, message_box);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, message);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, error);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, choices);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, confirm_box);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, confirm);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, decided_box);
  gtk_widget_class_bind_template_child (widget_class, ChatAction, decided);
  gtk_widget_class_bind_template_callback (widget_class, on_confirmed);
  gtk_widget_class_bind_template_callback (widget_class, on_cancelled);
  gtk_widget_class_bind_template_callback (widget_class, on_reconsidered);
}

static void
chat_action_class_init (ChatActionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_action_dispose;
  g_type_ensure (CHAT_TYPE_ARGUMENTS);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape, NULL);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-action.ui");
  bind_children (widget_class);
}

static void
chat_action_init (ChatAction *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
chat_action_new (GstreamActionRequest *request)
{
  ChatAction *self = g_object_new (CHAT_TYPE_ACTION, NULL);

  self->request = g_object_ref (request);
  g_signal_connect_object (request, "notify::decision", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  gtk_label_set_label (self->name, gstream_action_request_get_name (request));
  chat_label_show (self->description, gstream_action_request_get_description (request));
  if (gstream_action_request_get_edited_arguments (request) != NULL)
    self->edited = gstream_payload_ref (gstream_action_request_get_edited_arguments (request));
  show_arguments (self);
  add_choices (self);
  on_changed (self);

  return GTK_WIDGET (self);
}
