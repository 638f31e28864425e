/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's answer while it comes: chunks in, events of a run out, with the message and the list of messages to go on
 * with at its end.
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

/* The next event of those that what was read has made; NULL: none is left. */
GstreamEvent *gstream_chat_answer_take (GstreamChatAnswer *self);
/* Whether the last event has been made: nothing more is to be read. */
gboolean gstream_chat_answer_is_over (GstreamChatAnswer *self);

/* Reads a chunk, or what says that there are no more of them. FALSE: the run fails with @error. */
gboolean gstream_chat_answer_read (GstreamChatAnswer *self,
                                   const char        *data,
                                   gsize              length,
                                   GError           **error);
/* The same of an answer that is not a stream, but one JSON document. */
gboolean gstream_chat_answer_read_whole (GstreamChatAnswer *self,
                                         const char        *data,
                                         gsize              length,
                                         GError           **error);
/* There is no more to read. FALSE, with an error: there should be. */
gboolean gstream_chat_answer_end (GstreamChatAnswer *self,
                                  GError           **error);
/* Whether the model has said why it stopped, so that no more is due but the usage. */
gboolean gstream_chat_answer_has_stopped (GstreamChatAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamChatAnswer, gstream_chat_answer_free)

G_END_DECLS
