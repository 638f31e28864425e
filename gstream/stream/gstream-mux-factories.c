/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What makes a mux's transformers, once for every scope (M7): a type or a function.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

/* Makes transformers; shared by a mux and its children. */
typedef struct
{
  grefcount                 ref_count;
  GType                     type;      /* or, where that is 0, by function: */
  GstreamTransformerFactory make;
  gpointer                  user_data;
  GDestroyNotify            destroy;
} GstreamFactory;

static GstreamFactory *
factory_new (GType                     type,
             GstreamTransformerFactory make,
             gpointer                  user_data,
             GDestroyNotify            destroy)
{
  GstreamFactory *self = g_new0 (GstreamFactory, 1);

  g_ref_count_init (&self->ref_count);
  self->type = type;
  self->make = make;
  self->user_data = user_data;
  self->destroy = destroy;

  return self;
}

static void
factory_unref (gpointer data)
{
  GstreamFactory *self = data;

  if (!g_ref_count_dec (&self->ref_count))
    return;
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_free (self);
}

static GstreamTransformer *
factory_make (GstreamFactory   *self,
              GstreamNamespace *scope)
{
  if (self->type != 0)
    return g_object_new (self->type, NULL);

  return self->make ((const char * const *) scope->segments, self->user_data);
}

/* --- adding --- */

/* Takes @factory. */
static gboolean
add_from_factory (GstreamStreamMux  *self,
                  GstreamFactory    *factory,
                  GError           **error)
{
  g_autoptr (GstreamTransformer) transformer = factory_make (factory, self->scope);

  if (transformer != NULL && !gstream_mux_add_transformer (self, transformer, error))
    {
      factory_unref (factory);
      return FALSE;
    }

  if (self->factories == NULL)
    self->factories = g_ptr_array_new_with_free_func (factory_unref);
  g_ptr_array_add (self->factories, factory);

  return TRUE;
}

gboolean
gstream_mux_inherit_factories (GstreamStreamMux  *self,
                               GstreamStreamMux  *parent,
                               GError           **error)
{
  for (guint i = 0; parent->factories != NULL && i < parent->factories->len; i++)
    {
      GstreamFactory *factory = g_ptr_array_index (parent->factories, i);

      g_ref_count_inc (&factory->ref_count);
      if (!add_from_factory (self, factory, error))
        return FALSE;
    }

  return TRUE;
}

/* Takes @factory. */
static gboolean
add_factory (GstreamStreamMux  *self,
             GstreamFactory    *factory,
             GError           **error)
{
  if (gstream_mux_check_not_started (self, error))
    return add_from_factory (self, factory, error);

  factory_unref (factory);

  return FALSE;
}

/**
 * gstream_stream_mux_add_type:
 * @self: the mux of a run that has not begun
 * @type: a class derived from [class@Transformer]
 * @error: return location for an error
 *
 * Adds a transformer of @type, here and in every subgraph (M7).
 *
 * Fails with %GSTREAM_ERROR_EXISTS where one of its projections has a name that
 * is taken (M2); the message says by whom; and with %GSTREAM_ERROR_INVALID where
 * @type is no such class.
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_type (GstreamStreamMux  *self,
                             GType              type,
                             GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!g_type_is_a (type, GSTREAM_TYPE_TRANSFORMER) || G_TYPE_IS_ABSTRACT (type))
    {
      const char *name = g_type_name (type);

      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   "%s is no class of transformers that could be made: expected one derived from GstreamTransformer",
                   name ? name : "No type");
      return FALSE;
    }

  return add_factory (self, factory_new (type, NULL, NULL, NULL), error);
}

/**
 * gstream_stream_mux_add_factory:
 * @self: the mux of a run that has not begun
 * @factory: (scope notified) (closure user_data) (destroy destroy): makes the transformer of a scope
 * @user_data: for @factory
 * @destroy: (nullable): frees @user_data
 * @error: return location for an error
 *
 * Adds what @factory makes, here and in every subgraph (M7). It is called for
 * the root at once.
 *
 * Fails like [method@StreamMux.add_type].
 *
 * Returns: %TRUE unless it failed
 */
gboolean
gstream_stream_mux_add_factory (GstreamStreamMux           *self,
                                GstreamTransformerFactory   factory,
                                gpointer                    user_data,
                                GDestroyNotify              destroy,
                                GError                    **error)
{
  g_return_val_if_fail (GSTREAM_IS_STREAM_MUX (self), FALSE);
  g_return_val_if_fail (factory != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return add_factory (self, factory_new (0, factory, user_data, destroy), error);
}
