/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Random orders of what a program may do with a run, a small one (P1-P10, R1-R7).
 *
 * Each seed is a life: some two hundred calls, some of them from inside
 * callbacks. Whatever happens, every cursor sees numbers that go up by one from
 * where it began, or the end; every call is answered once; and nothing is left.
 * Set GSTREAM_TEST_SEED to replay one, and GSTREAM_TEST_SEEDS to try so many
 * from there on, or from 0.
 */
#include "../support/calls.h"
#include "../support/transformers.h"

#define N_CURSORS 6
#define N_CALLS 12

typedef struct _Life Life;

typedef struct
{
  TestCall      call;
  Life         *life;
  gboolean      used;
  int           reader; /* index of the cursor that it is a next of; -1: another call */
  GCancellable *cancellable;
} Call;

typedef struct
{
  GstreamCursor *cursor;
  gint64         last;  /* number of the newest item; -1: none yet */
  gboolean       mixed; /* an interleave: of both projections */
  gint64         last_other;
} Reader;

struct _Life
{
  GRand                *rand;
  TestSource           *source;
  TestTransformer      *all;
  TestTransformer      *odd;
  TestAsyncTransformer *slow; /* NULL: none */
  GstreamRunStream     *run;
  Reader                readers[N_CURSORS];
  Call                  calls[N_CALLS];
  GPtrArray            *works;
  int                   n_events;
  guint                 depth; /* callbacks inside each other */
};

static void act (Life *life);

static gboolean
chance (Life *life,
        int   percent)
{
  return g_rand_int_range (life->rand, 0, 100) < percent;
}

/* From inside a callback: anything may be done. */
static void
act_inside (Life *life)
{
  if (life->depth > 2 || !chance (life, 20))
    return;
  life->depth++;
  act (life);
  life->depth--;
}

static void
check_item (Reader       *reader,
            const GValue *item,
            const char   *name)
{
  int     number = test_item_number (item);
  gint64 *last = reader->mixed && g_str_equal (name, "odd") ? &reader->last_other : &reader->last;

  if (*last >= 0)
    g_assert_cmpint (number, ==, *last + (g_str_equal (name, "odd") ? 2 : 1));
  *last = number;
}

static void
on_call (gpointer data)
{
  Call *call = data;
  Life *life = call->life;

  if (call->reader >= 0 && call->call.found && life->readers[call->reader].cursor != NULL)
    check_item (&life->readers[call->reader], &call->call.item,
                gstream_cursor_get_item_name (life->readers[call->reader].cursor));
  call->reader = -1;
  act_inside (life);
}

static Call *
free_call (Life *life)
{
  for (guint i = 0; i < N_CALLS; i++)
    {
      Call *call = &life->calls[i];

      if (call->used && !call->call.done)
        continue;
      test_call_clear (&call->call);
      g_clear_object (&call->cancellable);
      call->used = TRUE;
      call->reader = -1;
      call->cancellable = chance (life, 50) ? g_cancellable_new () : NULL;
      return call;
    }

  return NULL;
}

static Reader *
random_reader (Life *life)
{
  return &life->readers[g_rand_int_range (life->rand, 0, N_CURSORS)];
}

/* --- what may be done --- */

static GstreamCursor *
make_cursor (Life   *life,
             Reader *reader)
{
  const char *both[] = { "all", "odd", NULL };
  g_autoptr (GPtrArray) branches = NULL;
  GstreamProjection *projection = chance (life, 50) ? life->all->items : life->odd->items;

  reader->mixed = FALSE;
  switch (g_rand_int_range (life->rand, 0, 3))
    {
    case 0:
      return gstream_projection_subscribe (projection, NULL);
    case 1:
      branches = gstream_projection_tee (projection, g_rand_int_range (life->rand, 0, 4), NULL);
      return branches ? g_object_ref (g_ptr_array_index (branches, 0)) : NULL;
    default:
      reader->mixed = TRUE;
      return life->run ? gstream_run_stream_interleave (life->run, both, NULL) : NULL;
    }
}

static gboolean
is_waited_on (Life   *life,
              Reader *reader)
{
  for (guint i = 0; i < N_CALLS; i++)
    if (life->calls[i].used && !life->calls[i].call.done && life->calls[i].reader == reader - life->readers)
      return TRUE;

  return FALSE;
}

static void
do_subscribe (Life *life)
{
  Reader *reader = random_reader (life);

  if (reader->cursor != NULL)
    return;
  reader->cursor = make_cursor (life, reader);
  reader->last = reader->last_other = -1;
}

static void
do_next (Life *life)
{
  Reader *reader = random_reader (life);
  Call   *call;

  if (reader->cursor == NULL || is_waited_on (life, reader) || (call = free_call (life)) == NULL)
    return;
  call->reader = reader - life->readers;
  test_call_next (&call->call, reader->cursor, call->cancellable);
}

static void
do_try (Life *life)
{
  Reader *reader = random_reader (life);
  g_autoptr (GstreamCursor) cursor = reader->cursor ? g_object_ref (reader->cursor) : NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  if (cursor == NULL || is_waited_on (life, reader))
    return;
  if (gstream_cursor_try_next (cursor, &item, NULL) == GSTREAM_TRY_ITEM && reader->cursor == cursor)
    check_item (reader, &item, gstream_cursor_get_item_name (cursor));
}

static void
do_close (Life *life)
{
  Reader *reader = random_reader (life);
  g_autoptr (GstreamCursor) cursor = NULL;

  if (reader->cursor == NULL)
    return;
  for (guint i = 0; i < N_CALLS; i++)
    if (life->calls[i].reader == reader - life->readers)
      life->calls[i].reader = -1;
  cursor = g_steal_pointer (&reader->cursor);
  if (chance (life, 50))
    gstream_cursor_close (cursor);
}

static void
do_output (Life *life)
{
  Call *call = life->run ? free_call (life) : NULL;

  if (call == NULL)
    return;
  if (chance (life, 50))
    test_call_output (&call->call, life->run, call->cancellable);
  else
    test_call_interrupted (&call->call, life->run, call->cancellable);
}

static void
do_cancel (Life *life)
{
  Call *call = &life->calls[g_rand_int_range (life->rand, 0, N_CALLS)];

  if (call->cancellable != NULL)
    g_cancellable_cancel (call->cancellable);
}

/* Of a projection that nobody counts: an object's worth of calls without its numbers. */
static void
do_push_async (Life *life)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("own", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = gstream_projection_subscribe (projection, NULL);
  Call *call = free_call (life);

  if (call == NULL)
    return;
  gstream_projection_set_max_buffered (projection, 1);
  if (chance (life, 50))
    test_push (projection, 1);
  test_call_push (&call->call, projection, 2, call->cancellable);
}

static void
do_bound (Life *life)
{
  gstream_projection_set_max_buffered (chance (life, 50) ? life->all->items : life->odd->items,
                                       g_rand_int_range (life->rand, 0, 4));
}

static void
do_give (Life *life)
{
  if (life->source->n_closed > 0)
    return;
  if (life->source->request != NULL)
    test_source_give (life->source, chance (life, 97) ? test_event ("values", ++life->n_events) : NULL);
  else if (chance (life, 50) && g_queue_is_empty (&life->source->deferred))
    test_source_add (life->source, test_event ("values", ++life->n_events));
  else if (g_queue_is_empty (&life->source->ready))
    test_source_defer (life->source, test_event ("values", ++life->n_events));
}

static void
do_release (Life *life)
{
  if (life->slow != NULL && life->slow->task != NULL)
    test_async_transformer_release (life->slow, TRUE, NULL);
}

static void
do_work (Life *life)
{
  if (life->works->len > 0 && chance (life, 60))
    {
      g_autoptr (GstreamSideWork) work = g_ptr_array_steal_index (life->works, 0);
      g_autoptr (GError) error =
          chance (life, 10) ? g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "no") : NULL;

      if (error != NULL)
        gstream_side_work_fail (work, error);
      else
        gstream_side_work_complete (work);
    }
  else if (life->run != NULL && life->works->len < 3)
    g_ptr_array_add (life->works, gstream_transformer_schedule (GSTREAM_TRANSFORMER (life->all), FALSE));
}

static void
do_iterate (Life *life)
{
  for (int n = g_rand_int_range (life->rand, 1, 6); n > 0 && g_main_context_iteration (NULL, FALSE); n--)
    ;
}

static void
do_end (Life *life)
{
  if (life->run == NULL || !chance (life, 4))
    return;
  if (chance (life, 30))
    g_clear_object (&life->run);
  else if (chance (life, 50))
    gstream_run_stream_abort (life->run);
  else if (life->source->request != NULL)
    test_source_fail (life->source, "broken");
}

static void (*const acts[]) (Life *life) = {
  do_subscribe,
  do_subscribe,
  do_next,
  do_next,
  do_next,
  do_try,
  do_try,
  do_close,
  do_output,
  do_cancel,
  do_push_async,
  do_bound,
  do_give,
  do_give,
  do_give,
  do_give,
  do_release,
  do_work,
  do_iterate,
  do_iterate,
  do_iterate,
  do_iterate,
  do_end,
};

static void
act (Life *life)
{
  acts[g_rand_int_range (life->rand, 0, G_N_ELEMENTS (acts))](life);
}

/* --- a life --- */

static gboolean
process_all (TestTransformer *transformer,
             GstreamEvent    *event,
             GError         **error)
{
  if (!gstream_projection_get_closed (transformer->items))
    test_push (transformer->items, test_event_number (event));
  act_inside (transformer->data);

  return TRUE;
}

static gboolean
process_odd (TestTransformer *transformer,
             GstreamEvent    *event,
             GError         **error)
{
  if (test_event_number (event) % 2 == 1 && !gstream_projection_get_closed (transformer->items))
    test_push (transformer->items, test_event_number (event));

  return TRUE;
}

static gboolean
finish_all (TestTransformer *transformer,
            GError         **error)
{
  act_inside (transformer->data);

  return TRUE;
}

static void
fail_all (TestTransformer *transformer,
          const GError    *error)
{
  act_inside (transformer->data);
}

static void
on_source (TestSource *source,
           const char *where,
           gpointer    data)
{
  /* Events are not given from inside of asking for them. */
  if (g_str_equal (where, "close"))
    act_inside (data);
}

static void
begin (Life *life,
       guint seed)
{
  *life = (Life) { .rand = g_rand_new_with_seed (seed),
                   .source = test_source_new (),
                   .works = g_ptr_array_new_with_free_func (g_object_unref) };
  life->source->hook = on_source;
  life->source->data = life;
  life->all = g_object_ref (test_transformer_new ("all", NULL));
  life->all->process = process_all;
  life->all->finish = finish_all;
  life->all->fail = fail_all;
  life->all->data = life;
  life->odd = g_object_ref (test_transformer_new ("odd", NULL));
  life->odd->process = process_odd;
  life->slow = seed % 3 == 0 ? g_object_ref (test_async_transformer_new ()) : NULL;
  life->run = test_run_new (g_object_ref (life->source), test_mux_new (life->all, life->odd, life->slow, NULL));
  if (seed % 4 == 1) /* used up by every event */
    gstream_run_stream_set_turn_budget (life->run, 1);
  for (guint i = 0; i < N_CALLS; i++)
    {
      life->calls[i].life = life;
      life->calls[i].reader = -1;
      life->calls[i].call.then = on_call;
      life->calls[i].call.data = &life->calls[i];
    }
}

/* A run that was let go of, but whose output somebody waits for, comes to its end. */
static void
let_it_end (Life *life)
{
  life->source->ended = TRUE;
  for (guint i = 0; i < N_CURSORS; i++)
    if (life->readers[i].cursor != NULL)
      gstream_cursor_close (life->readers[i].cursor);
  do
    {
      if (life->source->request != NULL)
        test_source_give (life->source, NULL);
      do_release (life);
      test_iterate_pending (NULL);
    }
  while (life->source->request != NULL || (life->slow != NULL && life->slow->task != NULL));
}

static void
end (Life *life)
{
  life->depth = 10; /* no more acts */
  g_ptr_array_set_size (life->works, 0);
  if (life->run != NULL)
    gstream_run_stream_abort (life->run);
  let_it_end (life);

  for (guint i = 0; i < N_CALLS; i++)
    {
      g_assert_true (!life->calls[i].used || life->calls[i].call.done);
      test_call_clear (&life->calls[i].call);
      g_clear_object (&life->calls[i].cancellable);
    }
  for (guint i = 0; i < N_CURSORS; i++)
    g_clear_object (&life->readers[i].cursor);
  if (life->run != NULL)
    g_assert_finalize_object (life->run);
  test_iterate_pending (NULL);
  g_assert_cmpuint (life->source->n_closed, ==, 1);
  g_assert_finalize_object (life->all);
  g_assert_finalize_object (life->odd);
  if (life->slow != NULL)
    g_assert_finalize_object (life->slow);
  g_assert_finalize_object (life->source);
  g_ptr_array_unref (life->works);
  g_rand_free (life->rand);
}

static void
test_seed (gconstpointer data)
{
  Life life;

  begin (&life, GPOINTER_TO_UINT (data));
  for (int i = 0; i < 200; i++)
    act (&life);
  end (&life);
}

/* Those among a million that once came out wrong. */
static void
test_kept_seeds (void)
{
  const guint kept[] = { 319457, 670739 };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    test_seed (GUINT_TO_POINTER (kept[i]));
}

static void
test_seeds (gconstpointer data)
{
  guint first = GPOINTER_TO_UINT (data);

  for (guint seed = first; seed < first + 100; seed++)
    {
      g_test_message ("seed %u", seed);
      test_seed (GUINT_TO_POINTER (seed));
    }
}

static void
drop_messages (const char    *domain,
               GLogLevelFlags level,
               const char    *message,
               gpointer       data)
{
}

int
main (int   argc,
      char *argv[])
{
  const char *seed = g_getenv ("GSTREAM_TEST_SEED");
  const char *hundreds = g_getenv ("GSTREAM_TEST_SEEDS");
  guint       n = hundreds ? g_ascii_strtoull (hundreds, NULL, 10) / 100 : 10;
  guint       first = seed ? g_ascii_strtoull (seed, NULL, 10) : 0;

  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("Gstream", G_LOG_LEVEL_MESSAGE, drop_messages, NULL); /* of side work that was dropped */

  if (seed != NULL && hundreds == NULL)
    {
      g_test_add_data_func ("/run/R7/calls/seed", GUINT_TO_POINTER (first), test_seed);
      return g_test_run ();
    }

  g_test_add_func ("/run/R7/calls/kept", test_kept_seeds);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/run/R7/calls/%u", first + i * 100);

      g_test_add_data_func (path, GUINT_TO_POINTER (first + i * 100), test_seeds);
    }

  return g_test_run ();
}
