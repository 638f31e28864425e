/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a run's messages on the main loop: what is there is taken, what is not
 * is awaited.
 */
#pragma once

#include "bench.h"

/* Every delta of every message of @run, to its end. */
void bench_read_messages (GstreamRunStream *run,
                          BenchTotal       *total);
