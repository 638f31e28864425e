/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A projection of strings, whose queue keeps them in memory that they share (P3, P8, P9).
 */
#include "../support/calls.h"

/* Short ones, which share memory, and long ones, which do not. */
static char *
text_of (guint i)
{
  g_autofree char *fill = g_strnfill (i % 11 == 0 ? 500 : i % 130, 'x');

  return g_strdup_printf ("%u %s", i, fill);
}

static void
push (GstreamProjection *projection,
      guint              i)
{
  g_autofree char *text = text_of (i);

  g_assert_true (gstream_projection_push_string (projection, text, NULL));
}

static const char *
take (GstreamCursor *cursor,
      guint          i)
{
  g_autofree char *text = text_of (i);
  const char      *item = NULL;

  g_assert_cmpint (gstream_cursor_try_next_string (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpstr (item, ==, text);

  return item;
}

/* The queue is empty now and then, and long now and then. */
static void
test_order (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  const char *none = "";
  guint       pushed = 0;
  guint       taken = 0;

  for (guint round = 0; round < 60; round++)
    {
      for (guint i = 0; i < round % 29 + 1; i++)
        push (projection, pushed++);
      for (guint i = 0; taken < pushed && (i < round % 17 || round % 20 == 0); i++)
        take (cursor, taken++);
    }
  gstream_projection_close (projection);
  while (taken < pushed)
    take (cursor, taken++);
  g_assert_cmpint (gstream_cursor_try_next_string (cursor, &none, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_null (none);
}

/* What was lent is there until the next call, whatever is pushed meanwhile. */
static void
test_lent (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  guint pushed = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *text = text_of (i);
      const char      *item;

      while (pushed <= i)
        push (projection, pushed++);
      item = take (cursor, i);
      for (guint more = 0; more < i % 5; more++)
        push (projection, pushed++);
      g_assert_cmpstr (item, ==, text);
    }
}

/* One cursor keeps up, the other comes later; the projection goes before both. */
static void
test_tee (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GPtrArray) cursors = gstream_projection_tee (projection, 2, NULL);

  for (guint i = 0; i < 100; i++)
    {
      push (projection, i);
      take (g_ptr_array_index (cursors, 0), i);
    }
  g_clear_object (&projection);
  for (guint i = 0; i < 100; i++)
    take (g_ptr_array_index (cursors, 1), i);
}

/* What is queued goes with the cursor; what was taken as a value stays. */
static void
test_close (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("texts", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autofree char *first = text_of (0);

  for (guint i = 0; i < 100; i++)
    push (projection, i);
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  gstream_cursor_close (cursor);
  g_clear_object (&cursor);
  g_assert_cmpstr (g_value_get_string (&item), ==, first);

  cursor = test_subscribe (projection);
  push (projection, 7);
  take (cursor, 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/projection/P3/strings/order", test_order);
  g_test_add_func ("/projection/P3/strings/lent", test_lent);
  g_test_add_func ("/projection/P8/strings/tee", test_tee);
  g_test_add_func ("/projection/P9/strings/close", test_close);
  return g_test_run ();
}
