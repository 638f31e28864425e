/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the messages of runs on the main loop: what is there is taken, what is
 * not is awaited.
 */
#include "bench-reader.h"

#include <string.h>

typedef struct
{
  GMainLoop  *loop;      /* quit at the end of the last run */
  guint       n_reading; /* runs that have not ended */
  BenchTotal *total;
} Reading;

/* Of one run. */
typedef struct
{
  Reading       *reading;
  GstreamCursor *messages;
  GstreamCursor *deltas; /* of the message being read, or NULL */
} Reader;

static void read_on (Reader *self);

static void
take_delta (Reader     *self,
            const char *delta)
{
  self->reading->total->items++;
  self->reading->total->sum += strlen (delta);
}

static void
take_message (Reader         *self,
              GstreamMessage *message)
{
  self->deltas = bench_subscribe (gstream_message_get_text_deltas (message));
}

static void
take_end (Reader *self)
{
  if (--self->reading->n_reading == 0)
    g_main_loop_quit (self->reading->loop);
}

static void
on_delta (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Reader *self = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, &error))
    take_delta (self, g_value_get_string (&item));
  else
    g_clear_object (&self->deltas);
  bench_check (error);
  read_on (self);
}

static void
on_message (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  Reader *self = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, &error))
    take_message (self, g_value_get_object (&item));
  bench_check (error);
  if (self->deltas != NULL)
    read_on (self);
  else
    take_end (self);
}

/* Whether there was one, or the end; FALSE: it is awaited. */
static gboolean
read_delta (Reader *self)
{
  g_autoptr (GError) error = NULL;
  const char *delta;

  switch (gstream_cursor_try_next_string (self->deltas, &delta, &error))
    {
    case GSTREAM_TRY_ITEM:
      take_delta (self, delta);
      return TRUE;
    case GSTREAM_TRY_PENDING:
      gstream_cursor_next (self->deltas, NULL, on_delta, self);
      return FALSE;
    case GSTREAM_TRY_ENDED:
    case GSTREAM_TRY_FAILED:
    default:
      bench_check (error);
      g_clear_object (&self->deltas);
      return TRUE;
    }
}

static gboolean
read_message (Reader *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamMessage) message = NULL;

  switch (gstream_cursor_try_next_object (self->messages, (gpointer *) &message, &error))
    {
    case GSTREAM_TRY_ITEM:
      take_message (self, message);
      return TRUE;
    case GSTREAM_TRY_PENDING:
      gstream_cursor_next (self->messages, NULL, on_message, self);
      return FALSE;
    case GSTREAM_TRY_ENDED:
    case GSTREAM_TRY_FAILED:
    default:
      bench_check (error);
      take_end (self);
      return FALSE;
    }
}

static void
read_on (Reader *self)
{
  while (self->deltas != NULL ? read_delta (self) : read_message (self))
    ;
}

static gboolean
start (gpointer user_data)
{
  read_on (user_data);
  return G_SOURCE_REMOVE;
}

void
bench_read_messages (GstreamRunStream **runs,
                     guint              n_runs,
                     BenchTotal        *total)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Reading            reading = { .loop = loop, .n_reading = n_runs, .total = total };
  g_autofree Reader *readers = g_new0 (Reader, n_runs);

  for (guint number = 0; number < n_runs; number++)
    {
      readers[number].reading = &reading;
      readers[number].messages = bench_subscribe (gstream_run_stream_get_messages (runs[number]));
      g_idle_add (start, &readers[number]);
    }
  g_main_loop_run (loop);
  for (guint number = 0; number < n_runs; number++)
    g_object_unref (readers[number].messages);
}
