/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One question to the server over HTTP and its JSON answer, asked again where
 * that can help.
 */
#pragma once

#include <gstream/event/gstream-payload.h>
#include <gstream/remote/gstream-origin-private.h>

G_BEGIN_DECLS

/* @body: (nullable): JSON. @callback is called in the main context of the server's runs. */
void gstream_request_send (GstreamOrigin      *origin,
                           const char         *method,
                           const char         *path,
                           const char         *body,
                           GstreamRetryKind    kind,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
/* Returns: (transfer full): the answer; JSON's null if it was empty; NULL, with an error. */
GstreamPayload *gstream_request_finish (GAsyncResult *result,
                                        GError      **error);

/* Returns: (transfer full): "/threads/THREAD" and @rest. */
char *gstream_request_path (const char *thread_id,
                            const char *rest);
/* Makes @body, JSON, the body of @message. */
void gstream_request_set_body (SoupMessage *message,
                               const char  *body);

/* --- what a body is encoded as on its way, for other requests too --- */

/* Asks the server for encodings that gstream_request_decode() knows, and keeps libsoup from decoding. */
void gstream_request_accept_encodings (SoupMessage *message);
/* Returns: (transfer full): @body, of the answer to @message, decoded; NULL, with an error, for an unknown encoding. */
GInputStream *gstream_request_decode (SoupMessage  *message,
                                      GInputStream *body,
                                      GError      **error);

G_END_DECLS
