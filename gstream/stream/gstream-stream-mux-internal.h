/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library's own transformers do with a mux beyond the public API.
 *
 * Internal, not private: the built-in transformers (projections/) are registered here, and
 * they make the muxes of subgraphs.
 */
#pragma once

#include <gstream/stream/gstream-stream-mux.h>
#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

/* --- built-in transformers --- */

/*
 * The table says what a mux has to know of a built-in before it exists: most runs need
 * few of them, so a mux makes each when somebody asks for its projection, or when the
 * first event comes that it has to act upon.
 */

/* More than there are: muxes have a place for each, and a bit. */
#define GSTREAM_MAX_BUILTINS 16

typedef struct _GstreamBuiltin GstreamBuiltin;

struct _GstreamBuiltin
{
  const char *name; /* of its projection: what it is chosen by */
  GstreamTransformer *(*make) (const GstreamBuiltin *self);
  GType (*get_type) (void);               /* for a @make that needs nothing else */
  const char *channels[3];                /* the stream modes that it needs (M8), NULL at the end */
  guint       wants[GSTREAM_N_RELATIONS]; /* bits of GstreamMethod, by where an event lies */
  gboolean    only_pushes;                /* events mean nothing to it while nobody gets its items */
  /* Whether something may go on that began at @ns, a node of the scope until now (D4); NULL: nothing goes on in it. */
  gboolean (*keeps) (GstreamTransformer *self,
                     GstreamNamespace   *ns);
  /* Takes @event, at what is a subgraph by now, where it is about such a thing, over or not; FALSE: it is not. */
  gboolean (*take_kept) (GstreamTransformer *self,
                         GstreamEvent       *event);
};

/*
 * Hands over the built-ins, in the order in which they process events: @builtins is kept, not
 * copied. To be called once, before the first mux is made.
 */
void gstream_stream_mux_register_builtins (const GstreamBuiltin *builtins,
                                           guint                 n_builtins);

/* --- for the transformers --- */

/* A mux for @scope, below @self, from the same factories (M7); one that is there already is given again. */
GstreamStreamMux *gstream_stream_mux_make_child (GstreamStreamMux *self,
                                                 GstreamNamespace *scope,
                                                 GError          **error);
/* Says that @scope is a subgraph, whose events nobody wants to see for themselves. */
void gstream_stream_mux_mark_child (GstreamStreamMux *self,
                                    GstreamNamespace *scope);
/* Lets go of a child that is closed; its scope stays a subgraph. */
void gstream_stream_mux_forget (GstreamStreamMux *self);
/* What was said of @scope before it was known to be a subgraph; each NULL where nothing was. */
void gstream_stream_mux_get_said (GstreamStreamMux *self,
                                  GstreamNamespace *scope,
                                  const char      **graph_name,
                                  GstreamPayload  **cause);
/* The namespace of the event that is on its way: the one that counts (D1b). */
GstreamNamespace *gstream_stream_mux_peek_place (GstreamStreamMux *self);
/* Whether only built-in transformers would be made for a child. */
gboolean gstream_stream_mux_is_plain (GstreamStreamMux *self);
/* Whether the source sends `lifecycle`, so that `tasks` say nothing of subgraphs (D6). */
gboolean gstream_stream_mux_has_lifecycle (GstreamStreamMux *self);
/* Whether the run is ending because it was drained. */
gboolean gstream_stream_mux_is_drained (GstreamStreamMux *self);
void     gstream_stream_mux_set_drained (GstreamStreamMux *self);
/* The named custom projection of the source (T9), made if need be. */
GstreamProjection *gstream_stream_mux_get_extension (GstreamStreamMux *self,
                                                     const char       *name);
/* By the name that it is registered under, made if need be; NULL: there is none. */
GstreamProjection *gstream_stream_mux_find_projection (GstreamStreamMux *self,
                                                       const char       *name);
GstreamPump       *gstream_stream_mux_get_pump (GstreamStreamMux *self);
GstreamNamespace  *gstream_stream_mux_peek_scope (GstreamStreamMux *self);
/* Early buffering (P11) in all its projections, its log included. */
void gstream_stream_mux_start_early (GstreamStreamMux *self);
void gstream_stream_mux_stop_early (GstreamStreamMux *self);
/* Appends @event to the main log; no transformer sees it. Takes it. */
void gstream_stream_mux_append (GstreamStreamMux *self,
                                GstreamEvent     *event);

G_END_DECLS
