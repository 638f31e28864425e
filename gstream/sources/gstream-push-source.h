/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that an application pushes, from any thread.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PUSH_SOURCE (gstream_push_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_DERIVABLE_TYPE (GstreamPushSource, gstream_push_source, GSTREAM, PUSH_SOURCE, GObject)

/**
 * GstreamPushSourceClass:
 * @parent_class: the parent class
 * @wanted: the run wants an event and none is queued; in the run's main context
 *
 * To derive from, for a source that makes an event when one is wanted.
 *
 * Since: 1.0
 */
struct _GstreamPushSourceClass
{
  GObjectClass parent_class;

  void (*wanted) (GstreamPushSource *self);

  /*< private >*/
  gpointer reserved[8];
};

GSTREAM_EXPORT GstreamPushSource *gstream_push_source_new (void);
GSTREAM_EXPORT gboolean           gstream_push_source_push (GstreamPushSource *self,
                                                            GstreamEvent      *event,
                                                            GError           **error);
GSTREAM_EXPORT gboolean           gstream_push_source_push_json (GstreamPushSource *self,
                                                                 const char        *json,
                                                                 gssize             length,
                                                                 GError           **error);
GSTREAM_EXPORT void               gstream_push_source_push_async (GstreamPushSource  *self,
                                                                  GstreamEvent       *event,
                                                                  GCancellable       *cancellable,
                                                                  GAsyncReadyCallback callback,
                                                                  gpointer            user_data);
GSTREAM_EXPORT gboolean           gstream_push_source_push_finish (GstreamPushSource *self,
                                                                   GAsyncResult      *result,
                                                                   GError           **error);
GSTREAM_EXPORT gboolean           gstream_push_source_push_sync (GstreamPushSource *self,
                                                                 GstreamEvent      *event,
                                                                 GCancellable      *cancellable,
                                                                 GError           **error);
GSTREAM_EXPORT void               gstream_push_source_finish (GstreamPushSource *self);
GSTREAM_EXPORT void               gstream_push_source_fail (GstreamPushSource *self,
                                                            const GError      *error);
GSTREAM_EXPORT gboolean           gstream_push_source_get_closed (GstreamPushSource *self);
GSTREAM_EXPORT gboolean           gstream_push_source_get_async_only (GstreamPushSource *self);
GSTREAM_EXPORT guint              gstream_push_source_get_n_buffered (GstreamPushSource *self);
GSTREAM_EXPORT guint              gstream_push_source_get_max_buffered (GstreamPushSource *self);
GSTREAM_EXPORT void               gstream_push_source_set_max_buffered (GstreamPushSource *self,
                                                                        guint              max_buffered);

G_END_DECLS
