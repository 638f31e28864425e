/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The main log: numbers (E4), and what projections forward (M6).
 */
#include <math.h>

#include "../support/calls.h"
#include "../support/transformers.h"

/* "1 values 7, 2 custom:tokens 8, ended" */
static char *
drain_log (GstreamCursor *log)
{
  g_autoptr (GString) story = g_string_new (NULL);
  GstreamEvent *event = NULL;
  g_autoptr (GError) error = NULL;
  GstreamTry tried;

  while ((tried = gstream_cursor_try_next_event (log, &event, &error)) == GSTREAM_TRY_ITEM)
    {
      g_autofree char *data = gstream_payload_dup_json (gstream_event_get_data (event));

      g_string_append_printf (story, "%" G_GUINT64_FORMAT " %s %s, ", gstream_event_get_seq (event),
                              gstream_event_get_method (event), data);
      gstream_event_unref (event);
    }
  g_string_append (story, tried == GSTREAM_TRY_FAILED  ? error->message
                          : tried == GSTREAM_TRY_ENDED ? "ended"
                                                       : "pending");

  return g_string_free (g_steal_pointer (&story), FALSE);
}

#define assert_log(log, expected)              \
  G_STMT_START                                 \
  {                                            \
    g_autofree char *logged = drain_log (log); \
    g_assert_cmpstr (logged, ==, expected);    \
  }                                            \
  G_STMT_END

static void
test_seq (void)
{
  TestSource   *source = test_source_new ();
  GstreamEvent *kept = test_event ("custom", 5);
  g_autoptr (GstreamRunStream) run = test_run_new (source, NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamEvent) from_server = NULL;

  from_server = test_event_json ("{\"type\":\"event\",\"seq\":77,\"method\":\"custom\",\"params\":{\"namespace\":[],"
                                 "\"timestamp\":1,\"data\":6}}");
  test_source_add (source, gstream_event_ref (kept));
  test_source_add (source, gstream_event_ref (from_server));
  test_source_add (source, test_event ("custom", 7));
  assert_log (log, "1 custom 5, 2 custom 6, 3 custom 7, pending");
  /* An event is immutable: the one that somebody else holds has no number, or another's. */
  g_assert_cmpuint (gstream_event_get_seq (kept), ==, 0);
  g_assert_cmpuint (gstream_event_get_seq (from_server), ==, 77);
  gstream_event_unref (kept);
}

/* Nobody reads the log at first: the numbers go on all the same. */
static void
test_seq_unread (void)
{
  TestSource      *source = test_source_new ();
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (source, test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);
  g_autoptr (GstreamCursor) log = NULL;

  test_source_add (source, test_event ("custom", 1));
  test_source_add (source, test_event ("custom", 2));
  test_assert_drain (cursor, "1 2 pending");
  log = test_subscribe (gstream_run_stream_get_log (run));
  test_source_add (source, test_event ("custom", 3));
  assert_log (log, "3 custom 3, pending");
}

static GstreamRunStream *
make_run (TestSource       *source,
          gboolean          native,
          TestTransformer **watcher)
{
  GstreamTransformer *transformer = g_object_new (TEST_TYPE_TRANSFORMER, "native", native, NULL);

  TEST_TRANSFORMER (transformer)->items = gstream_transformer_add_projection (transformer, "tokens", G_TYPE_INT64);
  *watcher = test_transformer_new (NULL, NULL);

  return test_run_new (source, test_mux_new (transformer, *watcher, NULL));
}

static void
test_forward (gconstpointer data)
{
  gboolean         native = GPOINTER_TO_INT (data) != 0;
  TestTransformer *watcher;
  TestSource      *source = test_source_new_ready ("values", 2);
  g_autoptr (GstreamRunStream) run = make_run (source, native, &watcher);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  /* Before its cause, which is still in the pipeline; though nobody has subscribed to the projection (P2). */
  if (native)
    assert_log (log, "1 tokens 1, 2 values {\"n\":1}, 3 tokens 2, 4 values {\"n\":2}, ended");
  else
    assert_log (log, "1 custom:tokens 1, 2 values {\"n\":1}, 3 custom:tokens 2, 4 values {\"n\":2}, ended");
  /* And not through the transformers again. */
  g_assert_cmpstr (watcher->story->str, ==, "1 2 finish");
}

static void
test_from_outside (void)
{
  TestTransformer *watcher;
  TestSource      *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = make_run (source, FALSE, &watcher);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) next = { 0 };

  /* A push wakes who waits for the log, without any event. */
  test_call_next (&next, log, NULL);
  test_iterate_pending (NULL);
  test_push (test_projection (run, "tokens"), 5);
  test_iterate_pending (NULL);
  test_call_assert_item (&next, 5);
  gstream_run_stream_abort (run);
  test_push (test_projection (run, "tokens"), 6);
  assert_log (log, "ended");
}

static void
test_not_forwarded (void)
{
  TestTransformer *watcher;
  TestSource      *source = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = make_run (source, FALSE, &watcher);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  gstream_projection_set_forward (test_projection (run, "tokens"), FALSE);
  assert_log (log, "1 values {\"n\":1}, ended");
}

/* --- what items become --- */

static void
assert_forwarded (GType         type,
                  const GValue *value,
                  const char   *expected)
{
  GstreamTransformer *transformer = g_object_new (TEST_TYPE_TRANSFORMER, NULL);
  GstreamProjection  *projection = gstream_transformer_add_projection (transformer, "x", type);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamCursor) cursor = test_subscribe (projection);
  g_autofree char *story = g_strdup_printf ("1 custom:x %s, pending", expected);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_projection_push (projection, value, &error));
  g_assert_no_error (error);
  assert_log (log, story);
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_true (G_VALUE_HOLDS (&item, type));
}

#define ASSERT_FORWARDED(type, set, content, expected) \
  G_STMT_START                                         \
  {                                                    \
    g_auto (GValue) value = G_VALUE_INIT;              \
    g_value_init (&value, type);                       \
    set (&value, content);                             \
    assert_forwarded (type, &value, expected);         \
  }                                                    \
  G_STMT_END

static void
test_item_types (void)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new ("{\"a\":[1]}", -1, NULL);

  ASSERT_FORWARDED (G_TYPE_BOOLEAN, g_value_set_boolean, TRUE, "true");
  ASSERT_FORWARDED (G_TYPE_INT, g_value_set_int, -3, "-3");
  ASSERT_FORWARDED (G_TYPE_UINT, g_value_set_uint, G_MAXUINT32, "4294967295");
  ASSERT_FORWARDED (G_TYPE_INT64, g_value_set_int64, G_MININT64, "-9223372036854775808");
  ASSERT_FORWARDED (G_TYPE_UINT64, g_value_set_uint64, G_MAXUINT64, "18446744073709551615");
  ASSERT_FORWARDED (G_TYPE_DOUBLE, g_value_set_double, 0.5, "0.5");
  ASSERT_FORWARDED (G_TYPE_DOUBLE, g_value_set_double, (double) NAN, "null");
  ASSERT_FORWARDED (G_TYPE_STRING, g_value_set_string, "tea \"", "\"tea \\\"\"");
  ASSERT_FORWARDED (G_TYPE_STRING, g_value_set_string, NULL, "null");
  ASSERT_FORWARDED (GSTREAM_TYPE_PAYLOAD, g_value_set_boxed, payload, "{\"a\":[1]}");
  ASSERT_FORWARDED (G_TYPE_VARIANT, g_value_set_variant, g_variant_new_strv ((const char *const[]) { "a" }, 1),
                    "[\"a\"]");
}

/* What has no JSON form is refused where it would have to be forwarded. */
static void
test_no_json (void)
{
  GstreamTransformer *transformer = g_object_new (TEST_TYPE_TRANSFORMER, NULL);
  GstreamProjection  *variants = gstream_transformer_add_projection (transformer, "variants", G_TYPE_VARIANT);
  GstreamProjection  *objects = gstream_transformer_add_projection (transformer, "objects", G_TYPE_CANCELLABLE);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (transformer, NULL));
  g_autoptr (GCancellable) object = g_cancellable_new ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_projection_get_forward (variants));
  g_assert_false (gstream_projection_get_forward (objects));
  g_assert_true (gstream_projection_push_object (objects, G_OBJECT (object), NULL));

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_take_variant (&value, g_variant_ref_sink (g_variant_new_parsed ("{1: 'one'}")));
  g_assert_false (gstream_projection_push (variants, &value, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "variants"));
}

static void
on_pushed (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  TestCall *call = user_data;

  call->found = gstream_projection_push_finish (GSTREAM_PROJECTION (object), result, &call->error);
  call->done = TRUE;
}

/* Likewise where it had to wait for room; and whoever comes behind it has room then. */
static void
test_no_json_late (void)
{
  GstreamTransformer *transformer = g_object_new (TEST_TYPE_TRANSFORMER, NULL);
  GstreamProjection  *variants = gstream_transformer_add_projection (transformer, "variants", G_TYPE_VARIANT);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (variants);
  const char *pushed[] = { "1", "{1: 'one'}", "2" };
  g_auto (GValue) item = G_VALUE_INIT;
  TestCall calls[3] = { 0 };

  gstream_projection_set_max_buffered (variants, 1);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_VARIANT);
      g_value_take_variant (&value, g_variant_ref_sink (g_variant_new_parsed (pushed[i])));
      gstream_projection_push_async (variants, &value, NULL, on_pushed, &calls[i]);
    }
  test_iterate_pending (NULL);
  g_assert_true (calls[0].done && calls[0].found);
  g_assert_false (calls[1].done || calls[2].done);

  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  test_iterate_pending (NULL);
  g_assert_false (calls[1].found);
  test_call_assert_error (&calls[1], GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_true (calls[2].done && calls[2].found);
  g_assert_cmpint (gstream_cursor_try_next (cursor, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpint (g_variant_get_int32 (g_value_get_variant (&item)), ==, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/event/E4/seq", test_seq);
  g_test_add_func ("/event/E4/seq-unread", test_seq_unread);
  g_test_add_data_func ("/mux/M6/forward/custom", GINT_TO_POINTER (0), test_forward);
  g_test_add_data_func ("/mux/M6/forward/native", GINT_TO_POINTER (1), test_forward);
  g_test_add_func ("/mux/M6/from-outside", test_from_outside);
  g_test_add_func ("/mux/M6/not-forwarded", test_not_forwarded);
  g_test_add_func ("/mux/M6/item-types", test_item_types);
  g_test_add_func ("/mux/M6/no-json", test_no_json);
  g_test_add_func ("/projection/P6/no-json-after-waiting", test_no_json_late);

  return g_test_run ();
}
