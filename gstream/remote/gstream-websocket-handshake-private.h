/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Opens a WebSocket, up to where frames begin.
 *
 * Not soup_session_websocket_connect_async(): the connection that gives reads
 * for as long as bytes come and cannot be told to stop (N6). This one's bytes
 * pass a gate. The session's proxies, TLS settings and cookies count all the same.
 */
#pragma once

#include <gstream/remote/gstream-gate-private.h>
#include <gstream/remote/gstream-server-private.h>

G_BEGIN_DECLS

void                     gstream_websocket_handshake        (GstreamServer        *server,
                                                             SoupMessage          *message,
                                                             GCancellable         *cancellable,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
/* @gate: what the connection reads from, closed as yet. */
SoupWebsocketConnection *gstream_websocket_handshake_finish (GAsyncResult         *result,
                                                             GstreamGate         **gate,
                                                             GError              **error);

G_END_DECLS
