/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream of Server-Sent Events, from a server or recorded from one.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SSE_SOURCE (gstream_sse_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamSseSource, gstream_sse_source, GSTREAM, SSE_SOURCE, GObject)

GSTREAM_EXPORT GstreamEventSource *gstream_sse_source_new (GFile *file);
GSTREAM_EXPORT GstreamEventSource *gstream_sse_source_new_for_stream (GInputStream *stream);
GSTREAM_EXPORT const char         *gstream_sse_source_get_last_event_id (GstreamSseSource *self);
GSTREAM_EXPORT gint64              gstream_sse_source_get_retry (GstreamSseSource *self);
GSTREAM_EXPORT GFile              *gstream_sse_source_get_file (GstreamSseSource *self);
GSTREAM_EXPORT guint               gstream_sse_source_get_max_event_size (GstreamSseSource *self);
GSTREAM_EXPORT void                gstream_sse_source_set_max_event_size (GstreamSseSource *self,
                                                                          guint             max_event_size);
GSTREAM_EXPORT guint               gstream_sse_source_get_max_depth (GstreamSseSource *self);
GSTREAM_EXPORT void                gstream_sse_source_set_max_depth (GstreamSseSource *self,
                                                                     guint             max_depth);

G_END_DECLS
