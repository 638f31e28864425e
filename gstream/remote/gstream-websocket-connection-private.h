/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection to a thread's events over a WebSocket, which also transports commands and their answers. It is opened
 * and subscribes when the first command is sent or the first event is asked for, and is read on demand (N6).
 */
#pragma once

#include <gstream/remote/gstream-remote-run-private.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_WEBSOCKET_CONNECTION (gstream_websocket_connection_get_type ())
G_DECLARE_FINAL_TYPE (GstreamWebsocketConnection, gstream_websocket_connection, GSTREAM, WEBSOCKET_CONNECTION, GObject)

GstreamEventSource *gstream_websocket_connection_new (GstreamOrigin       *origin,
                                                      const char          *thread_id,
                                                      GstreamSubscription *wanted);
/* Sends @command, which has the id GSTREAM_COMMAND_RUN. Must not be called while another one, or `next`, is pending. */
void            gstream_websocket_connection_command (GstreamWebsocketConnection *self,
                                                      const char                 *command,
                                                      GCancellable               *cancellable,
                                                      GAsyncReadyCallback         callback,
                                                      gpointer                    user_data);
GstreamPayload *gstream_websocket_connection_command_finish (GstreamWebsocketConnection *self,
                                                             GAsyncResult               *result,
                                                             GError                    **error);

extern const GstreamConnectionFuncs gstream_websocket_connection_funcs;

G_END_DECLS
