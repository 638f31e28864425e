/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source of events in memory, or of events that a function makes on request.
 */
#include <gstream/sources/gstream-memory-source.h>

/**
 * GstreamMemorySource:
 *
 * A source of events in memory: for tests, for showing a run again, or, with a function, for events that are made on
 * request. It never has to wait.
 *
 * ```c
 * GstreamEvent *events[] = { first, second };
 * g_autoptr (GstreamEventSource) source = gstream_memory_source_new (events, G_N_ELEMENTS (events));
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 * ```
 *
 * An application that gets events at other times than when they are asked for can use [class@PushSource].
 *
 * Since: 1.0
 */

struct _GstreamMemorySource
{
  GObject parent_instance;

  GPtrArray *events; /* without a free function, because those before @next have been returned */
  guint      next;   /* the index of the next one */

  GstreamMemorySourceFunc func; /* called after the last of @events; NULL: there is none, or it has returned the end */
  gpointer                user_data; /* for @func */
  GDestroyNotify          destroy;   /* for @user_data */
  gboolean                in_func;
  GError                 *error; /* of @func */
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamMemorySource, gstream_memory_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void
drop_events (GstreamMemorySource *self)
{
  for (guint i = self->next; i < self->events->len; i++)
    gstream_event_unref (g_ptr_array_index (self->events, i));
  g_ptr_array_set_size (self->events, 0);
  self->next = 0;
}

/* The user data is freed only after the function has returned. */
static void
drop_func (GstreamMemorySource *self)
{
  GDestroyNotify destroy;

  self->func = NULL;
  if (self->in_func)
    return;

  destroy = g_steal_pointer (&self->destroy);
  if (destroy != NULL)
    destroy (g_steal_pointer (&self->user_data));
}

static GstreamEvent *
call_func (GstreamMemorySource *self)
{
  GstreamEvent *event;

  self->in_func = TRUE;
  event = self->func (self->user_data, &self->error);
  self->in_func = FALSE;

  if (event == NULL || self->func == NULL)
    drop_func (self);

  return event;
}

static GstreamTry
gstream_memory_source_try_next (GstreamEventSource *source,
                                GstreamEvent      **event,
                                GError            **error)
{
  GstreamMemorySource *self = (GstreamMemorySource *) source;

  if (self->next < self->events->len)
    {
      *event = g_ptr_array_index (self->events, self->next++);
      return GSTREAM_TRY_ITEM;
    }

  if (self->func != NULL && (*event = call_func (self)) != NULL)
    return GSTREAM_TRY_ITEM;

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return GSTREAM_TRY_FAILED;
    }

  return GSTREAM_TRY_ENDED;
}

static void
gstream_memory_source_close (GstreamEventSource *source)
{
  GstreamMemorySource *self = GSTREAM_MEMORY_SOURCE (source);

  drop_events (self);
  drop_func (self);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->try_next = gstream_memory_source_try_next;
  iface->close = gstream_memory_source_close;
}

static void
gstream_memory_source_finalize (GObject *object)
{
  GstreamMemorySource *self = GSTREAM_MEMORY_SOURCE (object);

  drop_events (self);
  drop_func (self);
  g_ptr_array_unref (self->events);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_memory_source_parent_class)->finalize (object);
}

static void
gstream_memory_source_class_init (GstreamMemorySourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_memory_source_finalize;
}

static void
gstream_memory_source_init (GstreamMemorySource *self)
{
  self->events = g_ptr_array_new ();
}

/**
 * gstream_memory_source_new:
 * @events: (nullable) (array length=n_events): the first events
 * @n_events: how many there are
 *
 * Makes a source that returns @events, in this order, and then those that are appended.
 *
 * Returns: (transfer full) (type GstreamMemorySource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_memory_source_new (GstreamEvent **events,
                           gsize          n_events)
{
  GstreamMemorySource *self;

  g_return_val_if_fail (events != NULL || n_events == 0, NULL);

  self = g_object_new (GSTREAM_TYPE_MEMORY_SOURCE, NULL);
  for (gsize i = 0; i < n_events; i++)
    gstream_memory_source_append (self, events[i]);

  return GSTREAM_EVENT_SOURCE (self);
}

/**
 * gstream_memory_source_new_func:
 * @func: (scope notified) (closure user_data) (destroy destroy): makes the next event
 * @user_data: for @func
 * @destroy: (nullable): frees @user_data, once @func is not called any more
 *
 * Makes a source that calls @func for each event, when the run asks for it, in the run's main context. @func may call
 * any method of the run, including abort.
 *
 * Returns: (transfer full) (type GstreamMemorySource): a new source
 *
 * Since: 1.0
 */
GstreamEventSource *
gstream_memory_source_new_func (GstreamMemorySourceFunc func,
                                gpointer                user_data,
                                GDestroyNotify          destroy)
{
  GstreamMemorySource *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_object_new (GSTREAM_TYPE_MEMORY_SOURCE, NULL);
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;

  return GSTREAM_EVENT_SOURCE (self);
}

/**
 * gstream_memory_source_append:
 * @self: a source
 * @event: an event
 *
 * Appends @event. The source ends when it is asked for an event and has none, so events have to be appended before
 * that.
 *
 * Since: 1.0
 */
void
gstream_memory_source_append (GstreamMemorySource *self,
                              GstreamEvent        *event)
{
  g_return_if_fail (GSTREAM_IS_MEMORY_SOURCE (self));
  g_return_if_fail (event != NULL);

  g_ptr_array_add (self->events, gstream_event_ref (event));
}
