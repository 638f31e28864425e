/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run says of itself: what it is made of, how it is, and what holds it (R10, P7).
 */
#include "config.h"

#include <gstream/stream/gstream-run-stream-private.h>

/**
 * gstream_run_stream_get_source:
 * @self: a run
 *
 * Where its events come from.
 *
 * Returns: (transfer none) (nullable): the source; %NULL for the run of a subgraph
 */
GstreamEventSource *
gstream_run_stream_get_source (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->source;
}

/**
 * gstream_run_stream_get_mux:
 * @self: a run
 *
 * Its pipeline.
 *
 * Returns: (transfer none): the mux
 */
GstreamStreamMux *
gstream_run_stream_get_mux (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->mux;
}

/**
 * gstream_run_stream_get_status:
 * @self: a run
 *
 * How the run is (R10).
 *
 * Returns: the status
 */
GstreamRunStatus
gstream_run_stream_get_status (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), GSTREAM_RUN_STATUS_PENDING);

  return gstream_run_stream_peek (self)->status;
}

/**
 * gstream_run_stream_get_error:
 * @self: a run
 *
 * Why the run failed.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL unless the status is
 *   %GSTREAM_RUN_STATUS_FAILED
 */
const GError *
gstream_run_stream_get_error (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_run_stream_peek (self)->error;
}

/**
 * gstream_run_stream_get_held_by:
 * @self: a run
 *
 * The projection that holds the run, because a queue of it is full (P7).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if nothing does
 */
GstreamProjection *
gstream_run_stream_get_held_by (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_pump_get_held_by (gstream_run_stream_peek (self)->pump);
}

/**
 * gstream_run_stream_get_turn_budget:
 * @self: a run
 *
 * How long the run may drive its source before the main loop has its turn (R11).
 *
 * Returns: microseconds; 0 for no end
 */
guint
gstream_run_stream_get_turn_budget (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), 0);

  return gstream_pump_get_budget (gstream_run_stream_peek (self)->pump);
}
