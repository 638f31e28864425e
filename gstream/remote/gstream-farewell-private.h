/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a WebSocket connection is left: with the closing handshake, which the next
 * one waits for. A server may forget a thread when a connection to it ends; one that
 * is opened before that would be forgotten with it, and its commands never answered.
 */
#pragma once

#include <gstream/remote/gstream-gate-private.h>
#include <gstream/remote/gstream-server-private.h>

G_BEGIN_DECLS

/* Closes @connection, which is open, in its own time, as long as the main loop runs; takes both. */
void     gstream_farewell_say          (GstreamServer           *server,
                                        SoupWebsocketConnection *connection,
                                        GstreamGate             *gate);
/* Whether one of the session's connections is still being closed. */
gboolean gstream_farewell_is_under_way (GstreamServer           *server);
/* Calls @func, once, when none is any more, when that takes too long, or when @cancellable is cancelled. */
void     gstream_farewell_wait         (GstreamServer           *server,
                                        GCancellable            *cancellable,
                                        GSourceOnceFunc          func,
                                        gpointer                 user_data,
                                        GDestroyNotify           destroy);

G_END_DECLS
