/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Main contexts, callbacks and synchronous calls (R7, R9, M3).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* Gives its turn to whoever waits for the other. */
typedef struct
{
  GMutex mutex;
  GCond  cond;
  guint  step;
} Baton;

static void
pass_baton (Baton *baton)
{
  g_mutex_lock (&baton->mutex);
  baton->step++;
  g_cond_broadcast (&baton->cond);
  g_mutex_unlock (&baton->mutex);
}

static void
wait_baton (Baton *baton,
            guint  step)
{
  g_mutex_lock (&baton->mutex);
  while (baton->step < step)
    g_cond_wait (&baton->cond, &baton->mutex);
  g_mutex_unlock (&baton->mutex);
}

static gpointer
live_in_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TestSource) source = NULL;
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  g_auto (TestCall) output = { 0 };
  g_auto (TestCall) next = { 0 };

  g_main_context_push_thread_default (context);
  source = test_source_new_waiting ("values", 3);
  run = test_run_new (g_object_ref (source), NULL);
  log = test_subscribe (gstream_run_stream_get_log (run));
  test_call_output (&output, run, NULL);
  test_call_next (&next, log, NULL);
  while (!output.done)
    g_main_context_iteration (context, TRUE);
  test_iterate_pending (context);
  test_call_assert_item (&next, 1);
  g_assert_no_error (output.error);
  g_assert_cmpint (gstream_payload_get_integer (output.output, "/n"), ==, 3);
  g_clear_object (&log);
  g_assert_finalize_object (g_steal_pointer (&run));
  test_iterate_pending (context);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_other_thread (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("run", live_in_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  /* The default context has nothing to do with it. */
  g_assert_false (g_main_context_pending (NULL));
}

static void
assert_in_context (gpointer data)
{
  g_assert_true (g_source_get_context (g_main_current_source ()) == data);
}

/* The context of the run is where callbacks come, whatever the thread's default is when they are asked for. */
static void
test_callbacks_come_there (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) cursor = NULL;
  g_auto (TestCall) output = { .then = assert_in_context, .data = context };
  g_auto (TestCall) next = { .then = assert_in_context, .data = context };
  g_auto (TestCall) push = { .then = assert_in_context, .data = context };

  g_main_context_push_thread_default (context);
  run = test_run_new (test_source_new_waiting ("values", 2), test_mux_new (transformer, NULL));
  g_main_context_pop_thread_default (context);

  gstream_projection_set_max_buffered (transformer->items, 1);
  cursor = test_subscribe (transformer->items);
  test_call_output (&output, run, NULL);
  test_call_next (&next, cursor, NULL);
  test_push (transformer->items, 1);
  test_call_push (&push, transformer->items, 2, NULL);
  test_iterate_pending (NULL);
  g_assert_false (next.done);
  test_iterate_pending (context);
  g_assert_true (next.done);
  g_assert_true (push.done);
  gstream_cursor_close (cursor);
  test_iterate_pending (context);
  g_assert_true (output.done);
}

/* What is called in another thread than the context's says so, there, and touches nothing. */
typedef struct
{
  GstreamRunStream  *run;
  GstreamCursor     *cursor;
  GstreamProjection *projection;
} Foreign;

static gpointer
call_from_elsewhere (gpointer data)
{
  Foreign *world = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_auto (TestCall) next = { .then = assert_in_context, .data = context };
  g_auto (TestCall) output = { .then = assert_in_context, .data = context };
  g_auto (TestCall) interrupted = { .then = assert_in_context, .data = context };
  g_auto (TestCall) push = { .then = assert_in_context, .data = context };
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) tried = NULL;
  g_autoptr (GError) subscribed = NULL;
  g_autoptr (GError) found = NULL;
  g_autoptr (GError) pushed = NULL;

  g_main_context_push_thread_default (context);
  g_assert_cmpint (gstream_cursor_try_next (world->cursor, &item, &tried), ==, GSTREAM_TRY_FAILED);
  g_assert_error (tried, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_assert_null (gstream_projection_subscribe (world->projection, &subscribed));
  g_assert_error (subscribed, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_assert_null (gstream_run_stream_get_projection (world->run, "items", &found));
  g_assert_error (found, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_value_unset (&item);
  g_value_init (&item, G_TYPE_INT64);
  g_assert_false (gstream_projection_push (world->projection, &item, &pushed));
  g_assert_error (pushed, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);

  test_call_next (&next, world->cursor, NULL);
  test_call_output (&output, world->run, NULL);
  test_call_interrupted (&interrupted, world->run, NULL);
  test_call_push (&push, world->projection, 1, NULL);
  test_iterate_pending (context);
  test_call_assert_error (&next, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  test_call_assert_error (&output, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  test_call_assert_error (&interrupted, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  test_call_assert_error (&push, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT);
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_wrong_thread (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TestTransformer *transformer = test_transformer_new ("items", NULL);
  TestSource      *source = test_source_new_ready ("values", 2);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;

  g_main_context_push_thread_default (context);
  run = test_run_new (source, test_mux_new (transformer, NULL));
  log = test_subscribe (gstream_run_stream_get_log (run));
  g_thread_join (g_thread_new ("elsewhere", call_from_elsewhere, &(Foreign) { run, log, transformer->items }));
  g_assert_cmpuint (source->n_tried, ==, 0);
  test_assert_drain (log, "1 2 ended");
  g_main_context_pop_thread_default (context);
}

/* The context may move to another thread: whoever has it may call. */
static gpointer
call_with_context (gpointer data)
{
  Foreign *world = data;

  test_assert_drain (world->cursor, "1 2 ended");

  return NULL;
}

static void
test_moved_thread (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_ready ("values", 2), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));

  g_thread_join (g_thread_new ("heir", call_with_context, &(Foreign) { run, log, NULL }));
  test_assert_drain (log, "ended");
}

static void
test_sync_iterates_it (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) log = NULL;
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GValue) item = G_VALUE_INIT;

  g_main_context_push_thread_default (context);
  run = test_run_new (test_source_new_waiting ("values", 2), NULL);
  g_main_context_pop_thread_default (context);

  log = test_subscribe (gstream_run_stream_get_log (run));
  g_assert_true (gstream_cursor_next_sync (log, &item, NULL, &error));
  g_assert_cmpint (test_item_number (&item), ==, 1);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 2);
  g_assert_null (g_main_context_get_thread_default ());
  g_assert_false (gstream_run_stream_interrupted_sync (run, NULL, &error));
  g_assert_no_error (error);
}

static void
test_sync_cancelled (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (gstream_cursor_next_sync (log, &item, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (gstream_run_stream_output_sync (run, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
assert_refused (GstreamRunStream *run,
                GstreamCursor    *log,
                GstreamError      code)
{
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_false (gstream_cursor_next_sync (log, &item, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, (int) code);
  g_clear_error (&error);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, (int) code);
  g_clear_error (&error);
  g_assert_false (gstream_run_stream_interrupted_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, (int) code);
  g_clear_error (&error);
  g_assert_null (gstream_run_stream_interrupts_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, (int) code);
}

typedef struct
{
  Baton             baton;
  GMainContext     *context;
  GstreamRunStream *run;
  GstreamCursor    *log;
} Shared;

static gpointer
own_context (gpointer data)
{
  Shared *shared = data;

  g_assert_true (g_main_context_acquire (shared->context));
  pass_baton (&shared->baton);
  wait_baton (&shared->baton, 2);
  g_main_context_release (shared->context);

  return NULL;
}

static void
test_owned_elsewhere (void)
{
  Shared   shared = { .context = g_main_context_new () };
  GThread *thread;

  g_main_context_push_thread_default (shared.context);
  shared.run = test_run_new (test_source_new (), NULL);
  g_main_context_pop_thread_default (shared.context);
  shared.log = test_subscribe (gstream_run_stream_get_log (shared.run));

  thread = g_thread_new ("owner", own_context, &shared);
  wait_baton (&shared.baton, 1);
  assert_refused (shared.run, shared.log, GSTREAM_ERROR_WRONG_CONTEXT);
  pass_baton (&shared.baton);
  g_thread_join (thread);

  g_object_unref (shared.log);
  g_object_unref (shared.run);
  g_main_context_unref (shared.context);
}

typedef struct
{
  GstreamRunStream *run;
  GstreamCursor    *log;
  guint             n_refused;
} Inside;

static void
refuse_inside (Inside *inside)
{
  if (inside->run == NULL)
    return;
  assert_refused (inside->run, inside->log, GSTREAM_ERROR_WRONG_CONTEXT);
  inside->n_refused++;
}

static gboolean
refuse_in_process (TestTransformer *transformer,
                   GstreamEvent    *event,
                   GError         **error)
{
  refuse_inside (transformer->data);

  return TRUE;
}

static gboolean
refuse_in_finish (TestTransformer *transformer,
                  GError         **error)
{
  refuse_inside (transformer->data);

  return TRUE;
}

static void
refuse_in_fail (TestTransformer *transformer,
                const GError    *error)
{
  refuse_inside (transformer->data);
}

static void
refuse_in_source (TestSource *source,
                  const char *where,
                  gpointer    data)
{
  refuse_inside (data);
}

/* In each hook of a transformer and of a source: try_next, next, process, then close and finish, or fail. */
static void
test_inside (gconstpointer data)
{
  gboolean         failing = GPOINTER_TO_INT (data) != 0;
  TestSource      *source = test_source_new_waiting ("custom", 1);
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (source, test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Inside inside = { run, log, 0 };
  g_auto (TestCall) next = { 0 };

  transformer->process = refuse_in_process;
  transformer->finish = refuse_in_finish;
  transformer->fail = refuse_in_fail;
  source->hook = refuse_in_source;
  transformer->data = source->data = &inside;
  test_call_next (&next, log, NULL);
  test_wait (&next.done);
  g_assert_cmpuint (inside.n_refused, ==, 3);
  test_call_clear (&next);

  if (failing)
    test_source_fail (source, "broken");
  test_call_next (&next, log, NULL);
  test_wait (&next.done);
  g_assert_cmpuint (inside.n_refused, ==, 6);
  inside.run = NULL;
}

static void
test_inside_abort (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Inside inside = { run, log, 0 };

  transformer->fail = refuse_in_fail;
  transformer->data = &inside;
  gstream_run_stream_abort (run);
  g_assert_cmpuint (inside.n_refused, ==, 1);
}

static void
test_async_only (void)
{
  TestAsyncTransformer *late = test_async_transformer_new ();
  TestAsyncTransformer *early = test_async_transformer_new ();
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new (), test_mux_new (early, NULL));
  g_autoptr (GstreamRunStream) other = test_run_new (test_source_new (), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GstreamCursor) other_log = test_subscribe (gstream_run_stream_get_log (other));
  g_autoptr (GError) error = NULL;

  assert_refused (run, log, GSTREAM_ERROR_ASYNC_ONLY);
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_nonnull (strstr (error->message, "TestAsyncTransformer"));

  /* One that is added to the mux of a run, too. */
  g_assert_true (
      gstream_stream_mux_add_transformer (gstream_run_stream_get_mux (other), GSTREAM_TRANSFORMER (late), NULL));
  assert_refused (other, other_log, GSTREAM_ERROR_ASYNC_ONLY);
  g_object_unref (late);
}

typedef struct
{
  GstreamRunStream *run;
  gboolean          done;
} Nested;

static void
wait_in_callback (gpointer data)
{
  Nested *nested = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_sync (nested->run, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (gstream_payload_get_integer (output, "/n"), ==, 4);
  nested->done = TRUE;
}

/* A callback is not inside anything: it may wait. */
static void
test_sync_in_callback (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_waiting ("values", 4), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Nested nested = { run, FALSE };
  g_auto (TestCall) next = { .then = wait_in_callback, .data = &nested };

  test_call_next (&next, log, NULL);
  test_iterate_pending (NULL);
  g_assert_true (nested.done);
  test_call_assert_item (&next, 1);
  test_assert_drain (log, "2 3 4 ended");
}

static void
on_status (GstreamRunStream *run,
           GParamSpec       *pspec,
           Nested           *nested)
{
  if (!nested->done)
    wait_in_callback (nested);
}

static void
test_sync_in_notify (void)
{
  g_autoptr (GstreamRunStream) run = test_run_new (test_source_new_waiting ("values", 4), NULL);
  Nested nested = { run, FALSE };
  g_auto (TestCall) output = { 0 };

  g_signal_connect (run, "notify::status", G_CALLBACK (on_status), &nested);
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (nested.done);
  g_assert_true (output.done);
}

static gboolean
do_nothing (gpointer data)
{
  return G_SOURCE_REMOVE;
}

/* What happens to the main context when a call begins; each number is that of the last call to which it has. */
typedef struct
{
  int wanted; /* atomic: another thread is to own it */
  int owned;  /* atomic: another thread owns it */
  int called; /* atomic: the call begins, so the other thread may let go of it */
} Moments;

static void
wait_for (int *number,
          int  least)
{
  while (g_atomic_int_get (number) < least)
    g_thread_yield ();
}

static gboolean
own_until_called (gpointer data)
{
  Moments *moments = data;

  g_atomic_int_inc (&moments->owned);
  wait_for (&moments->called, g_atomic_int_get (&moments->owned));

  return G_SOURCE_REMOVE;
}

static const int n_moments = 100;

/* Each function is called here, with the main context owned meanwhile, unless that is being iterated. */
static gpointer
own_at_times (gpointer data)
{
  Moments *moments = data;

  for (int n = 1; n <= n_moments; n++)
    {
      wait_for (&moments->wanted, n);
      g_main_context_invoke (NULL, own_until_called, moments);
      g_main_context_invoke (NULL, do_nothing, NULL);
    }

  return NULL;
}

/* As GIO's own threads do where a certificate is looked at. */
static void
test_owned_for_a_moment (void)
{
  g_autoptr (TestSource) source = test_source_new_ready ("values", n_moments);
  g_autoptr (GstreamRunStream) run = test_run_new (g_object_ref (source), NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Moments  moments = { 0 };
  GThread *thread = g_thread_new ("owns", own_at_times, &moments);

  for (int n = 1; n <= n_moments; n++)
    {
      g_auto (GValue) item = G_VALUE_INIT;
      g_autoptr (GError) error = NULL;

      g_atomic_int_set (&moments.wanted, n);
      wait_for (&moments.owned, n);
      g_atomic_int_set (&moments.called, n);
      g_assert_true (gstream_cursor_next_sync (log, &item, NULL, &error));
      g_assert_cmpint (test_item_number (&item), ==, n);
    }
  g_thread_join (thread);
  test_iterate_pending (NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R7/context/other-thread", test_other_thread);
  g_test_add_func ("/run/R7/wrong-thread", test_wrong_thread);
  g_test_add_func ("/run/R7/moved-to-a-thread", test_moved_thread);
  g_test_add_func ("/run/R7/context/callbacks-come-there", test_callbacks_come_there);
  g_test_add_func ("/run/R9/iterates-it", test_sync_iterates_it);
  g_test_add_func ("/run/R9/cancelled", test_sync_cancelled);
  g_test_add_func ("/run/R9/owned-elsewhere", test_owned_elsewhere);
  g_test_add_func ("/run/R9/owned-for-a-moment", test_owned_for_a_moment);
  g_test_add_data_func ("/run/R9/inside/completed", GINT_TO_POINTER (0), test_inside);
  g_test_add_data_func ("/run/R9/inside/failed", GINT_TO_POINTER (1), test_inside);
  g_test_add_func ("/run/R9/inside/abort", test_inside_abort);
  g_test_add_func ("/run/R9/in-callback", test_sync_in_callback);
  g_test_add_func ("/run/R9/in-notify", test_sync_in_notify);
  g_test_add_func ("/mux/M3/sync-refused", test_async_only);

  return g_test_run ();
}
