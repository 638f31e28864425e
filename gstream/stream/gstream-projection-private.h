/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the mux and the transformers of the library do with projections.
 */
#pragma once

#include <gstream/stream/gstream-feed-private.h>
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
  void     (*changed) (gpointer           owner); /* somebody has subscribed, or nobody is any more */
} GstreamProjectionOwnerFuncs;

void         gstream_projection_bind          (GstreamProjection                 *self,
                                               GstreamPump                       *pump,
                                               const GstreamProjectionOwnerFuncs *funcs,
                                               gpointer                           owner);
/* Who registered it, for errors, and the method of what it forwards. */
void         gstream_projection_set_registrar (GstreamProjection                 *self,
                                               const char                        *registrar,
                                               gboolean                           native);
const char  *gstream_projection_get_registrar (GstreamProjection                 *self);
const char  *gstream_projection_get_method    (GstreamProjection                 *self);
const GstreamItemType *gstream_projection_peek_type (GstreamProjection           *self);
void         gstream_projection_unbind        (GstreamProjection                 *self);

/* Whether an item pushed now would reach anybody: if not, it need not be made. */
gboolean     gstream_projection_is_wanted     (GstreamProjection                 *self);
/* Takes @item, whatever happens. */
gboolean     gstream_projection_push_item     (GstreamProjection                 *self,
                                               GstreamItem                        item,
                                               GError                           **error);
/* Keeps what is pushed for a newborn's consumer (P11), until settle. */
void         gstream_projection_keep          (GstreamProjection                 *self);
void         gstream_projection_settle        (GstreamProjection                 *self);
/* One cursor over all of @projections, or none with an error (P10). */
GstreamCursor *gstream_projection_interleave  (GPtrArray                         *projections,
                                               GError                           **error);

G_END_DECLS
