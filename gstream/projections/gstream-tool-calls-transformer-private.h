/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `tool_calls` (T4).
 */
#pragma once

#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TOOL_CALLS_TRANSFORMER (gstream_tool_calls_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamToolCallsTransformer, gstream_tool_calls_transformer, GSTREAM, TOOL_CALLS_TRANSFORMER,
                     GstreamTransformer)

/* Whether there is a running call that may have started at @ns. */
gboolean gstream_tool_calls_transformer_keeps (GstreamTransformer *transformer,
                                               GstreamNamespace   *ns);
/* Processes @event if it is about a call that started at its namespace before that became a subgraph (D4). */
gboolean gstream_tool_calls_transformer_take_kept (GstreamTransformer *transformer,
                                                   GstreamEvent       *event);

G_END_DECLS
