/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transformers that do what a test tells them.
 */
#include "transformers.h"

#include "calls.h"

G_DEFINE_FINAL_TYPE (TestTransformer, test_transformer, GSTREAM_TYPE_TRANSFORMER)

static void
tell (TestTransformer *self,
      const char      *what)
{
  if (self->story->len > 0)
    g_string_append_c (self->story, ' ');
  g_string_append (self->story, what);
}

static gboolean
test_transformer_process (GstreamTransformer *transformer,
                          GstreamEvent       *event,
                          GError            **error)
{
  TestTransformer *self = TEST_TRANSFORMER (transformer);
  g_autofree char *number = g_strdup_printf ("%d", test_event_number (event));

  tell (self, number);
  if (self->process != NULL)
    return self->process (self, event, error);
  if (self->items != NULL)
    test_push (self->items, test_event_number (event));

  return TRUE;
}

static gboolean
test_transformer_finish (GstreamTransformer *transformer,
                         GError            **error)
{
  TestTransformer *self = TEST_TRANSFORMER (transformer);

  tell (self, "finish");

  return self->finish == NULL || self->finish (self, error);
}

static void
test_transformer_fail (GstreamTransformer *transformer,
                       const GError       *error)
{
  TestTransformer *self = TEST_TRANSFORMER (transformer);
  g_autofree char *what = error ? g_strconcat ("fail:", error->message, NULL) : g_strdup ("abort");

  tell (self, what);
  if (self->fail != NULL)
    self->fail (self, error);
}

static void
test_transformer_finalize (GObject *object)
{
  g_string_free (TEST_TRANSFORMER (object)->story, TRUE);

  G_OBJECT_CLASS (test_transformer_parent_class)->finalize (object);
}

static void
test_transformer_class_init (TestTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = test_transformer_finalize;
  transformer_class->process = test_transformer_process;
  transformer_class->finish = test_transformer_finish;
  transformer_class->fail = test_transformer_fail;
}

static void
test_transformer_init (TestTransformer *self)
{
  self->story = g_string_new (NULL);
}

TestTransformer *
test_transformer_new (const char *name,
                      const char *wants)
{
  TestTransformer *self = g_object_new (TEST_TYPE_TRANSFORMER, NULL);
  g_auto (GStrv) methods = wants ? g_strsplit (wants, ",", -1) : NULL;

  if (methods != NULL)
    gstream_transformer_set_wants (GSTREAM_TRANSFORMER (self), (const char *const *) methods);
  if (name == NULL)
    return self;

  self->items = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), name, G_TYPE_INT64);
  gstream_projection_set_forward (self->items, FALSE);

  return self;
}

GstreamStreamMux *
test_mux_new (gpointer first,
              ...)
{
  static const char *const none[] = { NULL };
  GstreamStreamMux        *mux = gstream_stream_mux_new (none);
  va_list                  others;

  va_start (others, first);
  for (gpointer transformer = first; transformer != NULL; transformer = va_arg (others, gpointer))
    {
      g_autoptr (GError) error = NULL;

      gstream_stream_mux_add_transformer (mux, transformer, &error);
      g_assert_no_error (error);
      g_object_unref (transformer);
    }
  va_end (others);

  return mux;
}

/* --- the asynchronous one --- */

G_DEFINE_FINAL_TYPE (TestAsyncTransformer, test_async_transformer, GSTREAM_TYPE_TRANSFORMER)

static void
test_async_transformer_process_async (GstreamTransformer *transformer,
                                      GstreamEvent       *event,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  TestAsyncTransformer *self = TEST_ASYNC_TRANSFORMER (transformer);

  g_assert_null (self->task);

  self->n_seen++;
  if (self->in_place)
    {
      g_autoptr (GTask) done = g_task_new (self, NULL, NULL, NULL);

      g_task_return_boolean (done, TRUE);
      callback (G_OBJECT (self), G_ASYNC_RESULT (done), user_data);
      if (self->late != NULL)
        gstream_transformer_replace (transformer, self->late);
      return;
    }

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_check_cancellable (self->task, FALSE);
  g_task_set_task_data (self->task, gstream_event_ref (event), (GDestroyNotify) gstream_event_unref);
}

static gboolean
test_async_transformer_process_finish (GstreamTransformer *transformer,
                                       GAsyncResult       *result,
                                       GError            **error)
{
  g_assert_true (g_task_is_valid (result, transformer));

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
test_async_transformer_fail (GstreamTransformer *transformer,
                             const GError       *error)
{
  TEST_ASYNC_TRANSFORMER (transformer)->failed = TRUE;
}

static void
test_async_transformer_class_init (TestAsyncTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  transformer_class->process_async = test_async_transformer_process_async;
  transformer_class->process_finish = test_async_transformer_process_finish;
  transformer_class->fail = test_async_transformer_fail;
}

static void
test_async_transformer_init (TestAsyncTransformer *self)
{
}

TestAsyncTransformer *
test_async_transformer_new (void)
{
  return g_object_new (TEST_TYPE_ASYNC_TRANSFORMER, NULL);
}

void
test_async_transformer_release (TestAsyncTransformer *self,
                                gboolean              pass,
                                GError               *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_assert_nonnull (task);

  self->was_cancelled = g_cancellable_is_cancelled (g_task_get_cancellable (task));
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, pass);
}
