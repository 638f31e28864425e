/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of messages, for the messages transformer, which passes events to them.
 */
#pragma once

#include <gstream/projections/gstream-message-content-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

GstreamMessage *gstream_message_new (GstreamPump      *pump,
                                     GstreamNamespace *namespace_,
                                     const char       *node,
                                     const char       *id);
/* Its message-start. */
void gstream_message_begin (GstreamMessage *self,
                            GstreamEvent   *event);
/* A content-block-delta, by the event and its fields. */
void gstream_message_take_delta (GstreamMessage           *self,
                                 GstreamEvent             *event,
                                 const GstreamEventFields *fields);
/* A content-block-start; @is_guess: it may be for another message (T2). */
void gstream_message_start_block (GstreamMessage *self,
                                  GstreamEvent   *event,
                                  gboolean        is_guess);
/* A content-block-finish. */
void gstream_message_finish_block (GstreamMessage *self,
                                   GstreamEvent   *event);
/* Its message-finish. */
void gstream_message_finish (GstreamMessage *self,
                             GstreamEvent   *event);
/* Ends it: finished, incomplete, or, with @error, failed. */
void gstream_message_end (GstreamMessage      *self,
                          GstreamMessageStatus status,
                          const GError        *error);
/* Sets all of it from an event with a whole message, and ends it. */
void                   gstream_message_take_whole (GstreamMessage *self,
                                                   GstreamEvent   *event);
GstreamMessageContent *gstream_message_peek_content (GstreamMessage *self);

G_END_DECLS
