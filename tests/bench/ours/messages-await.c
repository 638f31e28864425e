/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every delta of every message, read on the main loop.
 */
#include "bench-reader.h"
#include "bench-source.h"

#include <stdlib.h>

static void
once (const char *size,
      BenchTotal *total)
{
  g_autoptr (GstreamEventSource) source = bench_messages_new (atoi (size));
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  bench_read_messages (&run, 1, total);
}

int
main (int    argc,
      char **argv)
{
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
