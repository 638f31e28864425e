/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Event streams over plain HTTP, read from the socket rather than through libsoup.
 *
 * Servers write an HTTP chunk for each event, and libsoup takes two reads of the socket and some 8,000 instructions for each.
 * So the connections of a session go through a stream of gstream's: libsoup sends the request and reads the answer's
 * headers through it as ever, and finds no byte behind them. Where the body is chunked, it is then read from that stream,
 * many chunks at a time. Nothing else is different, and everything that this does not concern (TLS, HTTP/2, proxies, bodies that
 * are not chunked, a connection that is used again, a session of the application's own) is libsoup's as before.
 */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Has @session's next connections go through such streams, where @proxies (nullable) says that there is no proxy. */
void gstream_wire_install (SoupSession    *session,
                           GProxyResolver *proxies);
/* Returns: (nullable): the proxies that @session was given. */
GProxyResolver *gstream_wire_get_proxies (SoupSession *session);

/* Returns: (transfer full): where to read @body, of @session's answer to @message. @body is to be kept until then, and closed. */
GInputStream *gstream_wire_open_body (SoupSession  *session,
                                      SoupMessage  *message,
                                      GInputStream *body);

G_END_DECLS
