/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Abort, and the last unref, from inside every callback there is (R7): each
 * callback of a small run, each thing that may be done in it, each way to drive.
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef enum
{
  NEXT,    /* the reader waits */
  TRY,     /* the reader tries, and the source is always ready */
  FAILING, /* the reader waits, and the source fails in the end */
} Mode;

typedef enum
{
  ABORT,
  DROP_RUN,
  DROP_ALL,
  CLOSE,
} Strike;

static const char *const modes[] = { "next", "try", "failing" };
static const char *const strikes[] = { "abort", "drop-run", "drop-all", "close-cursor" };

typedef struct
{
  const char       *where;
  Strike            strike;
  Mode              mode;
  gboolean          struck;
  GstreamRunStream *run;
  gpointer          weak_run;
  GstreamCursor    *cursor;
  GstreamCursor    *log;
  TestSource       *source;
  TestTransformer  *transformer;
  GstreamSideWork  *work;
  TestCall          next;
  TestCall          log_next;
  TestCall          output;
  TestCall          push;
} World;

static void
strike (World      *world,
        const char *where)
{
  if (world->struck || !g_str_equal (where, world->where))
    return;

  world->struck = TRUE;
  if (world->strike == ABORT && world->run != NULL)
    gstream_run_stream_abort (world->run);
  if (world->strike == CLOSE && world->cursor != NULL)
    gstream_cursor_close (world->cursor);
  if (world->strike == DROP_RUN || world->strike == DROP_ALL)
    g_clear_object (&world->run);
  if (world->strike == DROP_ALL)
    {
      g_clear_object (&world->cursor);
      g_clear_object (&world->log);
    }
}

static void
on_source (TestSource *source,
           const char *where,
           gpointer    data)
{
  strike (data, g_str_equal (where, "next") ? "source's next" : where);
}

static gboolean
on_process (TestTransformer *transformer,
            GstreamEvent    *event,
            GError         **error)
{
  World *world = transformer->data;

  if (test_event_number (event) == 1 && world->work == NULL)
    world->work = gstream_transformer_schedule (GSTREAM_TRANSFORMER (transformer), FALSE);
  if (test_event_number (event) == 2)
    strike (world, "process");
  if (test_event_number (event) == 3)
    gstream_side_work_complete (world->work);
  if (!gstream_projection_get_closed (transformer->items))
    test_push (transformer->items, test_event_number (event));

  return TRUE;
}

static gboolean
on_finish (TestTransformer *transformer,
           GError         **error)
{
  strike (transformer->data, "finish");

  return TRUE;
}

static void
on_fail (TestTransformer *transformer,
         const GError    *error)
{
  strike (transformer->data, "fail");
}

static void
on_notify (GObject    *object,
           GParamSpec *pspec,
           gpointer    data)
{
  g_autofree char *where = g_strconcat (G_OBJECT_TYPE_NAME (object), "::", pspec->name, NULL);

  strike (data, where);
}

static void
on_next (gpointer data)
{
  World   *world = data;
  gboolean more = world->next.found && world->cursor != NULL && !gstream_cursor_get_closed (world->cursor);

  strike (world, "next");
  if (!more || world->cursor == NULL || gstream_cursor_get_closed (world->cursor))
    return;
  test_call_clear (&world->next);
  test_call_next (&world->next, world->cursor, NULL);
}

static void
on_output (gpointer data)
{
  strike (data, "output");
}

static void
on_push (gpointer data)
{
  strike (data, "push");
}

static void
open_world (World *world)
{
  world->source = world->mode == TRY ? test_source_new_ready ("custom", 4) : test_source_new_waiting ("custom", 4);
  if (world->mode == FAILING)
    test_source_fail (world->source, "broken");
  world->source->hook = on_source;
  world->source->data = world;

  world->transformer = g_object_ref (test_transformer_new ("items", NULL));
  world->transformer->data = world;
  world->transformer->process = on_process;
  world->transformer->finish = on_finish;
  world->transformer->fail = on_fail;
  gstream_projection_set_max_buffered (world->transformer->items, 1);

  world->run = test_run_new (g_object_ref (world->source), test_mux_new (world->transformer, NULL));
  g_set_weak_pointer (&world->weak_run, G_OBJECT (world->run));
  g_signal_connect (world->run, "notify", G_CALLBACK (on_notify), world);
  g_signal_connect (world->transformer->items, "notify", G_CALLBACK (on_notify), world);
  world->cursor = test_subscribe (world->transformer->items);
  g_signal_connect (world->cursor, "notify", G_CALLBACK (on_notify), world);
  world->log = test_subscribe (gstream_run_stream_get_log (world->run));

  world->next.then = on_next;
  world->output.then = on_output;
  world->push.then = on_push;
  world->next.data = world->output.data = world->push.data = world;
}

/* Side work that was cancelled is waited for (M4). */
static void
end_cancelled_work (World *world)
{
  if (world->work != NULL && g_cancellable_is_cancelled (gstream_side_work_get_cancellable (world->work)))
    gstream_side_work_complete (world->work);
}

static void
read_by_trying (World *world)
{
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  GstreamTry tried = GSTREAM_TRY_ITEM;

  while (world->cursor != NULL && (tried == GSTREAM_TRY_ITEM || tried == GSTREAM_TRY_PENDING))
    {
      if (tried == GSTREAM_TRY_PENDING)
        {
          end_cancelled_work (world);
          g_main_context_iteration (NULL, FALSE);
        }
      tried = gstream_cursor_try_next (world->cursor, &item, &error);
    }
}

static void
live (World *world)
{
  if (g_str_equal (world->where, "output"))
    test_call_output (&world->output, world->run, NULL);
  /* One that finds the queue full. */
  test_push (world->transformer->items, 10);
  test_call_push (&world->push, world->transformer->items, 11, NULL);

  if (world->mode != TRY)
    {
      test_call_next (&world->log_next, world->log, NULL);
      test_call_next (&world->next, world->cursor, NULL);
    }
  else
    read_by_trying (world);
  test_iterate_pending (NULL);
}

static void
assert_over (World *world)
{
  const char *story = world->transformer->story->str;

  g_assert_cmpuint (world->source->n_closed, ==, 1);
  g_assert_true (g_str_has_suffix (story, "finish") || g_str_has_suffix (story, "abort") ||
                 g_str_has_suffix (story, "fail:broken") || strstr (story, "fail:The run was dropped") != NULL);
  g_assert_cmpint (!!strstr (story, "finish") + !!strstr (story, "abort") + !!strstr (story, "fail"), ==, 1);
  g_assert_true (gstream_projection_get_closed (world->transformer->items));
  g_assert_true (world->push.done);
  if (world->mode != TRY)
    {
      g_assert_true (world->next.done);
      g_assert_true (world->log_next.done);
    }
}

static void
close_world (World *world)
{
  /* What is dropped with a reader that has gone holds nothing; the run goes on where somebody asks. */
  if (world->strike == CLOSE && world->run != NULL)
    {
      g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (world->run, NULL, NULL);

      test_iterate_pending (NULL);
    }
  end_cancelled_work (world);
  test_iterate_pending (NULL);
  assert_over (world);
  if (g_str_equal (world->where, "output"))
    g_assert_true (world->output.done);

  g_clear_object (&world->run);
  test_iterate_pending (NULL);
  g_assert_null (world->weak_run);
  g_clear_object (&world->cursor);
  g_clear_object (&world->log);
  g_clear_object (&world->work);
  g_assert_finalize_object (world->transformer);
  g_assert_finalize_object (world->source);
  test_call_clear (&world->next);
  test_call_clear (&world->log_next);
  test_call_clear (&world->output);
  test_call_clear (&world->push);
}

static void
test_strike (gconstpointer data)
{
  World world = *(const World *) data;

  open_world (&world);
  live (&world);
  g_assert_true (world.struck);
  close_world (&world);
}

static const struct
{
  const char *where;
  guint       modes; /* bits of those in which it is called */
} callbacks[] = {
  { "next", 1 << NEXT | 1 << FAILING },
  { "output", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "push", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "process", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "finish", 1 << NEXT | 1 << TRY },
  { "fail", 1 << FAILING },
  { "try_next", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "source's next", 1 << NEXT | 1 << FAILING },
  { "close", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "GstreamRunStream::status", 1 << NEXT | 1 << TRY | 1 << FAILING },
  { "GstreamRunStream::held-by", 1 << NEXT | 1 << FAILING },
  { "GstreamProjection::closed", 1 << NEXT | 1 << TRY | 1 << FAILING },
};

static void
add (const char *where,
     Mode        mode,
     Strike      strike_with)
{
  World           *world = g_new0 (World, 1);
  g_autofree char *path = g_strdup_printf ("/run/R7/inside/%s/%s/%s", where, modes[mode], strikes[strike_with]);

  world->where = where;
  world->mode = mode;
  world->strike = strike_with;
  g_test_add_data_func_full (path, world, test_strike, g_free);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (callbacks); i++)
    for (Mode mode = NEXT; mode <= FAILING; mode++)
      for (Strike with = ABORT; with <= CLOSE; with++)
        if ((callbacks[i].modes & (1u << mode)) != 0)
          add (callbacks[i].where, mode, with);

  return g_test_run ();
}
