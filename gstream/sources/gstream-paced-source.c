/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of another source at the pace at which they were recorded, by their timestamps.
 */
#include "gstream/sources/gstream-paced-source.h"

#include "gstream/sources/gstream-memory-source.h"

/**
 * GstreamPacedSource:
 *
 * A source that gives the events of another one at the pace at which they were recorded.
 *
 * A recording is read as fast as the run wants it. With this source before it, it is shown as the run was: what came a second
 * after the first event comes a second after the first event, or a half with a speed of 2. A run that is asked late, because
 * its consumer was busy, catches up. An event whose timestamp is before that of the first, or that has none, comes at once.
 *
 * ```c
 * g_autoptr (GstreamEventSource) recording = gstream_json_lines_source_new (file);
 * g_autoptr (GstreamEventSource) paced = gstream_paced_source_new (recording, 1);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (paced, NULL);
 * ```
 *
 * Since: 1.0
 */

struct _GstreamPacedSource
{
  GObject parent_instance;

  GstreamEventSource *source;  /* NULL: none was given */
  double              speed;   /* recorded milliseconds in one */
  gint64              first;   /* timestamp of the first event that has one; milliseconds */
  gint64              started; /* monotonic time of that event; 0: none yet */
};

enum
{
  PROP_SOURCE = 1,
  PROP_SPEED,
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

  if (timestamp == 0)
    return 0;

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

static gboolean
gstream_paced_source_is_async_only (GstreamEventSource *source)
{
  return gstream_event_source_is_async_only (GSTREAM_PACED_SOURCE (source)->source);
}

static void
gstream_paced_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_paced_source_next;
  iface->next_finish = gstream_paced_source_next_finish;
  iface->close = gstream_paced_source_close;
  iface->set_channels = gstream_paced_source_set_channels;
  iface->is_async_only = gstream_paced_source_is_async_only;
}

static void
gstream_paced_source_set_property (GObject      *object,
                                   guint         property,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  GstreamPacedSource *self = GSTREAM_PACED_SOURCE (object);

  switch (property)
    {
    case PROP_SOURCE:
      self->source = g_value_dup_object (value);
      break;
    case PROP_SPEED:
      self->speed = g_value_get_double (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

static void
gstream_paced_source_get_property (GObject    *object,
                                   guint       property,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  GstreamPacedSource *self = GSTREAM_PACED_SOURCE (object);

  switch (property)
    {
    case PROP_SOURCE:
      g_value_set_object (value, self->source);
      break;
    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property, pspec);
    }
}

/* Without one it has no events. */
static void
gstream_paced_source_constructed (GObject *object)
{
  GstreamPacedSource *self = GSTREAM_PACED_SOURCE (object);

  if (self->source == NULL)
    self->source = gstream_memory_source_new (NULL, 0);

  G_OBJECT_CLASS (gstream_paced_source_parent_class)->constructed (object);
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
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gstream_paced_source_set_property;
  object_class->get_property = gstream_paced_source_get_property;
  object_class->constructed = gstream_paced_source_constructed;
  object_class->finalize = gstream_paced_source_finalize;

  /**
   * GstreamPacedSource:source: (getter get_source)
   *
   * The source whose events it gives. What is not given is a source without events.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, PROP_SOURCE,
                                   g_param_spec_object ("source", NULL, NULL, GSTREAM_TYPE_EVENT_SOURCE,
                                                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                            G_PARAM_STATIC_STRINGS));
  /**
   * GstreamPacedSource:speed: (getter get_speed)
   *
   * How many times as fast as they were recorded the events come: 1 is as they were recorded, 2 is twice as fast.
   *
   * Since: 1.0
   */
  g_object_class_install_property (object_class, PROP_SPEED,
                                   g_param_spec_double ("speed", NULL, NULL, G_MINDOUBLE, G_MAXDOUBLE, 1,
                                                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY |
                                                            G_PARAM_STATIC_STRINGS));
}

static void
gstream_paced_source_init (GstreamPacedSource *self)
{
}

/**
 * gstream_paced_source_new:
 * @source: the source whose events are given; it belongs to the new one from now on
 * @speed: how many times as fast as they were recorded, more than 0: 1 is as they were recorded
 *
 * Makes a source that gives the events of @source at the pace of their timestamps.
 *
 * Returns: (transfer full) (type GstreamPacedSource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_paced_source_new (GstreamEventSource *source,
                          double              speed)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (source), NULL);
  g_return_val_if_fail (speed > 0, NULL);

  return g_object_new (GSTREAM_TYPE_PACED_SOURCE, "source", source, "speed", speed, NULL);
}

/**
 * gstream_paced_source_get_source:
 * @self: a source
 *
 * Gets [property@PacedSource:source].
 *
 * Returns: (transfer none): the source whose events it gives
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_paced_source_get_source (GstreamPacedSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PACED_SOURCE (self), NULL);

  return self->source;
}

/**
 * gstream_paced_source_get_speed:
 * @self: a source
 *
 * Gets [property@PacedSource:speed].
 *
 * Returns: the speed
 *
 * Since: 1.0
 */
double
gstream_paced_source_get_speed (GstreamPacedSource *self)
{
  g_return_val_if_fail (GSTREAM_IS_PACED_SOURCE (self), 0);

  return self->speed;
}
