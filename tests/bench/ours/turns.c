/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: turns AT_ONCE MESSAGES RUNS
 *
 * Every delta of MESSAGES messages of AT_ONCE runs, which take turns delta by
 * delta.
 */
#include "bench.h"
#include "bench-source.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  GstreamRunStream *run;
  GstreamCursor    *messages;
  GstreamCursor    *deltas; /* of the message being read, or NULL */
} Reader;

static int at_once;

static void
reader_init (Reader *self,
             guint   messages)
{
  g_autoptr (GstreamEventSource) source = bench_messages_new (messages);

  self->run = gstream_run_stream_new (source, NULL);
  gstream_run_stream_set_turn_budget (self->run, 0); /* no main loop waits for its turn */
  self->messages = bench_subscribe (gstream_run_stream_get_messages (self->run));
  self->deltas = NULL;
}

static void
reader_clear (Reader *self)
{
  g_clear_object (&self->deltas);
  g_clear_object (&self->messages);
  g_clear_object (&self->run);
}

static gboolean
next_message (Reader *self)
{
  g_autoptr (GstreamMessage) message = NULL;

  if (gstream_cursor_try_next_object (self->messages, (gpointer *) &message, NULL) != GSTREAM_TRY_ITEM)
    return FALSE;
  self->deltas = bench_subscribe (gstream_message_get_text_deltas (message));
  return TRUE;
}

static gboolean
read_delta (Reader     *self,
            BenchTotal *total)
{
  const char *delta;

  if (gstream_cursor_try_next_string (self->deltas, &delta, NULL) != GSTREAM_TRY_ITEM)
    return FALSE;
  total->items++;
  total->sum += strlen (delta);
  return TRUE;
}

/* Reads one delta, of the next message if need be; FALSE at the end of the run. */
static gboolean
reader_step (Reader     *self,
             BenchTotal *total)
{
  if (self->deltas != NULL && read_delta (self, total))
    return TRUE;
  g_clear_object (&self->deltas);
  return next_message (self) && read_delta (self, total);
}

/* All runs are equally long: they end in one round. */
static gboolean
read_round (Reader     *readers,
            BenchTotal *total)
{
  gboolean more = FALSE;

  for (int number = 0; number < at_once; number++)
    more = reader_step (&readers[number], total);
  return more;
}

static void
once (const char *size,
      BenchTotal *total)
{
  g_autofree Reader *readers = g_new (Reader, at_once);

  for (int number = 0; number < at_once; number++)
    reader_init (&readers[number], atoi (size) / at_once);
  while (read_round (readers, total))
    ;
  for (int number = 0; number < at_once; number++)
    reader_clear (&readers[number]);
}

int
main (int    argc,
      char **argv)
{
  g_assert (argc == 4);
  at_once = atoi (argv[1]);
  return bench_measure (argc, argv, once, bench_cpu_seconds);
}
