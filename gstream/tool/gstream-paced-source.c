/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source that replays the events of another one at the speed at which they were recorded.
 */
#include "config.h"

#include "gstream/tool/gstream-paced-source.h"

struct _GstreamPacedSource
{
  GObject parent_instance;

  GstreamEventSource *source;
  double              speed;
  gint64              first;   /* timestamp of the first event; milliseconds */
  gint64              started; /* monotonic time of the first event; 0: none yet */
};

static void gstream_paced_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamPacedSource, gstream_paced_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, gstream_paced_source_iface_init))

/* Milliseconds from now. */
static guint
get_delay (GstreamPacedSource *self,
           GstreamEvent       *event)
{
  gint64 timestamp = gstream_event_get_timestamp (event);
  gint64 now = g_get_monotonic_time ();
  double due;

  if (self->started == 0)
    {
      self->started = now;
      self->first = timestamp;
    }
  due = (timestamp - self->first) / self->speed - (now - self->started) / 1000.0;

  return CLAMP (due, 0, G_MAXINT);
}

static gboolean
on_due (gpointer task)
{
  if (!g_task_return_error_if_cancelled (task))
    g_task_return_pointer (task, gstream_event_ref (g_task_get_task_data (task)), (GDestroyNotify) gstream_event_unref);

  return G_SOURCE_REMOVE;
}

static void
return_when_due (GTask *task,
                 guint  delay)
{
  g_autoptr (GSource) timeout = g_timeout_source_new (delay);
  g_autoptr (GSource) cancelled = NULL;

  if (g_task_get_cancellable (task) != NULL)
    {
      cancelled = g_cancellable_source_new (g_task_get_cancellable (task));
      g_source_set_dummy_callback (cancelled); /* it makes the timeout ready */
      g_source_add_child_source (timeout, cancelled);
    }
  g_task_attach_source (task, timeout, on_due);
}

static void
on_event (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GstreamPacedSource *self = g_task_get_source_object (task);
  GError             *error = NULL;
  GstreamEvent       *event = gstream_event_source_next_finish (self->source, result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (event == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else
    {
      g_task_set_task_data (task, event, (GDestroyNotify) gstream_event_unref);
      return_when_due (task, get_delay (self, event));
    }
}

static void
gstream_paced_source_next (GstreamEventSource *source,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);

  g_task_set_source_tag (task, gstream_paced_source_next);
  gstream_event_source_next (GSTREAM_PACED_SOURCE (source)->source, cancellable, on_event, task);
}

static GstreamEvent *
gstream_paced_source_next_finish (GstreamEventSource *source,
                                  GAsyncResult       *result,
                                  GError            **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
gstream_paced_source_close (GstreamEventSource *source)
{
  gstream_event_source_close (GSTREAM_PACED_SOURCE (source)->source);
}

static void
gstream_paced_source_set_channels (GstreamEventSource *source,
                                   const char *const  *channels)
{
  gstream_event_source_set_channels (GSTREAM_PACED_SOURCE (source)->source, channels);
}

static void
gstream_paced_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_paced_source_next;
  iface->next_finish = gstream_paced_source_next_finish;
  iface->close = gstream_paced_source_close;
  iface->set_channels = gstream_paced_source_set_channels;
}

static void
gstream_paced_source_finalize (GObject *object)
{
  g_object_unref (GSTREAM_PACED_SOURCE (object)->source);

  G_OBJECT_CLASS (gstream_paced_source_parent_class)->finalize (object);
}

static void
gstream_paced_source_class_init (GstreamPacedSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_paced_source_finalize;
}

static void
gstream_paced_source_init (GstreamPacedSource *self)
{
}

GstreamEventSource *
gstream_paced_source_new (GstreamEventSource *source,
                          double              speed)
{
  GstreamPacedSource *self = g_object_new (GSTREAM_TYPE_PACED_SOURCE, NULL);

  self->source = g_object_ref (source);
  self->speed = speed;

  return GSTREAM_EVENT_SOURCE (self);
}
