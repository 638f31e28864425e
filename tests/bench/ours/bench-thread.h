/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs on tests/bench/server.py.
 */
#pragma once

#include <gstream.h>

/*
 * A new run of @recording on the server at @url. With ws: instead of http: it is read over a WebSocket; over https: the
 * certificates in the file that SSL_CERT_FILE names are trusted.
 */
GstreamRunStream *bench_start (const char *url,
                               const char *recording);
