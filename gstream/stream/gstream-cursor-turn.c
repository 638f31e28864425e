/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The turn of a newborn's consumer (P11): from the time that a cursor hands out a
 * handle until the main loop has come round, or the cursor is asked for more.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>

void
gstream_cursor_settle_newest (GstreamCursor *self)
{
  GstreamHandle *newest = g_steal_pointer (&self->newest);

  if (newest == NULL)
    return;

  g_source_destroy (self->newest_source);
  g_clear_pointer (&self->newest_source, g_source_unref);
  gstream_handle_settle (newest);
  g_object_unref (newest);
}

static gboolean
on_turn_over (gpointer user_data)
{
  gstream_cursor_settle_newest (user_data);

  return G_SOURCE_REMOVE;
}

void
gstream_cursor_begin_turn (GstreamCursor *self,
                           GstreamHandle *newest)
{
  self->newest = g_object_ref (newest);
  self->newest_source = g_idle_source_new ();
  g_source_set_priority (self->newest_source, G_PRIORITY_LOW);
  g_source_set_callback (self->newest_source, on_turn_over, self, NULL);
  g_source_set_static_name (self->newest_source, "[gstream] handle's turn");
  g_source_attach (self->newest_source, gstream_pump_get_context (self->reader.pump));
}
