/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of transformers, for the mux and for the library's own transformers.
 *
 * Internal, not private: the built-in transformers are in projections/.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-projection-internal.h>
#include <gstream/stream/gstream-side-work-private.h>
#include <gstream/stream/gstream-transformer.h>

G_BEGIN_DECLS

/* The relation of an event's namespace to the scope of a mux. */
typedef enum
{
  GSTREAM_RELATION_OWN,   /* the same */
  GSTREAM_RELATION_NODE,  /* below it, but not in a known subgraph: a node of the scope (D4) */
  GSTREAM_RELATION_BELOW, /* in a subgraph of the scope */
  GSTREAM_RELATION_BIRTH, /* in a subgraph that has not been announced yet */
  GSTREAM_N_RELATIONS,
} GstreamRelation;

/* Whether it wants events of @method with this @relation to its scope. */
gboolean gstream_transformer_wants_at (GstreamTransformer *self,
                                       GstreamRelation     relation,
                                       GstreamMethod       method);
/* The same for a method that is OTHER, by name. */
gboolean gstream_transformer_wants_name (GstreamTransformer *self,
                                         const char         *method);
/* Makes it a native transformer that wants @methods: bits of GstreamMethod, by relation. */
void gstream_transformer_set_builtin (GstreamTransformer *self,
                                      const guint         methods[GSTREAM_N_RELATIONS]);

/* The functions of the mux that a transformer is registered with. */
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
/* The list of its projections, in the order in which they were added; owned by the transformer. */
GSList  *gstream_transformer_get_projections (GstreamTransformer *self);
gboolean gstream_transformer_is_async_only (GstreamTransformer *self);

/* Its position in the mux: transformers with a smaller number see an event first. Set when it is registered. */
guint gstream_transformer_get_order (GstreamTransformer *self);
void  gstream_transformer_set_order (GstreamTransformer *self,
                                     guint               order);

G_END_DECLS
