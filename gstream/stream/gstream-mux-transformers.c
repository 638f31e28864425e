/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A mux's transformers, in the order in which they see events (M1).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

void
gstream_mux_release_transformer (gpointer data)
{
  GstreamTransformer *transformer = data;

  gstream_transformer_unregister (transformer);
  g_object_unref (transformer);
}

/* Those before the built-ins, then these, then the others; each group in the order it was registered. */
static guint
order_of (GstreamStreamMux   *self,
          GstreamTransformer *transformer,
          int                 index)
{
  if (index >= 0)
    return GSTREAM_ORDER_BUILTINS + index;

  return (gstream_transformer_get_before_builtins (transformer) ? 0 : 2 * GSTREAM_ORDER_BUILTINS) +
         self->transformers->len;
}

static guint
find_place (GstreamStreamMux *self,
            guint             order)
{
  guint place = self->transformers->len;

  /* What comes while transformers are being finished comes last: it has seen nothing. */
  if (self->state >= GSTREAM_MUX_FINISHING)
    return place;
  while (place > 0 && gstream_transformer_get_order (g_ptr_array_index (self->transformers, place - 1)) > order)
    place--;

  return place;
}

static const GstreamTransformerOwnerFuncs transformer_funcs = { gstream_mux_schedule, gstream_mux_replace, gstream_mux_owns };

void
gstream_mux_register (GstreamStreamMux   *self,
                      GstreamTransformer *transformer,
                      int                 index)
{
  guint order = order_of (self, transformer, index);

  gstream_transformer_register (transformer, &transformer_funcs, self, self->scope);
  gstream_transformer_set_order (transformer, order);
  g_ptr_array_insert (self->transformers, find_place (self, order), g_object_ref (transformer));
}

/* --- adding --- */

gboolean
gstream_mux_check_not_started (GstreamStreamMux  *self,
                               GError           **error)
{
  if (!self->started)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                       "A transformer cannot be added: the run has begun, and it would not see every event");

  return FALSE;
}

gboolean
gstream_mux_add_transformer (GstreamStreamMux    *self,
                             GstreamTransformer  *transformer,
                             GError             **error)
{
  if (!gstream_mux_check_names (self, transformer, error))
    return FALSE;

  for (GSList *link = gstream_transformer_get_projections (transformer); link != NULL; link = link->next)
    {
      gstream_mux_adopt_projection (self, link->data, transformer);
      if (self->projections == NULL)
        self->projections = g_ptr_array_new_with_free_func (gstream_mux_release_projection);
      g_ptr_array_add (self->projections, g_object_ref (link->data));
    }
  gstream_mux_register (self, transformer, -1);
  gstream_mux_changed (self);

  if (self->pump != NULL && gstream_transformer_is_async_only (transformer))
    gstream_pump_set_async_only (self->pump, G_OBJECT_TYPE_NAME (transformer));
  if (self->funcs != NULL)
    self->funcs->grown (self->owner);

  return TRUE;
}

/**
 * gstream_stream_mux_add_transformer:
 * @self: the mux of a run that has not begun
 * @transformer: a transformer that is in no mux
 * @error: return location for an error
 *
 * Adds a ready-made transformer. It belongs to the root only (M7): subgraphs do
 * not have it.
 *
 * Fails like [method@StreamMux.add_type].
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_transformer (GstreamStreamMux    *self,
                                    GstreamTransformer  *transformer,
                                    GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (GSTREAM_IS_TRANSFORMER (transformer), FALSE);
  g_return_val_if_fail (gstream_transformer_get_mux (transformer) == NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return gstream_mux_check_not_started (self, error) && gstream_mux_add_transformer (self, transformer, error);
}
