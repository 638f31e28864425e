/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: wire URL RECORDING RUNS
 *
 * Every delta of every message of a server's run, read on the main loop.
 */
#include "bench-reader.h"
#include "bench-thread.h"

static const char *url;

static void
once (const char *recording,
      BenchTotal *total)
{
  g_autoptr (GstreamRunStream) run = bench_start (url, recording);

  bench_read_messages (&run, 1, total);
}

int
main (int    argc,
      char **argv)
{
  url = argv[1];
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
