/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a mux is made of (M1, M2, M8) and how it ends (M5).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* --- who is registered --- */

static void
test_exists (void)
{
  TestTransformer *first = test_transformer_new ("tokens", NULL);
  g_autoptr (TestTransformer) second = test_transformer_new ("other", NULL);
  g_autoptr (TestTransformer) log = test_transformer_new ("log", NULL);
  g_autoptr (TestTransformer) twice = test_transformer_new ("twice", NULL);
  g_autoptr (GstreamStreamMux) mux = test_mux_new (first, NULL);
  g_auto (GStrv) names = NULL;
  g_autofree char *joined = NULL;
  g_autoptr (GError) error = NULL;

  gstream_transformer_add_projection (GSTREAM_TRANSFORMER (second), "tokens", G_TYPE_STRING);
  g_assert_false (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (second), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS);
  g_assert_cmpstr (error->message, ==,
                   "TestTransformer cannot register the projection “tokens”: it belongs to TestTransformer");
  g_clear_error (&error);

  g_assert_false (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (log), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "the main log"));
  g_clear_error (&error);

  gstream_transformer_add_projection (GSTREAM_TRANSFORMER (twice), "twice", G_TYPE_STRING);
  g_assert_false (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (twice), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "itself"));

  /* All of a transformer's projections, or none. */
  names = gstream_stream_mux_list_projections (mux);
  joined = g_strjoinv (" ", names);
  g_assert_cmpstr (joined, ==, "tokens");
}

static void
test_not_found (void)
{
  g_autoptr (GstreamStreamMux) mux =
      test_mux_new (test_transformer_new ("a", NULL), test_transformer_new ("b", NULL), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_stream_mux_get_projection (mux, "log", NULL) == gstream_stream_mux_get_log (mux));
  g_assert_null (gstream_stream_mux_get_projection (mux, "c", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "There is no projection “c”; there are: log, a, b");
}

static void
test_too_late (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_ready ("custom", 1), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (TestTransformer) late = test_transformer_new ("late", NULL);
  g_autoptr (GError) error = NULL;

  test_assert_drain (log, "1 ended");
  g_assert_false (
      gstream_stream_mux_add_transformer (gstream_run_stream_get_mux (run), GSTREAM_TRANSFORMER (late), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
}

static void
assert_over (GstreamRunStream *run)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_stream_mux_add_type (gstream_run_stream_get_mux (run), TEST_TYPE_TRANSFORMER, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_assert_cmpstr (error->message, ==, "A transformer cannot be added: the run is over");
}

/* Runs that ended before their first event. */
static void
test_over (void)
{
  TestSource *source = test_source_new_ready ("custom", 1);
  g_autoptr (GstreamRunStream) aborted = test_run_new (source, NULL);
  g_autoptr (GstreamRunStream) failed = test_run_new (g_object_ref (source), NULL);

  gstream_run_stream_abort (aborted);
  assert_over (aborted);
  g_assert_cmpint (gstream_run_stream_get_status (failed), ==, GSTREAM_RUN_STATUS_FAILED);
  assert_over (failed);
}

/* An object belongs to one mux (M7). */
static void
test_taken (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamStreamMux) mux = test_mux_new (transformer, NULL);
  g_autoptr (GstreamStreamMux) other = test_mux_new (NULL, NULL);
  GstreamStreamMux *muxes[] = { mux, other };

  for (guint i = 0; i < G_N_ELEMENTS (muxes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gstream_stream_mux_add_transformer (muxes[i], GSTREAM_TRANSFORMER (transformer), &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
    }
}

static GstreamTransformer *
give_again (const char *const *scope,
            gpointer           data)
{
  return g_object_ref (data);
}

static void
test_taken_by_factory (void)
{
  g_autoptr (TestTransformer) transformer = test_transformer_new (NULL, NULL);
  TestSource       *source = test_source_new_ready ("values", 1);
  GstreamStreamMux *mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_stream_mux_add_factory (mux, give_again, transformer, NULL, NULL));
  test_source_add (source, test_event_at ("child:1", "values", 2));
  run = test_run_new (source, mux);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "This TestTransformer belongs to a mux already: make one for each run and each subgraph");
}

/* --- the order in which they see an event --- */

static gboolean
sign (TestTransformer *transformer,
      GstreamEvent    *event,
      GError         **error)
{
  g_string_append (transformer->data, g_object_get_data (G_OBJECT (transformer), "name"));

  return TRUE;
}

static gpointer
make_signing (GString    *book,
              const char *name,
              const char *wants,
              gboolean    before)
{
  TestTransformer *self = g_object_new (TEST_TYPE_TRANSFORMER, "before-builtins", before, NULL);
  g_auto (GStrv) methods = wants ? g_strsplit (wants, ",", -1) : NULL;

  gstream_transformer_set_wants (GSTREAM_TRANSFORMER (self), (const char *const *) methods);
  g_object_set_data (G_OBJECT (self), "name", (gpointer) name);
  self->process = sign;
  self->data = book;

  return self;
}

static void
test_order (void)
{
  g_autoptr (GString) book = g_string_new (NULL);
  TestSource *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  GstreamStreamMux *mux = test_mux_new (make_signing (book, "a", NULL, FALSE), make_signing (book, "b", NULL, TRUE),
                                        make_signing (book, "c", "values", FALSE), make_signing (book, "d", NULL, TRUE),
                                        make_signing (book, "e", "custom,mine", FALSE), NULL);

  run = test_run_new (source, mux);
  log = test_subscribe (gstream_run_stream_get_log (run));
  test_source_add (source, test_event ("values", 1));
  test_source_add (source, test_event ("custom", 2));
  test_source_add (source, test_event ("mine", 3));
  test_source_add (source, test_event ("yours", 4));
  test_assert_drain (log, "1 2 3 4 pending");
  /* Those before the built-ins first; each group in its order; only those that want it. */
  g_assert_cmpstr (book->str, ==,
                   "bdac"
                   "bdae"
                   "bdae"
                   "bda");
}

static gboolean
suppress (TestTransformer *transformer,
          GstreamEvent    *event,
          GError         **error)
{
  return test_event_number (event) % 2 == 0;
}

static void
test_suppress (void)
{
  TestTransformer *first = test_transformer_new ("first", NULL);
  TestTransformer *middle = test_transformer_new (NULL, NULL);
  TestTransformer *last = test_transformer_new ("last", NULL);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("values", 4), test_mux_new (first, middle, last, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamPayload) output = NULL;

  middle->process = suppress;
  output = gstream_run_stream_output_sync (run, NULL, NULL);
  /* Every transformer sees it all the same, and so does the run. */
  g_assert_cmpstr (last->story->str, ==, "1 2 3 4 finish");
  test_assert_drain (log, "2 4 ended");
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 4);
}

/* --- its end --- */

static gboolean
fail_with (TestTransformer *transformer,
           GError         **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "%s", (const char *) transformer->data);

  return FALSE;
}

static gboolean
fail_at_two (TestTransformer *transformer,
             GstreamEvent    *event,
             GError         **error)
{
  return test_event_number (event) != 2 || fail_with (transformer, error);
}

static void
test_finish_errors (void)
{
  TestTransformer *a = test_transformer_new ("a", NULL);
  TestTransformer *b = test_transformer_new ("b", NULL);
  TestTransformer *c = test_transformer_new ("c", NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_ready ("values", 2), test_mux_new (a, b, c, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (c->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GError) error = NULL;

  a->finish = b->finish = fail_with;
  a->data = (gpointer) "first";
  b->data = (gpointer) "second";
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  /* Every one is finished and closed, and the first error fails the run. */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpstr (error->message, ==, "first");
  g_assert_cmpstr (a->story->str, ==, "1 2 finish");
  g_assert_cmpstr (c->story->str, ==, "1 2 finish");
  test_assert_drain (cursor, "1 2 failed:first");
  test_assert_drain (log, "1 2 failed:first");
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
}

static gboolean
push_last (TestTransformer *transformer,
           GError         **error)
{
  test_push (transformer->items, 99);

  return TRUE;
}

static void
test_finish_pushes (void)
{
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("values", 1), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (transformer->items);

  transformer->finish = push_last;
  test_assert_drain (cursor, "1 99 ended");
}

static void
test_process_error (void)
{
  TestTransformer *before = test_transformer_new ("before", NULL);
  TestTransformer *failing = test_transformer_new (NULL, NULL);
  TestTransformer *after = test_transformer_new ("after", NULL);
  TestSource      *source = test_source_new_ready ("values", 3);
  g_autoptr (TestSource) kept = g_object_ref (source);
  g_autoptr (GstreamRunStream) run = test_run_new (source, test_mux_new (before, failing, after, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (before->items);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  failing->process = fail_at_two;
  failing->data = (gpointer) "why";
  test_assert_drain (log, "1 failed:why");
  test_assert_drain (cursor, "1 2 failed:why");
  /* All are told; the event went no further, and no other was asked for. */
  g_assert_cmpstr (before->story->str, ==, "1 2 fail:why");
  g_assert_cmpstr (failing->story->str, ==, "1 2 fail:why");
  g_assert_cmpstr (after->story->str, ==, "1 fail:why");
  g_assert_cmpuint (source->n_given, ==, 2);
  g_assert_cmpuint (source->n_closed, ==, 1);
  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_FAILED);
}

static void
test_source_error (void)
{
  TestTransformer *a = test_transformer_new ("a", NULL);
  TestTransformer *b = test_transformer_new ("b", "tasks");
  TestSource      *source = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = test_run_new (source, test_mux_new (a, b, NULL));
  g_autoptr (GstreamCursor) cursor = test_subscribe (b->items);

  test_source_fail (source, "broken");
  test_assert_drain (cursor, "failed:broken");
  /* All are told, whatever they wanted. */
  g_assert_cmpstr (a->story->str, ==, "1 fail:broken");
  g_assert_cmpstr (b->story->str, ==, "fail:broken");
}

/* --- channels --- */

static void
assert_channels (TestSource *source,
                 const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", source->channels);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_channels (void)
{
  static const char *const modes[] = { "custom:a", "tools", NULL };
  TestTransformer         *a = test_transformer_new ("a", "values,messages");
  TestTransformer         *b = test_transformer_new ("b", "messages,tasks");
  TestTransformer         *c = test_transformer_new ("c", NULL);
  g_autoptr (TestTransformer) d = test_transformer_new ("d", "debug");
  TestSource *source = test_source_new ();
  g_autoptr (GstreamRunStream) run = NULL;

  gstream_transformer_set_channels (GSTREAM_TRANSFORMER (c), modes);
  run = test_run_new (source, test_mux_new (a, b, c, NULL));
  assert_channels (source, "values messages tasks custom:a tools");

  /* What is added before the run begins is asked for too. */
  g_assert_true (gstream_stream_mux_add_transformer (gstream_run_stream_get_mux (run), GSTREAM_TRANSFORMER (d), NULL));
  assert_channels (source, "values messages tasks custom:a tools debug");
}

static void
test_no_transformers (void)
{
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  const GType types[] = { G_TYPE_INT, G_TYPE_CANCELLABLE, GSTREAM_TYPE_TRANSFORMER, G_TYPE_INVALID };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (gstream_stream_mux_add_type (mux, types[i], &error));
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mux/M1/order", test_order);
  g_test_add_func ("/mux/M1/suppress", test_suppress);
  g_test_add_func ("/mux/M1/too-late", test_too_late);
  g_test_add_func ("/mux/M1/too-late/over", test_over);
  g_test_add_func ("/mux/M7/taken", test_taken);
  g_test_add_func ("/mux/M7/taken/by-factory", test_taken_by_factory);
  g_test_add_func ("/mux/M2/exists", test_exists);
  g_test_add_func ("/mux/M2/not-found", test_not_found);
  g_test_add_func ("/mux/M5/finish-errors", test_finish_errors);
  g_test_add_func ("/mux/M5/finish-pushes", test_finish_pushes);
  g_test_add_func ("/mux/M5/process-error", test_process_error);
  g_test_add_func ("/mux/M5/source-error", test_source_error);
  g_test_add_func ("/mux/M8/channels", test_channels);
  g_test_add_func ("/mux/M7/types-that-are-no-transformers", test_no_transformers);

  return g_test_run ();
}
