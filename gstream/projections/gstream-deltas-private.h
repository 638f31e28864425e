/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A handle's projection of text as it comes. It is made when somebody asks for
 * it, or while who has just got the object may still subscribe (P11);
 * a handle that nobody listens to has none.
 */
#pragma once

#include <gstream/stream/gstream-projection-internal.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamProjection *projection; /* NULL until somebody needs it */
  const char        *name;       /* of the projection; static */
  GstreamPump       *pump;       /* the handle's */
  guint              n_kept;     /* queues that hold the handle, and cursors whose latest item it is */
  gboolean           ended;
  GError            *error; /* why it ended, where it failed */
} GstreamDeltas;

void               gstream_deltas_init (GstreamDeltas *self,
                                        const char    *name,
                                        GstreamPump   *pump);
void               gstream_deltas_clear (GstreamDeltas *self);
GstreamProjection *gstream_deltas_get (GstreamDeltas *self);
void               gstream_deltas_keep (GstreamDeltas *self);
void               gstream_deltas_settle (GstreamDeltas *self);
/* Nobody has subscribed: dropped (P2). */
void gstream_deltas_push (GstreamDeltas *self,
                          const char    *text,
                          gsize          length);
void gstream_deltas_end (GstreamDeltas *self,
                         const GError  *error);

G_END_DECLS
