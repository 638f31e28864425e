/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of runs.
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
 * Ends the run of a subgraph: with @error, or with @status (%GSTREAM_RUN_STATUS_COMPLETED becomes interrupted if there
 * are interrupts, T8).
 */
void gstream_run_stream_end (GstreamRunStream *self,
                             GstreamRunStatus  status,
                             const GError     *error);
/*
 * Ignores the end that the source has stated, because more events were expected (N4). How the source ends decides
 * instead.
 */
void         gstream_run_stream_disregard_end (GstreamRunStream *self);
GstreamPump *gstream_run_stream_get_pump (GstreamRunStream *self);
/* The serial number of the arrival of an interrupt, like that of a cursor's item. */
guint64 gstream_run_stream_get_interrupt_stamp (GstreamRunStream *self,
                                                guint             index);

/* --- the runs of subgraphs --- */

GstreamSubgraphRunStream *gstream_subgraph_run_stream_new (GstreamStreamMux *mux,
                                                           const char       *graph_name,
                                                           const char       *trigger_call_id);
/* Sets properties before anybody has the run; NULL leaves a property unchanged. */
void gstream_subgraph_run_stream_describe (GstreamSubgraphRunStream *self,
                                           const char               *graph_name,
                                           const char               *trigger_call_id,
                                           GstreamPayload           *cause);

/* Sets the cause that the subgraph has if it turns out to be a separate agent; it is notified when that is known. */
void gstream_subgraph_run_stream_expect (GstreamSubgraphRunStream *self,
                                         GstreamPayload           *cause);

/* --- errors --- */

/* Makes the error of a failed run. @text: the reason that the source gives; NULL or empty: it gives none. */
GError *gstream_run_error_new (const char *text);
/* Returns the text of the `error` member of @data; NULL if there is none. */
char *gstream_run_error_dup_text (GstreamPayload *data);
/*
 * Makes the error of a `lifecycle` event. A JavaScript server sends a JSON document in a string, whose `message` is
 * used (D3).
 */
GError *gstream_run_error_from_event (GstreamEvent *event);

G_END_DECLS
