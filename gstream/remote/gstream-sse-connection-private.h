/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One connection to a thread's events over HTTP: opened when the first event is asked for, and read as they are asked for
 * (N6).
 */
#pragma once

#include <gstream/remote/gstream-remote-run-private.h>

G_BEGIN_DECLS

extern const GstreamConnectionFuncs gstream_sse_connection_funcs;

G_END_DECLS
