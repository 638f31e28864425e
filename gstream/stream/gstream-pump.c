/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The pump's life, and what it is told of its run.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-pump-body-private.h>

GSource *
gstream_pump_attach_source (GstreamPump  *self,
                            GSourceFuncs *funcs,
                            int           priority,
                            const char   *name)
{
  GSource *source = g_source_new (funcs, sizeof (GstreamPumpSource));

  ((GstreamPumpSource *) source)->pump = self;
  g_source_set_priority (source, priority);
  /* A callback may wait synchronously (R9), and is then inside the dispatch of this very source. */
  g_source_set_can_recurse (source, TRUE);
  g_source_set_static_name (source, name);
  g_source_attach (source, self->context);

  return source;
}

GstreamPump *
gstream_pump_new (GstreamEventSource *source,
                  GMainContext       *context)
{
  GstreamPump *self = g_new0 (GstreamPump, 1);

  g_ref_count_init (&self->ref_count);
  self->context = context ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  self->thread = pthread_self ();
  self->budget = 4000;
  self->stride = 1;
  if (source != NULL)
    {
      self->source = g_object_ref (source);
      self->iface = GSTREAM_EVENT_SOURCE_GET_IFACE (source);
    }

  return self;
}

GstreamPump *
gstream_pump_ref (GstreamPump *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

static void
destroy_source (GSource *source)
{
  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

void
gstream_pump_unref (GstreamPump *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->n_waiting == 0);
  g_assert (g_queue_is_empty (&self->ready));
  g_assert (g_queue_is_empty (&self->holders) && g_queue_is_empty (&self->watchers));
  g_assert (g_queue_is_empty (&self->soon) && g_queue_is_empty (&self->slow));
  g_assert (!self->in_flight);

  destroy_source (self->drive);
  destroy_source (self->turn);
  destroy_source (self->frame);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->source);
  g_main_context_unref (self->context);
  g_free (self);
}

void
gstream_pump_set_owner (GstreamPump                 *self,
                        const GstreamPumpOwnerFuncs *funcs,
                        gpointer                     owner)
{
  self->funcs = funcs;
  self->owner = owner;
}

GMainContext *
gstream_pump_get_context (GstreamPump *self)
{
  return self->context;
}

/* The context is nobody's, or this thread's already. */
static G_NO_INLINE gboolean
come_here (GstreamPump  *self,
           GError      **error)
{
  if (!g_main_context_acquire (self->context))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                           "The main context of this run belongs to another thread: call from there");
      return FALSE;
    }

  g_main_context_release (self->context);
  self->thread = pthread_self ();

  return TRUE;
}

gboolean
gstream_pump_check_thread (GstreamPump  *self,
                           GError      **error)
{
  return G_LIKELY (pthread_equal (self->thread, pthread_self ())) || come_here (self, error);
}

GTask *
gstream_pump_new_task (GstreamPump         *self,
                       gpointer             object,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GError *error = NULL;
  GTask *task;

  if (!gstream_pump_check_thread (self, &error))
    {
      g_task_report_error (object, callback, user_data, gstream_pump_new_task, error);
      return NULL;
    }

  g_main_context_push_thread_default (self->context);
  task = g_task_new (object, cancellable, callback, user_data);
  g_main_context_pop_thread_default (self->context);

  return task;
}

void
gstream_pump_set_wired (GstreamPump *self,
                        gboolean     wired)
{
  self->unwired = !wired;
}

void
gstream_pump_set_async_only (GstreamPump *self,
                             const char  *name)
{
  self->async_only = g_intern_string (name);
}

const char *
gstream_pump_get_async_only (GstreamPump *self)
{
  return self->async_only;
}

guint64
gstream_pump_stamp (GstreamPump *self)
{
  return ++self->stamp;
}
