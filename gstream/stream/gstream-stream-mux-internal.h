/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of muxes, for the library's own transformers.
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
 * The table of built-in transformers tells a mux what it has to know about each before it is made. Since most runs need
 * only a few of them, a mux makes each when its projection is first used, or when the first event comes that it has to
 * process.
 */

/* The maximum number of built-ins: muxes have an array entry and a bit for each. */
#define GSTREAM_MAX_BUILTINS 16

typedef struct _GstreamBuiltin GstreamBuiltin;

struct _GstreamBuiltin
{
  const char *name; /* of its projection, which is also the name of the built-in */
  GstreamTransformer *(*make) (const GstreamBuiltin *self);
  GType (*get_type) (void);               /* used if there is no special constructor */
  const char *channels[3];                /* the stream modes that it needs (M8), NULL-terminated */
  guint       wants[GSTREAM_N_RELATIONS]; /* bits of GstreamMethod, by relation of the event to the scope */
  gboolean    only_pushes;                /* it need not see events while its projection has no consumer */
  /*
   * Whether it may have unfinished items that began at @ns, which has been a node of the scope until now (D4); NULL: it
   * never has.
   */
  gboolean (*keeps) (GstreamTransformer *self,
                     GstreamNamespace   *ns);
  /*
   * Processes @event, whose namespace has become a subgraph, if it is about such an item; returns FALSE if it is not.
   */
  gboolean (*take_kept) (GstreamTransformer *self,
                         GstreamEvent       *event);
};

/*
 * Registers the built-ins, in the order in which they process events. @builtins is not copied, and must be static. To
 * be called once, before the first mux is made.
 */
void gstream_stream_mux_register_builtins (const GstreamBuiltin *builtins,
                                           guint                 n_builtins);

/* --- for the transformers --- */

/* Returns the mux of @scope, below @self; makes it from the same factories if there is none (M7). */
GstreamStreamMux *gstream_stream_mux_make_child (GstreamStreamMux *self,
                                                 GstreamNamespace *scope,
                                                 GError          **error);
/* Marks @scope as a subgraph that does not need a mux. */
void gstream_stream_mux_mark_child (GstreamStreamMux *self,
                                    GstreamNamespace *scope);
/* Releases a child that is closed; its scope is still known as a subgraph. */
void gstream_stream_mux_forget (GstreamStreamMux *self);
/* Gets what events have told about @scope before it was known to be a subgraph; NULL for what is not known. */
void gstream_stream_mux_get_said (GstreamStreamMux *self,
                                  GstreamNamespace *scope,
                                  const char      **graph_name,
                                  GstreamPayload  **cause);
/* Returns the namespace that the event being dispatched is treated as one of (D1b). */
GstreamNamespace *gstream_stream_mux_peek_place (GstreamStreamMux *self);
/* Whether a child would have only built-in transformers. */
gboolean gstream_stream_mux_is_plain (GstreamStreamMux *self);
/* Whether the source sends `lifecycle` events; then `tasks` events are not used to find subgraphs (D6). */
gboolean gstream_stream_mux_has_lifecycle (GstreamStreamMux *self);
/* Whether the run is ending because it was drained. */
gboolean gstream_stream_mux_is_drained (GstreamStreamMux *self);
void     gstream_stream_mux_set_drained (GstreamStreamMux *self);
/* Returns the named custom projection of the source (T9), which is made if there is none. */
GstreamProjection *gstream_stream_mux_get_extension (GstreamStreamMux *self,
                                                     const char       *name);
/* Finds a projection by its name, and makes it if it is a built-in one; NULL: there is none. */
GstreamProjection *gstream_stream_mux_find_projection (GstreamStreamMux *self,
                                                       const char       *name);
GstreamPump       *gstream_stream_mux_get_pump (GstreamStreamMux *self);
GstreamNamespace  *gstream_stream_mux_peek_scope (GstreamStreamMux *self);
/* Starts early buffering (P11) in all its projections, including its log. */
void gstream_stream_mux_start_early (GstreamStreamMux *self);
void gstream_stream_mux_stop_early (GstreamStreamMux *self);
/* Appends @event to the main log, without passing it to transformers. Consumes it. */
void gstream_stream_mux_append (GstreamStreamMux *self,
                                GstreamEvent     *event);

G_END_DECLS
