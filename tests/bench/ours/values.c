/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One key of every state, read without waiting.
 */
#include "bench.h"
#include "bench-source.h"

#include <stdlib.h>
#include <string.h>

static void
once (const char *size,
      BenchTotal *total)
{
  g_autoptr (GstreamEventSource) source = bench_values_new (atoi (size));
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) values = bench_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GError) error = NULL;
  GstreamPayload *state;

  gstream_run_stream_set_turn_budget (run, 0); /* no main loop waits for its turn */
  while (gstream_cursor_try_next_payload (values, &state, &error) == GSTREAM_TRY_ITEM)
    {
      total->items++;
      total->sum += strlen (gstream_payload_get_string (state, "/topic"));
      gstream_payload_unref (state);
    }
  bench_check (error);
}

int
main (int    argc,
      char **argv)
{
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
