/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A box that shows a list model.
 */
#include "chat-list.h"

#include "chat-focus.h"

#define KEY "chat-list"

typedef struct
{
  GtkBox        *box;
  GListModel    *model;
  ChatListCreate create;
  gpointer       user_data;
  gulong         handler;
} List;

static GtkWidget *
get_child (GtkBox *box,
           guint   position)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (box));

  for (; child != NULL && position > 0; position--)
    child = gtk_widget_get_next_sibling (child);

  return child;
}

static void
insert (List *self,
        guint position)
{
  g_autoptr (GObject) item = g_list_model_get_item (self->model, position);
  GtkWidget *before = position > 0 ? get_child (self->box, position - 1) : NULL;

  gtk_box_insert_child_after (self->box, self->create (item, self->user_data), before);
}

static void
remove_child (GtkBox    *box,
              GtkWidget *child)
{
  chat_focus_leave (child);
  gtk_box_remove (box, child);
}

static void
on_items_changed (List *self,
                  guint position,
                  guint removed,
                  guint added)
{
  for (; removed > 0; removed--)
    remove_child (self->box, get_child (self->box, position));
  for (guint i = 0; i < added; i++)
    insert (self, position + i);
  gtk_widget_set_visible (GTK_WIDGET (self->box), g_list_model_get_n_items (self->model) > 0);
}

static void
list_free (gpointer data)
{
  List *self = data;

  g_signal_handler_disconnect (self->model, self->handler);
  g_object_unref (self->model);
  g_free (self);
}

void
chat_list_bind (GtkBox        *box,
                GListModel    *model,
                ChatListCreate create,
                gpointer       user_data)
{
  List *self = g_new0 (List, 1);

  self->box = box;
  self->model = g_object_ref (model);
  self->create = create;
  self->user_data = user_data;
  self->handler = g_signal_connect_swapped (model, "items-changed", G_CALLBACK (on_items_changed), self);
  g_object_set_data_full (G_OBJECT (box), KEY, self, list_free);
  on_items_changed (self, 0, 0, g_list_model_get_n_items (model));
}

void
chat_list_unbind (GtkBox *box)
{
  GtkWidget *child;

  g_object_set_data (G_OBJECT (box), KEY, NULL);
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    remove_child (box, child);
  gtk_widget_set_visible (GTK_WIDGET (box), FALSE);
}
