/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: idle COUNT
 *
 * The memory of a run that has not begun, with a cursor over its messages and
 * one over its values.
 */
#include "bench.h"
#include "bench-source.h"

#include <malloc.h>
#include <stdlib.h>

typedef struct
{
  GstreamRunStream *run;
  GstreamCursor    *messages;
  GstreamCursor    *values;
} Idle;

static void
idle_init (Idle               *self,
           GstreamEventSource *source)
{
  self->run = gstream_run_stream_new (source, NULL);
  self->messages = bench_subscribe (gstream_run_stream_get_messages (self->run));
  self->values = bench_subscribe (gstream_run_stream_get_values (self->run));
}

static void
idle_clear (Idle *self)
{
  g_clear_object (&self->values);
  g_clear_object (&self->messages);
  g_clear_object (&self->run);
}

static gsize
memory_of (Idle *runs,
           int   count)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (g_object_unref);
  gsize before, after;

  for (int number = 0; number < count; number++)
    g_ptr_array_add (sources, bench_values_new (1));
  before = mallinfo2 ().uordblks;
  for (int number = 0; number < count; number++)
    idle_init (&runs[number], g_ptr_array_index (sources, number));
  after = mallinfo2 ().uordblks;
  for (int number = 0; number < count; number++)
    idle_clear (&runs[number]);
  return (after - before) / count;
}

int
main (int    argc,
      char **argv)
{
  int              count = atoi (argv[1]);
  g_autofree Idle *runs = g_new0 (Idle, count);

  memory_of (runs, 1); /* the classes' own memory is not a run's */
  g_print ("{\"bytes\": %" G_GSIZE_FORMAT "}\n", memory_of (runs, count));
  return 0;
}
