/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a run's messages on the main loop: what is there is taken, what is not
 * is awaited.
 */
#include "bench-reader.h"

#include <string.h>

typedef struct
{
  GMainLoop     *loop;     /* quit at the end of the run */
  GstreamCursor *messages;
  GstreamCursor *deltas;   /* of the message being read, or NULL */
  BenchTotal    *total;
} Reader;

static void read_on (Reader *self);

static void
take_delta (Reader     *self,
            const char *delta)
{
  self->total->items++;
  self->total->sum += strlen (delta);
}

static void
take_message (Reader         *self,
              GstreamMessage *message)
{
  self->deltas = bench_subscribe (gstream_message_get_text_deltas (message));
}

static void
on_delta (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Reader *self = user_data;
  g_autoptr(GError) error = NULL;
  g_auto(GValue) item = G_VALUE_INIT;

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
  g_autoptr(GError) error = NULL;
  g_auto(GValue) item = G_VALUE_INIT;

  if (gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, &error))
    take_message (self, g_value_get_object (&item));
  bench_check (error);
  if (self->deltas != NULL)
    read_on (self);
  else
    g_main_loop_quit (self->loop);
}

/* Whether there was one, or the end; FALSE: it is awaited. */
static gboolean
read_delta (Reader *self)
{
  g_autoptr(GError) error = NULL;
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
  g_autoptr(GError) error = NULL;
  g_autoptr(GstreamMessage) message = NULL;

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
      g_main_loop_quit (self->loop);
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
bench_read_messages (GstreamRunStream *run,
                     BenchTotal       *total)
{
  g_autoptr(GstreamCursor) messages = bench_subscribe (gstream_run_stream_get_messages (run));
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Reader reader = { .loop = loop, .messages = messages, .total = total };

  g_idle_add (start, &reader);
  g_main_loop_run (loop);
}
