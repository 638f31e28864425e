/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A mux and its run: the pump that they share, whom the mux tells, and what it
 * keeps for a newborn's consumer (P11).
 */
#include "config.h"

#include <gstream/stream/gstream-stream-mux-private.h>

static void
bind_projection (gpointer projection,
                 gpointer user_data)
{
  GstreamStreamMux *self = user_data;

  gstream_projection_bind (projection, self->pump, &gstream_mux_projection_funcs, self);
}

static void
bind_extensions (GstreamStreamMux *self)
{
  GHashTableIter iter;
  gpointer extension;

  if (self->extensions == NULL)
    return;

  g_hash_table_iter_init (&iter, self->extensions);
  while (g_hash_table_iter_next (&iter, NULL, &extension))
    gstream_projection_bind (extension, self->pump, NULL, NULL);
}

static void
bind_all (GstreamStreamMux *self)
{
  bind_extensions (self);
  bind_projection (self->log, self);
  gstream_mux_foreach_projection (self, bind_projection, self);
  for (guint i = 0; i < self->transformers->len; i++)
    if (gstream_transformer_is_async_only (g_ptr_array_index (self->transformers, i)))
      gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (g_ptr_array_index (self->transformers, i)));
}

void
gstream_stream_mux_attach (GstreamStreamMux           *self,
                           GstreamPump                *pump,
                           const GstreamMuxOwnerFuncs *funcs,
                           gpointer                    owner)
{
  g_assert (self->funcs == NULL);

  self->funcs = funcs;
  self->owner = owner;
  if (self->pump == NULL)
    {
      self->pump = gstream_pump_ref (pump);
      bind_all (self);
    }
  gstream_mux_changed (self);
}

void
gstream_stream_mux_detach (GstreamStreamMux *self)
{
  self->funcs = NULL;
  self->owner = NULL;
}

gboolean
gstream_stream_mux_is_attached (GstreamStreamMux *self)
{
  return self->funcs != NULL;
}

GstreamNamespace *
gstream_stream_mux_peek_scope (GstreamStreamMux *self)
{
  return self->scope;
}

GstreamMuxState
gstream_stream_mux_get_state (GstreamStreamMux *self)
{
  return self->state;
}

GstreamPump *
gstream_stream_mux_get_pump (GstreamStreamMux *self)
{
  return self->pump;
}

/* --- newborns (P11) --- */

static void
keep_projection (gpointer projection,
                 gpointer user_data)
{
  gstream_projection_keep (projection);
}

static void
settle_projection (gpointer projection,
                   gpointer user_data)
{
  gstream_projection_settle (projection);
}

void
gstream_stream_mux_keep (GstreamStreamMux *self)
{
  self->keeping = TRUE;
  gstream_projection_keep (self->log);
  gstream_mux_foreach_projection (self, keep_projection, NULL);
  gstream_mux_changed (self); /* of built-ins, more are needed */
}

void
gstream_stream_mux_settle (GstreamStreamMux *self)
{
  self->keeping = FALSE;
  gstream_projection_settle (self->log);
  gstream_mux_foreach_projection (self, settle_projection, NULL);
  gstream_mux_changed (self);
}
