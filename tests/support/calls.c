/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asynchronous calls of a run and what came of them, and what a cursor gives.
 */
#include "calls.h"

#include "transformers.h"

static void
done (TestCall *self)
{
  g_assert_false (self->done);

  self->done = TRUE;
  if (self->then != NULL)
    self->then (self->data);
}

void
test_call_clear (TestCall *self)
{
  if (G_IS_VALUE (&self->item))
    g_value_unset (&self->item);
  g_clear_pointer (&self->output, gstream_payload_unref);
  g_clear_error (&self->error);
  self->done = self->found = FALSE;
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  TestCall *self = user_data;

  self->found = gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &self->item, &self->error);
  done (self);
}

void
test_call_next (TestCall      *self,
                GstreamCursor *cursor,
                GCancellable  *cancellable)
{
  g_assert_false (self->done);

  gstream_cursor_next (cursor, cancellable, on_next, self);
  g_assert_false (self->done); /* R7 */
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  TestCall *self = user_data;

  self->output = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, &self->error);
  done (self);
}

void
test_call_output (TestCall         *self,
                  GstreamRunStream *run,
                  GCancellable     *cancellable)
{
  g_assert_false (self->done);

  gstream_run_stream_output (run, cancellable, on_output, self);
  g_assert_false (self->done); /* R7 */
}

static void
on_interrupted (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  TestCall *self = user_data;

  self->found = gstream_run_stream_interrupted_finish (GSTREAM_RUN_STREAM (object), result, &self->error);
  done (self);
}

void
test_call_interrupted (TestCall         *self,
                       GstreamRunStream *run,
                       GCancellable     *cancellable)
{
  g_assert_false (self->done);

  gstream_run_stream_interrupted (run, cancellable, on_interrupted, self);
  g_assert_false (self->done); /* R7 */
}

static void
on_pushed (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  TestCall *self = user_data;

  self->found = gstream_projection_push_finish (GSTREAM_PROJECTION (object), result, &self->error);
  done (self);
}

void
test_call_push (TestCall          *self,
                GstreamProjection *projection,
                int                number,
                GCancellable      *cancellable)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_false (self->done);

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  gstream_projection_push_async (projection, &value, cancellable, on_pushed, self);
  g_assert_false (self->done); /* R7 */
}

void
test_call_assert_item (TestCall *self,
                       int       number)
{
  g_assert_true (self->done);
  g_assert_no_error (self->error);
  g_assert_true (self->found);
  g_assert_cmpint (test_item_number (&self->item), ==, number);
  test_call_clear (self);
}

void
test_call_assert_end (TestCall *self)
{
  g_assert_true (self->done);
  g_assert_no_error (self->error);
  g_assert_false (self->found);
  test_call_clear (self);
}

int
test_item_number (const GValue *item)
{
  if (G_VALUE_HOLDS (item, GSTREAM_TYPE_EVENT))
    return test_event_number (g_value_get_boxed (item));
  if (G_VALUE_HOLDS (item, GSTREAM_TYPE_PAYLOAD))
    return gstream_payload_get_integer (g_value_get_boxed (item), "");

  return g_value_get_int64 (item);
}

void
test_push (GstreamProjection *projection,
           int                number)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  gstream_projection_push (projection, &value, &error);
  g_assert_no_error (error);
}

char *
test_drain (GstreamCursor *cursor)
{
  g_autoptr (GString) story = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  GstreamTry tried;

  while ((tried = gstream_cursor_try_next (cursor, &item, &error)) == GSTREAM_TRY_ITEM)
    g_string_append_printf (story, "%d ", test_item_number (&item));

  if (tried == GSTREAM_TRY_FAILED)
    g_string_append_printf (story, "failed:%s", error->message);
  else
    g_string_append (story, tried == GSTREAM_TRY_ENDED ? "ended" : "pending");

  return g_string_free (g_steal_pointer (&story), FALSE);
}

GstreamCursor *
test_subscribe (GstreamProjection *projection)
{
  g_autoptr (GError) error = NULL;
  GstreamCursor *cursor = gstream_projection_subscribe (projection, &error);

  g_assert_no_error (error);
  g_assert_nonnull (cursor);

  return cursor;
}

GstreamProjection *
test_projection (GstreamRunStream *run,
                 const char       *name)
{
  g_autoptr (GError) error = NULL;
  GstreamProjection *projection = gstream_run_stream_get_projection (run, name, &error);

  g_assert_no_error (error);

  return projection;
}

GstreamRunStream *
test_run_new (gpointer          source,
              GstreamStreamMux *mux)
{
  g_autoptr (GstreamEventSource) taken = source;
  g_autoptr (GstreamStreamMux) pipeline = mux ? mux : test_mux_new (NULL, NULL);
  GstreamRunStream *run;

  run = gstream_run_stream_new (taken, pipeline);
  gstream_run_stream_set_turn_budget (run, 0);

  return run;
}
