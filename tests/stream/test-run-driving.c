/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who drives a run, and what one request brings to all (R1-R3).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* A run of the given source with "odd" and "even" items and the log. */
static GstreamRunStream *
make_run (TestSource *source)
{
  return test_run_new (g_object_ref (source), test_mux_new (test_transformer_new ("items", NULL), NULL));
}

static void
test_idle (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 3);
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));

  /* Nobody waits: nothing is asked for. */
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_tried, ==, 0);
  g_assert_cmpuint (source->n_requests, ==, 0);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_PENDING);
}

static void
test_as_much_as_needed (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 3);
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));
  g_auto (GValue) item = G_VALUE_INIT;
  g_auto (TestCall) call = { 0 };

  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpint (test_item_number (&item), ==, 1);
  g_assert_cmpuint (source->n_given, ==, 1);

  test_call_next (&call, cursor, NULL);
  g_assert_cmpuint (source->n_given, ==, 1);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 2);
  g_assert_cmpuint (source->n_given, ==, 2);

  /* The consumer has what it waited for, and nobody asks on. */
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_given, ==, 2);
  g_assert_cmpuint (source->n_requests, ==, 0);
}

static void
test_try (void)
{
  g_autoptr (TestSource) source = test_source_new_waiting ("custom", 2);
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));
  g_auto (TestCall) call = { 0 };

  /* A try drives as far as it goes without waiting, and starts no request. */
  test_assert_drain (cursor, "pending");
  g_assert_cmpuint (source->n_tried, ==, 1);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_requests, ==, 0);

  test_call_next (&call, cursor, NULL);
  test_wait (&call.done);
  test_call_assert_item (&call, 1);
  g_assert_cmpuint (source->n_requests, ==, 1);
}

static gboolean
iterate_inside (TestTransformer *transformer,
                GstreamEvent    *event,
                GError         **error)
{
  test_push (transformer->items, test_event_number (event));
  while (g_main_context_iteration (NULL, FALSE))
    ;

  return TRUE;
}

/* The pump does not drive inside an event; what others wait for is driven for when that is over. */
static void
test_try_iterates (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 3);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_auto (TestCall) output = { 0 };
  g_auto (GValue) item = G_VALUE_INIT;

  transformer->process = iterate_inside;
  test_call_output (&output, run, NULL);
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_false (output.done);
  test_iterate_pending (NULL);
  g_assert_true (output.done);
}

static void
test_output_drives (void)
{
  g_autoptr (TestSource) source = test_source_new_waiting ("custom", 5);
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_auto (TestCall) call = { 0 };

  test_call_output (&call, run, NULL);
  test_wait (&call.done);
  g_assert_no_error (call.error);
  g_assert_null (call.output);
  g_assert_cmpuint (source->n_given, ==, 5);
  g_assert_cmpuint (source->n_closed, ==, 1);
}

static void
test_two_consumers (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  TestTransformer *all = test_transformer_new ("all", NULL);
  TestTransformer *some = test_transformer_new ("some", "values");
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (all, some, NULL));
  g_autoptr (GstreamCursor) a = test_subscribe (all->items);
  g_autoptr (GstreamCursor) b = test_subscribe (some->items);
  g_auto (TestCall) call_a = { 0 };
  g_auto (TestCall) call_b = { 0 };

  /* Both wait, and one request is in flight (the source asserts that). */
  test_call_next (&call_a, a, NULL);
  test_call_next (&call_b, b, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_requests, ==, 1);

  /* The one that got something wakes; the other waits on, so the next request follows. */
  test_source_give (source, test_event ("custom", 1));
  test_iterate_pending (NULL);
  test_call_assert_item (&call_a, 1);
  g_assert_false (call_b.done);
  g_assert_cmpuint (source->n_requests, ==, 2);

  /* What the other's waiting brings is there for the first. */
  test_source_give (source, test_event ("custom", 2));
  test_iterate_pending (NULL);
  test_source_give (source, test_event ("values", 3));
  test_iterate_pending (NULL);
  test_call_assert_item (&call_b, 3);
  g_assert_cmpuint (source->n_requests, ==, 3);
  test_assert_drain (a, "2 3 pending");

  test_call_next (&call_a, a, NULL);
  test_call_next (&call_b, b, NULL);
  test_iterate_pending (NULL);
  test_source_give (source, NULL);
  test_iterate_pending (NULL);
  test_call_assert_end (&call_a);
  test_call_assert_end (&call_b);
  g_assert_cmpuint (source->n_requests, ==, 4);
  g_assert_cmpuint (source->n_closed, ==, 1);
}

typedef struct
{
  GstreamCursor *cursor;
  TestCall       call;
  int            next; /* the number that has to come */
  gboolean       ended;
} Reader;

static void
on_read (gpointer data)
{
  Reader *reader = data;

  g_assert_no_error (reader->call.error);
  if (!reader->call.found)
    {
      reader->ended = TRUE;
      return;
    }
  g_assert_cmpint (test_item_number (&reader->call.item), ==, reader->next++);
  test_call_clear (&reader->call);
  test_call_next (&reader->call, reader->cursor, NULL);
}

static void
read_all (Reader            *reader,
          GstreamProjection *projection)
{
  reader->cursor = test_subscribe (projection);
  reader->next = 1;
  reader->call.then = on_read;
  reader->call.data = reader;
  test_call_next (&reader->call, reader->cursor, NULL);
}

/* Ready and waited for in turn, and two who read everything. */
static void
test_everything (void)
{
  g_autoptr (TestSource) source = test_source_new_waiting ("custom", 500);
  TestTransformer *one = test_transformer_new ("one", NULL);
  TestTransformer *two = test_transformer_new ("two", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (one, two, NULL));
  Reader a = { 0 };
  Reader b = { 0 };

  for (int i = 1; i <= 250; i++)
    {
      gstream_event_unref (g_queue_pop_tail (&source->deferred));
      test_source_add (source, test_event ("custom", i));
    }
  for (guint i = 0; i < 250; i++)
    {
      gstream_event_unref (g_queue_pop_head (&source->deferred));
      test_source_defer (source, test_event ("custom", 251 + i));
    }
  read_all (&a, one->items);
  read_all (&b, two->items);
  while (!a.ended || !b.ended)
    g_main_context_iteration (NULL, TRUE);

  g_assert_cmpint (a.next, ==, 501);
  g_assert_cmpint (b.next, ==, 501);
  g_assert_cmpuint (source->n_requests, ==, 250);
  test_call_clear (&a.call);
  test_call_clear (&b.call);
  g_object_unref (a.cursor);
  g_object_unref (b.cursor);
}

static void
test_cancel_starter (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) starter = { 0 };
  g_auto (TestCall) other = { 0 };

  test_call_next (&starter, cursor, cancellable);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_requests, ==, 1);
  test_call_next (&other, log, NULL);

  g_cancellable_cancel (cancellable);
  g_assert_false (starter.done);
  test_iterate_pending (NULL);
  test_call_assert_error (&starter, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* The request goes on, for the other. */
  g_assert_cmpuint (source->n_cancelled, ==, 0);
  g_assert_cmpuint (source->n_requests, ==, 1);
  g_assert_false (other.done);
  test_source_give (source, test_event ("custom", 1));
  test_iterate_pending (NULL);
  test_call_assert_item (&other, 1);

  /* And nothing is lost to the one that was cancelled. */
  test_call_next (&starter, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&starter, 1);
  g_assert_cmpuint (source->n_requests, ==, 1);
}

static void
test_cancel_only_waiter (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) call = { 0 };

  test_call_next (&call, cursor, cancellable);
  test_iterate_pending (NULL);
  g_cancellable_cancel (cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* The event that the request brings is dispatched, and no further one asked for. */
  test_source_give (source, test_event ("custom", 1));
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_requests, ==, 1);
  g_assert_cmpuint (gstream_projection_get_n_buffered (test_projection (run, "items")), ==, 1);

  /* One that was cancelled before. */
  test_call_next (&call, cursor, cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_drain (cursor, "1 pending");
}

static void
test_cancel_output (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) cancelled = { 0 };
  g_auto (TestCall) other = { 0 };

  test_call_output (&cancelled, run, cancellable);
  test_call_output (&other, run, NULL);
  test_iterate_pending (NULL);
  g_cancellable_cancel (cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (other.done);

  test_source_give (source, test_event ("values", 7));
  test_iterate_pending (NULL);
  test_source_give (source, NULL);
  test_iterate_pending (NULL);
  g_assert_true (other.done);
  g_assert_no_error (other.error);
  g_assert_cmpint (gstream_payload_get_integer (other.output, "/n"), ==, 7);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
test_cancel_after_landing (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source);
  GstreamProjection *items = test_projection (run, "items");
  g_autoptr (GstreamCursor) cursor = test_subscribe (items);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) call = { 0 };

  /* Cancelled when the item has come, but before anybody was told. */
  test_call_next (&call, cursor, cancellable);
  test_push (items, 1);
  g_cancellable_cancel (cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_assert_drain (cursor, "1 pending");
}

static void
test_second_next (void)
{
  g_autoptr (TestSource) source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source);
  g_autoptr (GstreamCursor) cursor = test_subscribe (test_projection (run, "items"));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  g_auto (TestCall) first = { 0 };
  g_auto (TestCall) second = { 0 };

  test_call_next (&first, cursor, NULL);
  test_call_next (&second, cursor, NULL);
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, &error), ==, GSTREAM_TRY_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  test_iterate_pending (NULL);
  test_call_assert_error (&second, G_IO_ERROR, G_IO_ERROR_PENDING);
  test_source_give (source, test_event ("custom", 1));
  test_iterate_pending (NULL);
  test_call_assert_item (&first, 1);
}

/* Without wire-pump, whoever waits for items takes what the others' waiting brings. */
static void
test_unwired (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 3);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamStreamMux) mux = test_mux_new (transformer, NULL);
  g_autoptr (GstreamRunStream) run =
      g_object_new (GSTREAM_TYPE_RUN_STREAM, "source", source, "mux", mux, "wire-pump", FALSE, NULL);
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_auto (TestCall) call = { 0 };
  g_auto (TestCall) output = { 0 };

  test_assert_drain (cursor, "pending");
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_tried, ==, 0);

  test_call_output (&output, run, NULL);
  test_wait (&output.done);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 1);
  test_assert_drain (cursor, "2 3 ended");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R1/idle", test_idle);
  g_test_add_func ("/run/R1/as-much-as-needed", test_as_much_as_needed);
  g_test_add_func ("/run/R1/try", test_try);
  g_test_add_func ("/run/R1/try-iterates", test_try_iterates);
  g_test_add_func ("/run/R1/output-drives", test_output_drives);
  g_test_add_func ("/run/R1/unwired", test_unwired);
  g_test_add_func ("/run/R2/two-consumers", test_two_consumers);
  g_test_add_func ("/run/R2/everything", test_everything);
  g_test_add_func ("/run/R2/second-next", test_second_next);
  g_test_add_func ("/run/R3/cancel-starter", test_cancel_starter);
  g_test_add_func ("/run/R3/cancel-only-waiter", test_cancel_only_waiter);
  g_test_add_func ("/run/R3/cancel-output", test_cancel_output);
  g_test_add_func ("/run/R3/cancel-after-landing", test_cancel_after_landing);

  return g_test_run ();
}
