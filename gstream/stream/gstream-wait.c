/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting: for something that happens once, by tasks that drive the pump meanwhile; and
 * how a synchronous function waits for its asynchronous one (R9).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-wait-internal.h>

/* --- synchronous waiting (R9) --- */

static gboolean
may_wait (GstreamPump *pump,
          GError     **error)
{
  const char *async_only = gstream_pump_get_async_only (pump);

  if (async_only != NULL)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ASYNC_ONLY,
                   "%s only works asynchronously: wait with the asynchronous call instead", async_only);
      return FALSE;
    }
  if (gstream_pump_is_entered (pump))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                           "A synchronous call from inside a transformer or a source would wait for itself");
      return FALSE;
    }

  return TRUE;
}

gboolean
gstream_sync_begin_in (GstreamSync  *self,
                       GMainContext *context,
                       const char   *whose,
                       GError      **error)
{
  if (!g_main_context_acquire (context))
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_WRONG_CONTEXT,
                   "The main context of the %s belongs to another thread: call from there, or asynchronously", whose);
      return FALSE;
    }

  self->context = g_main_context_ref (context);
  self->result = NULL;
  g_main_context_push_thread_default (context);

  return TRUE;
}

gboolean
gstream_sync_begin (GstreamSync *self,
                    GstreamPump *pump,
                    GError     **error)
{
  if (!gstream_sync_begin_in (self, gstream_pump_get_context (pump), "run", error))
    return FALSE;
  if (may_wait (pump, error))
    return TRUE;

  gstream_sync_end (self);

  return FALSE;
}

void
gstream_sync_done (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GstreamSync *self = user_data;

  self->result = g_object_ref (result);
}

void
gstream_sync_wait (GstreamSync *self)
{
  while (self->result == NULL)
    g_main_context_iteration (self->context, TRUE);
}

void
gstream_sync_end (GstreamSync *self)
{
  g_clear_object (&self->result);
  g_main_context_pop_thread_default (self->context);
  g_main_context_release (self->context);
  g_main_context_unref (self->context);
}

/* --- the latch --- */

typedef struct
{
  GstreamWaiter waiter;
  GList         link; /* in the latch's queue */
  GstreamLatch *latch;
  GstreamPump  *pump;          /* a reference */
  GTask        *task;          /* a reference */
  GSource      *cancel_source; /* NULL without a cancellable */
} Wait;

static GTask *
end_wait (Wait *wait)
{
  GTask *task = wait->task;

  if (wait->cancel_source != NULL)
    {
      g_source_destroy (wait->cancel_source);
      g_source_unref (wait->cancel_source);
    }
  gstream_pump_forget (wait->pump, &wait->waiter);
  gstream_pump_unref (wait->pump);
  g_queue_unlink (&wait->latch->waits, &wait->link);
  g_free (wait);

  return task;
}

static void
on_ready (GstreamWaiter *waiter)
{
  g_autoptr (GTask) task = end_wait ((Wait *) waiter);

  g_task_return_boolean (task, TRUE);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr (GTask) task = end_wait (user_data);

  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
gstream_latch_wait (GstreamLatch *self,
                    GstreamPump  *pump,
                    GTask        *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);
  Wait         *wait = g_new0 (Wait, 1);

  wait->waiter.wake = on_ready;
  wait->waiter.insists = TRUE;
  wait->latch = self;
  wait->pump = gstream_pump_ref (pump);
  wait->task = g_object_ref (task);
  wait->link.data = wait;
  g_queue_push_tail_link (&self->waits, &wait->link);

  if (cancellable != NULL)
    {
      wait->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (wait->cancel_source, G_SOURCE_FUNC (on_cancelled), wait, NULL);
      g_source_attach (wait->cancel_source, gstream_pump_get_context (pump));
    }

  if (self->open)
    gstream_pump_ready (pump, &wait->waiter);
  else
    gstream_pump_wait (pump, &wait->waiter);
}

void
gstream_latch_open (GstreamLatch *self)
{
  self->open = TRUE;
  for (GList *link = self->waits.head; link != NULL; link = link->next)
    {
      Wait *wait = link->data;

      gstream_pump_ready (wait->pump, &wait->waiter);
    }
}

/* --- with tasks of their own --- */

/* What was made by g_object_new() alone is nobody's, and will never end. */
static GError *
make_error (gpointer object)
{
  return g_error_new (GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "This %s belongs to no run: runs make them",
                      G_OBJECT_TYPE_NAME (object));
}

void
gstream_latch_begin_wait (GstreamLatch       *self,
                          GstreamPump        *pump,
                          gpointer            object,
                          gpointer            tag,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = pump ? gstream_pump_new_task (pump, object, cancellable, callback, user_data)
                                : g_task_new (object, cancellable, callback, user_data);

  if (task == NULL)
    return;

  g_task_set_source_tag (task, tag);
  if (pump != NULL)
    gstream_latch_wait (self, pump, task);
  else
    g_task_return_error (task, make_error (object));
}

gboolean
gstream_latch_end_wait (GAsyncResult *result,
                        const GError *failure,
                        GError      **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_error_copy (failure));

  return FALSE;
}

GAsyncResult *
gstream_latch_wait_sync (GstreamLatch *self,
                         GstreamPump  *pump,
                         gpointer      object,
                         GCancellable *cancellable,
                         GError      **error)
{
  GstreamSync   sync;
  GAsyncResult *result;

  if (pump == NULL)
    {
      g_propagate_error (error, make_error (object));
      return NULL;
    }
  if (!gstream_sync_begin (&sync, pump, error))
    return NULL;

  gstream_latch_begin_wait (self, pump, object, gstream_latch_wait_sync, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  result = g_steal_pointer (&sync.result);
  gstream_sync_end (&sync);

  return result;
}
