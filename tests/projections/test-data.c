/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plain projections and the extensions of the source (T1, T9, D5).
 */
#include "story.h"

#include <gstream/event/gstream-error.h>

static void
test_own_scope (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". values {\"n\":1}", "a:1 values {\"n\":2}", ". values {\"n\":3}", ". updates {\"u\":1}",
             ". checkpoints {\"c\":1}", ". debug {\"d\":1}", ". tasks {\"id\":\"t\",\"name\":\"a\"}");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_autoptr (GstreamCursor) updates = story_subscribe (gstream_run_stream_get_updates (run));
  g_autoptr (GstreamCursor) checkpoints = story_subscribe (gstream_run_stream_get_checkpoints (run));
  g_autoptr (GstreamCursor) debug = story_subscribe (gstream_run_stream_get_debug (run));
  g_autoptr (GstreamCursor) tasks = story_subscribe (gstream_run_stream_get_tasks (run));

  story_assert (values, "{\"n\":1}\n{\"n\":3}\nend");
  story_assert (updates, "{\"u\":1}\nend");
  story_assert (checkpoints, "{\"c\":1}\nend");
  story_assert (debug, "{\"d\":1}\nend");
  story_assert (tasks, "{\"id\":\"t\",\"name\":\"a\"}\nend");
}

/* What a node of the JavaScript server writes is its run's (D3, D4). */
static void
test_custom_of_node (void)
{
  g_autoptr (GstreamRunStream) run = story ("count:1 custom {\"payload\":{\"n\":1}}", ". custom 2", "sub:1 values {}",
                                            "sub:1 custom 3", "sub:1/node:2 custom 4");
  g_autoptr (GstreamCursor) custom = story_subscribe (gstream_run_stream_get_custom (run));
  g_autoptr (GstreamCursor) subgraphs = story_subscribe (gstream_run_stream_get_subgraphs (run));
  g_autoptr (GstreamRunStream) child = story_next (subgraphs);
  g_autoptr (GstreamCursor) its_custom = story_subscribe (gstream_run_stream_get_custom (child));

  story_assert (custom, "{\"n\":1}\n2\nend");
  story_assert (its_custom, "3\n4\nend");
}

static void
test_envelope (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". custom {\"payload\":1}", ". custom {\"payload\":2,\"more\":true}", ". custom {\"name\":\"x\"}");
  g_autoptr (GstreamCursor) custom = story_subscribe (gstream_run_stream_get_custom (run));

  story_assert (custom, "1\n{\"payload\":2,\"more\":true}\n{\"name\":\"x\"}\nend");
}

static void
test_failure (void)
{
  g_autoptr (GstreamRunStream) run = story (". values 1", "! no more");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));

  story_assert (values, "1\nfailed: no more");
  story_assert (values, "failed: no more");
}

static void
test_extension_before (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". custom {\"name\":\"progress\",\"payload\":1}", ". custom 2", ". custom:progress 3");
  GstreamProjection *progress = gstream_run_stream_get_extension (run, "progress", NULL);
  g_autoptr (GstreamCursor) cursor = story_subscribe (progress);
  g_autoptr (GstreamCursor) custom = story_subscribe (gstream_run_stream_get_custom (run));

  g_assert_cmpstr (gstream_projection_get_name (progress), ==, "progress");
  g_assert_true (gstream_run_stream_get_projection (run, "progress", NULL) == progress);
  story_assert (cursor, "1\n3\nend");
  story_assert (custom, "2\nend");
}

/* Whoever receives the extension misses nothing of it (P11). */
static void
test_extension_after (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". custom {\"name\":\"a\",\"payload\":1}", ". custom {\"name\":\"b\",\"payload\":2}",
             ". custom {\"name\":\"a\",\"payload\":3}");
  g_autoptr (GstreamCursor) extensions = story_subscribe (gstream_run_stream_get_extensions (run));
  g_autoptr (GstreamProjection) a = story_next (extensions);
  g_autoptr (GstreamCursor) of_a = story_subscribe (a);
  g_autoptr (GstreamProjection) b = story_next (extensions);
  g_autoptr (GstreamCursor) of_b = story_subscribe (b);
  g_auto (GValue) item = G_VALUE_INIT;

  story_assert (of_a, "1\n3\nend");
  story_assert (of_b, "2\nend");
  g_assert_false (gstream_cursor_next_sync (extensions, &item, NULL, NULL));
}

static void
test_extension_lazy (void)
{
  g_autoptr (GstreamRunStream) run =
      story (". custom {\"name\":\"a\",\"payload\":1}", ". values 1", ". custom {\"name\":\"a\",\"payload\":2}");
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GstreamCursor) late = NULL;

  g_assert_true (gstream_cursor_next_sync (values, &item, NULL, NULL));
  late = story_subscribe (gstream_run_stream_get_extension (run, "a", NULL));
  story_assert (late, "2\nend");
}

/* A source may name its extension like a projection of the run. */
static void
test_extension_name (void)
{
  g_autoptr (GstreamRunStream) run = story (". custom {\"name\":\"values\",\"payload\":1}", ". values 2");
  g_autoptr (GstreamCursor) extension = story_subscribe (gstream_run_stream_get_extension (run, "values", NULL));
  g_autoptr (GstreamCursor) values = story_subscribe (gstream_run_stream_get_values (run));

  story_assert (extension, "1\nend");
  story_assert (values, "2\nend");
}

static void
test_chosen (void)
{
  const char *const builtins[] = { "values", NULL };
  const char *const lines[] = { ". values 1", ". updates 2", ". tasks {}", NULL };
  g_autoptr (GstreamRunStream) run = story_new (gstream_stream_mux_new (builtins), lines);
  g_autoptr (GstreamCursor) log = story_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GError) error = NULL;
  g_autofree char *logged = NULL;

  g_assert_nonnull (gstream_run_stream_get_values (run));
  g_assert_null (gstream_run_stream_get_updates (run));
  g_assert_null (gstream_run_stream_get_projection (run, "updates", &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "values"));
  /* Nothing consumes the tasks. */
  logged = story_read_log (log);
  g_assert_cmpstr (logged, ==, "1 . values\n2 . updates\n3 . tasks\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/projection/T1/own-scope", test_own_scope);
  g_test_add_func ("/dialect/D3/custom-of-node", test_custom_of_node);
  g_test_add_func ("/dialect/D5/envelope", test_envelope);
  g_test_add_func ("/projection/T1/failure", test_failure);
  g_test_add_func ("/projection/T1/chosen", test_chosen);
  g_test_add_func ("/projection/T9/before-first-item", test_extension_before);
  g_test_add_func ("/projection/T9/after-first-item", test_extension_after);
  g_test_add_func ("/projection/T9/lazy", test_extension_lazy);
  g_test_add_func ("/projection/T9/name-of-a-projection", test_extension_name);

  return g_test_run ();
}
