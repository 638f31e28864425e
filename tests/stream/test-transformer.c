/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a transformer says of itself (M1, M2, M8).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

static void
test_fresh (void)
{
  g_autoptr (TestTransformer) self = test_transformer_new (NULL, NULL);
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  g_assert_null (gstream_transformer_get_wants (transformer));
  g_assert_null (gstream_transformer_get_channels (transformer));
  g_assert_false (gstream_transformer_get_before_builtins (transformer));
  g_assert_false (gstream_transformer_get_native (transformer));
  g_assert_null (gstream_transformer_get_scope (transformer));
}

static void
test_properties (void)
{
  const char *wants[] = { "custom", "mine", NULL };
  const char *channels[] = { "custom", NULL };
  g_autoptr (GstreamTransformer) transformer =
      g_object_new (TEST_TYPE_TRANSFORMER, "wants", wants, "native", TRUE, "before-builtins", TRUE, NULL);
  g_auto (GStrv) got = NULL;

  g_assert_cmpstrv (gstream_transformer_get_wants (transformer), wants);
  g_assert_cmpstrv (gstream_transformer_get_channels (transformer), wants);
  gstream_transformer_set_channels (transformer, channels);
  g_object_get (transformer, "channels", &got, NULL);
  g_assert_cmpstrv (got, channels);
  g_assert_true (gstream_transformer_get_native (transformer));
  g_assert_true (gstream_transformer_get_before_builtins (transformer));
}

/* Back in another mux when its first is gone. */
static void
test_again (void)
{
  g_autoptr (TestTransformer) transformer = test_transformer_new (NULL, NULL);

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GstreamRunStream) run =
          test_run_new (test_source_new_ready ("custom", 1), test_mux_new (g_object_ref (transformer), NULL));
      g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

      test_assert_drain (log, "1 ended");
    }
  g_assert_cmpstr (transformer->story->str, ==, "1 finish 1 finish");
}

/* Not with projections, which have ended with the first. */
static void
test_again_with_projections (void)
{
  g_autoptr (TestTransformer) transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamStreamMux) mux = test_mux_new (NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_object_unref (test_mux_new (g_object_ref (transformer), NULL));
  g_assert_false (gstream_stream_mux_add_transformer (mux, GSTREAM_TRANSFORMER (transformer), &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
  g_assert_cmpstr (
      error->message, ==,
      "The projections of this TestTransformer are closed, as they are after a run: make one for each run");
}

static void
test_projections (void)
{
  g_autoptr (TestTransformer) self = test_transformer_new ("numbers", NULL);
  GstreamProjection *texts = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), "texts", G_TYPE_STRING);
  GstreamProjection *objects =
      gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), "objects", G_TYPE_OBJECT);

  g_assert_cmpstr (gstream_projection_get_name (texts), ==, "texts");
  g_assert_true (gstream_projection_get_item_type (texts) == G_TYPE_STRING);
  /* What has a JSON form is forwarded, unless told otherwise (M6). */
  g_assert_true (gstream_projection_get_forward (texts));
  g_assert_false (gstream_projection_get_forward (objects));
  g_assert_cmpuint (gstream_projection_get_max_buffered (texts), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transformer/M1/fresh", test_fresh);
  g_test_add_func ("/transformer/M1/properties", test_properties);
  g_test_add_func ("/transformer/M1/again", test_again);
  g_test_add_func ("/transformer/M2/again", test_again_with_projections);
  g_test_add_func ("/transformer/M2/projections", test_projections);

  return g_test_run ();
}
