/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the keyboard goes on when what had it leaves. GTK would leave it nowhere, and an entry that has it complains.
 */
#include "chat-focus.h"

gboolean
chat_focus_is_in (GtkWidget *widget)
{
  GtkRoot   *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

void
chat_focus_leave (GtkWidget *widget)
{
  if (chat_focus_is_in (widget) && !gtk_widget_activate_action (widget, "view.write", NULL))
    gtk_root_set_focus (gtk_widget_get_root (widget), NULL);
}
