/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a thread's events over HTTP: opened when the first event
 * is asked for, and read as they are asked for (N6).
 */
#pragma once

#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-origin-private.h>
#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SSE_CONNECTION (gstream_sse_connection_get_type ())
G_DECLARE_FINAL_TYPE (GstreamSseConnection, gstream_sse_connection, GSTREAM, SSE_CONNECTION, GObject)

GstreamEventSource *gstream_sse_connection_new (GstreamOrigin       *origin,
                                                const char          *thread_id,
                                                GstreamSubscription *wanted);
/* Grows with all that comes, events or not. */
guint64 gstream_sse_connection_get_progress (GstreamSseConnection *self);
/* What the stream says as `retry`, in ms; -1: nothing. */
gint64 gstream_sse_connection_get_retry (GstreamSseConnection *self);

G_END_DECLS
