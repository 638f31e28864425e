/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What bindings read a cursor with: waiting without taking, and looking at many
 * items at once.
 */
#include <gstream.h>

/* --- a run of three words, of which each event brings one --- */

static GstreamEventSource *
make_source (const char *const *json)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();

  for (gsize i = 0; json[i] != NULL; i++)
    {
      g_autoptr (GstreamPayload) data = gstream_payload_new (json[i], -1, NULL);
      g_autoptr (GstreamEvent) event = gstream_event_new ("values", NULL, data);

      g_assert_true (gstream_push_source_push (source, event, NULL));
    }
  gstream_push_source_finish (source);

  return GSTREAM_EVENT_SOURCE (g_steal_pointer (&source));
}

/* A try comes to what there is, however slow the machine is (R11). */
static GstreamRunStream *
new_run (gpointer source)
{
  GstreamRunStream *run = gstream_run_stream_new (source, NULL);

  gstream_run_stream_set_turn_budget (run, 0);

  return run;
}

static GstreamRunStream *
make_run (void)
{
  g_autoptr (GstreamEventSource) source = make_source ((const char *[]) { "1", "\"zwei\"", "{\"three\": 3}", NULL });

  return new_run (source);
}

static GstreamCursor *
subscribe (GstreamProjection *projection)
{
  GError        *error = NULL;
  GstreamCursor *cursor = gstream_projection_subscribe (projection, &error);

  g_assert_no_error (error);

  return cursor;
}

/* gstream_cursor_peek_texts() or gstream_cursor_take_texts(). */
typedef GstreamTry (*GetTexts) (GstreamCursor *cursor,
                                guint          max,
                                char        ***texts,
                                GError       **error);

static void
expect_from (GetTexts       get_texts,
             GstreamCursor *cursor,
             guint          max,
             const char    *joined)
{
  g_auto (GStrv) texts = NULL;
  g_autofree char *found = NULL;
  GError          *error = NULL;

  g_assert_cmpint (get_texts (cursor, max, &texts, &error), ==, GSTREAM_TRY_ITEM);
  g_assert_no_error (error);
  found = g_strjoinv (" ", texts);
  g_assert_cmpstr (found, ==, joined);
}

/* --- looking --- */

static void
expect_texts (GstreamCursor *cursor,
              guint          max,
              const char    *joined)
{
  expect_from (gstream_cursor_peek_texts, cursor, max, joined);
}

static void
test_texts (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  GstreamProjection *values = gstream_run_stream_get_values (run);
  g_autoptr (GstreamCursor) cursor = subscribe (values);
  g_auto (GStrv) texts = NULL;

  expect_texts (cursor, 1, "1");
  g_assert_cmpuint (gstream_projection_get_n_buffered (values), ==, 1); /* no further than try_next() goes */
  expect_texts (cursor, 2, "1 \"zwei\"");
  expect_texts (cursor, 64, "1 \"zwei\" {\"three\": 3}");
  gstream_cursor_skip (cursor, 2);
  expect_texts (cursor, 64, "{\"three\": 3}");
  gstream_cursor_skip (cursor, 64);
  g_assert_cmpint (gstream_cursor_peek_texts (cursor, 64, &texts, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_null (texts);
  gstream_cursor_skip (cursor, 1);
}

static void
test_bounded (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  GstreamProjection *values = gstream_run_stream_get_values (run);
  g_autoptr (GstreamCursor) cursor = NULL;

  gstream_projection_set_max_buffered (values, 1);
  cursor = subscribe (values);
  expect_texts (cursor, 64, "1");
  g_assert_true (gstream_run_stream_get_held_by (run) == values);
  gstream_cursor_skip (cursor, 1);
  g_assert_null (gstream_run_stream_get_held_by (run));
  expect_texts (cursor, 64, "\"zwei\"");
}

static void
test_strings (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("words", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = subscribe (projection);
  g_auto (GValue) nothing = G_VALUE_INIT;

  g_value_init (&nothing, G_TYPE_STRING);
  gstream_projection_push_string (projection, "één", NULL);
  gstream_projection_push (projection, &nothing, NULL);
  gstream_projection_push_string (projection, "", NULL);

  g_assert_true (gstream_cursor_get_item_type (cursor) == G_TYPE_STRING);
  expect_texts (cursor, 64, "één"); /* a batch ends before a string that is not there */
  gstream_cursor_skip (cursor, 1);
  expect_texts (cursor, 64, "");
  gstream_cursor_skip (cursor, 1);
  expect_texts (cursor, 64, "");
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 1);
}

static void
test_large (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("words", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = subscribe (projection);
  g_autofree char *large = g_strnfill (40 * 1024, 'x');
  g_auto (GStrv) texts = NULL;

  for (guint i = 0; i < 4; i++)
    gstream_projection_push_string (projection, large, NULL);
  g_assert_cmpint (gstream_cursor_peek_texts (cursor, 64, &texts, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpuint (g_strv_length (texts), ==, 2);
}

static void
test_interleave (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  g_autoptr (GstreamCursor) cursor =
      gstream_run_stream_interleave (run, (const char *[]) { "values", "log", NULL }, NULL);
  const char *name;

  g_assert_true (gstream_cursor_get_item_type (cursor) == G_TYPE_INVALID);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GstreamPayload) state = NULL;
      g_autoptr (GstreamEvent) event = NULL;

      g_assert_cmpint (gstream_cursor_peek (cursor, &name, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_cmpstr (name, ==, "values");
      g_assert_cmpint (gstream_cursor_try_next_payload (cursor, &state, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_cmpint (gstream_cursor_peek (cursor, &name, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_cmpstr (name, ==, "log");
      g_assert_cmpint (gstream_cursor_try_next_event (cursor, &event, NULL), ==, GSTREAM_TRY_ITEM);
      g_assert_true (gstream_payload_equal (state, gstream_event_get_data (event)));
    }
  g_assert_cmpint (gstream_cursor_peek (cursor, &name, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_null (name);
}

/* --- taking --- */

static void
expect_taken (GstreamCursor *cursor,
              guint          max,
              const char    *joined)
{
  expect_from (gstream_cursor_take_texts, cursor, max, joined);
}

static void
test_take (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  GstreamProjection *values = gstream_run_stream_get_values (run);
  g_autoptr (GstreamCursor) cursor = subscribe (values);
  g_auto (GStrv) texts = NULL;

  expect_taken (cursor, 1, "1");
  g_assert_cmpuint (gstream_projection_get_n_buffered (values), ==, 0);
  expect_taken (cursor, 64, "\"zwei\" {\"three\": 3}");
  g_assert_cmpuint (gstream_projection_get_n_buffered (values), ==, 0);
  g_assert_cmpint (gstream_cursor_take_texts (cursor, 64, &texts, NULL), ==, GSTREAM_TRY_ENDED);
  g_assert_null (texts);
}

static void
test_take_bounded (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  GstreamProjection *values = gstream_run_stream_get_values (run);
  g_autoptr (GstreamCursor) cursor = NULL;

  gstream_projection_set_max_buffered (values, 2);
  cursor = subscribe (values);
  expect_taken (cursor, 64, "1 \"zwei\""); /* no more than may be queued */
  g_assert_null (gstream_run_stream_get_held_by (run));
  expect_taken (cursor, 64, "{\"three\": 3}");
}

static void
test_take_failed (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) cursor = subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GError) why = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no space");
  g_autoptr (GstreamPayload) state = gstream_payload_new ("1", -1, NULL);
  g_autoptr (GstreamEvent) event = gstream_event_new ("values", NULL, state);
  g_auto (GStrv) texts = NULL;

  g_assert_cmpint (gstream_cursor_take_texts (cursor, 64, &texts, NULL), ==, GSTREAM_TRY_PENDING);
  g_assert_null (texts);
  gstream_push_source_push (source, event, NULL);
  gstream_push_source_fail (source, why);
  expect_taken (cursor, 64, "1"); /* what came before the error */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (gstream_cursor_take_texts (cursor, 64, &texts, &error), ==, GSTREAM_TRY_FAILED);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    }
}

static void
test_take_strings (void)
{
  g_autoptr (GstreamProjection) projection = gstream_projection_new ("words", G_TYPE_STRING);
  g_autoptr (GstreamCursor) cursor = subscribe (projection);
  g_auto (GValue) nothing = G_VALUE_INIT;

  g_value_init (&nothing, G_TYPE_STRING);
  gstream_projection_push_string (projection, "één", NULL);
  gstream_projection_push (projection, &nothing, NULL);
  gstream_projection_push_string (projection, "", NULL);

  expect_taken (cursor, 64, "één");
  expect_taken (cursor, 64, ""); /* the string that is not there */
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 1);
  expect_taken (cursor, 64, "");
  g_assert_cmpuint (gstream_projection_get_n_buffered (projection), ==, 0);
}

/* --- waiting --- */

static void
on_result (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

static void
test_wait (void)
{
  g_autoptr (GstreamRunStream) run = make_run ();
  GError *error = NULL;
  g_autoptr (GstreamCursor) cursor = subscribe (gstream_run_stream_get_values (run));

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = NULL;

      gstream_cursor_wait (cursor, NULL, on_result, &result);
      g_assert_null (result); /* never from inside the call (R7) */
      g_assert_true (gstream_cursor_wait_finish (cursor, wait_for (&result), &error));
      g_assert_no_error (error);
      expect_texts (cursor, 1, "1"); /* it is still there */
    }
  gstream_cursor_skip (cursor, 3);
  g_assert_true (gstream_cursor_wait_sync (cursor, NULL, &error));
  gstream_cursor_skip (cursor, 1);
  g_assert_true (gstream_cursor_wait_sync (cursor, NULL, &error));
  gstream_cursor_skip (cursor, 1);
  g_assert_false (gstream_cursor_wait_sync (cursor, NULL, &error));
  g_assert_no_error (error);
}

static void
test_cancel (void)
{
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) cursor = subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) texts = NULL;

  gstream_cursor_wait (cursor, cancellable, on_result, &result);
  g_assert_cmpint (gstream_cursor_peek_texts (cursor, 1, &texts, &error), ==, GSTREAM_TRY_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  gstream_cursor_wait (cursor, NULL, on_result, &second);
  g_assert_false (gstream_cursor_wait_finish (cursor, wait_for (&second), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_false (gstream_cursor_wait_finish (cursor, wait_for (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_end_value (void)
{
  g_autoptr (GstreamEventSource) source = make_source ((const char *[]) { NULL });
  g_autoptr (GstreamRunStream) run = new_run (source);
  g_autoptr (GstreamCursor) cursor = subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;

  g_assert_false (gstream_cursor_next_sync (cursor, &item, NULL, NULL));
  g_assert_true (G_VALUE_HOLDS (&item, GSTREAM_TYPE_PAYLOAD)); /* nothing, of its type */
  g_assert_null (g_value_get_boxed (&item));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cursor/P3/texts", test_texts);
  g_test_add_func ("/cursor/P6/texts-bounded", test_bounded);
  g_test_add_func ("/cursor/P3/texts-strings", test_strings);
  g_test_add_func ("/cursor/P3/texts-large", test_large);
  g_test_add_func ("/cursor/P3/take", test_take);
  g_test_add_func ("/cursor/P6/take-bounded", test_take_bounded);
  g_test_add_func ("/cursor/P4/take-failed", test_take_failed);
  g_test_add_func ("/cursor/P3/take-strings", test_take_strings);
  g_test_add_func ("/cursor/P10/peek", test_interleave);
  g_test_add_func ("/cursor/R1/wait", test_wait);
  g_test_add_func ("/cursor/R3/wait-cancelled", test_cancel);
  g_test_add_func ("/cursor/P4/end-value", test_end_value);

  return g_test_run ();
}
