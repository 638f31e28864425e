/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An agent that works for another one, as a chat window shows it.
 */
#pragma once

#include <gstream/stream/gstream-subgraph-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SUBAGENT (gstream_subagent_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamSubagent, gstream_subagent, GSTREAM, SUBAGENT, GObject)

GSTREAM_EXPORT const char               *gstream_subagent_get_name (GstreamSubagent *self);
GSTREAM_EXPORT const char               *gstream_subagent_get_task (GstreamSubagent *self);
GSTREAM_EXPORT const char *const        *gstream_subagent_get_path (GstreamSubagent *self);
GSTREAM_EXPORT GstreamRunStatus          gstream_subagent_get_status (GstreamSubagent *self);
GSTREAM_EXPORT const GError             *gstream_subagent_get_error (GstreamSubagent *self);
GSTREAM_EXPORT GDateTime                *gstream_subagent_get_started (GstreamSubagent *self);
GSTREAM_EXPORT GDateTime                *gstream_subagent_get_ended (GstreamSubagent *self);
GSTREAM_EXPORT GListModel               *gstream_subagent_get_rows (GstreamSubagent *self);
GSTREAM_EXPORT GstreamSubgraphRunStream *gstream_subagent_get_run (GstreamSubagent *self);

G_END_DECLS
