/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection to a thread's events over HTTP. It is opened when the first event is asked for, or before that, and is
 * read on demand (N6).
 */
#pragma once

#include <gstream/remote/gstream-remote-run-private.h>

G_BEGIN_DECLS

/* Makes a connection whose request is sent at once. */
GstreamEventSource *gstream_sse_connection_start (GstreamOrigin       *origin,
                                                  const char          *thread_id,
                                                  GstreamSubscription *wanted);

extern const GstreamConnectionFuncs gstream_sse_connection_funcs;

G_END_DECLS
