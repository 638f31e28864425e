/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the messages transformer, and what takes whole messages apart, do with a message.
 */
#pragma once

#include <gstream/projections/gstream-message-content-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

GstreamMessage        *gstream_message_new         (GstreamPump      *pump,
                                                    GstreamNamespace *namespace_,
                                                    const char       *node,
                                                    const char       *id);
/* Its message-start, which may come late, or NULL where there was none. */
void                   gstream_message_begin       (GstreamMessage   *self,
                                                    GstreamEvent     *event);
/* A content-block-delta, by the event and its fields. */
void                   gstream_message_take_delta  (GstreamMessage     *self,
                                                    GstreamEvent       *event,
                                                    const GstreamEventFields *fields);
/* A content-block-start; @is_guess: maybe of another message (T2). */
void                   gstream_message_start_block (GstreamMessage   *self,
                                                    GstreamEvent     *event,
                                                    gboolean          is_guess);
/* A content-block-finish. */
void                   gstream_message_finish_block (GstreamMessage  *self,
                                                     GstreamEvent    *event);
/* All of @block, or, where that is NULL, of a new one: the object @content. */
void                   gstream_message_put_block   (GstreamMessage   *self,
                                                    GstreamBlock     *block,
                                                    GstreamJsonValue  content);
/* Its usage and metadata: the objects at these pointers of the event's item, where there are any. */
void                   gstream_message_take_usage  (GstreamMessage   *self,
                                                    GstreamEvent     *event,
                                                    const char       *pointer);
void                   gstream_message_take_metadata (GstreamMessage *self,
                                                      GstreamEvent   *event,
                                                      const char     *pointer);
/* Its message-finish. */
void                   gstream_message_finish      (GstreamMessage   *self,
                                                    GstreamEvent     *event);
/* It ends: complete, incomplete, or, with @error, failed. */
void                   gstream_message_end         (GstreamMessage       *self,
                                                    GstreamMessageStatus  status,
                                                    const GError         *error);
/* All of it at once, and its end. */
void                   gstream_message_take_whole  (GstreamMessage   *self,
                                                    GstreamEvent     *event);
GstreamMessageContent *gstream_message_peek_content (GstreamMessage  *self);

G_END_DECLS
