/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A network without a network: what a server answers is there before it is asked.
 *
 * GIO's function that connects is defined here, and so takes the place of its own for gstream and libsoup alike: each
 * connection is one answer in memory, and ends behind that. It goes through gstream's stream around a socket's, like one
 * over plain HTTP.
 */
#pragma once

#include <gio/gio.h>

#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

/* That of every WebSocket's handshake, since random numbers are no such here. */
#define FUZZ_NETWORK_ACCEPT "ICX+Yqv66kxgM0FcWaLWlFLwTAI="

/* Connections from now on give these, in turn, and those behind the last are refused; split at lines that are "%%%%". */
void fuzz_network_answer (const uint8_t *data,
                          size_t         size);

G_END_DECLS
