/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The muxes of subgraphs: made from the same factories as their parent's (M7), found by
 * scope, let go of when nobody watches any more.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-stream-mux-private.h>

static GstreamStreamMux *
new_child (GstreamStreamMux *parent,
           GstreamNamespace *scope)
{
  GstreamStreamMux *self = gstream_stream_mux_new (NULL);

  self->chosen = parent->chosen;
  g_clear_pointer (&self->scope, gstream_namespace_unref);
  self->scope = gstream_namespace_ref (scope);
  self->root = parent->root;
  self->pump = gstream_pump_ref (parent->pump);
  g_clear_pointer (&self->tree, gstream_mux_tree_free);
  gstream_projection_bind (self->log, self->pump, &gstream_mux_projection_funcs, self);

  return self;
}

GstreamStreamMux *
gstream_stream_mux_make_child (GstreamStreamMux  *self,
                               GstreamNamespace  *scope,
                               GError           **error)
{
  g_autoptr (GstreamStreamMux) child = NULL;
  GstreamStreamMux *present;

  g_return_val_if_fail (self->root != NULL && self->pump != NULL, NULL);
  g_return_val_if_fail (gstream_namespace_is_in (scope, self->scope), NULL);

  gstream_mux_tree_lookup (self->root->tree, scope, &present);
  if (present != NULL)
    return g_object_ref (present);

  if (self->factories == NULL && self->chosen == 0)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                           "A mux made only of ready-made transformers has no children: nothing could make theirs");
      return NULL;
    }

  child = new_child (self, scope);
  if (!gstream_mux_inherit_factories (child, self, error))
    return NULL;
  gstream_mux_tree_insert (self->root->tree, scope, g_object_ref (child));
  gstream_mux_changed (self);

  return g_steal_pointer (&child);
}

void
gstream_stream_mux_mark_child (GstreamStreamMux *self,
                               GstreamNamespace *scope)
{
  GstreamStreamMux *present;

  if (self->root == NULL || gstream_mux_tree_lookup (self->root->tree, scope, &present))
    return;

  gstream_mux_tree_insert (self->root->tree, scope, NULL);
  gstream_mux_changed (self);
}

void
gstream_stream_mux_forget (GstreamStreamMux *self)
{
  GstreamMuxTree *tree = self->root ? self->root->tree : NULL;
  GstreamStreamMux *present;

  if (tree == NULL || !gstream_mux_tree_lookup (tree, self->scope, &present) || present != self)
    return;

  gstream_mux_changed (self);
  gstream_mux_tree_bury (tree, self);
}

gboolean
gstream_stream_mux_is_plain (GstreamStreamMux *self)
{
  return self->factories == NULL;
}

gboolean
gstream_stream_mux_has_lifecycle (GstreamStreamMux *self)
{
  return self->root != NULL && self->root->tree->lifecycle_seen;
}

gboolean
gstream_stream_mux_is_drained (GstreamStreamMux *self)
{
  return self->drained;
}

void
gstream_stream_mux_set_drained (GstreamStreamMux *self)
{
  self->drained = TRUE;
}
