/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A connection to a thread's events over HTTP. It is opened when the first event is asked for, and is read on demand
 * (N6).
 */
#pragma once

#include <gstream/remote/gstream-remote-run-private.h>

G_BEGIN_DECLS

extern const GstreamConnectionFuncs gstream_sse_connection_funcs;

G_END_DECLS
