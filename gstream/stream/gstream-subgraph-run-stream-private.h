/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the transformer that discovers subgraphs does with their runs (T6).
 */
#pragma once

#include <gstream/stream/gstream-run-stream-private.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

G_BEGIN_DECLS

GstreamSubgraphRunStream *gstream_subgraph_run_stream_new      (GstreamStreamMux         *mux,
                                                                const char               *graph_name,
                                                                const char               *trigger_call_id);
/* What a later event says of it; NULL keeps what there is. */
void                      gstream_subgraph_run_stream_describe (GstreamSubgraphRunStream *self,
                                                                const char               *graph_name,
                                                                const char               *trigger_call_id,
                                                                GstreamPayload           *cause);

/* What it was caused by if it turns out to be an agent of its own: told when that is seen. */
void                      gstream_subgraph_run_stream_expect   (GstreamSubgraphRunStream *self,
                                                                GstreamPayload           *cause);

G_END_DECLS
