/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: flood EVENTS
 *
 * EVENTS states past one slow consumer, which takes one in a turn of the main
 * loop and lets 64 wait for it, while the run's output is awaited. Prints the
 * memory in use after a tenth of them and at most.
 */
#include "bench.h"
#include "bench-source.h"

#include <stdlib.h>

#define BOUND 64 /* items that may wait */

typedef struct
{
  GMainLoop     *loop;
  GstreamCursor *values;
  guint64        taken;
  guint64        tenth;         /* of all events */
  long           early_peak_kb; /* after that tenth */
} Slow;

static gboolean
take_one (gpointer user_data)
{
  Slow *self = user_data;
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GError) error = NULL;
  GstreamTry got = gstream_cursor_try_next_payload (self->values, &state, &error);

  bench_check (error);
  if (got == GSTREAM_TRY_ITEM && ++self->taken == self->tenth)
    self->early_peak_kb = bench_peak_kb ();
  return got != GSTREAM_TRY_ENDED;
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  Slow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, &error);

  bench_check (error);
  g_main_loop_quit (self->loop);
}

int
main (int    argc,
      char **argv)
{
  guint count = strtoul (argv[1], NULL, 10);
  g_autoptr (GstreamEventSource) source = bench_values_new (count);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstreamCursor) values = NULL;
  Slow slow = { .loop = loop, .tenth = count / 10 };

  gstream_projection_set_max_buffered (gstream_run_stream_get_values (run), BOUND);
  slow.values = values = bench_subscribe (gstream_run_stream_get_values (run));
  g_idle_add (take_one, &slow);
  gstream_run_stream_output (run, NULL, on_output, &slow);
  g_main_loop_run (loop);
  while (take_one (&slow))
    ;
  g_print ("{\"taken\": %" G_GUINT64_FORMAT ", \"early_peak_kb\": %ld, \"peak_kb\": %ld}\n", slow.taken,
           slow.early_peak_kb, bench_peak_kb ());
  return slow.taken == count ? 0 : 1;
}
