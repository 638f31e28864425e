/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An agent that works for another one, with what it says.
 */
#include "chat-subagent.h"

#include "chat-label.h"
#include "chat-list.h"
#include "chat-row.h"

#include <glib/gi18n.h>

struct _ChatSubagent
{
  GtkBox parent_instance;

  GstreamSubagent *subagent;
  gboolean         has_task; /* is shown already */

  GtkExpander *expander;
  GtkSpinner  *spinner;
  GtkLabel    *name;
  GtkLabel    *status;
  GtkLabel    *task;
  GtkLabel    *error;
  GtkBox      *rows;
};

G_DEFINE_FINAL_TYPE (ChatSubagent, chat_subagent, GTK_TYPE_BOX)

static char *
dup_status (GstreamSubagent *subagent)
{
  static const char *const words[] = { N_ ("Starting"),
                                       N_ ("Working"),
                                       N_ ("Done"),
                                       N_ ("Failed"),
                                       N_ ("Waiting for an answer"),
                                       N_ ("Let go by the server"),
                                       N_ ("Stopped") };
  GstreamRunStatus         status = gstream_subagent_get_status (subagent);
  GDateTime               *started = gstream_subagent_get_started (subagent);
  GDateTime               *ended = gstream_subagent_get_ended (subagent);

  if (status != GSTREAM_RUN_STATUS_COMPLETED || started == NULL || ended == NULL)
    return g_strdup (_ (words[status]));

  /* Translators: what an agent has taken, in seconds */
  return g_strdup_printf (_ ("Done in %.1f s"), g_date_time_difference (ended, started) / (double) G_TIME_SPAN_SECOND);
}

static void
on_changed (ChatSubagent *self)
{
  GstreamRunStatus status = gstream_subagent_get_status (self->subagent);
  gboolean         works = status == GSTREAM_RUN_STATUS_PENDING || status == GSTREAM_RUN_STATUS_RUNNING;
  const char      *name = gstream_subagent_get_name (self->subagent);
  const char      *task = gstream_subagent_get_task (self->subagent);
  const GError    *error = gstream_subagent_get_error (self->subagent);
  g_autofree char *words = dup_status (self->subagent);

  gtk_label_set_label (self->name, name ? name : _ ("Agent"));
  gtk_label_set_label (self->status, words);
  chat_label_show (self->task, self->has_task ? NULL : task);
  chat_label_show (self->error, error ? error->message : NULL);
  gtk_spinner_set_spinning (self->spinner, works);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), works);
}

static GtkWidget *
create_row (gpointer item,
            gpointer user_data)
{
  GtkWidget *row = chat_row_new ();

  chat_row_set_row (CHAT_ROW (row), NULL, item);

  return row;
}

/* The results are at the calls. */
static gboolean
is_no_result (gpointer item,
              gpointer user_data)
{
  return gstream_conversation_row_get_role (item) != GSTREAM_CONVERSATION_ROLE_TOOL;
}

static void
bind_rows (ChatSubagent *self)
{
  GListModel *rows = g_object_ref (gstream_subagent_get_rows (self->subagent));
  g_autoptr (GtkFilterListModel) shown =
      gtk_filter_list_model_new (rows, GTK_FILTER (gtk_custom_filter_new (is_no_result, NULL, NULL)));

  chat_list_bind (self->rows, G_LIST_MODEL (shown), create_row, NULL);
}

static void
chat_subagent_dispose (GObject *object)
{
  ChatSubagent *self = CHAT_SUBAGENT (object);

  if (self->rows != NULL)
    chat_list_unbind (self->rows);
  g_clear_object (&self->subagent);

  G_OBJECT_CLASS (chat_subagent_parent_class)->dispose (object);
}

static void
chat_subagent_class_init (ChatSubagentClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_subagent_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-subagent.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, expander);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, spinner);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, name);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, status);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, task);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, error);
  gtk_widget_class_bind_template_child (widget_class, ChatSubagent, rows);
}

static void
chat_subagent_init (ChatSubagent *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
chat_subagent_new (GstreamSubagent *subagent,
                   gboolean         has_task)
{
  ChatSubagent *self = g_object_new (CHAT_TYPE_SUBAGENT, NULL);

  self->subagent = g_object_ref (subagent);
  self->has_task = has_task;
  g_signal_connect_object (subagent, "notify", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  bind_rows (self);
  on_changed (self);

  return GTK_WIDGET (self);
}
