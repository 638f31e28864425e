/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of projections, for the mux that a projection belongs to and the cursors that read it.
 *
 * Internal, not private: the library's transformers (projections/) push items without a GValue, and check whether
 * anybody needs an item before they make it.
 */
#pragma once

#include <gstream/stream/gstream-queue-private.h>
#include <gstream/stream/gstream-projection.h>

G_BEGIN_DECLS

/* The functions of the mux that a projection is registered with. All are called with @owner. */
typedef struct
{
  /*
   * An item was pushed, and is to be forwarded to the main log (M6). Returns FALSE with an error if it has no JSON
   * form. Transfer none.
   */
  gboolean (*forward) (gpointer           owner,
                       GstreamProjection *projection,
                       GstreamItem        item,
                       GError           **error);
  void (*changed) (gpointer owner);               /* the projection was subscribed to, or unsubscribed from */
  GstreamProjection *(*get_log) (gpointer owner); /* the main log, which must have room for forwarded items */
} GstreamProjectionOwnerFuncs;

/* The members that are used for each item come first, so that they are in the same cache lines. */
struct _GstreamProjection
{
  GObject parent_instance;

  GstreamQueue    **queues; /* one for each cursor: several for a tee */
  guint             n_queues;
  guint             closed : 1;
  guint             early : 1; /* buffers items until the consumer can subscribe (P11) */
  guint             forward : 1;
  guint             native : 1;    /* the method of forwarded items is the projection's name, without a prefix (M6) */
  guint             following : 1; /* is in the followers of its main log */
  GstreamQueue     *only;          /* what @queues points to where there is one */
  GstreamTextArena *texts;         /* where strings are allocated; NULL before the first, and after the end */
  const GstreamProjectionOwnerFuncs *funcs; /* the mux's; NULL while it has none */
  gpointer                           owner;
  GstreamItemType                    type;
  char                              *name;   /* a GRefString; interned, as many have the same */
  char                              *method; /* of forwarded events, if it is not the name; NULL before the first */
  const char   *registrar;   /* the type name of the transformer that has registered it, for errors; or NULL */
  GstreamPump  *pump;        /* the run's; before the projection is registered, one of its own, made when needed */
  GstreamQueue *early_queue; /* items that are buffered early; NULL: none */
  GQueue        pushers;     /* push_async() calls that wait for room */
  GPtrArray    *followers;   /* of a main log: projections whose pushers wait for room in it; NULL: none */
  guint         max_buffered;
  guint         n_early; /* the number of queues that hold this projection as an item (T9) */
  GError       *error;   /* why it failed; NULL: it has not */
};

/* --- between its files --- */

/* --- for the mux and the transformers --- */

void gstream_projection_bind (GstreamProjection                 *self,
                              GstreamPump                       *pump,
                              const GstreamProjectionOwnerFuncs *funcs,
                              gpointer                           owner);
/* Sets who has registered it, for errors, and the method of forwarded items. */
void                   gstream_projection_set_registrar (GstreamProjection *self,
                                                         const char        *registrar, /* static */
                                                         gboolean           native);
const char            *gstream_projection_get_registrar (GstreamProjection *self);
const char            *gstream_projection_get_method (GstreamProjection *self);
const GstreamItemType *gstream_projection_peek_type (GstreamProjection *self);
void                   gstream_projection_unbind (GstreamProjection *self);

/* Whether an item that is pushed now would reach anybody. If not, it need not be made. */
static inline gboolean
gstream_projection_is_wanted (GstreamProjection *self)
{
  return !self->closed && (self->n_queues > 0 || self->early || (self->forward && self->funcs != NULL));
}

/* Whether a cursor of it waits for an item. */
gboolean gstream_projection_is_awaited (GstreamProjection *self);

/* For a projection of strings that is wanted. */
void gstream_projection_push_text (GstreamProjection *self,
                                   const char        *text,
                                   gsize              length);
/* Consumes @item, even on failure. */
gboolean gstream_projection_push_item (GstreamProjection *self,
                                       GstreamItem        item,
                                       GError           **error);
/* Buffers items for a consumer who cannot have subscribed yet (P11), until stop_early is called. */
void gstream_projection_start_early (GstreamProjection *self);
void gstream_projection_stop_early (GstreamProjection *self);
/* Makes one cursor over all of @projections (P10); NULL with an error if that is not possible for all of them. */
GstreamCursor *gstream_projection_interleave (GPtrArray *projections,
                                              GError   **error);

/*
 * A handle's projection of text deltas. It is made when it is first used, or while the consumer that has just got the
 * handle may still subscribe (P11); otherwise a handle has none.
 */
typedef struct
{
  GstreamProjection *projection; /* NULL until it is needed */
  const char        *name;       /* of the projection; static */
  GstreamPump       *pump;       /* the handle's */
  guint              n_early;    /* queues that hold the handle, and cursors whose newest item it is */
  gboolean           ended;
  GError            *error; /* why it failed; NULL: it has not */
} GstreamDeltas;

void               gstream_deltas_init (GstreamDeltas *self,
                                        const char    *name,
                                        GstreamPump   *pump);
void               gstream_deltas_clear (GstreamDeltas *self);
GstreamProjection *gstream_deltas_get (GstreamDeltas *self);
void               gstream_deltas_start_early (GstreamDeltas *self);
void               gstream_deltas_stop_early (GstreamDeltas *self);
/* The text is dropped if nobody has subscribed (P2). */
void gstream_deltas_push (GstreamDeltas *self,
                          const char    *text,
                          gsize          length);
void gstream_deltas_end (GstreamDeltas *self,
                         const GError  *error);

G_END_DECLS
