/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the programs share: how much to do, and how a measurement is reported.
 */
#include "bench.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double
seconds (struct timeval time)
{
  return time.tv_sec + time.tv_usec / 1e6;
}

double
bench_wall_seconds (void)
{
  return g_get_monotonic_time () / 1e6;
}

double
bench_cpu_seconds (void)
{
  struct rusage used;

  getrusage (RUSAGE_SELF, &used);
  return seconds (used.ru_utime) + seconds (used.ru_stime);
}

/* getrusage() would count what the program that started this one had in use. */
long
bench_peak_kb (void)
{
  g_autofree char *status = NULL;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  return strtol (strstr (status, "VmHWM:") + strlen ("VmHWM:"), NULL, 10);
}

int
bench_measure (int       argc,
               char    **argv,
               BenchOnce once,
               double (*clock) (void))
{
  BenchTotal warm_up = { 0 }, total = { 0 };
  double     start;

  g_assert (argc >= 3);
  setlocale (LC_ALL, "");
  once (argv[argc - 2], &warm_up);
  start = clock ();
  for (int run = 0; run < atoi (argv[argc - 1]); run++)
    once (argv[argc - 2], &total);
  g_print ("{\"items\": %" G_GUINT64_FORMAT ", \"sum\": %" G_GUINT64_FORMAT ", \"seconds\": %.6f, \"peak_kb\": %ld}\n",
           total.items, total.sum, clock () - start, bench_peak_kb ());
  return 0;
}

void
bench_check (GError *error)
{
  if (error == NULL)
    return;
  g_printerr ("%s\n", error->message);
  exit (1);
}

GstreamCursor *
bench_subscribe (GstreamProjection *projection)
{
  g_autoptr (GError) error = NULL;
  GstreamCursor *cursor = gstream_projection_subscribe (projection, &error);

  bench_check (error);
  return cursor;
}
