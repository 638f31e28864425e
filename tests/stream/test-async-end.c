/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transformers whose end takes its time: a run is over when they are (M5).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* Ends when the test lets it. */
#define TEST_TYPE_LINGERER (test_lingerer_get_type ())
G_DECLARE_FINAL_TYPE (TestLingerer, test_lingerer, TEST, LINGERER, GstreamTransformer)

struct _TestLingerer
{
  GstreamTransformer parent_instance;

  GstreamProjection *items;
  GTask             *finishing;
  GTask             *failing;
  char              *reason;   /* what it was told of the failure */
  gboolean           in_place; /* calls back at once */
};

G_DEFINE_FINAL_TYPE (TestLingerer, test_lingerer, GSTREAM_TYPE_TRANSFORMER)

static GPtrArray *made; /* of those that a factory made; NULL: not kept */

static gboolean
pass (GstreamTransformer *transformer,
      GstreamEvent       *event,
      GError            **error)
{
  return TRUE;
}

static void
begin (TestLingerer       *self,
       GTask             **task,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data)
{
  if (self->in_place)
    {
      g_autoptr (GTask) done = g_task_new (self, NULL, NULL, NULL);

      g_task_return_boolean (done, TRUE);
      callback (G_OBJECT (self), G_ASYNC_RESULT (done), user_data);
      return;
    }

  g_assert_null (*task);
  *task = g_task_new (self, cancellable, callback, user_data);
}

static void
finish_async (GstreamTransformer *transformer,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  begin (TEST_LINGERER (transformer), &TEST_LINGERER (transformer)->finishing, cancellable, callback, user_data);
}

static gboolean
finish_finish (GstreamTransformer *transformer,
               GAsyncResult       *result,
               GError            **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fail_async (GstreamTransformer *transformer,
            const GError       *error,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  g_assert_null (TEST_LINGERER (transformer)->reason);
  TEST_LINGERER (transformer)->reason = g_strdup (error ? error->message : "aborted");
  begin (TEST_LINGERER (transformer), &TEST_LINGERER (transformer)->failing, cancellable, callback, user_data);
}

static void
fail_finish (GstreamTransformer *transformer,
             GAsyncResult       *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

static void
test_lingerer_finalize (GObject *object)
{
  g_free (TEST_LINGERER (object)->reason);
  G_OBJECT_CLASS (test_lingerer_parent_class)->finalize (object);
}

static void
test_lingerer_class_init (TestLingererClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_lingerer_finalize;
  transformer_class->process = pass;
  transformer_class->finish_async = finish_async;
  transformer_class->finish_finish = finish_finish;
  transformer_class->fail_async = fail_async;
  transformer_class->fail_finish = fail_finish;
}

static void
test_lingerer_init (TestLingerer *self)
{
  self->items = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), "items", G_TYPE_INT64);
  if (made != NULL)
    g_ptr_array_add (made, g_object_ref (self));
}

static void
let_go (GTask **task,
        GError *error)
{
  g_autoptr (GTask) going = g_steal_pointer (task);

  g_assert_nonnull (going);
  if (error != NULL)
    g_task_return_error (going, error);
  else
    g_task_return_boolean (going, TRUE);
  test_iterate_pending (NULL);
}

typedef struct
{
  TestLingerer     *first;
  TestTransformer  *second;
  TestSource       *source;
  GstreamRunStream *run;
  TestCall          output;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->first = g_object_ref (g_object_new (TEST_TYPE_LINGERER, NULL));
  fixture->second = g_object_ref (test_transformer_new (NULL, NULL));
  fixture->source = test_source_new_ready ("values", 2);
  fixture->run = test_run_new (g_object_ref (fixture->source), test_mux_new (fixture->first, fixture->second, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->run);
  if (fixture->first->failing != NULL)
    let_go (&fixture->first->failing, NULL);
  test_iterate_pending (NULL);
  test_call_clear (&fixture->output);
  g_assert_finalize_object (fixture->first);
  g_assert_finalize_object (fixture->second);
  g_assert_finalize_object (fixture->source);
}

static void
drive (Fixture *fixture)
{
  test_call_output (&fixture->output, fixture->run, NULL);
  test_iterate_pending (NULL);
}

static void
test_waited_for (Fixture      *fixture,
                 gconstpointer data)
{
  drive (fixture);
  g_assert_false (fixture->output.done);
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_RUNNING);
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2");

  /* The last chance to push lasts as long as its end does. */
  g_assert_false (gstream_projection_get_closed (fixture->first->items));
  let_go (&fixture->first->finishing, NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2 finish");
  g_assert_true (gstream_projection_get_closed (fixture->first->items));
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_COMPLETED);
}

static void
test_in_place (Fixture      *fixture,
               gconstpointer data)
{
  fixture->first->in_place = TRUE;
  drive (fixture);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2 finish");
}

static void
test_error (Fixture      *fixture,
            gconstpointer data)
{
  drive (fixture);
  let_go (&fixture->first->finishing, g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED, "no room"));
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2 finish");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_FAILED);
  g_assert_cmpstr (gstream_run_stream_get_error (fixture->run)->message, ==, "no room");
}

static void
test_failed (Fixture      *fixture,
             gconstpointer data)
{
  test_source_fail (fixture->source, "cut");
  drive (fixture);
  g_assert_cmpstr (fixture->first->reason, ==, "cut");
  g_assert_false (fixture->output.done);

  let_go (&fixture->first->failing, NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2 fail:cut");
}

static void
test_abort (Fixture      *fixture,
            gconstpointer data)
{
  gstream_run_stream_abort (fixture->run);
  g_assert_cmpstr (fixture->first->reason, ==, "aborted");
  drive (fixture);
  g_assert_false (fixture->output.done);

  let_go (&fixture->first->failing, NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_ABORTED);
}

/* Aborted while one is at its end: that is cancelled, and those after it are told. */
static void
test_abort_meanwhile (Fixture      *fixture,
                      gconstpointer data)
{
  GCancellable *cancellable;

  drive (fixture);
  cancellable = g_task_get_cancellable (fixture->first->finishing);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  gstream_run_stream_abort (fixture->run);
  gstream_run_stream_abort (fixture->run);
  g_assert_true (g_cancellable_is_cancelled (cancellable));

  let_go (&fixture->first->finishing, NULL);
  g_assert_true (fixture->output.done);
  g_assert_cmpstr (fixture->second->story->str, ==, "1 2 abort");
  g_assert_cmpint (gstream_run_stream_get_status (fixture->run), ==, GSTREAM_RUN_STATUS_ABORTED);
}

/* Nothing waits for what a run that was dropped still has to do. */
static void
test_dropped (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamCursor) items = test_subscribe (fixture->first->items);

  test_call_next (&fixture->output, items, NULL);
  test_iterate_pending (NULL);
  g_assert_nonnull (fixture->first->finishing);
  g_assert_finalize_object (g_steal_pointer (&fixture->run));
  test_iterate_pending (NULL);
  test_call_assert_error (&fixture->output, GSTREAM_ERROR, GSTREAM_ERROR_CLOSED);
  g_assert_true (g_str_has_prefix (fixture->second->story->str, "1 2 fail:The run was dropped"));

  let_go (&fixture->first->finishing, NULL);
}

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (gstream_run_stream_output_sync (fixture->run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ASYNC_ONLY);
  g_assert_nonnull (strstr (error->message, "TestLingerer"));
}

/* The root ends after its subgraphs, and aborting it cancels their ends. */
static void
test_child (gconstpointer data)
{
  gboolean abort = GPOINTER_TO_INT (data);
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  TestSource *source = test_source_new_ready ("values", 1);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) state = gstream_payload_new_string ("c");
  TestCall      output = { 0 };
  TestLingerer *root, *child;

  made = g_ptr_array_new_with_free_func (g_object_unref);
  gstream_stream_mux_add_type (mux, TEST_TYPE_LINGERER, &error);
  g_assert_no_error (error);
  test_source_add (source, gstream_event_new ("values", (const char *[]) { "child:1", NULL }, state));
  run = test_run_new (source, g_steal_pointer (&mux));
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);

  g_assert_cmpuint (made->len, ==, 2);
  root = g_ptr_array_index (made, 0);
  child = g_ptr_array_index (made, 1);
  g_assert_nonnull (child->finishing);
  g_assert_null (root->finishing);
  if (abort)
    {
      gstream_run_stream_abort (run);
      g_assert_true (g_cancellable_is_cancelled (g_task_get_cancellable (child->finishing)));
      let_go (&child->finishing, NULL);
      let_go (&root->failing, NULL);
    }
  else
    {
      let_go (&child->finishing, NULL);
      g_assert_false (output.done);
      let_go (&root->finishing, NULL);
    }
  g_assert_true (output.done);

  test_call_clear (&output);
  g_clear_pointer (&made, g_ptr_array_unref);
}

#define TEST(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST ("/transformer/M5/async/waited-for", test_waited_for);
  TEST ("/transformer/M5/async/in-place", test_in_place);
  TEST ("/transformer/M5/async/error", test_error);
  TEST ("/transformer/M5/async/failed", test_failed);
  TEST ("/transformer/R6/async/abort", test_abort);
  TEST ("/transformer/R6/async/abort-meanwhile", test_abort_meanwhile);
  TEST ("/transformer/R6/async/dropped", test_dropped);
  TEST ("/transformer/M3/async/refused", test_refused);
  g_test_add_data_func ("/transformer/M7/async/child", GINT_TO_POINTER (FALSE), test_child);
  g_test_add_data_func ("/transformer/M7/async/child-aborted", GINT_TO_POINTER (TRUE), test_child);

  return g_test_run ();
}
