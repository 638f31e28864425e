/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sources that answer badly, or at odd times (R1, R2, R5, R7).
 */
#include "../support/calls.h"
#include "../support/transformers.h"

/* --- one that contradicts itself --- */

#define TEST_TYPE_LIAR (test_liar_get_type ())
G_DECLARE_FINAL_TYPE (TestLiar, test_liar, TEST, LIAR, GObject)

struct _TestLiar
{
  GObject    parent_instance;
  GstreamTry answer;
  gboolean   gives_event;
  gboolean   gives_error;
};

static void test_liar_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestLiar, test_liar, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, test_liar_iface_init))

static GstreamTry
test_liar_try_next (GstreamEventSource *source,
                    GstreamEvent      **event,
                    GError            **error)
{
  TestLiar *self = TEST_LIAR (source);

  if (self->gives_event)
    *event = test_event ("custom", 1);
  if (self->gives_error)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "its own error");

  return self->answer;
}

static void
test_liar_iface_init (GstreamEventSourceInterface *iface)
{
  iface->try_next = test_liar_try_next;
}

static void
test_liar_class_init (TestLiarClass *klass)
{
}

static void
test_liar_init (TestLiar *self)
{
}

static void
assert_lie (int         answer,
            gboolean    gives_event,
            gboolean    gives_error,
            const char *message)
{
  TestLiar *liar = g_object_new (TEST_TYPE_LIAR, NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (liar, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) direct = NULL;
  GstreamEvent *event = NULL;

  liar->answer = answer;
  liar->gives_event = gives_event;
  liar->gives_error = gives_error;
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, message));
  g_assert_cmpint (gstream_event_source_try_next (GSTREAM_EVENT_SOURCE (liar), &event, &direct), ==,
                   GSTREAM_TRY_FAILED);
  g_assert_cmpstr (direct->message, ==, error->message);
  g_assert_null (event);
}

static void
test_contradictions (void)
{
  assert_lie (GSTREAM_TRY_ITEM, FALSE, FALSE, "said that there is an event, and gave none");
  assert_lie (GSTREAM_TRY_ITEM, FALSE, TRUE, "its own error");
  assert_lie (GSTREAM_TRY_FAILED, FALSE, FALSE, "without an error");
  assert_lie (GSTREAM_TRY_FAILED, FALSE, TRUE, "its own error");
  assert_lie (GSTREAM_TRY_ENDED, TRUE, FALSE, "gave an event");
  assert_lie (GSTREAM_TRY_PENDING, FALSE, TRUE, "its own error");
  assert_lie (17, FALSE, FALSE, "GstreamTry");
}

/* Pending, and no way to wait. */
static void
test_cannot_wait (void)
{
  TestLiar *liar = g_object_new (TEST_TYPE_LIAR, NULL);
  g_autoptr (GstreamRunStream) run = test_run_new (liar, NULL);
  g_autoptr (GError) error = NULL;

  liar->answer = GSTREAM_TRY_PENDING;
  g_assert_null (gstream_run_stream_output_sync (run, NULL, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "TestLiar"));
}

/* --- at odd times --- */

/* One that calls back from inside next(): who waits is called from the main loop all the same. */
static void
test_eager (void)
{
  TestSource *source = test_source_new_waiting ("custom", 50);
  g_autoptr (GstreamRunStream) run = test_run_new (source, NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_auto (TestCall) next = { 0 };

  source->eager = TRUE;
  for (int i = 1; i <= 50; i++)
    {
      test_call_next (&next, log, NULL);
      test_wait (&next.done);
      test_call_assert_item (&next, i);
    }
  test_call_next (&next, log, NULL);
  test_wait (&next.done);
  test_call_assert_end (&next);
}

typedef struct
{
  GstreamRunStream *run;
  gboolean          aborting;
  gboolean          called_inside;
} Inside;

static void
note_inside (gpointer data)
{
  Inside *inside = data;

  inside->called_inside |= inside->aborting;
}

static gboolean
abort_at_two (TestTransformer *transformer,
              GstreamEvent    *event,
              GError         **error)
{
  Inside *inside = transformer->data;

  inside->aborting = TRUE;
  if (test_event_number (event) == 2)
    gstream_run_stream_abort (inside->run);
  inside->aborting = FALSE;

  return TRUE;
}

static gboolean
abort_later (gpointer data)
{
  Inside *inside = data;

  inside->aborting = TRUE;
  gstream_run_stream_abort (inside->run);
  inside->aborting = FALSE;

  return G_SOURCE_REMOVE;
}

/* A request that ends inside of being cancelled does not make abort call back. */
static void
test_cancelled_inside_abort (void)
{
  TestSource *source = test_source_new ();
  g_autoptr (TestSource) kept = g_object_ref (source);
  g_autoptr (GstreamRunStream) run = test_run_new (source, NULL);
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Inside inside = { run, FALSE, FALSE };
  g_auto (TestCall) next = { .then = note_inside, .data = &inside };
  g_auto (TestCall) output = { .then = note_inside, .data = &inside };

  test_call_next (&next, log, NULL);
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_nonnull (source->request);
  g_idle_add (abort_later, &inside);
  test_iterate_pending (NULL);
  g_assert_cmpuint (source->n_cancelled, ==, 1);
  g_assert_true (next.done);
  g_assert_true (output.done);
  g_assert_false (inside.called_inside);
}

static void
test_abort_inside_dispatch (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_waiting ("custom", 3), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Inside inside = { run, FALSE, FALSE };
  g_auto (TestCall) output = { .then = note_inside, .data = &inside };

  transformer->process = abort_at_two;
  transformer->data = &inside;
  test_call_output (&output, run, NULL);
  test_iterate_pending (NULL);
  g_assert_true (output.done);
  g_assert_false (inside.called_inside);
  test_assert_drain (log, "1 ended");
}

/* A try on a cursor, inside of which somebody begins to wait on the same cursor. */
typedef struct
{
  GstreamCursor *cursor;
  TestCall       next;
} Nested;

static gboolean
wait_at_one (TestTransformer *transformer,
             GstreamEvent    *event,
             GError         **error)
{
  Nested *nested = transformer->data;

  if (test_event_number (event) == 1)
    test_call_next (&nested->next, nested->cursor, NULL);

  return TRUE;
}

static void
test_wait_inside_try (void)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);
  g_autoptr (GstreamRunStream) run =
      test_run_new (test_source_new_ready ("custom", 2), test_mux_new (transformer, NULL));
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  Nested nested = { .cursor = log };
  g_auto (GValue) item = G_VALUE_INIT;

  transformer->process = wait_at_one;
  transformer->data = &nested;
  g_assert_cmpint (gstream_cursor_try_next (log, &item, NULL), ==, GSTREAM_TRY_ITEM);
  g_assert_cmpint (test_item_number (&item), ==, 1);
  test_iterate_pending (NULL);
  test_call_assert_item (&nested.next, 2);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/run/R5/contradictions", test_contradictions);
  g_test_add_func ("/run/R5/cannot-wait", test_cannot_wait);
  g_test_add_func ("/run/R7/eager-source", test_eager);
  g_test_add_func ("/run/R7/cancelled-inside-abort", test_cancelled_inside_abort);
  g_test_add_func ("/run/R7/abort-inside-dispatch", test_abort_inside_dispatch);
  g_test_add_func ("/run/R7/wait-inside-try", test_wait_inside_try);

  return g_test_run ();
}
