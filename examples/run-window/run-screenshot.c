/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A picture of a window.
 */
#include "run-screenshot.h"

typedef struct
{
  char *path;
  guint n_left; /* frames before it is taken: rows come with the first, and find their place in the next */
} Screenshot;

static void
screenshot_free (gpointer data)
{
  Screenshot *self = data;

  g_free (self->path);
  g_free (self);
}

static void
write_window (GtkWidget  *widget,
              const char *path)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (widget)), node, NULL);
  if (!gdk_texture_save_to_png (texture, path))
    g_printerr ("Cannot write %s\n", path);
}

static gboolean
on_frame (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  Screenshot *self = user_data;

  if (self->n_left-- > 0)
    return G_SOURCE_CONTINUE;

  write_window (widget, self->path);
  gtk_window_close (GTK_WINDOW (widget));

  return G_SOURCE_REMOVE;
}

void
run_screenshot_take (GtkWindow  *window,
                     const char *path)
{
  Screenshot *self = g_new0 (Screenshot, 1);

  self->path = g_strdup (path);
  self->n_left = 6;
  gtk_widget_add_tick_callback (GTK_WIDGET (window), on_frame, self, screenshot_free);
}
