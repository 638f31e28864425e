/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One projection and its cursor (P1-P5, P9).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

static void
test_single_consumer (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_projection_get_subscribed (projection));
  cursor = test_subscribe (projection);
  g_assert_true (gstream_projection_get_subscribed (projection));

  g_assert_null (gstream_projection_subscribe (projection, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  g_assert_nonnull (strstr (error->message, "numbers"));
  g_assert_nonnull (strstr (error->message, "tee"));
  g_clear_error (&error);
  g_assert_null (gstream_projection_tee (projection, 2, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);

  /* The one that there is goes on. */
  test_push (projection, 1);
  test_assert_drain (cursor, "1 pending");
}

static void
test_lazy (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = NULL;

  test_push (projection, 1);
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 0);
  cursor = test_subscribe (projection);
  test_push (projection, 2);
  test_assert_drain (cursor, "2 pending");
}

static void
test_order (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_auto (GValue) item = G_VALUE_INIT;
  int pushed = 0;
  int taken = 0;

  /* The ring grows and wraps, and the items come out in order, each once. */
  for (int round = 0; round < 100; round++)
    {
      for (int i = 0; i < round % 13 + 3; i++)
        test_push (projection, ++pushed);
      g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, pushed - taken);
      for (int i = 0; i < round % 11 + 3 && taken < pushed; i++)
        {
          g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
          g_assert_cmpint (test_item_number (&item), ==, ++taken);
        }
    }
  while (gstream_cursor_try_next (cursor, &item, NULL) == GSTREAM_TRY_ITEM)
    g_assert_cmpint (test_item_number (&item), ==, ++taken);
  g_assert_cmpint (taken, ==, pushed);
}

static void
test_release (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("objects", G_TYPE_CANCELLABLE);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  GObject *object = G_OBJECT (g_cancellable_new ());
  GObject *weak = object;
  gpointer taken = NULL;

  g_object_add_weak_pointer (object, (gpointer *) &weak);
  g_assert_true (gstream_projection_push_object (projection, object, NULL));
  g_object_unref (object);
  g_assert_nonnull (weak);
  g_assert_cmpint (gstream_cursor_try_next_object (cursor, &taken, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_true (taken == object);
  /* Nothing is retained of what was taken. */
  g_object_unref (taken);
  g_assert_null (weak);
}

static void
test_close (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GstreamCursor) late = NULL;
  g_auto (TestCall) call = { 0 };

  test_push (projection, 1);
  gstream_projection_close (projection);
  gstream_projection_close (projection);
  g_assert_true (gstream_projection_get_closed (projection));
  test_assert_drain (cursor, "1 ended");
  test_assert_drain (cursor, "ended");
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_end (&call);

  /* Whoever comes late finds the end. */
  gstream_cursor_close (cursor);
  late = test_subscribe (projection);
  test_assert_drain (late, "ended");
}

static void
test_fail (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GstreamCursor) late = NULL;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "why");
  g_auto (TestCall) call = { 0 };

  test_call_next (&call, cursor, NULL);
  test_push (projection, 1);
  test_push (projection, 2);
  gstream_projection_fail (projection, error);
  gstream_projection_close (projection);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 1);
  test_assert_drain (cursor, "2 failed:why");
  test_assert_drain (cursor, "failed:why");
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);

  gstream_cursor_close (cursor);
  late = test_subscribe (projection);
  test_assert_drain (late, "failed:why");
}

static void
test_end_wakes (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_auto (TestCall) call = { 0 };

  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  g_assert_false (call.done);
  gstream_projection_close (projection);
  g_assert_false (call.done);
  test_iterate_pending (NULL);
  test_call_assert_end (&call);
}

static void
test_push_closed (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GError) error = NULL;

  gstream_projection_close (projection);
  g_assert_false (gstream_projection_push_string (projection, "a", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "texts"));
  g_clear_error (&error);

  gstream_cursor_close (cursor);
  g_assert_true (gstream_projection_push_string (projection, "a", &error));
  g_assert_no_error (error);
}

static void
test_push_wrong_type (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) small = G_VALUE_INIT;
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GError) error = NULL;

  g_value_init (&text, G_TYPE_STRING);
  g_value_set_static_string (&text, "three");
  g_assert_false (gstream_projection_push (projection, &text, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "gint64"));
  g_assert_nonnull (strstr (error->message, "gchararray"));

  g_value_init (&small, G_TYPE_INT);
  g_value_set_int (&small, 3);
  g_assert_true (gstream_projection_push (projection, &small, NULL));
  test_assert_drain (cursor, "3 pending");
}

static void
test_unsubscribe (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GstreamCursor) other = NULL;
  g_auto (TestCall) call = { 0 };

  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  gstream_cursor_close (cursor);
  g_assert_true (gstream_cursor_get_closed (cursor));
  g_assert_false (gstream_projection_get_subscribed (projection));
  g_assert_false (call.done);
  other = test_subscribe (projection);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* The closed one finds the end, the new one what comes from now on. */
  test_push (projection, 1);
  test_assert_drain (cursor, "ended");
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_end (&call);
  test_assert_drain (other, "1 pending");

  /* Its queue is freed with it; dropping the last reference is enough. */
  test_push (projection, 2);
  g_clear_object (&other);
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 0);
  g_assert_false (gstream_projection_get_subscribed (projection));
}

/* Closed while it waits and is cancelled, too: one answer, and none left for the next call. */
static void
test_close_and_cancel (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (TestCall) call = { 0 };

  test_call_next (&call, cursor, cancellable);
  gstream_cursor_close (cursor);
  g_cancellable_cancel (cancellable);
  test_iterate_pending (NULL);
  test_call_assert_error (&call, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_end (&call);
}

static void
test_outlived (void)
{
  GstreamProjection *projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_auto (TestCall) call = { 0 };

  test_push (projection, 1);
  g_assert_finalize_object (projection);
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 1);
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_call_assert_end (&call);
}

static void
count (guint *n)
{
  ++*n;
}

static void
test_notify (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("numbers", G_TYPE_INT64);
  g_autoptr (GstreamCursor) cursor = NULL;
  guint n_subscribed = 0;
  guint n_closed = 0;

  g_signal_connect_swapped (projection, "notify::subscribed", G_CALLBACK (count), &n_subscribed);
  g_signal_connect_swapped (projection, "notify::closed", G_CALLBACK (count), &n_closed);
  cursor = test_subscribe (projection);
  g_assert_cmpuint (n_subscribed, ==, 1);
  test_push (projection, 1);
  gstream_projection_close (projection);
  gstream_projection_close (projection);
  g_assert_cmpuint (n_closed, ==, 1);
  gstream_cursor_close (cursor);
  gstream_cursor_close (cursor);
  g_assert_cmpuint (n_subscribed, ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/P1/single-consumer", test_single_consumer);
  g_test_add_func ("/projection/P2/lazy", test_lazy);
  g_test_add_func ("/projection/P3/order", test_order);
  g_test_add_func ("/projection/P3/release", test_release);
  g_test_add_func ("/projection/P4/close", test_close);
  g_test_add_func ("/projection/P4/fail", test_fail);
  g_test_add_func ("/projection/P4/end-wakes", test_end_wakes);
  g_test_add_func ("/projection/P5/push-closed", test_push_closed);
  g_test_add_func ("/projection/P5/push-wrong-type", test_push_wrong_type);
  g_test_add_func ("/projection/P9/unsubscribe", test_unsubscribe);
  g_test_add_func ("/projection/P9/close-and-cancel", test_close_and_cancel);
  g_test_add_func ("/projection/P9/outlived", test_outlived);
  g_test_add_func ("/projection/P9/notify", test_notify);

  return g_test_run ();
}
