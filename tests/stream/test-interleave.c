/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One cursor over several projections (P10).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

typedef struct
{
  TestSource       *source;
  TestTransformer  *a; /* wants custom */
  TestTransformer  *b; /* wants values */
  GstreamRunStream *run;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->source = test_source_new ();
  fixture->source->ended = TRUE;
  fixture->a = test_transformer_new ("a", "custom");
  fixture->b = test_transformer_new ("b", "values");
  fixture->run = test_run_new (g_object_ref (fixture->source), test_mux_new (fixture->a, fixture->b, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->run);
  g_object_unref (fixture->source);
}

static void
add_events (Fixture    *fixture,
            const char *methods)
{
  for (int i = 0; methods[i] != '\0'; i++)
    test_source_add (fixture->source, test_event (methods[i] == 'a' ? "custom" : "values", i + 1));
}

static GstreamCursor *
interleave (Fixture    *fixture,
            const char *names,
            GError    **error)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);

  if (*names == '\0')
    g_clear_pointer (&list[0], g_free);

  return gstream_run_stream_interleave (fixture->run, (const char *const *) list, error);
}

/* What comes, as "a1 b2 ended". */
static char *
drain_named (GstreamCursor *cursor)
{
  g_autoptr (GString) story = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  GstreamTry tried;

  while ((tried = gstream_cursor_try_next (cursor, &item, &error)) == GSTREAM_TRY_ITEM)
    g_string_append_printf (story, "%s%d ", gstream_cursor_get_item_name (cursor), test_item_number (&item));
  g_string_append (story, tried == GSTREAM_TRY_FAILED ? "failed" : tried == GSTREAM_TRY_ENDED ? "ended" : "pending");

  return g_string_free (g_steal_pointer (&story), FALSE);
}

#define assert_named(cursor, expected)             \
  G_STMT_START                                     \
  {                                                \
    g_autofree char *story = drain_named (cursor); \
    g_assert_cmpstr (story, ==, expected);         \
  }                                                \
  G_STMT_END

static void
test_order (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = interleave (fixture, "b a", NULL);
  g_auto (TestCall) output = { 0 };

  g_assert_null (gstream_cursor_get_item_name (cursor));
  add_events (fixture, "aabbabab");
  /* All of it queued, and then read: in the order of arrival. */
  test_call_output (&output, fixture->run, NULL);
  test_wait (&output.done);
  assert_named (cursor, "a1 a2 b3 b4 a5 b6 a7 b8 ended");
  assert_named (cursor, "ended");
}

static void
test_as_it_comes (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = interleave (fixture, "a b log", NULL);

  add_events (fixture, "ab");
  assert_named (cursor, "a1 log1 b2 log2 ended");
}

static void
test_all_or_none (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamCursor) taken = test_subscribe (fixture->b->items);
  g_autoptr (GError) error = NULL;

  g_assert_null (interleave (fixture, "a b", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED);
  g_assert_false (gstream_projection_get_subscribed (fixture->a->items));
  g_clear_error (&error);

  g_assert_null (interleave (fixture, "a nobody", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "nobody"));
  g_assert_nonnull (strstr (error->message, "log, a, b"));
  g_assert_false (gstream_projection_get_subscribed (fixture->a->items));
  g_clear_error (&error);

  g_assert_null (interleave (fixture, "a a", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_false (gstream_projection_get_subscribed (fixture->a->items));
  g_clear_error (&error);

  g_assert_null (interleave (fixture, "", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

static void
test_bound (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;
  g_auto (TestCall) output = { 0 };
  g_auto (GValue) item = G_VALUE_INIT;

  gstream_projection_set_max_buffered (fixture->a->items, 2);
  cursor = interleave (fixture, "a b", NULL);
  add_events (fixture, "abbabba");
  test_call_output (&output, fixture->run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == fixture->a->items);
  g_assert_cmpuint (fixture->source->n_given, ==, 4);

  /* The oldest is of the full one, and makes room. */
  gstream_cursor_try_next (cursor, &item, NULL);
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->source->n_given, ==, 7);
  assert_named (cursor, "b2 b3 a4 b5 b6 a7 ended");
  test_iterate_pending (NULL);
  g_assert_true (output.done);
}

static void
test_one_ends (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = interleave (fixture, "a b", NULL);

  /* The end of one is not the end of all. */
  gstream_projection_close (fixture->a->items);
  test_push (fixture->b->items, 1);
  fixture->source->ended = FALSE;
  assert_named (cursor, "b1 pending");
  gstream_projection_close (fixture->b->items);
  assert_named (cursor, "ended");
}

/* One that has ended before it is subscribed, whichever place it has. */
static void
test_one_has_ended (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamCursor) first = NULL;
  g_autoptr (GstreamCursor) last = NULL;

  fixture->source->ended = FALSE;
  gstream_projection_close (fixture->a->items);
  first = interleave (fixture, "a b", NULL);
  test_push (fixture->b->items, 1);
  assert_named (first, "b1 pending");
  gstream_cursor_close (first);
  last = interleave (fixture, "b a", NULL);
  test_push (fixture->b->items, 2);
  assert_named (last, "b2 pending");
}

static void
test_one_fails (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "why");
  g_autoptr (GstreamCursor) cursor = NULL;
  g_autoptr (GstreamCursor) again = NULL;
  g_auto (TestCall) output = { 0 };

  gstream_projection_set_max_buffered (fixture->b->items, 1);
  cursor = interleave (fixture, "a b", NULL);
  test_push (fixture->b->items, 1);
  gstream_projection_fail (fixture->a->items, error);
  assert_named (cursor, "b1 failed");
  assert_named (cursor, "failed");

  /* It has ended, and so released the other, which holds nothing. */
  g_assert_false (gstream_projection_get_subscribed (fixture->b->items));
  add_events (fixture, "bbbb");
  test_call_output (&output, fixture->run, NULL);
  test_wait (&output.done);
  again = test_subscribe (fixture->b->items);
  test_assert_drain (again, "ended");
}

static void
test_close (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = interleave (fixture, "a b", NULL);
  g_auto (TestCall) call = { 0 };

  test_push (fixture->a->items, 1);
  gstream_cursor_close (cursor);
  g_assert_false (gstream_projection_get_subscribed (fixture->a->items));
  g_assert_false (gstream_projection_get_subscribed (fixture->b->items));
  assert_named (cursor, "ended");
}

static void
test_wait_for_either (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = interleave (fixture, "a b", NULL);
  g_auto (TestCall) call = { 0 };

  fixture->source->ended = FALSE;
  test_call_next (&call, cursor, NULL);
  test_iterate_pending (NULL);
  test_source_give (fixture->source, test_event ("values", 1));
  test_iterate_pending (NULL);
  test_call_assert_item (&call, 1);
  g_assert_cmpstr (gstream_cursor_get_item_name (cursor), ==, "b");
}

static void
drop_run (GObject    *projection,
          GParamSpec *pspec,
          gpointer    data)
{
  g_clear_object (&((Fixture *) data)->run);
}

/* The last reference to the run goes while it is subscribed to. */
static void
test_dropped (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = NULL;

  g_signal_connect (fixture->a->items, "notify::subscribed", G_CALLBACK (drop_run), fixture);
  cursor = interleave (fixture, "a b", NULL);
  g_assert_null (fixture->run);
  test_assert_drain (cursor, "ended");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/projection/P10/order", test_order);
  ADD ("/projection/R7/interleave/dropped", test_dropped);
  ADD ("/projection/P10/as-it-comes", test_as_it_comes);
  ADD ("/projection/P10/all-or-none", test_all_or_none);
  ADD ("/projection/P10/bound", test_bound);
  ADD ("/projection/P10/one-ends", test_one_ends);
  ADD ("/projection/P10/one-has-ended", test_one_has_ended);
  ADD ("/projection/P10/one-fails", test_one_fails);
  ADD ("/projection/P10/close", test_close);
  ADD ("/projection/P10/wait-for-either", test_wait_for_either);

  return g_test_run ();
}
