/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A full projection holds the run, and the run says so (P6, P7).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource        *source;
  TestTransformer   *transformer;
  GstreamProjection *items;
  GstreamRunStream  *run;
  GPtrArray         *held; /* what held-by was, each time it was notified */
  TestCall           output;
  TestCall           next;
} Fixture;

static void
on_held_by (GstreamRunStream *run,
            GParamSpec       *pspec,
            Fixture          *fixture)
{
  g_ptr_array_add (fixture->held, gstream_run_stream_get_held_by (run));
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->source = test_source_new_waiting ("custom", 20);
  fixture->transformer = test_transformer_new ("items", NULL);
  fixture->items = fixture->transformer->items;
  fixture->run = test_run_new (g_object_ref (fixture->source), test_mux_new (fixture->transformer, NULL));
  fixture->held = g_ptr_array_new ();
  g_signal_connect (fixture->run, "notify::held-by", G_CALLBACK (on_held_by), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gstream_run_stream_abort (fixture->run);
  test_iterate_pending (NULL);
  test_call_clear (&fixture->output);
  test_call_clear (&fixture->next);
  g_object_unref (fixture->run);
  g_object_unref (fixture->source);
  g_ptr_array_unref (fixture->held);
}

static void
test_holds (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_projection_set_max_buffered (fixture->items, 4);
  cursor = test_subscribe (fixture->items);
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));

  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 4);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->items), ==, 4);
  g_assert_null (fixture->source->request);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == fixture->items);
  g_assert_cmpuint (fixture->held->len, ==, 1);
  g_assert_true (g_ptr_array_index (fixture->held, 0) == fixture->items);

  /* Released by reading. */
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 5);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == fixture->items);

  /* By closing its cursor; what is not subscribed holds nothing. */
  gstream_cursor_close (cursor);
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpuint (fixture->source->n_given, ==, 20);
  g_assert_null (g_ptr_array_index (fixture->held, fixture->held->len - 1));
}

static void
test_unsubscribed (Fixture      *fixture,
                   gconstpointer data)
{
  gstream_projection_set_max_buffered (fixture->items, 1);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpuint (fixture->held->len, ==, 0);
}

static gboolean
push_three (TestTransformer *transformer,
            GstreamEvent    *event,
            GError         **error)
{
  for (int i = 0; i < 3; i++)
    test_push (transformer->items, test_event_number (event) * 10 + i);

  return TRUE;
}

static void
test_exceeded_by_one_event (Fixture      *fixture,
                            gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;

  fixture->transformer->process = push_three;
  gstream_projection_set_max_buffered (fixture->items, 4);
  cursor = test_subscribe (fixture->items);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 2);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->items), ==, 6);
  g_assert_false (fixture->output.done);
}

/* The request that was under way when the queue filled: its event is dispatched, and no other asked for. */
static void
test_filled_while_in_flight (Fixture      *fixture,
                             gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;

  g_queue_clear_full (&fixture->source->deferred, (GDestroyNotify) gstream_event_unref);
  fixture->source->ended = FALSE;
  gstream_projection_set_max_buffered (fixture->items, 1);
  cursor = test_subscribe (fixture->items);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_nonnull (fixture->source->request);
  test_push (fixture->items, 7);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == fixture->items);
  test_source_give (fixture->source, test_event ("custom", 8));
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_requests, ==, 1);
  test_assert_drain (cursor, "7 8 pending");
}

static void
test_changed (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->items);

  /* Bounded, and widened, while it has a consumer. */
  gstream_projection_set_max_buffered (fixture->items, 3);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 3);
  gstream_projection_set_max_buffered (fixture->items, 5);
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 5);
  gstream_projection_set_max_buffered (fixture->items, 0);
  test_iterate_pending (NULL);
  g_assert_true (fixture->output.done);
}

static void
test_try_when_held (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (fixture->run));

  gstream_projection_set_max_buffered (fixture->items, 1);
  cursor = test_subscribe (fixture->items);
  test_call_next (&fixture->next, log, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 1);
  /* The other waits in vain while this one is full, and goes on when it is not. */
  test_assert_drain (log, "pending");
  test_call_next (&fixture->next, log, NULL);
  test_iterate_pending (NULL);
  g_assert_false (fixture->next.done);
  g_assert_cmpuint (fixture->source->n_given, ==, 1);
  test_assert_drain (cursor, "1 pending");
  test_iterate_pending (NULL);
  test_call_assert_item (&fixture->next, 2);
}

static void
test_log (Fixture      *fixture,
          gconstpointer data)
{
  GstreamProjection *log = gstream_run_stream_get_log (fixture->run);
  g_autoptr (GstreamCursor) cursor = NULL;

  gstream_projection_set_max_buffered (log, 2);
  cursor = test_subscribe (log);
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == log);
  g_assert_cmpuint (fixture->source->n_given, ==, 2);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/projection/P6/unsubscribed", test_unsubscribed);
  ADD ("/projection/P6/exceeded-by-one-event", test_exceeded_by_one_event);
  ADD ("/projection/P6/filled-while-in-flight", test_filled_while_in_flight);
  ADD ("/projection/P6/changed", test_changed);
  ADD ("/projection/P6/try-when-held", test_try_when_held);
  ADD ("/projection/P6/log", test_log);
  ADD ("/projection/P7/holds", test_holds);

  return g_test_run ();
}
