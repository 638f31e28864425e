/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `messages` (T2).
 */
#pragma once

#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_MESSAGES_TRANSFORMER (gstream_messages_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamMessagesTransformer, gstream_messages_transformer, GSTREAM, MESSAGES_TRANSFORMER,
                     GstreamTransformer)

/* Whether there is an open message that began at @ns. */
gboolean gstream_messages_transformer_keeps (GstreamTransformer *transformer,
                                             GstreamNamespace   *ns);
/* Processes @event if it is about a message that began at its namespace before that became a subgraph (D4). */
gboolean gstream_messages_transformer_take_kept (GstreamTransformer *transformer,
                                                 GstreamEvent       *event);

G_END_DECLS
