/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Pushing from outside the pump, with back pressure (P5, P6), of the main log too (M6).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  GstreamProjection *projection;
  GstreamCursor     *cursor;
  TestCall           first;
  TestCall           second;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  gstream_projection_set_max_buffered (fixture->projection, 1);
  fixture->cursor = test_subscribe (fixture->projection);
  test_push (fixture->projection, 1);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  test_call_clear (&fixture->first);
  test_call_clear (&fixture->second);
  g_clear_object (&fixture->cursor);
  g_clear_object (&fixture->projection);
}

/* Two that find it full. */
static void
push_two (Fixture *fixture)
{
  test_call_push (&fixture->first, fixture->projection, 2, NULL);
  test_call_push (&fixture->second, fixture->projection, 3, NULL);
  test_iterate_pending (NULL);
  g_assert_false (fixture->first.done);
  g_assert_false (fixture->second.done);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->projection), ==, 1);
}

static void
assert_pushed (TestCall *call)
{
  g_assert_true (call->done);
  g_assert_no_error (call->error);
  g_assert_true (call->found);
}

static void
test_room (Fixture      *fixture,
           gconstpointer data)
{
  g_auto (GValue) item = G_VALUE_INIT;
  g_auto (TestCall) third = { 0 };

  push_two (fixture);
  /* One item taken: room for one, the oldest. */
  gstream_cursor_try_next (fixture->cursor, &item, NULL);
  g_assert_false (fixture->first.done);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->projection), ==, 1);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  g_assert_false (fixture->second.done);
  test_assert_drain (fixture->cursor, "2 3 pending");
  test_iterate_pending (NULL);
  assert_pushed (&fixture->second);

  /* With room, it is pushed at once, and says so from the main loop. */
  test_call_push (&third, fixture->projection, 4, NULL);
  test_assert_drain (fixture->cursor, "4 pending");
  test_iterate_pending (NULL);
  assert_pushed (&third);
}

static void
test_cursor_closed (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamCursor) late = NULL;

  push_two (fixture);
  gstream_cursor_close (fixture->cursor);
  late = test_subscribe (fixture->projection);
  g_assert_false (fixture->first.done);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  assert_pushed (&fixture->second);
  test_assert_drain (late, "pending");
}

static void
test_projection_closed (Fixture      *fixture,
                        gconstpointer data)
{
  push_two (fixture);
  gstream_projection_close (fixture->projection);
  g_assert_false (fixture->first.done);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  assert_pushed (&fixture->second);
  test_assert_drain (fixture->cursor, "1 ended");

  /* From then on it is refused (P5). */
  test_call_clear (&fixture->first);
  test_call_push (&fixture->first, fixture->projection, 4, NULL);
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->first, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
}

static void
test_cancelled (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  test_call_push (&fixture->first, fixture->projection, 2, cancellable);
  test_call_push (&fixture->second, fixture->projection, 3, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_false (fixture->first.done);
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->first, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (fixture->second.done);
  test_assert_drain (fixture->cursor, "1 3 pending");
  test_iterate_pending (NULL);
  assert_pushed (&fixture->second);
}

static void
test_widened (Fixture      *fixture,
              gconstpointer data)
{
  push_two (fixture);
  gstream_projection_set_max_buffered (fixture->projection, 0);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  assert_pushed (&fixture->second);
  test_assert_drain (fixture->cursor, "1 2 3 pending");
}

static void
test_unsubscribed (Fixture      *fixture,
                   gconstpointer data)
{
  gstream_cursor_close (fixture->cursor);
  test_call_push (&fixture->first, fixture->projection, 2, NULL);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
}

static void
test_wrong_type (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamProjection) texts = gstream_projection_new ("cancellables", G_TYPE_CANCELLABLE);

  test_call_push (&fixture->first, texts, 2, NULL);
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->first, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

static void
test_last_reference (Fixture      *fixture,
                     gconstpointer data)
{
  /* A push under way keeps its projection. */
  push_two (fixture);
  g_clear_object (&fixture->projection);
  test_assert_drain (fixture->cursor, "1 2 3 pending");
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  assert_pushed (&fixture->second);
  test_assert_drain (fixture->cursor, "ended");
}

static void
test_aborted (void)
{
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_auto (TestCall) call = { 0 };

  gstream_projection_set_max_buffered (transformer->items, 1);
  test_push (transformer->items, 1);
  test_call_push (&call, transformer->items, 2, NULL);
  test_iterate_pending (NULL);
  g_assert_false (call.done);
  gstream_run_stream_abort (run);
  test_iterate_pending (NULL);
  assert_pushed (&call);
  test_assert_drain (cursor, "1 ended");
}

/* --- into a projection that forwards, while the main log is full (M6) --- */

typedef struct
{
  GstreamRunStream  *run;
  GstreamProjection *items;  /* forwards */
  GstreamProjection *others; /* too */
  GstreamCursor     *cursor; /* of the items */
  GstreamCursor     *log;    /* bounded, and full of 1 */
  TestCall           first;  /* of item 2 */
  TestCall           second; /* of item 3 */
} LogFixture;

static GstreamTransformer *
new_forwarding (const char         *name,
                GstreamProjection **projection)
{
  TestTransformer *transformer = test_transformer_new (name, NULL);

  *projection = transformer->items;
  gstream_projection_set_forward (*projection, TRUE);

  return GSTREAM_TRANSFORMER (transformer);
}

static void
set_up_log (LogFixture   *fixture,
            gconstpointer data)
{
  GstreamTransformer *items = new_forwarding ("items", &fixture->items);
  GstreamTransformer *others = new_forwarding ("others", &fixture->others);
  GstreamProjection  *log;

  fixture->run = test_run_new (test_source_new (), test_mux_new (items, others, NULL));
  log = gstream_run_stream_get_log (fixture->run);
  gstream_projection_set_max_buffered (log, 1);
  fixture->log = test_subscribe (log);
  fixture->cursor = test_subscribe (fixture->items);

  test_push (fixture->items, 1);
  test_call_push (&fixture->first, fixture->items, 2, NULL);
  test_call_push (&fixture->second, fixture->items, 3, NULL);
  test_iterate_pending (NULL);
  g_assert_false (fixture->first.done);
  g_assert_cmpuint (gstream_projection_get_n_buffered (log), ==, 1);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->items), ==, 1);
}

static void
tear_down_log (LogFixture   *fixture,
               gconstpointer data)
{
  test_call_clear (&fixture->first);
  test_call_clear (&fixture->second);
  g_object_unref (fixture->cursor);
  g_object_unref (fixture->log);
  g_object_unref (fixture->run);
  test_iterate_pending (NULL);
}

static void
take (GstreamCursor *cursor,
      int            number)
{
  g_auto (GValue) item = G_VALUE_INIT;

  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpint (test_item_number (&item), ==, number);
}

static void
test_log_room (LogFixture   *fixture,
               gconstpointer data)
{
  take (fixture->log, 1);
  g_assert_cmpuint (gstream_projection_get_n_buffered (gstream_run_stream_get_log (fixture->run)), ==, 1);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  g_assert_false (fixture->second.done);
  take (fixture->log, 2);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->second);
  test_assert_drain (fixture->log, "3 pending");
  test_assert_drain (fixture->cursor, "1 2 3 pending");
}

static void
test_log_and_queue (LogFixture   *fixture,
                    gconstpointer data)
{
  /* Room in one of the two does not do, whichever it is. */
  gstream_projection_set_max_buffered (fixture->items, 1);
  take (fixture->log, 1);
  g_assert_cmpuint (gstream_projection_get_n_buffered (gstream_run_stream_get_log (fixture->run)), ==, 0);
  take (fixture->cursor, 1);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  take (fixture->cursor, 2);
  g_assert_cmpuint (gstream_projection_get_n_buffered (fixture->items), ==, 0);
  take (fixture->log, 2);
  test_assert_drain (fixture->log, "3 pending");
  test_assert_drain (fixture->cursor, "3 pending");
}

static void
test_log_in_turn (LogFixture   *fixture,
                  gconstpointer data)
{
  g_auto (TestCall) other = { 0 };

  /* Nobody has subscribed to the others: what they forward has to wait all the same. */
  test_call_push (&other, fixture->others, 7, NULL);
  test_iterate_pending (NULL);
  g_assert_false (other.done);
  take (fixture->log, 1);
  take (fixture->log, 2);
  take (fixture->log, 7);
  test_assert_drain (fixture->log, "3 pending");
  test_iterate_pending (NULL);
  assert_pushed (&other);
}

static void
test_log_cancelled (LogFixture   *fixture,
                    gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) other = { 0 };

  test_call_push (&other, fixture->others, 7, cancellable);
  g_cancellable_cancel (cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&other, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  take (fixture->log, 1);
  take (fixture->log, 2);
  test_assert_drain (fixture->log, "3 pending");
}

static void
assert_both_pushed (LogFixture *fixture)
{
  g_assert_false (fixture->first.done);
  test_iterate_pending (NULL);
  assert_pushed (&fixture->first);
  assert_pushed (&fixture->second);
}

static void
test_log_cursor_closed (LogFixture   *fixture,
                        gconstpointer data)
{
  gstream_cursor_close (fixture->log);
  assert_both_pushed (fixture);
  test_assert_drain (fixture->cursor, "1 2 3 pending");
}

static void
test_log_items_closed (LogFixture   *fixture,
                       gconstpointer data)
{
  gstream_cursor_close (fixture->cursor);
  assert_both_pushed (fixture);
  test_assert_drain (fixture->log, "1 pending");
}

static void
test_log_not_forwarded (LogFixture   *fixture,
                        gconstpointer data)
{
  gstream_projection_set_forward (fixture->items, FALSE);
  assert_both_pushed (fixture);
  test_assert_drain (fixture->log, "1 pending");
  test_assert_drain (fixture->cursor, "1 2 3 pending");
}

static void
test_log_aborted (LogFixture   *fixture,
                  gconstpointer data)
{
  gstream_run_stream_abort (fixture->run);
  assert_both_pushed (fixture);
  test_assert_drain (fixture->log, "1 ended");
  test_assert_drain (fixture->cursor, "1 ended");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)
#define ADD_LOG(path, function) g_test_add (path, LogFixture, NULL, set_up_log, function, tear_down_log)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/projection/P6/push-async/room", test_room);
  ADD ("/projection/P6/push-async/cursor-closed", test_cursor_closed);
  ADD ("/projection/P6/push-async/projection-closed", test_projection_closed);
  ADD ("/projection/P6/push-async/cancelled", test_cancelled);
  ADD ("/projection/P6/push-async/widened", test_widened);
  ADD ("/projection/P6/push-async/unsubscribed", test_unsubscribed);
  ADD ("/projection/P6/push-async/wrong-type", test_wrong_type);
  ADD ("/projection/P6/push-async/last-reference", test_last_reference);
  g_test_add_func ("/projection/P6/push-async/aborted", test_aborted);
  ADD_LOG ("/projection/P6/push-async/log/room", test_log_room);
  ADD_LOG ("/projection/P6/push-async/log/and-queue", test_log_and_queue);
  ADD_LOG ("/projection/P6/push-async/log/in-turn", test_log_in_turn);
  ADD_LOG ("/projection/P6/push-async/log/cancelled", test_log_cancelled);
  ADD_LOG ("/projection/P6/push-async/log/cursor-closed", test_log_cursor_closed);
  ADD_LOG ("/projection/P6/push-async/log/items-closed", test_log_items_closed);
  ADD_LOG ("/projection/P6/push-async/log/not-forwarded", test_log_not_forwarded);
  ADD_LOG ("/projection/P6/push-async/log/aborted", test_log_aborted);

  return g_test_run ();
}
