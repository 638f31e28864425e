/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread on a LangGraph Agent Server.
 */
#pragma once

#include <gstream/remote/gstream-server.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SERVER_THREAD (gstream_server_thread_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamServerThread, gstream_server_thread, GSTREAM, SERVER_THREAD, GstreamThread)

GSTREAM_EXPORT GstreamThread   *gstream_thread_new (const char *url,
                                                    const char *assistant);
GSTREAM_EXPORT GstreamServer   *gstream_server_thread_get_server (GstreamServerThread *self);
GSTREAM_EXPORT const char      *gstream_server_thread_get_assistant (GstreamServerThread *self);
GSTREAM_EXPORT GstreamTransport gstream_server_thread_get_transport (GstreamServerThread *self);

G_END_DECLS
