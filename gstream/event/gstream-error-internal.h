/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What an error carries beside its message, and what the other side says of one (gstream-error-words.c).
 *
 * For streams, projections and sources, which make errors of a run's, a message's and a tool's failure, and for the remote
 * client and endpoint/, which make them of a server's answers.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/*
 * The words in @data, an error's JSON as servers write it, or its text; NULL: there are none.
 * @protocol_code: (optional): what the protocol calls it, or NULL.
 */
char *gstream_error_find_words (const char *data,
                                gsize       length,
                                char      **protocol_code);

/*
 * The words of a run's error, whole and as they are: a text itself, the `message` of an object, else its JSON.
 * NULL: it is NULL, null or says nothing.
 */
char *gstream_error_dup_words (GstreamPayload *said);
/* The same of an event of type or step `error`, which has them as a member. */
char *gstream_error_dup_words_in (GstreamPayload *data);

/* @error: of GSTREAM_ERROR. @status: of HTTP, or a WebSocket's close code, or 0. */
void gstream_error_set_origin (GError     *error,
                               guint       status,
                               const char *protocol_code);

G_END_DECLS
