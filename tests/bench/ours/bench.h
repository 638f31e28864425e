/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the programs share: how much to do, and how a measurement is reported.
 */
#pragma once

#include <gstream.h>

/* What one run gave its consumer. */
typedef struct
{
  guint64 items;
  guint64 sum; /* of the items' lengths */
} BenchTotal;

/* Consumes one run of @size (a number, or a recording's name), adding to @total. */
typedef void (*BenchOnce) (const char *size,
                           BenchTotal *total);

double bench_wall_seconds (void);
double bench_cpu_seconds (void); /* of this process, the kernel's work for it included */
long   bench_peak_kb (void);     /* the most memory that was in use */

/* Runs @once as argv's last two (SIZE RUNS) ask, after one run to warm up, and prints a line of JSON. */
int bench_measure (int       argc,
                   char    **argv,
                   BenchOnce once,
                   double (*clock) (void));

/* Ends the program if there was an error. */
void bench_check (GError *error);

/* A projection that can not be subscribed to ends the program. */
GstreamCursor *bench_subscribe (GstreamProjection *projection);
