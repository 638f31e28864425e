/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: many AT_ONCE MESSAGES RUNS
 *
 * Every delta of MESSAGES messages of AT_ONCE runs, each of which has a reader
 * of its own on the main loop; all start at once.
 */
#include "bench-reader.h"
#include "bench-source.h"

#include <stdlib.h>

static int at_once;

static void
once (const char *size,
      BenchTotal *total)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func (g_object_unref);

  for (int number = 0; number < at_once; number++)
    {
      g_autoptr (GstreamEventSource) source = bench_messages_new (atoi (size) / at_once);

      g_ptr_array_add (runs, gstream_run_stream_new (source, NULL));
    }
  bench_read_messages ((GstreamRunStream **) runs->pdata, runs->len, total);
}

int
main (int    argc,
      char **argv)
{
  g_assert (argc == 4);
  at_once = atoi (argv[1]);
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
