/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an answer's body is encoded as on its way.
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Asks for what can be decoded here, and has libsoup leave it alone. */
void          gstream_encoding_ask    (SoupMessage   *message);
/* @body, of the answer to @message, decoded. NULL, with an error: it is encoded as something else. */
GInputStream *gstream_encoding_decode (SoupMessage   *message,
                                       GInputStream  *body,
                                       GError       **error);

G_END_DECLS
