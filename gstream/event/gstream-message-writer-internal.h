/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message writer's deltas, made of a piece of JSON text where that stands.
 *
 * For endpoint/, which has the text of each delta within another protocol's JSON: no copy of it is made but the event's own.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-cursor-internal.h>
#include <gstream/event/gstream-message-writer.h>

G_BEGIN_DECLS

/* @delta: TEXT, REASONING or TOOL_CALL. @raw: what is within a string's quotes, and checked. The writer's own block does not change. */
GstreamEvent *gstream_message_writer_delta (GstreamMessageWriter    *self,
                                            GstreamDelta             delta,
                                            gint64                   index,
                                            const GstreamJsonString *raw);

G_END_DECLS
