/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Several consumers of one projection (P8).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

static GPtrArray *
make_tee (GstreamProjection *projection,
          guint              n)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *cursors = gstream_projection_tee (projection, n, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (cursors->len, ==, n);

  return cursors;
}

static void
test_each_sees_all (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GPtrArray) cursors = make_tee (projection, 3);
  const char *text;

  gstream_projection_push_string (projection, "a", NULL);
  gstream_projection_push_string (projection, "b", NULL);
  for (guint i = 0; i < 3; i++)
    {
      GstreamCursor *cursor = g_ptr_array_index (cursors, i);

      g_assert_cmpint (gstream_cursor_try_next_string (cursor, &text, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_cmpstr (text, ==, "a");
      g_assert_cmpint (gstream_cursor_try_next_string (cursor, &text, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_cmpstr (text, ==, "b");
      g_assert_cmpint (gstream_cursor_try_next_string (cursor, &text, NULL), ==, GSTREAM_TRY_PENDING);
      g_assert_null (text);
    }
  gstream_projection_close (projection);
  for (guint i = 0; i < 3; i++)
    test_assert_drain (g_ptr_array_index (cursors, i), "ended");
}

static void
test_none (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_projection_tee (projection, 0, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_false (gstream_projection_get_subscribed (projection));
}

static void
test_one_consumer (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GPtrArray) cursors = make_tee (projection, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_projection_subscribe (projection, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  gstream_cursor_close (g_ptr_array_index (cursors, 0));
  g_assert_true (gstream_projection_get_subscribed (projection));
  gstream_cursor_close (g_ptr_array_index (cursors, 1));
  g_assert_false (gstream_projection_get_subscribed (projection));
}

static void
test_slowest_holds (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("custom", 10);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GPtrArray) cursors = NULL;
  g_auto (GValue) item = G_VALUE_INIT;
  GstreamCursor *fast;
  GstreamCursor *slow;

  gstream_projection_set_max_buffered (transformer->items, 3);
  cursors = make_tee (transformer->items, 2);
  fast = g_ptr_array_index (cursors, 0);
  slow = g_ptr_array_index (cursors, 1);

  test_assert_drain (fast, "1 2 3 pending");
  g_assert_true (gstream_run_stream_get_held_by (run) == transformer->items);
  g_assert_cmpuint (source->n_given, ==, 3);
  g_assert_cmpuint (gstream_projection_get_n_buffered (transformer->items), ==, 3);

  /* One read by the slowest is room for one more. */
  gstream_cursor_try_next (slow, &item, NULL);
  g_assert_null (gstream_run_stream_get_held_by (run));
  test_assert_drain (fast, "4 pending");
  g_assert_cmpuint (source->n_given, ==, 4);

  /* A closed branch no longer counts. */
  gstream_cursor_close (slow);
  g_assert_null (gstream_run_stream_get_held_by (run));
  test_assert_drain (fast, "5 6 7 8 9 10 ended");
}

static void
test_slowest_released (void)
{
  g_autoptr (TestSource) source = test_source_new_waiting ("custom", 6);
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), test_mux_new (transformer, NULL));
  g_autoptr (GPtrArray) cursors = NULL;
  g_auto (TestCall) call = { 0 };

  gstream_projection_set_max_buffered (transformer->items, 1);
  cursors = make_tee (transformer->items, 2);
  test_call_next (&call, g_ptr_array_index (cursors, 0), NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 1);

  /* Held while the first waits, until the other is dropped. */
  test_call_next (&call, g_ptr_array_index (cursors, 0), NULL);
  test_iterate_pending (NULL);
  g_assert_false (call.done);
  g_assert_cmpuint (source->n_given, ==, 1);
  g_ptr_array_remove_index (cursors, 1);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/P8/each-sees-all", test_each_sees_all);
  g_test_add_func ("/projection/P8/none", test_none);
  g_test_add_func ("/projection/P8/one-consumer", test_one_consumer);
  g_test_add_func ("/projection/P8/slowest-holds", test_slowest_holds);
  g_test_add_func ("/projection/P8/slowest-released", test_slowest_released);

  return g_test_run ();
}
