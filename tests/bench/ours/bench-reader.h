/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the messages of runs on the main loop: what is there is taken, what is
 * not is awaited.
 */
#pragma once

#include "bench.h"

/* Every delta of every message of @runs, all at once, to their ends. */
void bench_read_messages (GstreamRunStream **runs,
                          guint              n_runs,
                          BenchTotal        *total);
