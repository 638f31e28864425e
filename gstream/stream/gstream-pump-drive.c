/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Driving the source: it is asked for one event at a time, while somebody waits
 * and nothing holds it (R1-R3), by whoever tries or from the main loop.
 *
 * The main-loop source `drive` has the usual priority, and is made ready by
 * whoever starts to wait.
 */
#include "config.h"

#include <gstream/stream/gstream-event-source-private.h>
#include <gstream/stream/gstream-pump-body-private.h>

/* --- the source --- */

static inline gboolean
may_ask (GstreamPump *self)
{
  return self->source != NULL &&
         !self->ended && !self->in_flight && self->n_entered == 0 && !self->suspended &&
         self->holders.length == 0;
}

static void
finish (GstreamPump *self,
        GError      *error)
{
  if (self->ended)
    {
      g_clear_error (&error);
      return;
    }

  self->ended = TRUE;
  self->n_entered++;
  gstream_event_source_close (self->source);
  if (self->funcs != NULL)
    self->funcs->ended (self->owner, error);
  else
    g_clear_error (&error);
  self->n_entered--;
}

static inline void
accept (GstreamPump  *self,
        GstreamEvent *event)
{
  if (self->ended || self->funcs == NULL)
    {
      gstream_event_unref (event);
      return;
    }

  self->n_entered++;
  if (!self->funcs->dispatch (self->owner, event))
    self->suspended = TRUE;
  self->n_entered--;
}

static inline GstreamTry
ask_now (GstreamPump *self)
{
  GstreamEvent *event = NULL;
  GError *error = NULL;
  GstreamTry result;

  self->n_entered++;
  result = self->iface->try_next (self->source, &event, &error);
  self->n_entered--;

  if (G_UNLIKELY (result != GSTREAM_TRY_ITEM || event == NULL))
    result = gstream_event_source_check (self->source, result, &event, &error);
  if (result == GSTREAM_TRY_ITEM)
    accept (self, event);
  else if (result == GSTREAM_TRY_FAILED)
    finish (self, error);
  else if (result == GSTREAM_TRY_ENDED)
    finish (self, NULL);

  return result;
}

static void
on_source_next (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  GstreamPump *self = user_data; /* the request's reference */
  GError *error = NULL;
  GstreamEvent *event = gstream_event_source_next_finish (self->source, result, &error);

  g_main_context_push_thread_default (self->context);
  self->in_flight = FALSE;
  if (event != NULL)
    accept (self, event);
  else
    finish (self, error);

  /* A source may call back from inside next(), or when it is cancelled: we must not call back likewise (R7). */
  if (self->n_entered > 0 || self->ended)
    gstream_pump_schedule (self);
  else
    gstream_pump_run (self);
  g_main_context_pop_thread_default (self->context);
  gstream_pump_unref (self);
}

static void
start_request (GstreamPump *self)
{
  if (self->cancellable == NULL)
    self->cancellable = g_cancellable_new ();

  self->in_flight = TRUE;
  self->n_entered++;
  gstream_event_source_next (self->source, self->cancellable, on_source_next, gstream_pump_ref (self));
  self->n_entered--;
}

void
gstream_pump_stop (GstreamPump *self)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  self->n_entered++;
  if (self->in_flight)
    g_cancellable_cancel (self->cancellable);
  if (self->source != NULL)
    gstream_event_source_close (self->source);
  self->n_entered--;
}

/* --- driving --- */

static void
drive_source (GstreamPump *self)
{
  while (self->n_waiting > 0 && self->ready.length == 0 && may_ask (self))
    {
      if (!gstream_pump_has_budget (self))
        return;

      if (ask_now (self) == GSTREAM_TRY_PENDING)
        {
          /* It may have been stopped, or filled a queue, while it was asked. */
          if (self->n_waiting > 0 && may_ask (self))
            start_request (self);
          return;
        }
    }
}

/* Without any, the clock must not be looked at: that arms the turn, which runs again, and so on for ever. */
static gboolean
has_work (GstreamPump *self)
{
  return self->ready.length > 0 || (self->n_waiting > 0 && may_ask (self));
}

void
gstream_pump_run (GstreamPump *self)
{
  gstream_pump_ref (self);
  g_main_context_push_thread_default (self->context);

  /* Whoever is woken finds what has changed already notified. */
  gstream_pump_tell_watchers (self);
  gstream_pump_settle (&self->soon);
  if (has_work (self) && gstream_pump_has_budget (self))
    {
      gstream_pump_wake_ready (self);
      drive_source (self);
    }
  gstream_pump_tell_watchers (self);
  gstream_pump_settle (&self->soon);
  if (self->ready.length > 0 || self->soon.length > 0)
    gstream_pump_schedule (self);

  g_main_context_pop_thread_default (self->context);
  gstream_pump_unref (self);
}

static gboolean
drive_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  gstream_pump_run (((GstreamPumpSource *) source)->pump);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs drive_funcs = { NULL, NULL, drive_dispatch, NULL, NULL, NULL };

void
gstream_pump_schedule (GstreamPump *self)
{
  if (self->spent)
    return; /* the turn source is armed, and runs everything */

  if (self->drive == NULL)
    self->drive = gstream_pump_attach_source (self, &drive_funcs, G_PRIORITY_DEFAULT, "[gstream] drive");
  g_source_set_ready_time (self->drive, 0);
}

void
gstream_pump_try (GstreamPump *self,
                  const guint *landed,
                  guint        enough)
{
  if (self->unwired)
    return;

  while (*landed < enough && may_ask (self) && gstream_pump_has_budget (self))
    if (ask_now (self) == GSTREAM_TRY_PENDING)
      return;
}

void
gstream_pump_resume (GstreamPump *self)
{
  g_return_if_fail (self->suspended);

  self->suspended = FALSE;
  gstream_pump_schedule (self);
}

void
gstream_pump_enter (GstreamPump *self)
{
  self->n_entered++;
}

void
gstream_pump_leave (GstreamPump *self)
{
  g_assert (self->n_entered > 0);

  self->n_entered--;
  if (self->n_waiting > 0)
    gstream_pump_schedule (self);
}

gboolean
gstream_pump_is_entered (GstreamPump *self)
{
  return self->n_entered > 0;
}
