/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the mux does with transformers, and what those of the library may say
 * of themselves beyond the public API.
 */
#pragma once

#include <gstream/event/gstream-event-private.h>
#include <gstream/stream/gstream-projection-private.h>
#include <gstream/stream/gstream-side-work-private.h>
#include <gstream/stream/gstream-transformer.h>

G_BEGIN_DECLS

/* How an event's namespace lies to the scope of a mux. */
typedef enum
{
  GSTREAM_RELATION_OWN,   /* the same */
  GSTREAM_RELATION_NODE,  /* below it, and in no subgraph that is known: a node of the scope's (D4) */
  GSTREAM_RELATION_BELOW, /* in a subgraph of the scope */
  GSTREAM_N_RELATIONS,
} GstreamRelation;

#define GSTREAM_REACH_OWN   (1u << GSTREAM_RELATION_OWN)
#define GSTREAM_REACH_NODE  (1u << GSTREAM_RELATION_NODE)
#define GSTREAM_REACH_BELOW (1u << GSTREAM_RELATION_BELOW)
#define GSTREAM_REACH_ALL   (GSTREAM_REACH_OWN | GSTREAM_REACH_NODE | GSTREAM_REACH_BELOW)

/* Which events reach it, by where they occur; all, if it does not say. */
void             gstream_transformer_set_reach        (GstreamTransformer *self,
                                                       guint               reach);
/* For the methods known by number, faster and plainer than a list of names. */
void             gstream_transformer_set_wants_mask   (GstreamTransformer *self,
                                                       guint               methods);
gboolean         gstream_transformer_wants            (GstreamTransformer *self,
                                                       GstreamMethod       method);
/* The methods that it wants where an event lies in @relation, if not the same everywhere. */
void             gstream_transformer_set_wants_at     (GstreamTransformer *self,
                                                       GstreamRelation     relation,
                                                       guint               methods);
gboolean         gstream_transformer_wants_at         (GstreamTransformer *self,
                                                       GstreamRelation     relation,
                                                       GstreamMethod       method);
/* Of the methods that are OTHER, by name. */
gboolean         gstream_transformer_wants_name       (GstreamTransformer *self,
                                                       const char         *method);

/* What the mux gives to a transformer that is registered with it. */
typedef struct
{
  GstreamSideWork *(*schedule) (gpointer mux, gboolean fails_run);
} GstreamTransformerOwnerFuncs;

void             gstream_transformer_register         (GstreamTransformer                 *self,
                                                       const GstreamTransformerOwnerFuncs *funcs,
                                                       gpointer                            mux,
                                                       GstreamNamespace                   *scope);
void             gstream_transformer_unregister       (GstreamTransformer *self);
/* The mux it is registered with, for transformers that make child muxes; NULL: none. */
gpointer         gstream_transformer_get_mux          (GstreamTransformer *self);
GPtrArray       *gstream_transformer_get_projections  (GstreamTransformer *self);
gboolean         gstream_transformer_is_async_only    (GstreamTransformer *self);
/* What replace() was given since the last call; a reference, or NULL. */
GstreamEvent    *gstream_transformer_take_replacement (GstreamTransformer *self);

/* The mux's order; set when it is registered. */
guint            gstream_transformer_get_order        (GstreamTransformer *self);
void             gstream_transformer_set_order        (GstreamTransformer *self,
                                                       guint               order);

G_END_DECLS
