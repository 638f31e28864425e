/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: state URL RECORDING RUNS
 *
 * One field of every state of a server's run: what is there is taken, what is
 * not is waited for.
 */
#include "bench-thread.h"
#include "bench.h"

#include <string.h>

static const char *url;

static GstreamPayload *
next_state (GstreamCursor *values)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;
  GstreamPayload *state = NULL;

  if (gstream_cursor_try_next_payload (values, &state, &error) == GSTREAM_TRY_PENDING &&
      gstream_cursor_next_sync (values, &item, NULL, &error))
    state = g_value_dup_boxed (&item);
  bench_check (error);
  return state;
}

static void
once (const char *recording,
      BenchTotal *total)
{
  g_autoptr (GstreamRunStream) run = bench_start (url, recording);
  g_autoptr (GstreamCursor) values = bench_subscribe (gstream_run_stream_get_values (run));
  GstreamPayload *state;

  while ((state = next_state (values)) != NULL)
    {
      total->items++;
      total->sum += strlen (gstream_payload_get_string (state, "/messages/199/content"));
      gstream_payload_unref (state);
    }
}

int
main (int    argc,
      char **argv)
{
  url = argv[1];
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
