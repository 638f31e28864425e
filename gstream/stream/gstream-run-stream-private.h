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

/*
 * Ends the run of a subgraph: with @error, or as @status (%GSTREAM_RUN_STATUS_COMPLETED
 * becomes interrupted where it holds interrupts, T8).
 */
void             gstream_run_stream_end            (GstreamRunStream *self,
                                                    GstreamRunStatus  status,
                                                    const GError     *error);
gboolean         gstream_run_stream_is_over        (GstreamRunStream *self);
GstreamRunState *gstream_run_stream_get_state      (GstreamRunStream *self);
GstreamPump     *gstream_run_stream_get_pump       (GstreamRunStream *self);

G_END_DECLS
