/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run from the inside, shared by its files: the class (gstream-run-stream.c), its
 * course (gstream-run-course.c), what it knows without any projection
 * (gstream-run-state.c), its output (gstream-run-output.c), what it says of itself
 * (gstream-run-status.c), its projections (gstream-run-projections.c); and what
 * subgraph runs, and the transformer that makes them, do with it.
 */
#pragma once

#include <gstream/stream/gstream-latch-private.h>
#include <gstream/stream/gstream-run-state-private.h>
#include <gstream/stream/gstream-run-stream.h>
#include <gstream/stream/gstream-stream-mux-private.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamStreamMux   *mux;      /* made when the run is, where none was given */
  GstreamRunStatus    status;   /* as it is; notified from the main loop */
  GstreamRunState     state;    /* what its events have told */
  GstreamRunStream   *self;     /* what this is the inside of */
  GstreamEventSource *source;   /* NULL for a subgraph: its root's */
  GstreamPump        *pump;     /* the root's, shared by all below it */
  GstreamLatch        ended;    /* who waits for output, interrupted or interrupts */
  GstreamNotifier    notifier;  /* notifies status and held-by */
  GList               watch;    /* among those that the pump tells what holds it; no data: it is not */
  GstreamRunStatus    shown_status;  /* as last notified */
  gpointer            shown_held_by; /* as last notified; only compared */
  GError             *error;    /* why it failed */
  gboolean            wire_pump; /* waiting for a projection's items drives the source */
  gboolean            closing;  /* the mux was told to close */
} GstreamRunStreamPrivate;

GstreamRunStreamPrivate *gstream_run_stream_peek            (GstreamRunStream *self);
GstreamProjection       *gstream_run_stream_find_projection (GstreamRunStream *self,
                                                             const char       *name); /* made if need be; NULL: there is none */

/* What it does when it is made, and when it goes away. */
void             gstream_run_stream_begin          (GstreamRunStream *self);
void             gstream_run_stream_leave          (GstreamRunStream *self);

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
