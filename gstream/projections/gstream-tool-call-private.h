/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the tool calls transformer does with a tool call.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/* From the event that says that it has started, or the first that speaks of it. */
GstreamToolCall *gstream_tool_call_new         (GstreamPump           *pump,
                                                GstreamEvent          *event);
void             gstream_tool_call_take_delta  (GstreamToolCall       *self,
                                                GstreamEvent          *event);
void             gstream_tool_call_take_output (GstreamToolCall       *self,
                                                GstreamEvent          *event);
void             gstream_tool_call_end         (GstreamToolCall       *self,
                                                GstreamToolCallStatus  status,
                                                const GError          *error);

G_END_DECLS
