/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Handles that are handed out with projections of their own (P11).
 */
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-projection-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>

#include "../support/calls.h"
#include "../support/transformers.h"

/* --- a handle with one projection, of numbers --- */

#define TEST_TYPE_HANDLE (test_handle_get_type ())
G_DECLARE_FINAL_TYPE (TestHandle, test_handle, TEST, HANDLE, GObject)

struct _TestHandle
{
  GObject            parent_instance;
  GstreamProjection *numbers;
  guint              n_early;
};

static void test_handle_iface_init (GstreamHandleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestHandle, test_handle, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, test_handle_iface_init))

static void
test_handle_start_early (GstreamHandle *handle)
{
  TEST_HANDLE (handle)->n_early++;
}

static void
test_handle_stop_early (GstreamHandle *handle)
{
  TestHandle *self = TEST_HANDLE (handle);

  g_assert_cmpuint (self->n_early, >, 0);
  if (--self->n_early == 0)
    gstream_projection_stop_early (self->numbers);
}

static void
test_handle_iface_init (GstreamHandleInterface *iface)
{
  iface->start_early = test_handle_start_early;
  iface->stop_early = test_handle_stop_early;
}

static void
test_handle_finalize (GObject *object)
{
  g_object_unref (TEST_HANDLE (object)->numbers);

  G_OBJECT_CLASS (test_handle_parent_class)->finalize (object);
}

static void
test_handle_class_init (TestHandleClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_handle_finalize;
}

static void
test_handle_init (TestHandle *self)
{
  self->numbers = gstream_projection_new ("numbers", G_TYPE_INT64);
  gstream_projection_start_early (self->numbers);
}

/* --- who hands it out --- */

typedef struct
{
  TestSource        *source;
  GstreamProjection *handles;
  GstreamRunStream  *run;
  TestHandle        *handle; /* the newest */
} Fixture;

/* `values` begins a handle, `custom` is a number for the newest. */
static gboolean
hand_out (TestTransformer *transformer,
          GstreamEvent    *event,
          GError         **error)
{
  Fixture *fixture = transformer->data;
  gboolean pushed;

  if (g_str_equal (gstream_event_get_method (event), "custom"))
    {
      test_push (fixture->handle->numbers, test_event_number (event));
      return TRUE;
    }

  g_clear_object (&fixture->handle);
  fixture->handle = g_object_new (TEST_TYPE_HANDLE, NULL);
  gstream_projection_bind (fixture->handle->numbers, gstream_run_stream_get_pump (fixture->run), NULL, NULL);
  gstream_handle_start_early (GSTREAM_HANDLE (fixture->handle));
  pushed = gstream_projection_push_object (fixture->handles, G_OBJECT (fixture->handle), error);
  gstream_handle_stop_early (GSTREAM_HANDLE (fixture->handle));

  return pushed;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  TestTransformer *transformer = test_transformer_new (NULL, NULL);

  fixture->source = test_source_new ();
  fixture->source->ended = TRUE;
  fixture->handles =
      gstream_transformer_add_projection (GSTREAM_TRANSFORMER (transformer), "handles", TEST_TYPE_HANDLE);
  transformer->process = hand_out;
  transformer->data = fixture;
  fixture->run = test_run_new (g_object_ref (fixture->source), test_mux_new (transformer, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->run);
  test_iterate_pending (NULL);
  if (fixture->handle != NULL)
    {
      g_assert_cmpuint (fixture->handle->n_early, ==, 0);
      g_assert_finalize_object (fixture->handle);
    }
  g_object_unref (fixture->source);
}

/* `v`: a handle; a digit: a number for it. */
static void
add_events (Fixture    *fixture,
            const char *what)
{
  for (; *what != '\0'; what++)
    test_source_add (fixture->source, *what == 'v' ? test_event ("values", 0) : test_event ("custom", *what - '0'));
}

static TestHandle *
take (GstreamCursor *cursor)
{
  gpointer handle = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gstream_cursor_try_next_object (cursor, &handle, &error), ==, GSTREAM_TRY_ITEM);
  g_assert_no_error (error);

  return handle;
}

static void
drain_run (Fixture *fixture)
{
  g_auto (TestCall) output = { 0 };

  test_call_output (&output, fixture->run, NULL);
  test_wait (&output.done);
}

static void
test_from_birth (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (TestHandle) handle = NULL;
  g_autoptr (GstreamCursor) numbers = NULL;

  /* All of it has happened when the handle is taken. */
  add_events (fixture, "v123");
  drain_run (fixture);
  handle = take (cursor);
  numbers = test_subscribe (handle->numbers);
  test_assert_drain (numbers, "1 2 3 pending");
}

static void
subscribe_to_handle (gpointer data)
{
  TestCall   *call = data;
  TestHandle *handle = g_value_get_object (&call->item);

  call->data = test_subscribe (handle->numbers);
}

static void
test_in_callback (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (GstreamCursor) numbers = NULL;
  g_auto (TestCall) call = { .then = subscribe_to_handle };

  add_events (fixture, "v12");
  call.data = &call;
  test_call_next (&call, cursor, NULL);
  test_wait (&call.done);
  numbers = call.data;
  test_assert_drain (numbers, "1 2 pending");
}

static void
test_until_idle (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (TestHandle) handle = NULL;
  g_autoptr (GstreamCursor) numbers = NULL;

  add_events (fixture, "v12");
  handle = take (cursor);
  test_push (handle->numbers, 8);
  test_iterate_pending (NULL);
  /* The consumer has had its turn: what there was is dropped, and what comes is lost (P2). */
  g_assert_cmpuint (handle->n_early, ==, 0);
  test_push (handle->numbers, 9);
  numbers = test_subscribe (handle->numbers);
  drain_run (fixture);
  test_assert_drain (numbers, "1 2 pending");
}

static gboolean
set_true (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
test_until_low_idle (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (TestHandle) handle = NULL;
  g_autoptr (GstreamCursor) numbers = NULL;
  gboolean redrawn = FALSE;

  /* A turn is over when all that is more urgent than a low idle has run. */
  add_events (fixture, "v");
  handle = take (cursor);
  test_push (handle->numbers, 1);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, set_true, &redrawn, NULL);
  while (!redrawn)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (handle->n_early, ==, 1);
  numbers = test_subscribe (handle->numbers);
  test_assert_drain (numbers, "1 pending");
}

static void
test_until_next (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (TestHandle) handle = NULL;
  g_autoptr (TestHandle) other = NULL;

  add_events (fixture, "v1v2");
  handle = take (cursor);
  g_assert_cmpuint (handle->n_early, ==, 1);
  other = take (cursor);
  g_assert_cmpuint (handle->n_early, ==, 0);
  g_assert_cmpuint (other->n_early, ==, 1);
}

static void
test_nobody (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GstreamCursor) numbers = NULL;

  /* Handed to nobody, kept for nobody. */
  add_events (fixture, "v12");
  drain_run (fixture);
  g_assert_cmpuint (fixture->handle->n_early, ==, 0);
  numbers = test_subscribe (fixture->handle->numbers);
  test_assert_drain (numbers, "pending");
}

static void
test_dropped_queue (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);

  add_events (fixture, "v12");
  drain_run (fixture);
  g_assert_cmpuint (fixture->handle->n_early, ==, 1);
  g_clear_object (&cursor);
  g_assert_cmpuint (fixture->handle->n_early, ==, 0);
}

static void
test_tee (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (GPtrArray) cursors = gstream_projection_tee (fixture->handles, 2, NULL);
  g_autoptr (TestHandle) first = NULL;
  g_autoptr (TestHandle) second = NULL;
  g_autoptr (GstreamCursor) numbers = NULL;

  /* Each branch has its turn: one that came in vain does not end the other's. */
  add_events (fixture, "v12");
  drain_run (fixture);
  g_assert_cmpuint (fixture->handle->n_early, ==, 2);
  first = take (g_ptr_array_index (cursors, 0));
  test_iterate_pending (NULL);
  g_assert_cmpuint (fixture->handle->n_early, ==, 1);
  second = take (g_ptr_array_index (cursors, 1));
  g_assert_true (first == second);
  numbers = test_subscribe (second->numbers);
  test_assert_drain (numbers, "1 2 pending");
}

static void
test_bounded (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GstreamCursor) cursor = test_subscribe (fixture->handles);
  g_autoptr (TestHandle) handle = NULL;
  g_autoptr (GstreamCursor) numbers = NULL;

  /* What is kept holds nothing; what was kept and is subscribed does. */
  add_events (fixture, "v1234");
  drain_run (fixture);
  handle = take (cursor);
  gstream_projection_set_max_buffered (handle->numbers, 2);
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));
  numbers = test_subscribe (handle->numbers);
  g_assert_true (gstream_run_stream_get_held_by (fixture->run) == handle->numbers);
  test_assert_drain (numbers, "1 2 3 4 pending");
  g_assert_null (gstream_run_stream_get_held_by (fixture->run));
}

static void
test_nothing (Fixture      *fixture,
              gconstpointer data)
{
  g_auto (GValue) nothing = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&nothing, TEST_TYPE_HANDLE);
  g_assert_false (gstream_projection_push (fixture->handles, &nothing, &error));
  g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID);
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/projection/P11/from-birth", test_from_birth);
  ADD ("/projection/P11/in-callback", test_in_callback);
  ADD ("/projection/P11/until-idle", test_until_idle);
  ADD ("/projection/P11/until-low-idle", test_until_low_idle);
  ADD ("/projection/P11/until-next", test_until_next);
  ADD ("/projection/P11/nobody", test_nobody);
  ADD ("/projection/P11/dropped-queue", test_dropped_queue);
  ADD ("/projection/P11/tee", test_tee);
  ADD ("/projection/P11/bounded", test_bounded);
  ADD ("/projection/P11/nothing", test_nothing);

  return g_test_run ();
}
