/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A typed, ordered queue of a run's items, which a consumer subscribes to.
 */
#pragma once

#include <gstream/stream/gstream-cursor.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PROJECTION (gstream_projection_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamProjection, gstream_projection, GSTREAM, PROJECTION, GObject)

GSTREAM_EXPORT GstreamProjection *gstream_projection_new (const char *name,
                                                          GType       item_type);
GSTREAM_EXPORT const char        *gstream_projection_get_name (GstreamProjection *self);
GSTREAM_EXPORT GType              gstream_projection_get_item_type (GstreamProjection *self);
GSTREAM_EXPORT guint              gstream_projection_get_max_buffered (GstreamProjection *self);
GSTREAM_EXPORT void               gstream_projection_set_max_buffered (GstreamProjection *self,
                                                                       guint              max_buffered);
GSTREAM_EXPORT gboolean           gstream_projection_get_forward (GstreamProjection *self);
GSTREAM_EXPORT void               gstream_projection_set_forward (GstreamProjection *self,
                                                                  gboolean           forward);
GSTREAM_EXPORT gboolean           gstream_projection_get_subscribed (GstreamProjection *self);
GSTREAM_EXPORT gboolean           gstream_projection_get_closed (GstreamProjection *self);
GSTREAM_EXPORT gboolean           gstream_projection_get_native (GstreamProjection *self);
GSTREAM_EXPORT guint              gstream_projection_get_n_buffered (GstreamProjection *self);

GSTREAM_EXPORT GstreamCursor *gstream_projection_subscribe (GstreamProjection *self,
                                                            GError           **error);
GSTREAM_EXPORT GPtrArray     *gstream_projection_tee (GstreamProjection *self,
                                                      guint              n,
                                                      GError           **error);

GSTREAM_EXPORT gboolean gstream_projection_push (GstreamProjection *self,
                                                 const GValue      *item,
                                                 GError           **error);
GSTREAM_EXPORT gboolean gstream_projection_push_string (GstreamProjection *self,
                                                        const char        *item,
                                                        GError           **error);
GSTREAM_EXPORT gboolean gstream_projection_push_payload (GstreamProjection *self,
                                                         GstreamPayload    *item,
                                                         GError           **error);
GSTREAM_EXPORT gboolean gstream_projection_push_event (GstreamProjection *self,
                                                       GstreamEvent      *item,
                                                       GError           **error);
GSTREAM_EXPORT gboolean gstream_projection_push_object (GstreamProjection *self,
                                                        GObject           *item,
                                                        GError           **error);
GSTREAM_EXPORT void     gstream_projection_push_async (GstreamProjection  *self,
                                                       const GValue       *item,
                                                       GCancellable       *cancellable,
                                                       GAsyncReadyCallback callback,
                                                       gpointer            user_data);
GSTREAM_EXPORT gboolean gstream_projection_push_finish (GstreamProjection *self,
                                                        GAsyncResult      *result,
                                                        GError           **error);
GSTREAM_EXPORT void     gstream_projection_close (GstreamProjection *self);
GSTREAM_EXPORT void     gstream_projection_fail (GstreamProjection *self,
                                                 const GError      *error);

G_END_DECLS
