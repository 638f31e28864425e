/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes deltas of a message writer from a part of a JSON text.
 *
 * For endpoint/, which finds the text of each delta in the JSON of another protocol. It is copied only once, into the
 * event.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-cursor-internal.h>
#include <gstream/event/gstream-message-writer.h>

G_BEGIN_DECLS

/*
 * @delta: TEXT, REASONING or TOOL_CALL. @raw: the text between a string's quotes, which has been checked. The writer's
 * current block is not changed.
 */
GstreamEvent *gstream_message_writer_delta (GstreamMessageWriter    *self,
                                            GstreamDelta             delta,
                                            gint64                   index,
                                            const GstreamJsonString *raw);

G_END_DECLS
