/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the user sees in a window, and does to it.
 */
#include "widgets.h"

RunWindow *
open_window (void)
{
  RunWindow *window = run_window_new (NULL);

  gtk_window_set_default_size (GTK_WINDOW (window), 640, 1500);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_window_present (GTK_WINDOW (window));

  return window;
}

void
close_window (RunWindow *window)
{
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_destroy (GTK_WINDOW (window));
  while (window != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
count_frame (GtkWidget     *widget,
             GdkFrameClock *clock,
             gpointer       user_data)
{
  return --*(guint *) user_data > 0;
}

void
wait_for_frames (RunWindow *window,
                 guint      n)
{
  gtk_widget_add_tick_callback (GTK_WIDGET (window), count_frame, &n, NULL);
  while (n > 0)
    g_main_context_iteration (NULL, TRUE);
}

void
wait_for_end (RunWindow *window)
{
  for (;;)
    {
      g_autoptr (GstreamRunStream) run = NULL;

      g_object_get (window, "run", &run, NULL);
      if (run != NULL && gstream_run_stream_get_status (run) > GSTREAM_RUN_STATUS_RUNNING)
        break;
      g_main_context_iteration (NULL, TRUE);
    }
  wait_for_frames (window, 10);
}

/* --- seeing --- */

static const char *
get_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_label (GTK_LABEL (widget));
  if (GTK_IS_ENTRY (widget))
    return gtk_editable_get_text (GTK_EDITABLE (widget));

  return NULL;
}

static void
read_widget (GtkWidget *widget,
             GString   *text)
{
  if (!gtk_widget_get_child_visible (widget) || !gtk_widget_get_visible (widget))
    return;

  if (get_text (widget) != NULL)
    g_string_append_printf (text, "%s\n", get_text (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    read_widget (child, text);
}

char *
read_window (RunWindow *window)
{
  GString *text = g_string_new (NULL);

  read_widget (GTK_WIDGET (window), text);

  return g_string_free (text, FALSE);
}

static GtkWidget *
find_below (GtkWidget  *widget,
            const char *name)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), name) == 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_below (child, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

gpointer
find_widget (RunWindow  *window,
             const char *name)
{
  GtkWidget *widget = find_below (GTK_WIDGET (window), name);

  g_assert_nonnull (widget);

  return widget;
}
