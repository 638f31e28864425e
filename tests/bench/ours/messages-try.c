/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every delta of every message, read without waiting.
 */
#include "bench.h"
#include "bench-source.h"

#include <stdlib.h>
#include <string.h>

static void
read_message (GstreamMessage *message,
              BenchTotal     *total)
{
  g_autoptr (GstreamCursor) deltas = bench_subscribe (gstream_message_get_text_deltas (message));
  g_autoptr (GError) error = NULL;
  const char *delta;

  while (gstream_cursor_try_next_string (deltas, &delta, &error) == GSTREAM_TRY_ITEM)
    {
      total->items++;
      total->sum += strlen (delta);
    }
  bench_check (error);
}

static void
once (const char *size,
      BenchTotal *total)
{
  g_autoptr (GstreamEventSource) source = bench_messages_new (atoi (size));
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) messages = bench_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr (GError) error = NULL;
  gpointer message;

  gstream_run_stream_set_turn_budget (run, 0); /* no main loop waits for its turn */
  while (gstream_cursor_try_next_object (messages, &message, &error) == GSTREAM_TRY_ITEM)
    {
      read_message (message, total);
      g_object_unref (message);
    }
  bench_check (error);
}

int
main (int    argc,
      char **argv)
{
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
