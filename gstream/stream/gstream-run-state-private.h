/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run knows of itself without any projection: its newest state, its
 * interrupts, and what the source said of its end (R4, R10, T8).
 */
#pragma once

#include <gstream/event/gstream-event-private.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamPayload  *values;     /* of the newest `values` event; NULL: there was none */
  GPtrArray       *interrupts; /* of GstreamInterrupt, each id once */
  gboolean         is_stated;  /* the source has said how the run ended */
  GstreamRunStatus stated;     /* what it said */
  GError          *error;      /* where it said failed */
} GstreamRunState;

void             gstream_run_state_init       (GstreamRunState  *self);
void             gstream_run_state_clear      (GstreamRunState  *self);
/* @own: the event is at the run's own scope. */
void             gstream_run_state_observe    (GstreamRunState  *self,
                                               GstreamEvent     *event,
                                               gboolean          own);
void             gstream_run_state_add_interrupt (GstreamRunState  *self,
                                                  GstreamInterrupt *interrupt); /* takes it */
/* How a run that did not fail has ended. */
GstreamRunStatus gstream_run_state_get_status (GstreamRunState  *self);
/* The error of a failure as sources write it: a JSON document in a string means its message (D3). */
GError          *gstream_run_error_new        (const char       *text);

G_END_DECLS
