/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of tool calls, for the tool calls transformer.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/* @event: its tool-started, or its first event if that was not seen. */
GstreamToolCall *gstream_tool_call_new (GstreamPump  *pump,
                                        GstreamEvent *event);
void             gstream_tool_call_take_delta (GstreamToolCall *self,
                                               GstreamEvent    *event);
void             gstream_tool_call_take_output (GstreamToolCall *self,
                                                GstreamEvent    *event);
void             gstream_tool_call_end (GstreamToolCall      *self,
                                        GstreamToolCallStatus status,
                                        const GError         *error);

G_END_DECLS
