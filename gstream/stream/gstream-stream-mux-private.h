/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of a mux, shared by its files: the class with its transformers, projections,
 * run and end (gstream-stream-mux.c), and the way of an event through a tree of them
 * (gstream-mux-dispatch.c).
 */
#pragma once

#include <gstream/stream/gstream-places-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

G_BEGIN_DECLS

/* The built-ins as registered: of them, a mux has those that were chosen. */
extern const GstreamBuiltin *gstream_stream_mux_builtins;
extern guint                 gstream_stream_mux_n_builtins;

typedef enum
{
  GSTREAM_MUX_OPEN,
  GSTREAM_MUX_CLOSING,   /* waits for side work */
  GSTREAM_MUX_FINISHING, /* transformers are being ended, and maybe waited for: there is no way back */
  GSTREAM_MUX_ENDING,    /* projections are */
  GSTREAM_MUX_CLOSED,
} GstreamMuxState;

/* The run that a mux belongs to; all of it with @owner. */
typedef struct
{
  void (*observe) (gpointer        owner,
                   GstreamEvent   *event,
                   GstreamRelation relation); /* as the transformers left it (M1) */
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

/* One thing that is done with an event on its way: a transformer sees it, or it leaves a mux. */
typedef struct
{
  GstreamStreamMux   *mux;         /* NULL: it has arrived */
  GstreamTransformer *transformer; /* NULL: it leaves the mux */
  union
  {
    GstreamProcess process; /* the transformer's; NULL: it works only asynchronously */
    struct
    {
      guint8 relation;    /* to the mux that it leaves */
      guint8 is_logged;   /* somebody gets the main log */
      guint8 is_observed; /* the mux's run takes note of it */
    };
  };
} GstreamMuxStep;

/* What a tree of muxes knows of one namespace: a subgraph's, or a node's that said something of itself. */
typedef struct
{
  GstreamPlace      place;
  GstreamStreamMux *mux;         /* a reference; NULL: nobody watches */
  gboolean          is_subgraph; /* else it is a node (D4) */
  gboolean          is_shown;    /* its parent's mux was asked whether somebody wants to watch it */
  guint             kept; /* bits of its parent's built-ins in which what began while it was a node goes on (D4) */
  char             *graph_name; /* what was said before it is shown; NULL: nothing */
  GstreamPayload   *cause;
} GstreamScope;

/* Where events of one namespace go: the muxes on the way to it that care. */
typedef struct
{
  GstreamNamespace *ns;
  guint             generation;               /* of the root's table when the rest was found out */
  GstreamScope     *scope;                    /* the innermost subgraph that @ns is in; NULL: the root */
  guint             seen;                     /* bits of the methods that have occurred */
  GstreamMuxStep   *plans[GSTREAM_N_METHODS]; /* from the root down; made when needed */
} GstreamRoute;

typedef struct
{
  GstreamNamespace *ns; /* a reference; only compared */
  GstreamRoute     *route;
} GstreamRecent;

/* The event that is on its way. */
typedef struct
{
  GstreamEvent         *event;       /* NULL: none */
  const GstreamMuxStep *next;        /* its next step */
  guint                 generation;  /* of the steps */
  GstreamEvent         *replacement; /* what the transformer that has it puts in its place (M1) */
  GstreamStreamMux     *suppressor;  /* the newest mux that keeps it out of its main log */
  GstreamStreamMux
                 *claimer; /* the mux in which it goes on with what began at a node, now a subgraph (D4); NULL: none */
  GstreamMuxStep *rest;    /* steps that were found anew on the way; NULL: those of its route */
  GstreamNamespace *place; /* the one that counts, where it is not the event's (D1b); NULL */
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

/* Namespaces that are found by their address: a power of two. */
#define GSTREAM_MUX_N_RECENT 16

/* What only the root of a tree of muxes has. What every event touches comes first. */
typedef struct
{
  GstreamMuxDispatch dispatch;
  guint64            seq;     /* of the newest event in the main log */
  GPtrArray         *dropped; /* muxes let go of while an event is on its way; freed when it has arrived; NULL: none */
  guint              generation;     /* counts whatever changes where events go */
  gboolean           lifecycle_seen; /* the source sends `lifecycle` (D6) */
  gboolean           is_untidy;      /* once the event has arrived, something may be let go of */
  GstreamPlaces      scopes;         /* of GstreamScope */
  GstreamRecent
      recent[GSTREAM_MUX_N_RECENT]; /* those of @routes that were asked for last, by the address of their namespace */
  GHashTable   *routes;             /* GstreamNamespace -> GstreamRoute; NULL before the first event */
  GQueue        enders;      /* muxes some of whose transformers still have to come to their end; no references */
  GPtrArray    *works;       /* of GstreamSideWork under way, of all muxes; no references; NULL: none yet */
  GCancellable *cancellable; /* of an asynchronous transformer; NULL until one runs */
} GstreamMuxTree;

/* What every event touches comes first, and lies together. */
struct _GstreamStreamMux
{
  GObject parent_instance;

  GstreamMuxTree             *tree; /* the root's own; NULL for others */
  GstreamMuxState             state;
  gboolean                    started;        /* has dispatched an event */
  gboolean                    dispatching;    /* is dispatching one: must not go away */
  gboolean                    unref_deferred; /* its last reference was dropped meanwhile, and goes at the end of it */
  const GstreamMuxOwnerFuncs *funcs;          /* the run's; NULL while there is none */
  gpointer                    owner;
  GstreamProjection          *log;
  GstreamNamespace           *scope;
  GstreamStreamMux           *root;         /* itself for the root; NULL once the root is gone */
  GPtrArray                  *transformers; /* those that there are, in the order they process */
  GstreamPump                *pump;         /* a reference; NULL until the mux has a run */
  GPtrArray  *factories; /* of GstreamFactory, beside the built-ins; the root's and its children's alike; NULL: none */
  GPtrArray  *projections;    /* of transformers that are not built in, in the order they were registered; NULL: none */
  GHashTable *extensions;     /* name -> GstreamProjection (T9); both the projection's; NULL until there is one */
  gboolean    early;          /* its projections buffer early items (P11) */
  gboolean    aborted;        /* while closing: it is closed early */
  gboolean    failing;        /* while finishing: transformers are told of @error */
  gboolean    stepping;       /* while finishing: is calling a transformer */
  gboolean    awaiting;       /* while finishing: a transformer that ends asynchronously has not called back */
  gboolean    delayed;        /* is among the root's enders */
  guint       n_ended;        /* transformers that were finished, or told of the failure */
  GList       ender;          /* in the root's queue of enders */
  GCancellable      *ending;  /* of a transformer that ends asynchronously; NULL until there is one */
  gboolean           drained; /* while closing: the run was drained */
  guint              chosen;  /* bits of gstream_stream_mux_builtins[] */
  GError            *error;   /* once it closes: what the run failed with */
  char             **builtins;                      /* names chosen; NULL: all */
  GstreamProjection *natives[GSTREAM_MAX_BUILTINS]; /* of the built-ins; NULL: it has not been needed, or chosen */
};

/* --- for the run --- */

void     gstream_stream_mux_attach (GstreamStreamMux           *self,
                                    GstreamPump                *pump,
                                    const GstreamMuxOwnerFuncs *funcs,
                                    gpointer                    owner);
void     gstream_stream_mux_detach (GstreamStreamMux *self);
gboolean gstream_stream_mux_is_attached (GstreamStreamMux *self);
/* Takes @event; FALSE: an asynchronous transformer has it, and gstream_pump_resume() follows. */
gboolean gstream_stream_mux_dispatch (gpointer      mux,
                                      GstreamEvent *event);
/* Ends the mux: with @error (M5), early (R6), or as it should. Calls `closed` when done, maybe at once. */
void gstream_stream_mux_close (GstreamStreamMux *self,
                               const GError     *error,
                               gboolean          aborted);
/* While transformers that end asynchronously are waited for: cancels that. TRUE: the run ends as aborted. */
gboolean gstream_stream_mux_hurry (GstreamStreamMux *self);
/* Waits for nothing any more: what is to be told to transformers is told, and the mux is closed; with @error, if any. */
void            gstream_stream_mux_close_now (GstreamStreamMux *self,
                                              const GError     *error);
GstreamMuxState gstream_stream_mux_get_state (GstreamStreamMux *self);

/* --- between its files --- */

extern const GstreamProjectionOwnerFuncs gstream_stream_mux_projection_funcs;

/* Nobody waits for the end of its transformers any more. */
void gstream_stream_mux_leave_enders (GstreamStreamMux *self);
/* Of those that there are, in the order they were registered; without the main log and extensions. */
void gstream_stream_mux_foreach_projection (GstreamStreamMux *self,
                                            GFunc             func,
                                            gpointer          user_data);

/* Whether there are all those that were chosen by name. */
gboolean gstream_stream_mux_check_builtins (GstreamStreamMux *self,
                                            GError          **error);
/* Ends it as the run has ended. */
void gstream_stream_mux_end_projection (GstreamStreamMux  *self,
                                        GstreamProjection *projection);
/* Makes those that have to act upon such an event. */
void gstream_stream_mux_make_builtins (GstreamStreamMux *self,
                                       GstreamRelation   relation,
                                       GstreamMethod     method);

/* Adds to @self what the factories of its parent make, and keeps them for its own children (M7). */
gboolean gstream_stream_mux_inherit_factories (GstreamStreamMux *self,
                                               GstreamStreamMux *parent,
                                               GError          **error);

GstreamMuxTree *gstream_mux_tree_new (void);
void            gstream_mux_tree_free (GstreamMuxTree *self);
/* What is known of @ns; NULL: nothing. */
GstreamScope *gstream_mux_tree_find (GstreamMuxTree   *self,
                                     GstreamNamespace *ns);
/* The order of the first built-in: more than there will ever be of others. */
#define GSTREAM_ORDER_BUILTINS (1u << 16)
/* In the place of a transformer's order: all of the mux's are behind. */
#define GSTREAM_ORDER_LEFT G_MAXUINT

/* Whether the event that is on its way is one of @self's own scope (D4). */
gboolean gstream_stream_mux_owns (gpointer      mux,
                                  GstreamEvent *event);
/* Where events go, and who wants what, is found out anew. */
void gstream_stream_mux_changed (GstreamStreamMux *self);
/* Puts @event in the place of the one that @transformer of @mux has. */
void             gstream_stream_mux_replace (gpointer            mux,
                                             GstreamTransformer *transformer,
                                             GstreamEvent       *event);
void             gstream_stream_mux_cancel_dispatch (GstreamStreamMux *root);
GstreamSideWork *gstream_stream_mux_schedule (gpointer mux,
                                              gboolean fails_run);
void             gstream_stream_mux_disown_works (GstreamStreamMux *self);

G_END_DECLS
