/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The body of an answer that is read as it comes.
 *
 * It is read and closed with the nested context as the thread default, whoever reads it: libsoup insists on that when it
 * comes to the end.
 */
#include <gstream/remote/gstream-body-private.h>

#define GSTREAM_TYPE_BODY (gstream_body_get_type ())
G_DECLARE_FINAL_TYPE (GstreamBody, gstream_body, GSTREAM, BODY, GFilterInputStream)

struct _GstreamBody
{
  GFilterInputStream parent_instance;

  GMainContext         *nested;
  GPollableInputStream *base; /* the filter's */
  GInputStream         *body; /* what that reads from */
};

static void pollable_iface_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamBody, gstream_body, G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_iface_init))

static gboolean
gstream_body_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (GSTREAM_BODY (stream)->base);
}

static GSource *
gstream_body_create_source (GPollableInputStream *stream,
                            GCancellable         *cancellable)
{
  g_autoptr (GSource) child = g_pollable_input_stream_create_source (GSTREAM_BODY (stream)->base, NULL);

  return g_pollable_source_new_full (stream, child, cancellable);
}

static gssize
gstream_body_read_nonblocking (GPollableInputStream *stream,
                               void                 *buffer,
                               gsize                 count,
                               GError              **error)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  gssize       n_read;

  g_main_context_push_thread_default (self->nested);
  n_read = g_pollable_input_stream_read_nonblocking (self->base, buffer, count, NULL, error);
  g_main_context_pop_thread_default (self->nested);

  return n_read;
}

static void
pollable_iface_init (GPollableInputStreamInterface *iface)
{
  iface->is_readable = gstream_body_is_readable;
  iface->create_source = gstream_body_create_source;
  iface->read_nonblocking = gstream_body_read_nonblocking;
}

static void
on_body_closed (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_input_stream_close_finish (G_INPUT_STREAM (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gstream_body_close_async (GInputStream       *stream,
                          int                 priority,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  GTask       *task = g_task_new (stream, cancellable, callback, user_data);

  /* Not the base: GIO closes a converter's stream in another thread, which libsoup cannot bear. */
  g_main_context_push_thread_default (self->nested);
  g_input_stream_close_async (self->body, priority, cancellable, on_body_closed, task);
  g_main_context_pop_thread_default (self->nested);
}

static gboolean
gstream_body_close_finish (GInputStream *stream,
                           GAsyncResult *result,
                           GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
gstream_body_close (GInputStream *stream,
                    GCancellable *cancellable,
                    GError      **error)
{
  GstreamBody *self = GSTREAM_BODY (stream);
  gboolean     is_closed;

  g_main_context_push_thread_default (self->nested);
  is_closed = g_input_stream_close (G_INPUT_STREAM (self->base), cancellable, error);
  g_main_context_pop_thread_default (self->nested);

  return is_closed;
}

static void
gstream_body_finalize (GObject *object)
{
  GstreamBody *self = GSTREAM_BODY (object);

  g_object_unref (self->body);
  g_main_context_unref (self->nested);

  G_OBJECT_CLASS (gstream_body_parent_class)->finalize (object);
}

static void
gstream_body_class_init (GstreamBodyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_body_finalize;
  G_INPUT_STREAM_CLASS (klass)->close_fn = gstream_body_close;
  G_INPUT_STREAM_CLASS (klass)->close_async = gstream_body_close_async;
  G_INPUT_STREAM_CLASS (klass)->close_finish = gstream_body_close_finish;
}

static void
gstream_body_init (GstreamBody *self)
{
}

GInputStream *
gstream_body_new (GMainContext *nested,
                  GInputStream *decoded,
                  GInputStream *body)
{
  GstreamBody *self;

  /* What is not decoded, and read where the thread default is the right one, needs nothing around it. */
  if (decoded == body && nested == g_main_context_default ())
    return g_object_ref (body);

  self = g_object_new (GSTREAM_TYPE_BODY, "base-stream", decoded, NULL);
  self->nested = g_main_context_ref (nested);
  self->base = G_POLLABLE_INPUT_STREAM (decoded);
  self->body = g_object_ref (body);

  return G_INPUT_STREAM (self);
}
