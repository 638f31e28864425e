/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One question to the server over HTTP and its JSON answer, asked again where
 * that can help.
 */
#pragma once

#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-server-private.h>

G_BEGIN_DECLS

/* @body: JSON, or NULL. */
void            gstream_request_send   (GstreamServer        *server,
                                        const char           *method,
                                        const char           *path,
                                        const char           *body,
                                        GstreamRetryKind      kind,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
/* The answer; JSON's null where it was empty. */
GstreamPayload *gstream_request_finish (GAsyncResult         *result,
                                        GError              **error);

/* "/threads/THREAD" and what follows; free with g_free(). */
char           *gstream_request_path   (const char           *thread_id,
                                        const char           *rest);
/* Makes @body the body of @message. */
void            gstream_request_set_body (SoupMessage        *message,
                                          const char         *body);

/* --- what a body is encoded as on its way, for other requests too --- */

/* Asks for what can be decoded here, and has libsoup leave it alone. */
void          gstream_request_accept_encodings    (SoupMessage   *message);
/* @body, of the answer to @message, decoded. NULL, with an error: it is encoded as something else. */
GInputStream *gstream_request_decode (SoupMessage   *message,
                                       GInputStream  *body,
                                       GError       **error);

G_END_DECLS
