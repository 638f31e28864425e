/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Extra data of an error (HTTP status, protocol code), and parsing the error text in a server's answer or a run's
 * event.
 *
 * For streams, projections and sources, which make errors from a failed run, message or tool call, and for the remote
 * client and endpoint/, which make them from a server's answer.
 */
#pragma once

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

/*
 * Returns the error text found in @data, which is JSON as servers write it, or plain text; NULL if there is none.
 * A long text is cut off, and ends with an ellipsis.
 * @protocol_code: (optional): the protocol's code for the error, or NULL.
 */
char *gstream_error_find_words (const char *data,
                                gsize       length,
                                char      **protocol_code);

/*
 * Returns the protocol's code in @payload, whose error text is @words: an `error` member beside a `message`, or a `code`
 * member. Each must be a single word. NULL: there is none.
 */
char *gstream_error_find_code (GstreamPayload *payload,
                               const char     *words);

/*
 * Returns the complete text of a run's error: a string as it is, the `message` of an object, otherwise the JSON. NULL
 * if @said is NULL, null or empty.
 */
char *gstream_error_dup_words (GstreamPayload *said);
/* The same for the data of an event of type or step `error`, which has the error as a member. */
char *gstream_error_dup_words_in (GstreamPayload *data);

/* @error: must be in the GSTREAM_ERROR domain. @status: an HTTP status or a WebSocket close code, or 0. */
void gstream_error_set_origin (GError     *error,
                               guint       status,
                               const char *protocol_code);

G_END_DECLS
