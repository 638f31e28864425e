/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the mux does with transformers, and what those of the library may say
 * of themselves beyond the public API.
 *
 * Internal, not private: the built-in transformers are in projections/.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-projection-internal.h>
#include <gstream/stream/gstream-side-work-private.h>
#include <gstream/stream/gstream-transformer.h>

G_BEGIN_DECLS

/* How an event's namespace lies to the scope of a mux. */
typedef enum
{
  GSTREAM_RELATION_OWN,   /* the same */
  GSTREAM_RELATION_NODE,  /* below it, and in no subgraph that is known: a node of the scope's (D4) */
  GSTREAM_RELATION_BELOW, /* in a subgraph of the scope */
  GSTREAM_RELATION_BIRTH, /* likewise, and nobody has been shown that subgraph yet */
  GSTREAM_N_RELATIONS,
} GstreamRelation;

/* Whether it wants events of @method that occur in @relation to its scope. */
gboolean gstream_transformer_wants_at (GstreamTransformer *self,
                                       GstreamRelation     relation,
                                       GstreamMethod       method);
/* Of the methods that are OTHER, by name. */
gboolean gstream_transformer_wants_name (GstreamTransformer *self,
                                         const char         *method);
/* Makes it a native one, which wants @methods: bits of GstreamMethod, by where an event lies. */
void gstream_transformer_set_builtin (GstreamTransformer *self,
                                      const guint         methods[GSTREAM_N_RELATIONS]);

/* What the mux gives to a transformer that is registered with it. */
typedef struct
{
  GstreamSideWork *(*schedule) (gpointer mux,
                                gboolean fails_run);
  void (*replace) (gpointer            mux,
                   GstreamTransformer *self,
                   GstreamEvent       *event);
  gboolean (*owns) (gpointer      mux,
                    GstreamEvent *event);
} GstreamTransformerOwnerFuncs;

void gstream_transformer_register (GstreamTransformer                 *self,
                                   const GstreamTransformerOwnerFuncs *funcs,
                                   gpointer                            mux,
                                   GstreamNamespace                   *scope);
void gstream_transformer_unregister (GstreamTransformer *self);
/* The mux it is registered with, for transformers that make child muxes; NULL: none. */
gpointer gstream_transformer_get_mux (GstreamTransformer *self);
/* Of GstreamProjection, in the order in which they were added; the transformer's. */
GSList  *gstream_transformer_get_projections (GstreamTransformer *self);
gboolean gstream_transformer_is_async_only (GstreamTransformer *self);

/* Its place in the mux: that of a smaller number sees an event first. Set when it is registered. */
guint gstream_transformer_get_order (GstreamTransformer *self);
void  gstream_transformer_set_order (GstreamTransformer *self,
                                     guint               order);

G_END_DECLS
