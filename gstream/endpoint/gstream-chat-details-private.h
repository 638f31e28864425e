/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The details of a model's reasoning (`reasoning_details`), which some servers want back as they were: with their
 * signatures, and in one piece each, though they come in many.
 */
#pragma once

#include <gstream/endpoint/gstream-chat-chunk-private.h>

G_BEGIN_DECLS

typedef struct _GstreamChatDetails GstreamChatDetails;

GstreamChatDetails *gstream_chat_details_new (void);
void                gstream_chat_details_free (GstreamChatDetails *self);
/* @detail: an object. One that goes on with the one before is joined with it. */
void     gstream_chat_details_add (GstreamChatDetails *self,
                                   GstreamJsonValue    detail);
gboolean gstream_chat_details_is_empty (GstreamChatDetails *self);
/* All, as an array. */
void gstream_chat_details_write (GstreamChatDetails *self,
                                 GString            *out);

/* What a detail says that can be read; nothing where it is encrypted. */
GstreamJsonString gstream_chat_detail_get_text (GstreamJsonValue detail);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamChatDetails, gstream_chat_details_free)

G_END_DECLS
