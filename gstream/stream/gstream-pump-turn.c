/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The turn's budget (R11): how long the source may be driven before everything
 * more urgent has had its turn.
 *
 * The main-loop source `turn` has a priority below redrawing. It is armed when the
 * budget's clock starts, and when it runs, the budget is whole again.
 */
#include "config.h"

#include <gstream/stream/gstream-pump-body-private.h>

/* The most events between two looks at the clock: those that suddenly take long exceed the budget by no more. */
#define MAX_STRIDE 8

static gboolean
turn_dispatch (GSource     *source,
               GSourceFunc  callback,
               gpointer     user_data)
{
  GstreamPump *self = ((GstreamPumpSource *) source)->pump;
  gboolean was_spent = self->spent;

  g_source_set_ready_time (source, -1);
  self->turn_started = 0;
  self->countdown = 0;
  self->spent = FALSE;
  /* Else nothing has waited for this; and to run would begin the next turn, and so on for ever. */
  if (was_spent)
    gstream_pump_run (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs turn_funcs = { NULL, NULL, turn_dispatch, NULL, NULL, NULL };

static void
arm_turn (GstreamPump *self)
{
  if (self->turn == NULL)
    self->turn = gstream_pump_attach_source (self, &turn_funcs, G_PRIORITY_DEFAULT_IDLE, "[gstream] turn");
  g_source_set_ready_time (self->turn, 0);
}

gboolean
gstream_pump_look_at_clock (GstreamPump *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->turn_started == 0)
    {
      self->turn_started = self->last_look = now;
      self->stride = 1;
      arm_turn (self);
      return TRUE;
    }

  if (now - self->turn_started >= self->budget)
    {
      self->spent = TRUE;
      return FALSE;
    }

  /* Look so seldom that the clock costs little, yet often enough to stop in time. */
  if ((now - self->last_look) * 16 < self->budget)
    self->stride = MIN (self->stride * 2, MAX_STRIDE);
  else
    self->stride = 1;
  self->last_look = now;
  self->countdown = self->stride;

  return TRUE;
}

void
gstream_pump_set_budget (GstreamPump *self,
                         guint        microseconds)
{
  self->budget = microseconds;
}

guint
gstream_pump_get_budget (GstreamPump *self)
{
  return self->budget;
}
