/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a run in a child process as a source.
 */
#include <gstream/remote/gstream-process-source-private.h>

#include <gstream/stream/gstream-event-source-internal.h>
#include <gstream/thread/gstream-thread-run-internal.h>

#define GSTREAM_TYPE_PROCESS_SOURCE (gstream_process_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamProcessSource, gstream_process_source, GSTREAM, PROCESS_SOURCE, GObject)

struct _GstreamProcessSource
{
  GObject parent_instance;

  GstreamProcessRun *run;    /* NULL: closed */
  GstreamThreadRun  *stream; /* not owned; the run that reads it, which closes it before it goes */
  gboolean           cancel_on_abort;
  GstreamNextCall    pending;
};

static void event_source_iface_init (GstreamEventSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamProcessSource, gstream_process_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_EVENT_SOURCE, event_source_iface_init))

static void
on_woken (gpointer user_data,
          gboolean in_loop)
{
  g_autoptr (GstreamProcessSource) self = g_object_ref (user_data);

  if (in_loop)
    gstream_next_call_wake (&self->pending);
  else
    gstream_next_call_wake_later (&self->pending);
}

/* Whoever waits is woken when it is worth while to try again. */
static GstreamTry
gstream_process_source_try_next (GstreamEventSource *source,
                                 GstreamEvent      **event,
                                 GError            **error)
{
  GstreamProcessSource *self = GSTREAM_PROCESS_SOURCE (source);
  GstreamTry            result;

  if (self->run == NULL)
    return GSTREAM_TRY_ENDED;

  result = gstream_process_run_try (self->run, event, error);
  if (result == GSTREAM_TRY_PENDING && self->pending.task != NULL)
    gstream_process_run_wait (self->run, on_woken, self);

  return result;
}

static void
gstream_process_source_next (GstreamEventSource *source,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  gstream_next_call_start (&GSTREAM_PROCESS_SOURCE (source)->pending, source, cancellable, callback, user_data);
}

static gboolean
is_to_end (GstreamProcessSource *self)
{
  return self->cancel_on_abort && self->stream != NULL && !gstream_thread_run_is_dropped (self->stream) &&
         gstream_run_stream_get_status (GSTREAM_RUN_STREAM (self->stream)) == GSTREAM_RUN_STATUS_ABORTED;
}

static void
gstream_process_source_close (GstreamEventSource *source)
{
  GstreamProcessSource *self = GSTREAM_PROCESS_SOURCE (source);
  GstreamProcessRun    *run = g_steal_pointer (&self->run);

  if (run != NULL)
    gstream_process_run_close (run, is_to_end (self));
  self->stream = NULL;
  gstream_next_call_wake_later (&self->pending);
}

static void
event_source_iface_init (GstreamEventSourceInterface *iface)
{
  iface->next = gstream_process_source_next;
  iface->next_finish = gstream_next_call_finish;
  iface->try_next = gstream_process_source_try_next;
  iface->close = gstream_process_source_close;
}

static void
gstream_process_source_finalize (GObject *object)
{
  gstream_process_source_close (GSTREAM_EVENT_SOURCE (object));

  G_OBJECT_CLASS (gstream_process_source_parent_class)->finalize (object);
}

static void
gstream_process_source_class_init (GstreamProcessSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gstream_process_source_finalize;
}

static void
gstream_process_source_init (GstreamProcessSource *self)
{
}

GstreamRunStream *
gstream_process_source_new_run (GstreamProcessRun *run,
                                GstreamStreamMux  *mux,
                                gboolean           cancel_on_abort)
{
  g_autoptr (GstreamProcessSource) self = g_object_new (GSTREAM_TYPE_PROCESS_SOURCE, NULL);

  self->run = run;
  self->cancel_on_abort = cancel_on_abort;
  self->stream = gstream_thread_run_new (GSTREAM_EVENT_SOURCE (self), mux, gstream_process_run_get_id (run));

  return GSTREAM_RUN_STREAM (self->stream);
}
