/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who makes the pump drive the source, and who keeps it from doing so (P6, P7).
 */
#include "config.h"

#include <gstream/stream/gstream-pump-body-private.h>

/* --- who waits --- */

void
gstream_pump_wait (GstreamPump   *self,
                   GstreamWaiter *waiter)
{
  g_assert (waiter->state == GSTREAM_WAITER_IDLE);

  waiter->state = GSTREAM_WAITER_WAITING;
  waiter->drives = waiter->insists || !self->unwired;
  if (!waiter->drives)
    return;

  self->n_waiting++;
  gstream_pump_schedule (self);
}

static void
leave (GstreamPump   *self,
       GstreamWaiter *waiter)
{
  if (waiter->state == GSTREAM_WAITER_WAITING && waiter->drives)
    {
      g_assert (self->n_waiting > 0);
      self->n_waiting--;
    }
  else if (waiter->state == GSTREAM_WAITER_READY)
    g_queue_unlink (&self->ready, &waiter->link);
}

void
gstream_pump_ready (GstreamPump   *self,
                    GstreamWaiter *waiter)
{
  if (waiter->state == GSTREAM_WAITER_READY)
    return;

  leave (self, waiter);
  waiter->state = GSTREAM_WAITER_READY;
  waiter->link = (GList) { .data = waiter };
  g_queue_push_tail_link (&self->ready, &waiter->link);
  gstream_pump_schedule (self);
}

void
gstream_pump_forget (GstreamPump   *self,
                     GstreamWaiter *waiter)
{
  leave (self, waiter);
  waiter->state = GSTREAM_WAITER_IDLE;
}

/* Those that are ready now; whoever becomes so meanwhile is woken next time round. */
void
gstream_pump_wake_ready (GstreamPump *self)
{
  for (guint n = self->ready.length; n > 0 && self->ready.length > 0; n--)
    {
      GstreamWaiter *waiter = g_queue_pop_head_link (&self->ready)->data;

      waiter->state = GSTREAM_WAITER_IDLE;
      waiter->wake (waiter);
    }
}

/* --- what holds it --- */

static void
hold_changed (GstreamPump *self)
{
  self->hold_changed = self->watchers.length > 0;
  if (self->hold_changed || self->n_waiting > 0)
    gstream_pump_schedule (self);
}

void
gstream_pump_hold (GstreamPump   *self,
                   GstreamHolder *holder)
{
  if (holder->holding)
    return;

  holder->holding = TRUE;
  holder->link = (GList) { .data = holder };
  g_queue_push_tail_link (&self->holders, &holder->link);
  hold_changed (self);
}

void
gstream_pump_release (GstreamPump   *self,
                      GstreamHolder *holder)
{
  if (!holder->holding)
    return;

  holder->holding = FALSE;
  g_queue_unlink (&self->holders, &holder->link);
  hold_changed (self);
}

gpointer
gstream_pump_get_held_by (GstreamPump *self)
{
  GstreamHolder *holder = g_queue_peek_head (&self->holders);

  return holder ? holder->what : NULL;
}

/* What changes and changes back between two drives costs the watchers nothing. */
void
gstream_pump_tell_watchers (GstreamPump *self)
{
  if (!self->hold_changed)
    return;

  self->hold_changed = FALSE;
  for (GList *link = self->watchers.head; link != NULL; link = link->next)
    gstream_pump_settle_soon (self, link->data);
}

void
gstream_pump_watch (GstreamPump *self,
                    GList       *link)
{
  g_queue_push_tail_link (&self->watchers, link);
}

void
gstream_pump_unwatch (GstreamPump *self,
                      GList       *link)
{
  g_queue_unlink (&self->watchers, link);
}
