/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of muxes, shared by its files: the class with its transformers, projections, run and end
 * (gstream-stream-mux.c), and the dispatching of events in a tree of muxes (gstream-mux-dispatch.c).
 */
#pragma once

#include <gstream/stream/gstream-places-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

G_BEGIN_DECLS

/* The registered built-ins. A mux has those that were chosen. */
extern const GstreamBuiltin *gstream_stream_mux_builtins;
extern guint                 gstream_stream_mux_n_builtins;

typedef enum
{
  GSTREAM_MUX_OPEN,
  GSTREAM_MUX_CLOSING,   /* waits for side work */
  GSTREAM_MUX_FINISHING, /* transformers are being finished, perhaps asynchronously; this cannot be undone */
  GSTREAM_MUX_ENDING,    /* projections are being ended */
  GSTREAM_MUX_CLOSED,
} GstreamMuxState;

/* The functions of the run that a mux belongs to. All are called with @owner. */
typedef struct
{
  void (*observe) (gpointer        owner,
                   GstreamEvent   *event,
                   GstreamRelation relation); /* the event as the transformers have left it (M1) */
  void (*failed) (gpointer owner,
                  GError  *error); /* transfer full: a transformer or its side work failed */
  void (*closed) (gpointer owner,
                  GError  *error); /* transfer full: gstream_stream_mux_close() is done */
  void (*grown) (gpointer owner);  /* a transformer was added, which may need other channels (M8) */
  void (*begun) (gpointer owner);  /* the first event has come */
} GstreamMuxOwnerFuncs;

typedef gboolean (*GstreamProcess) (GstreamTransformer *self,
                                    GstreamEvent       *event,
                                    GError            **error);

/* One step in the dispatch of an event: it is passed to a transformer, or it leaves a mux. */
typedef struct
{
  GstreamStreamMux   *mux;         /* NULL: the last step */
  GstreamTransformer *transformer; /* NULL: the event leaves the mux */
  union
  {
    GstreamProcess process; /* the transformer's; NULL: it works only asynchronously */
    struct
    {
      guint8 relation;    /* of the event to the mux that it leaves */
      guint8 is_logged;   /* the main log has a consumer */
      guint8 is_observed; /* the mux's run uses it for its state */
    };
  };
} GstreamMuxStep;

/* What a tree of muxes knows about a namespace: that of a subgraph, or of a node about which something was said. */
typedef struct
{
  GstreamPlace      place;
  GstreamStreamMux *mux;         /* a reference; NULL: it has no consumer */
  gboolean          is_subgraph; /* else it is a node (D4) */
  gboolean          is_shown;    /* it was announced to its parent's mux */
  guint             kept; /* bits of the parent's built-ins that have unfinished items from when it was a node (D4) */
  char             *graph_name; /* what was told before it is announced; NULL: nothing */
  GstreamPayload   *cause;
} GstreamScope;

/* The route of the events of one namespace through the muxes. */
typedef struct
{
  GstreamNamespace *ns;
  guint             generation;               /* of the tree when the other members were determined */
  GstreamScope     *scope;                    /* the innermost subgraph that contains @ns; NULL: the root */
  guint             seen;                     /* bits of the methods that have occurred */
  GstreamMuxStep   *plans[GSTREAM_N_METHODS]; /* steps from the root down; made when needed */
} GstreamRoute;

typedef struct
{
  GstreamNamespace *ns; /* a reference; only compared */
  GstreamRoute     *route;
} GstreamRecent;

/* The event that is being dispatched. */
typedef struct
{
  GstreamEvent         *event;       /* NULL: none */
  const GstreamMuxStep *next;        /* its next step */
  guint                 generation;  /* of the steps */
  GstreamTransformer   *transformer; /* the one that is working on it, and may replace it; NULL: none */
  GstreamEvent         *replacement; /* the event that the current transformer replaces it by (M1) */
  GstreamStreamMux     *suppressor;  /* the last mux that keeps it out of its main log */
  GstreamStreamMux *
      claimer; /* the mux in which it continues an item that began at a node, which is now a subgraph (D4); NULL: none */
  GstreamMuxStep   *rest;  /* steps that were planned again during the dispatch; NULL: those of its route are used */
  GstreamNamespace *place; /* the namespace that it is treated as one of, if it is not its own (D1b); or NULL */
} GstreamMuxDispatch;

static inline void
gstream_mux_dispatch_clear (GstreamMuxDispatch *self)
{
  g_clear_pointer (&self->event, gstream_event_unref);
  if (G_LIKELY (((guintptr) self->replacement | (guintptr) self->rest | (guintptr) self->place) == 0))
    return;

  g_clear_pointer (&self->replacement, gstream_event_unref);
  g_clear_pointer (&self->rest, g_free);
  g_clear_pointer (&self->place, gstream_namespace_unref);
}

/* The number of namespaces that are cached by address: a power of two. */
#define GSTREAM_MUX_N_RECENT 16

/* What only the root of a tree of muxes has. The members that are used for each event come first. */
typedef struct
{
  GstreamMuxDispatch dispatch;
  guint64            seq; /* of the newest event in the main log */
  GPtrArray *dropped; /* muxes that were released during the dispatch of an event, and are freed after it; NULL: none */
  guint      generation;                      /* incremented whenever the routing changes */
  gboolean   lifecycle_seen;                  /* the source sends `lifecycle` (D6) */
  gboolean   is_untidy;                       /* after the dispatch, something may have to be freed */
  GstreamPlaces scopes;                       /* of GstreamScope */
  GstreamRecent recent[GSTREAM_MUX_N_RECENT]; /* the most recently used @routes, by the address of their namespace */
  GHashTable   *routes;                       /* GstreamNamespace -> GstreamRoute; NULL before the first event */
  GQueue        enders;                       /* muxes that still have to finish transformers; no references */
  GPtrArray    *works;       /* of GstreamSideWork under way, of all muxes; no references; NULL: none yet */
  GCancellable *cancellable; /* of an asynchronous transformer; NULL until one runs */
} GstreamMuxTree;

/* The members that are used for each event come first, so that they are in the same cache lines. */
struct _GstreamStreamMux
{
  GObject parent_instance;

  GstreamMuxTree             *tree; /* the root's own; NULL for others */
  GstreamMuxState             state;
  gboolean                    started;        /* it has dispatched an event */
  gboolean                    dispatching;    /* it is dispatching an event, and must not be freed */
  gboolean                    unref_deferred; /* its last reference was dropped meanwhile, and is released after it */
  const GstreamMuxOwnerFuncs *funcs;          /* the run's; NULL while there is none */
  gpointer                    owner;
  GstreamProjection          *log;
  GstreamNamespace           *scope;
  GstreamStreamMux           *root;         /* itself for the root; NULL once the root is gone */
  GPtrArray                  *transformers; /* in the order in which they see events */
  GstreamPump                *pump;         /* a reference; NULL until the mux has a run */
  /* of GstreamFactory, for all except the built-ins; shared by the root and its children; NULL: none */
  GPtrArray         *factories;
  GPtrArray         *projections; /* of all transformers except built-ins, in the order of registration; NULL: none */
  GHashTable        *extensions;  /* name -> GstreamProjection (T9); both the projection's; NULL until there is one */
  gboolean           early;       /* its projections buffer items early (P11) */
  gboolean           aborted;     /* while closing: because the run was aborted */
  gboolean           failing;     /* while finishing: the transformers' fail functions are called with @error */
  gboolean           stepping;    /* while finishing: a transformer is being called */
  gboolean           awaiting;    /* while finishing: an asynchronous transformer has not called back */
  gboolean           delayed;     /* it is in the root's enders */
  guint              n_ended;     /* transformers that were finished, or told of the failure */
  GList              ender;       /* in the root's queue of enders */
  GCancellable      *ending;      /* of a transformer that ends asynchronously; NULL until there is one */
  gboolean           drained;     /* while closing: the run was drained */
  guint              chosen;      /* bits of gstream_stream_mux_builtins[] */
  GError            *error;       /* when it closes: why the run failed */
  char             **builtins;    /* names chosen; NULL: all */
  GstreamProjection *natives[GSTREAM_MAX_BUILTINS]; /* of the built-ins; NULL: not needed yet, or not chosen */
};

/* --- for the run --- */

void     gstream_stream_mux_attach (GstreamStreamMux           *self,
                                    GstreamPump                *pump,
                                    const GstreamMuxOwnerFuncs *funcs,
                                    gpointer                    owner);
void     gstream_stream_mux_detach (GstreamStreamMux *self);
gboolean gstream_stream_mux_is_attached (GstreamStreamMux *self);
/*
 * Dispatches and consumes @event. Returns FALSE if an asynchronous transformer is working on it; then
 * gstream_pump_resume() will be called.
 */
gboolean gstream_stream_mux_dispatch (gpointer      mux,
                                      GstreamEvent *event);
/* Ends the mux: with @error (M5), early (R6), or regularly. Calls `closed` when done, possibly at once. */
void gstream_stream_mux_close (GstreamStreamMux *self,
                               const GError     *error,
                               gboolean          aborted);
/* If it waits for transformers that finish asynchronously, cancels them. Returns TRUE if the run ends as aborted. */
gboolean gstream_stream_mux_hurry (GstreamStreamMux *self);
/*
 * Closes the mux without waiting any more, after calling the remaining functions of the transformers; with @error, if
 * any.
 */
void            gstream_stream_mux_close_now (GstreamStreamMux *self,
                                              const GError     *error);
GstreamMuxState gstream_stream_mux_get_state (GstreamStreamMux *self);
/* Whether a cursor of one of its projections waits for an item. */
gboolean gstream_stream_mux_is_awaited (GstreamStreamMux *self);

/* --- between its files --- */

extern const GstreamProjectionOwnerFuncs gstream_stream_mux_projection_funcs;

/* Removes the mux from the root's enders, so that nobody waits for its transformers any more. */
void gstream_stream_mux_leave_enders (GstreamStreamMux *self);
/* Calls a function for each existing projection, in the order of registration, except the main log and extensions. */
void gstream_stream_mux_foreach_projection (GstreamStreamMux *self,
                                            GFunc             func,
                                            gpointer          user_data);

/* Fails if a chosen name is not that of a built-in. */
gboolean gstream_stream_mux_check_builtins (GstreamStreamMux *self,
                                            GError          **error);
/* Ends the projection in the same way as the run has ended. */
void gstream_stream_mux_end_projection (GstreamStreamMux  *self,
                                        GstreamProjection *projection);
/* Makes the built-ins that have to process such an event. */
void gstream_stream_mux_make_builtins (GstreamStreamMux *self,
                                       GstreamRelation   relation,
                                       GstreamMethod     method);

/* Adds transformers made by the parent's factories, which are also used for its own children (M7). */
gboolean gstream_stream_mux_inherit_factories (GstreamStreamMux *self,
                                               GstreamStreamMux *parent,
                                               GError          **error);

GstreamMuxTree *gstream_mux_tree_new (void);
void            gstream_mux_tree_free (GstreamMuxTree *self);
/* Returns what is known about @ns; NULL: nothing. */
GstreamScope *gstream_mux_tree_find (GstreamMuxTree   *self,
                                     GstreamNamespace *ns);
/* The order of the first built-in, which is larger than the number of other transformers can be. */
#define GSTREAM_ORDER_BUILTINS (1u << 16)
/* Used instead of a transformer's order: after all transformers of the mux. */
#define GSTREAM_ORDER_LEFT G_MAXUINT

/* Whether the event being dispatched belongs to the mux's own scope (D4). */
gboolean gstream_stream_mux_owns (gpointer      mux,
                                  GstreamEvent *event);
/* To be called when the routing has changed: all steps are planned again. */
void gstream_stream_mux_changed (GstreamStreamMux *self);
/* Replaces the event that @transformer of @mux is working on by @event. */
void             gstream_stream_mux_replace (gpointer            mux,
                                             GstreamTransformer *transformer,
                                             GstreamEvent       *event);
void             gstream_stream_mux_cancel_dispatch (GstreamStreamMux *root);
GstreamSideWork *gstream_stream_mux_schedule (gpointer mux,
                                              gboolean fails_run);
void             gstream_stream_mux_disown_works (GstreamStreamMux *self);

G_END_DECLS
