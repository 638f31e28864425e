/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Converts the chunks of a model's answer to the events of a run: those of the message, and at the end the list of
 * messages for the next request.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

typedef struct _GstreamChatAnswer GstreamChatAnswer;

/* @messages: the conversation so far, an array. */
GstreamChatAnswer *gstream_chat_answer_new (GstreamPayload *messages,
                                            gsize           max_size, /* bytes of a chunk, and of the whole answer */
                                            guint           max_depth);
void               gstream_chat_answer_free (GstreamChatAnswer *self);

/* Takes the next event that was made from the chunks so far; NULL: there is none. */
GstreamEvent *gstream_chat_answer_take (GstreamChatAnswer *self);
/* Whether the last event has been made, so that nothing more has to be read. */
gboolean gstream_chat_answer_is_over (GstreamChatAnswer *self);

/* Reads a chunk, or the marker of the end. Returns FALSE if the run fails with @error. */
gboolean gstream_chat_answer_read (GstreamChatAnswer *self,
                                   const char        *data,
                                   gsize              length,
                                   GError           **error);
/* The same for an answer that is not a stream, but one JSON document. */
gboolean gstream_chat_answer_read_whole (GstreamChatAnswer *self,
                                         const char        *data,
                                         gsize              length,
                                         GError           **error);
/* To be called at the end of the stream. Returns FALSE with an error if the answer is incomplete. */
gboolean gstream_chat_answer_end (GstreamChatAnswer *self,
                                  GError           **error);
/* Whether the reason why the model stopped has been received, after which only the usage can follow. */
gboolean gstream_chat_answer_has_stopped (GstreamChatAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamChatAnswer, gstream_chat_answer_free)

G_END_DECLS
