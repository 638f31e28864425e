/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pipeline of one scope: transformers in order, their projections by name,
 * and the main log at its end.
 */
#pragma once

#include <gstream/stream/gstream-transformer.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_STREAM_MUX (gstream_stream_mux_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamStreamMux, gstream_stream_mux, GSTREAM, STREAM_MUX, GObject)

/**
 * GstreamTransformerFactory:
 * @scope: (array zero-terminated=1): the namespace the transformer is for
 * @user_data: what was given with the factory
 *
 * Makes a transformer for a scope: for the root, and for each subgraph (M7).
 *
 * Returns: (transfer full) (nullable): the transformer, or %NULL to have none in this scope
 *
 * Since: 1.0
 */
typedef GstreamTransformer *(*GstreamTransformerFactory) (const char *const *scope,
                                                          gpointer           user_data);

GSTREAM_EXPORT GstreamStreamMux  *gstream_stream_mux_new (const char *const *builtins);
GSTREAM_EXPORT const char *const *gstream_stream_mux_get_builtins (GstreamStreamMux *self);
GSTREAM_EXPORT gboolean           gstream_stream_mux_add_type (GstreamStreamMux *self,
                                                               GType             type,
                                                               GError          **error);
GSTREAM_EXPORT gboolean           gstream_stream_mux_add_factory (GstreamStreamMux         *self,
                                                                  GstreamTransformerFactory factory,
                                                                  gpointer                  user_data,
                                                                  GDestroyNotify            destroy,
                                                                  GError                  **error);
GSTREAM_EXPORT gboolean           gstream_stream_mux_add_transformer (GstreamStreamMux   *self,
                                                                      GstreamTransformer *transformer,
                                                                      GError            **error);
GSTREAM_EXPORT const char *const *gstream_stream_mux_get_scope (GstreamStreamMux *self);
GSTREAM_EXPORT GstreamProjection *gstream_stream_mux_get_log (GstreamStreamMux *self);
GSTREAM_EXPORT GstreamProjection *gstream_stream_mux_get_projection (GstreamStreamMux *self,
                                                                     const char       *name,
                                                                     GError          **error);
GSTREAM_EXPORT char             **gstream_stream_mux_list_projections (GstreamStreamMux *self);
GSTREAM_EXPORT char             **gstream_stream_mux_list_channels (GstreamStreamMux *self);

G_END_DECLS
