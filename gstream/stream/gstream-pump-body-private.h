/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a pump is made of. For its files alone: its life (gstream-pump.c), driving
 * the source (gstream-pump-drive.c), the turn's budget (gstream-pump-turn.c), who
 * waits and what holds it (gstream-pump-waiters.c), and who has something to
 * notify (gstream-pump-settlers.c).
 */
#pragma once

#include <gstream/stream/gstream-pump-private.h>
#include <pthread.h>

G_BEGIN_DECLS

/* What every event touches comes first, and lies together. */
struct _GstreamPump
{
  GQueue                       holders;      /* queues that are full */
  GstreamEventSource          *source;       /* NULL: a pump that only wakes */
  GstreamEventSourceInterface *iface;        /* of the source: looked up once, not per event */
  const GstreamPumpOwnerFuncs *funcs;        /* NULL once the owner is gone */
  gpointer                     owner;
  guint64                      stamp;        /* arrivals so far */
  guint                        n_entered;    /* inside the source, the dispatch of an event, or the run's end */
  guint                        budget;       /* microseconds a turn; 0: no end */
  guint                        countdown;    /* events until the next look at the clock */
  gboolean                     in_flight : 1; /* the source's next() has not called back */
  gboolean                     suspended : 1; /* an event's dispatch goes on later */
  gboolean                     ended : 1;     /* nothing more is asked for */
  gboolean                     spent : 1;     /* the turn's budget is used up */
  gboolean                     unwired : 1;   /* waiting for a projection's items drives nothing */
  gboolean                     hold_changed : 1; /* the watchers do not know yet */
  guint                        n_waiting;    /* waiters that make the pump drive */
  GQueue                       ready;        /* waiters to be woken */

  grefcount                    ref_count;
  guint                        stride;       /* events from one look to the next */
  gint64                       turn_started; /* monotonic; 0: the turn has used nothing yet */
  gint64                       last_look;    /* at the clock */
  GMainContext                *context;
  pthread_t                    thread;       /* the last that was found to be the context's */
  GCancellable                *cancellable;  /* of the request in flight */
  const char                  *async_only;   /* interned; the transformer that refuses synchronous calls */

  GQueue                       watchers;     /* settlers that notify what holds the pump */
  GQueue                       soon;         /* settlers for the end of this drive */
  GQueue                       slow;         /* settlers for the next frame */
  gint64                       last_frame;   /* monotonic time of the last one */

  GSource                     *drive;
  GSource                     *turn;
  GSource                     *frame;
};

/* A main-loop source of a pump, which outlives it. */
typedef struct
{
  GSource      source;
  GstreamPump *pump;
} GstreamPumpSource;

/* One of its three main-loop sources, attached but not ready. */
GSource  *gstream_pump_attach_source (GstreamPump  *self,
                                      GSourceFuncs *funcs,
                                      int           priority,
                                      const char   *name); /* static */
/* Lets it run from the main loop: at once, or when the turn's budget is whole again. */
void      gstream_pump_schedule      (GstreamPump  *self);
/* Notifies, wakes, drives the source, and notifies what has come of it. */
void      gstream_pump_run           (GstreamPump  *self);
/* Wakes those that are ready. */
void      gstream_pump_wake_ready    (GstreamPump  *self);
/* Has the watchers notify, if what holds the pump may have changed. */
void      gstream_pump_tell_watchers (GstreamPump  *self);
/* Lets those that are queued notify. */
void      gstream_pump_settle        (GQueue       *settlers);
/* Whether the turn's budget still lasts, asked once in a stride of events. */
gboolean  gstream_pump_look_at_clock (GstreamPump  *self);

/* Whether one more event may be asked for in this turn (R11). */
static inline gboolean
gstream_pump_has_budget (GstreamPump *self)
{
  if (self->budget == 0)
    return TRUE;
  if (self->spent)
    return FALSE;
  if (self->countdown > 0)
    {
      self->countdown--;
      return TRUE;
    }

  return gstream_pump_look_at_clock (self);
}

G_END_DECLS
