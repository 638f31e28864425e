/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who has something to notify, and when: before whoever waits is woken, or once
 * a frame at most.
 */
#include "config.h"

#include <gstream/stream/gstream-pump-body-private.h>

/* Between two notifications of what changes with every token, in microseconds. */
#define FRAME_INTERVAL 16667
/* GTK redraws at G_PRIORITY_HIGH_IDLE + 20. */
#define FRAME_PRIORITY (G_PRIORITY_HIGH_IDLE + 19)

void
gstream_pump_settle (GQueue *settlers)
{
  /* Whoever is queued meanwhile has its turn next time. */
  for (guint n = settlers->length; n > 0 && settlers->length > 0; n--)
    {
      GstreamSettler *settler = g_queue_pop_head_link (settlers)->data;

      settler->queue = NULL;
      settler->settle (settler);
    }
}

static gboolean
frame_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  GstreamPump *self = gstream_pump_ref (((GstreamPumpSource *) source)->pump);

  g_source_set_ready_time (source, -1);
  self->last_frame = g_get_monotonic_time ();
  gstream_pump_settle (&self->slow);
  if (self->slow.length > 0)
    g_source_set_ready_time (source, self->last_frame + FRAME_INTERVAL);
  gstream_pump_unref (self);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs frame_funcs = { NULL, NULL, frame_dispatch, NULL, NULL, NULL };

static gboolean
enqueue_settler (GstreamSettler *settler,
                 GQueue         *queue)
{
  if (settler->queue != NULL)
    return FALSE;

  settler->queue = queue;
  settler->link = (GList) { .data = settler };
  g_queue_push_tail_link (queue, &settler->link);

  return TRUE;
}

void
gstream_pump_settle_soon (GstreamPump    *self,
                          GstreamSettler *settler)
{
  if (enqueue_settler (settler, &self->soon))
    gstream_pump_schedule (self);
}

void
gstream_pump_settle_slowly (GstreamPump    *self,
                            GstreamSettler *settler)
{
  if (!enqueue_settler (settler, &self->slow) || self->slow.length > 1)
    return;

  if (self->frame == NULL)
    self->frame = gstream_pump_attach_source (self, &frame_funcs, FRAME_PRIORITY, "[gstream] frame");
  g_source_set_ready_time (self->frame, self->last_frame + FRAME_INTERVAL);
}

void
gstream_pump_unsettle (GstreamPump    *self,
                       GstreamSettler *settler)
{
  if (settler->queue == NULL)
    return;

  g_queue_unlink (settler->queue, &settler->link);
  settler->queue = NULL;
}
