/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user should know of the connection: that it is lost, why, and when it is tried again.
 */
#include "chat-banner.h"

#include "chat-focus.h"
#include "chat-label.h"

#include <glib/gi18n.h>

struct _ChatBanner
{
  GtkWidget parent_instance;

  GstreamThreadRun *run;   /* NULL: none */
  guint             clock; /* while it counts; 0: it does not */

  GtkRevealer *revealer;
  GtkLabel    *title;
  GtkLabel    *reason;
};

G_DEFINE_FINAL_TYPE (ChatBanner, chat_banner, GTK_TYPE_WIDGET)

static void
show_countdown (ChatBanner *self)
{
  gint64           left = gstream_thread_run_get_retry_at (self->run) - g_get_real_time ();
  guint            seconds = left > 0 ? (left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC : 0;
  g_autofree char *words =
      g_strdup_printf (g_dngettext (NULL, "The connection is lost. It is tried again in %u second.",
                                    "The connection is lost. It is tried again in %u seconds.", seconds),
                       seconds);

  gtk_label_set_label (self->title, seconds > 0 ? words : _ ("The connection is lost. It is being tried again."));
}

static gboolean
on_second (gpointer user_data)
{
  show_countdown (user_data);

  return G_SOURCE_CONTINUE;
}

static void
on_changed (ChatBanner *self)
{
  gboolean waits =
      self->run != NULL && gstream_thread_run_get_connection_state (self->run) == GSTREAM_CONNECTION_STATE_WAITING;
  const GError *error = waits ? gstream_thread_run_get_connection_error (self->run) : NULL;

  if (waits && self->clock == 0)
    self->clock = g_timeout_add_seconds (1, on_second, self);
  else if (!waits)
    g_clear_handle_id (&self->clock, g_source_remove);
  if (waits)
    show_countdown (self);
  chat_label_show (self->reason, error ? error->message : NULL);
  if (!waits)
    chat_focus_leave (GTK_WIDGET (self));
  gtk_revealer_set_reveal_child (self->revealer, waits);
}

static void
on_reconnect_clicked (GtkButton  *button,
                      ChatBanner *self)
{
  if (self->run != NULL)
    gstream_thread_run_reconnect (self->run);
}

void
chat_banner_set_run (ChatBanner       *self,
                     GstreamRunStream *run)
{
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_func (self->run, on_changed, self);
  g_clear_object (&self->run);
  if (GSTREAM_IS_THREAD_RUN (run))
    self->run = GSTREAM_THREAD_RUN (g_object_ref (run));
  if (self->run != NULL)
    g_signal_connect_object (self->run, "notify", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
}

static void
chat_banner_dispose (GObject *object)
{
  ChatBanner *self = CHAT_BANNER (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  if (self->run != NULL)
    g_signal_handlers_disconnect_by_func (self->run, on_changed, self);
  g_clear_object (&self->run);
  if (self->revealer != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->revealer));

  G_OBJECT_CLASS (chat_banner_parent_class)->dispose (object);
}

static void
chat_banner_class_init (ChatBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = chat_banner_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/gstream/Chat/chat-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, ChatBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, ChatBanner, title);
  gtk_widget_class_bind_template_child (widget_class, ChatBanner, reason);
  gtk_widget_class_bind_template_callback (widget_class, on_reconnect_clicked);
}

static void
chat_banner_init (ChatBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
