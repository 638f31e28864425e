/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A picture of a window.
 */
#include "run-screenshot.h"

#include "../common/picture.h"

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

static gboolean
on_frame (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       user_data)
{
  Screenshot *self = user_data;

  if (self->n_left-- > 0)
    return G_SOURCE_CONTINUE;

  picture_write (widget, self->path);
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
