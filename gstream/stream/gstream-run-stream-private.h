/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What subgraph runs, and the transformer that makes them, do with runs.
 */
#pragma once

#include <gstream/stream/gstream-latch-private.h>
#include <gstream/stream/gstream-run-state-private.h>
#include <gstream/stream/gstream-run-stream.h>
#include <gstream/stream/gstream-stream-mux-private.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamStreamMux   *mux;
  GstreamRunStatus    status;
  GstreamRunState     state;
  GstreamRunStream   *self;     /* what this is the inside of */
  GstreamEventSource *source;   /* NULL for a subgraph: its root's */
  GstreamPump        *pump;     /* the root's, shared by all below it */
  GstreamLatch        ended;    /* who waits for output, interrupted or interrupts */
  GstreamSettler      settler;  /* notifies status and held-by */
  GList               watch;    /* among those that the pump tells what holds it; no data: it is not */
  GstreamRunStatus    shown_status;  /* as last notified */
  gpointer            shown_held_by; /* as last notified; only compared */
  GError             *error;    /* why it failed */
  gboolean            wire_pump;
  gboolean            closing;  /* the mux was told to close */
} GstreamRunStreamPrivate;

GstreamRunStreamPrivate *gstream_run_stream_peek            (GstreamRunStream *self);
GstreamProjection       *gstream_run_stream_find_projection (GstreamRunStream *self,
                                                             const char       *name); /* made if need be; NULL: there is none */

/*
 * Ends the run of a subgraph: with @error, or as @status (%GSTREAM_RUN_STATUS_COMPLETED
 * becomes interrupted where it holds interrupts, T8).
 */
void             gstream_run_stream_end            (GstreamRunStream *self,
                                                    GstreamRunStatus  status,
                                                    const GError     *error);
GstreamRunState *gstream_run_stream_get_state      (GstreamRunStream *self);
GstreamPump     *gstream_run_stream_get_pump       (GstreamRunStream *self);

G_END_DECLS
