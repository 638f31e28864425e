/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs on tests/bench/server.py.
 */
#pragma once

#include <gstream.h>

/* A new run of @recording on the server at @url. */
GstreamRunStream *bench_start (const char *url,
                               const char *recording);
