/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Numbered events, the sources that give them, and the main loop's turns.
 */
#include "events.h"

GstreamEvent *
test_event_at (const char *path,
               const char *method,
               int         number)
{
  g_auto (GStrv) namespace_ = g_strsplit (path, "/", -1);
  g_autofree char *json =
      g_str_equal (method, "values") ? g_strdup_printf ("{\"n\":%d}", number) : g_strdup_printf ("%d", number);
  g_autoptr (GstreamPayload) data = gstream_payload_new (json, -1, NULL);

  return gstream_event_new (method, (const char *const *) namespace_, data);
}

GstreamEvent *
test_event (const char *method,
            int         number)
{
  return test_event_at ("", method, number);
}

GstreamEvent *
test_event_json (const char *json)
{
  g_autoptr (GError) error = NULL;
  GstreamEvent *event = gstream_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);

  return event;
}

int
test_event_number (GstreamEvent *event)
{
  GstreamPayload *data = gstream_event_get_data (event);

  return gstream_payload_get_integer (data, gstream_payload_has (data, "/n") ? "/n" : "");
}

char *
test_event_path (GstreamEvent *event)
{
  return g_strjoinv ("/", (char **) gstream_event_get_namespace (event));
}

void
test_iterate_pending (GMainContext *context)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

void
test_wait (gboolean *done)
{
  while (!*done)
    g_main_context_iteration (NULL, TRUE);
}

/* --- the source --- */

static void test_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestSource, test_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, test_source_iface_init))

static void
call_hook (TestSource *self,
           const char *where)
{
  if (self->hook != NULL)
    self->hook (self, where, self->data);
}

static GstreamTry
test_source_try_next (GstreamEventSource *source,
                      GstreamEvent      **event,
                      GError            **error)
{
  TestSource *self = TEST_SOURCE (source);

  g_assert_null (self->request);
  g_assert_cmpuint (self->n_closed, ==, 0);

  self->n_tried++;
  call_hook (self, "try_next");
  if (!g_queue_is_empty (&self->ready))
    {
      self->n_given++;
      *event = g_queue_pop_head (&self->ready);
      return GSTREAM_TRY_ITEM;
    }
  if (!g_queue_is_empty (&self->deferred))
    return GSTREAM_TRY_PENDING;
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }

  return self->ended ? GSTREAM_TRY_ENDED : GSTREAM_TRY_PENDING;
}

static void
on_cancelled (GCancellable *cancellable,
              TestSource   *self)
{
  g_autoptr (GTask) request = g_steal_pointer (&self->request);

  if (request == NULL)
    return;
  self->n_cancelled++;
  g_task_return_new_error (request, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The test's request was cancelled");
}

static void
complete (TestSource   *self,
          GstreamEvent *event)
{
  g_autoptr (GTask) request = g_steal_pointer (&self->request);

  if (event != NULL)
    self->n_given++;
  g_task_return_pointer (request, event, (GDestroyNotify) gstream_event_unref);
}

/* As GIO's rules do not allow it. */
static void
call_back_at_once (TestSource         *self,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  self->n_given++;
  g_task_return_pointer (task, g_queue_pop_head (&self->deferred), (GDestroyNotify) gstream_event_unref);
  callback (G_OBJECT (self), G_ASYNC_RESULT (task), user_data);
}

static void
test_source_next (GstreamEventSource *source,
                  GCancellable       *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer            user_data)
{
  TestSource *self = TEST_SOURCE (source);

  g_assert_null (self->request);
  g_assert_cmpuint (self->n_closed, ==, 0);

  self->n_requests++;
  if (self->eager && !g_queue_is_empty (&self->deferred))
    {
      call_back_at_once (self, callback, user_data);
      return;
    }

  self->request = g_task_new (self, NULL, callback, user_data);
  if (cancellable != NULL && !self->stubborn)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_cancelled), self, 0);
  call_hook (self, "next");
  if (self->request != NULL && !g_queue_is_empty (&self->deferred))
    complete (self, g_queue_pop_head (&self->deferred));
}

static GstreamEvent *
test_source_next_finish (GstreamEventSource *source,
                         GAsyncResult       *result,
                         GError            **error)
{
  g_assert_true (g_task_is_valid (result, source));

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
drop_events (TestSource *self)
{
  g_queue_clear_full (&self->ready, (GDestroyNotify) gstream_event_unref);
  g_queue_clear_full (&self->deferred, (GDestroyNotify) gstream_event_unref);
}

static void
test_source_close (GstreamEventSource *source)
{
  TestSource *self = TEST_SOURCE (source);

  self->n_closed++;
  drop_events (self);
  call_hook (self, "close");
}

static void
test_source_set_channels (GstreamEventSource *source,
                          const char *const  *channels)
{
  TestSource *self = TEST_SOURCE (source);

  g_assert_cmpuint (self->n_tried, ==, 0);
  g_assert_cmpuint (self->n_requests, ==, 0);

  g_strfreev (self->channels);
  self->channels = g_strdupv ((char **) channels);
}

static void
test_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->try_next = test_source_try_next;
  iface->next = test_source_next;
  iface->next_finish = test_source_next_finish;
  iface->close = test_source_close;
  iface->set_channels = test_source_set_channels;
}

static void
test_source_finalize (GObject *object)
{
  TestSource *self = TEST_SOURCE (object);

  g_assert_null (self->request);
  drop_events (self);
  g_clear_error (&self->error);
  g_strfreev (self->channels);

  G_OBJECT_CLASS (test_source_parent_class)->finalize (object);
}

static void
test_source_class_init (TestSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_source_finalize;
}

static void
test_source_init (TestSource *self)
{
}

TestSource *
test_source_new (void)
{
  return g_object_new (TEST_TYPE_SOURCE, NULL);
}

static TestSource *
new_filled (const char *method,
            guint       n,
            gboolean    waiting)
{
  TestSource *self = test_source_new ();

  for (guint i = 1; i <= n; i++)
    g_queue_push_tail (waiting ? &self->deferred : &self->ready, test_event (method, i));
  self->ended = TRUE;

  return self;
}

TestSource *
test_source_new_ready (const char *method,
                       guint       n)
{
  return new_filled (method, n, FALSE);
}

TestSource *
test_source_new_waiting (const char *method,
                         guint       n)
{
  return new_filled (method, n, TRUE);
}

void
test_source_add (TestSource   *self,
                 GstreamEvent *event)
{
  g_queue_push_tail (&self->ready, event);
}

void
test_source_defer (TestSource   *self,
                   GstreamEvent *event)
{
  g_queue_push_tail (&self->deferred, event);
}

void
test_source_give (TestSource   *self,
                  GstreamEvent *event)
{
  g_assert_nonnull (self->request);

  if (event == NULL)
    self->ended = TRUE;
  complete (self, event);
}

void
test_source_fail (TestSource *self,
                  const char *message)
{
  g_autoptr (GTask) request = g_steal_pointer (&self->request);

  g_clear_error (&self->error);
  self->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, message);
  if (request != NULL)
    g_task_return_error (request, g_error_copy (self->error));
}
