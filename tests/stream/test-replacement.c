/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events that a transformer puts another in the place of (M1).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* Replaces the event whose number is 1 by the one in `data`. */
static gboolean
replace_first (TestTransformer *transformer,
               GstreamEvent    *event,
               GError         **error)
{
  if (test_event_number (event) == 1)
    gstream_transformer_replace (GSTREAM_TRANSFORMER (transformer), transformer->data);

  return TRUE;
}

typedef struct
{
  TestTransformer  *before;
  TestTransformer  *replacing;
  TestTransformer  *values; /* wants values */
  TestTransformer  *custom; /* wants custom */
  TestTransformer  *all;
  GstreamRunStream *run;
  GstreamCursor    *log;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  TestSource *source = test_source_new_ready ("values", 2);

  fixture->before = test_transformer_new (NULL, NULL);
  fixture->replacing = test_transformer_new (NULL, NULL);
  fixture->values = test_transformer_new (NULL, "values");
  fixture->custom = test_transformer_new (NULL, "custom,mine");
  fixture->all = test_transformer_new (NULL, NULL);
  fixture->replacing->process = replace_first;
  fixture->run = test_run_new (source, test_mux_new (fixture->before, fixture->replacing, fixture->values,
                                                     fixture->custom, fixture->all, NULL));
  fixture->log = test_subscribe (gstream_run_stream_get_log (fixture->run));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_object_unref (fixture->log);
  g_object_unref (fixture->run);
}

static void
assert_stories (Fixture    *fixture,
                const char *values,
                const char *custom,
                const char *all)
{
  g_assert_cmpstr (fixture->before->story->str, ==, "1 2 finish");
  g_assert_cmpstr (fixture->replacing->story->str, ==, "1 2 finish");
  g_assert_cmpstr (fixture->values->story->str, ==, values);
  g_assert_cmpstr (fixture->custom->story->str, ==, custom);
  g_assert_cmpstr (fixture->all->story->str, ==, all);
}

static void
test_same_method (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("values", 50);

  fixture->replacing->data = other;
  test_assert_drain (fixture->log, "50 2 ended");
  assert_stories (fixture, "50 2 finish", "finish", "50 2 finish");
}

static void
test_other_method (Fixture      *fixture,
                   gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("custom", 50);

  fixture->replacing->data = other;
  test_assert_drain (fixture->log, "50 2 ended");
  assert_stories (fixture, "2 finish", "50 finish", "50 2 finish");
}

static void
test_own_method (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("mine", 50);

  fixture->replacing->data = other;
  test_assert_drain (fixture->log, "50 2 ended");
  assert_stories (fixture, "2 finish", "50 finish", "50 2 finish");
}

static void
test_other_namespace (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event_at ("child:1/deep:2", "values", 50);
  g_autoptr (GstreamPayload) output = NULL;

  fixture->replacing->data = other;
  output = gstream_run_stream_output_sync (fixture->run, NULL, NULL);
  test_assert_drain (fixture->log, "50 2 ended");
  assert_stories (fixture, "50 2 finish", "finish", "50 2 finish");
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 2);
}

/* The run's own state is made of what came out. */
static void
test_state_of_last (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamEvent) other = test_event ("values", 60);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("values", 1), test_mux_new (transformer, NULL));
  g_autoptr (GstreamPayload) output = NULL;

  transformer->process = replace_first;
  transformer->data = other;
  output = gstream_run_stream_output_sync (run, NULL, NULL);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 60);
}

/* One that is no `values` any more is no state. */
static void
test_state_gone (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamEvent) other = test_event ("custom", 60);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("values", 1), test_mux_new (transformer, NULL));

  transformer->process = replace_first;
  transformer->data = other;
  g_assert_null (gstream_run_stream_output_sync (run, NULL, NULL));
}

static gboolean
replace_and_fail (TestTransformer *transformer,
                  GstreamEvent    *event,
                  GError         **error)
{
  gstream_transformer_replace (GSTREAM_TRANSFORMER (transformer), event);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "why");

  return TRUE;
}

static gboolean
replace_and_suppress (TestTransformer *transformer,
                      GstreamEvent    *event,
                      GError         **error)
{
  replace_first (transformer, event, error);

  return FALSE;
}

static void
test_suppressed (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("custom", 50);

  fixture->replacing->process = replace_and_suppress;
  fixture->replacing->data = other;
  test_assert_drain (fixture->log, "ended");
  assert_stories (fixture, "2 finish", "50 finish", "50 2 finish");
}

static void
test_failed (Fixture      *fixture,
             gconstpointer data)
{
  fixture->replacing->process = replace_and_fail;
  test_assert_drain (fixture->log, "failed:why");
}

/* Overwrites memory that has just been freed, so that its use shows without a sanitizer, too. */
static void
overwrite_freed (void)
{
  for (gsize size = 8; size <= 1024; size += 16)
    g_free (memset (g_malloc (size), 0, size));
}

/* Subscribes to what another one makes, which changes the routes of events, and asks whose the event is. */
static gboolean
subscribe_and_replace (TestTransformer *transformer,
                       GstreamEvent    *event,
                       GError         **error)
{
  GstreamProjection *items = g_object_get_data (G_OBJECT (transformer), "items");
  g_autoptr (GstreamCursor) cursor = test_subscribe (items);

  g_assert_true (gstream_transformer_owns (GSTREAM_TRANSFORMER (transformer), event));
  overwrite_freed ();

  return replace_first (transformer, event, error);
}

static void
test_after_subscription (void)
{
  TestTransformer *other = test_transformer_new ("items", NULL);
  TestTransformer *replacing = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamEvent) event = test_event ("values", 50);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("values", 2), test_mux_new (other, replacing, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  g_object_set_data (G_OBJECT (replacing), "items", other->items);
  replacing->process = subscribe_and_replace;
  replacing->data = event;
  test_assert_drain (log, "50 2 ended");
}

/* More namespaces than routes are kept of. */
static gboolean
ask_of_many (TestTransformer *transformer,
             GstreamEvent    *event,
             GError         **error)
{
  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *node = g_strdup_printf ("node:%d", i);
      g_autoptr (GstreamEvent) other = test_event_at (node, "custom", i);

      g_assert_true (gstream_transformer_owns (GSTREAM_TRANSFORMER (transformer), other));
    }
  overwrite_freed ();

  return replace_first (transformer, event, error);
}

static void
test_after_questions (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GstreamEvent) other = test_event ("values", 50);

  fixture->replacing->process = ask_of_many;
  fixture->replacing->data = other;
  test_assert_drain (fixture->log, "50 2 ended");
  assert_stories (fixture, "50 2 finish", "finish", "50 2 finish");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/mux/M1/replace/same-method", test_same_method);
  ADD ("/mux/M1/replace/other-method", test_other_method);
  ADD ("/mux/M1/replace/own-method", test_own_method);
  ADD ("/mux/M1/replace/other-namespace", test_other_namespace);
  ADD ("/mux/M1/replace/suppressed", test_suppressed);
  ADD ("/mux/M1/replace/failed", test_failed);
  ADD ("/mux/M1/replace/after-questions", test_after_questions);
  g_test_add_func ("/mux/M1/replace/after-subscription", test_after_subscription);
  g_test_add_func ("/mux/M1/replace/state", test_state_of_last);
  g_test_add_func ("/mux/M1/replace/state-gone", test_state_gone);

  return g_test_run ();
}
