/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The details of a model's reasoning (`reasoning_details`), which some servers need in the next request: unchanged,
 * with their signatures, and each in one piece, although they are sent in many.
 */
#pragma once

#include <gstream/endpoint/gstream-chat-chunk-private.h>

G_BEGIN_DECLS

typedef struct _GstreamChatDetails GstreamChatDetails;

GstreamChatDetails *gstream_chat_details_new (void);
void                gstream_chat_details_free (GstreamChatDetails *self);
/* @detail: an object. If it continues the previous one, they are joined. */
void     gstream_chat_details_add (GstreamChatDetails *self,
                                   GstreamJsonValue    detail);
gboolean gstream_chat_details_is_empty (GstreamChatDetails *self);
/* Writes all of them, as an array. */
void gstream_chat_details_write (GstreamChatDetails *self,
                                 GString            *out);

/* Returns the readable text of a detail; empty if it is encrypted. */
GstreamJsonString gstream_chat_detail_get_text (GstreamJsonValue detail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamChatDetails, gstream_chat_details_free)

G_END_DECLS
