/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of one subgraph, inside the run that it belongs to.
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SUBGRAPH_RUN_STREAM (gstream_subgraph_run_stream_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamSubgraphRunStream, gstream_subgraph_run_stream, GSTREAM, SUBGRAPH_RUN_STREAM, GstreamRunStream)

GSTREAM_EXPORT const char *const *gstream_subgraph_run_stream_get_path (GstreamSubgraphRunStream *self);
GSTREAM_EXPORT const char        *gstream_subgraph_run_stream_get_graph_name (GstreamSubgraphRunStream *self);
GSTREAM_EXPORT const char        *gstream_subgraph_run_stream_get_trigger_call_id (GstreamSubgraphRunStream *self);
GSTREAM_EXPORT GstreamPayload    *gstream_subgraph_run_stream_get_cause (GstreamSubgraphRunStream *self);

G_END_DECLS
