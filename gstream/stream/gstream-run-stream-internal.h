/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library does with runs beyond the public API.
 *
 * Internal, not private: the transformer of subgraphs (projections/) makes and ends their
 * runs, other transformers make errors of the same words, and the models of a run (model/)
 * share its pump, as the runs of threads (thread/) do; a run on a server (remote/) that goes on after it has ended says so.
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/stream/gstream-pump-internal.h>
#include <gstream/stream/gstream-stream-mux.h>
#include <gstream/stream/gstream-run-stream.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

G_BEGIN_DECLS

/*
 * Ends the run of a subgraph: with @error, or as @status (%GSTREAM_RUN_STATUS_COMPLETED
 * becomes interrupted where it holds interrupts, T8).
 */
void gstream_run_stream_end (GstreamRunStream *self,
                             GstreamRunStatus  status,
                             const GError     *error);
/* What the source stated was no end, for more was to come (N4): how the source ends decides. */
void         gstream_run_stream_disregard_end (GstreamRunStream *self);
GstreamPump *gstream_run_stream_get_pump (GstreamRunStream *self);

/* --- the runs of subgraphs --- */

GstreamSubgraphRunStream *gstream_subgraph_run_stream_new (GstreamStreamMux *mux,
                                                           const char       *graph_name,
                                                           const char       *trigger_call_id);
/* What a later event says of it; NULL keeps what there is. */
void gstream_subgraph_run_stream_describe (GstreamSubgraphRunStream *self,
                                           const char               *graph_name,
                                           const char               *trigger_call_id,
                                           GstreamPayload           *cause);

/* What it was caused by if it turns out to be an agent of its own: told when that is seen. */
void gstream_subgraph_run_stream_expect (GstreamSubgraphRunStream *self,
                                         GstreamPayload           *cause);

/* --- errors --- */

/* The error of a failure whose source gives this reason; NULL or empty: none. */
GError *gstream_run_error_new (const char *text);
/* The words of @data's member `error`; NULL: it says nothing. */
char *gstream_run_error_dup_text (GstreamPayload *data);
/* The error that a `lifecycle` event states: a JavaScript server writes a document into a string, whose `message` it is (D3). */
GError *gstream_run_error_from_event (GstreamEvent *event);

G_END_DECLS
