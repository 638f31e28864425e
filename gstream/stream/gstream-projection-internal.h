/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A projection from the inside, for the mux that it belongs to and the cursors that read it.
 *
 * Internal, not private: the library's transformers (projections/) push without a GValue,
 * and make nothing that nobody wants.
 */
#pragma once

#include <gstream/stream/gstream-queue-private.h>
#include <gstream/stream/gstream-projection.h>

G_BEGIN_DECLS

/* What a projection tells the mux it is registered with; all of it with @owner. */
typedef struct
{
  /* An item was pushed, and goes to the main log (M6); FALSE, with an error, where it has no JSON form. Transfer none. */
  gboolean (*forward) (gpointer           owner,
                       GstreamProjection *projection,
                       GstreamItem        item,
                       GError           **error);
  void (*changed) (gpointer owner);               /* somebody has subscribed, or nobody is any more */
  GstreamProjection *(*get_log) (gpointer owner); /* the main log, which must have room for what is forwarded */
} GstreamProjectionOwnerFuncs;

/* What every item touches comes first, and lies together. */
struct _GstreamProjection
{
  GObject parent_instance;

  GstreamQueue                     **queues; /* one a cursor, a branch of a tee each */
  guint                              n_queues;
  guint                              closed : 1;
  guint                              early : 1; /* buffers what is pushed until its consumer can subscribe (P11) */
  guint                              forward : 1;
  guint                              native : 1;    /* what it forwards has its bare name as its method (M6) */
  guint                              following : 1; /* among the followers of its main log */
  GstreamQueue                      *only;          /* what @queues points to where there is one */
  GstreamTextArena                  *texts; /* that strings are put in; NULL before the first, and after the end */
  const GstreamProjectionOwnerFuncs *funcs; /* the mux's; NULL while it has none */
  gpointer                           owner;
  GstreamItemType                    type;
  char                              *name; /* a GRefString; interned, as many have the same */
  char         *method;      /* of the events it forwards, where that is not its name; NULL until the first */
  const char   *registrar;   /* who registered it, for errors: the name of a type; NULL until then */
  GstreamPump  *pump;        /* that of the run; its own, once needed, until it is registered */
  GstreamQueue *early_queue; /* what is buffered so; NULL: nothing */
  GQueue        pushers;     /* push_async() calls that wait for room */
  GPtrArray    *followers;   /* of a main log: projections whose pushers wait for its room; NULL: none */
  guint         max_buffered;
  guint         n_early; /* as an item itself (T9): queues that hold it */
  GError       *error;   /* why it is closed, where it failed */
};

/* --- between its files --- */

/* --- for the mux and the transformers --- */

void gstream_projection_bind (GstreamProjection                 *self,
                              GstreamPump                       *pump,
                              const GstreamProjectionOwnerFuncs *funcs,
                              gpointer                           owner);
/* Who registered it, for errors, and the method of what it forwards. */
void                   gstream_projection_set_registrar (GstreamProjection *self,
                                                         const char        *registrar, /* static */
                                                         gboolean           native);
const char            *gstream_projection_get_registrar (GstreamProjection *self);
const char            *gstream_projection_get_method (GstreamProjection *self);
const GstreamItemType *gstream_projection_peek_type (GstreamProjection *self);
void                   gstream_projection_unbind (GstreamProjection *self);

/* Whether an item pushed now would reach anybody: if not, it need not be made. */
static inline gboolean
gstream_projection_is_wanted (GstreamProjection *self)
{
  return !self->closed && (self->n_queues > 0 || self->early || (self->forward && self->funcs != NULL));
}

/* Of a projection of strings, where it is wanted. */
void gstream_projection_push_text (GstreamProjection *self,
                                   const char        *text,
                                   gsize              length);
/* Takes @item, whatever happens. */
gboolean gstream_projection_push_item (GstreamProjection *self,
                                       GstreamItem        item,
                                       GError           **error);
/* Buffers what is pushed for a consumer who cannot have subscribed yet (P11), until stop. */
void gstream_projection_start_early (GstreamProjection *self);
void gstream_projection_stop_early (GstreamProjection *self);
/* One cursor over all of @projections, or none with an error (P10). */
GstreamCursor *gstream_projection_interleave (GPtrArray *projections,
                                              GError   **error);

/*
 * A handle's projection of text as it comes. It is made when somebody asks for it, or while who has just got the handle may
 * still subscribe (P11); a handle that nobody listens to has none.
 */
typedef struct
{
  GstreamProjection *projection; /* NULL until somebody needs it */
  const char        *name;       /* of the projection; static */
  GstreamPump       *pump;       /* the handle's */
  guint              n_early;    /* queues that hold the handle, and cursors whose latest item it is */
  gboolean           ended;
  GError            *error; /* why it ended, where it failed */
} GstreamDeltas;

void               gstream_deltas_init (GstreamDeltas *self,
                                        const char    *name,
                                        GstreamPump   *pump);
void               gstream_deltas_clear (GstreamDeltas *self);
GstreamProjection *gstream_deltas_get (GstreamDeltas *self);
void               gstream_deltas_start_early (GstreamDeltas *self);
void               gstream_deltas_stop_early (GstreamDeltas *self);
/* Nobody has subscribed: dropped (P2). */
void gstream_deltas_push (GstreamDeltas *self,
                          const char    *text,
                          gsize          length);
void gstream_deltas_end (GstreamDeltas *self,
                         const GError  *error);

G_END_DECLS
