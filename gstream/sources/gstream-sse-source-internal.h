/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the source has received, and reading streams with other data than events of the protocol.
 *
 * For remote/, where a connection detects by it whether a server is silent, sends comments, or takes its time for an
 * event, and endpoint/, which reads another protocol with the same framing.
 */
#pragma once

#include <gstream/sources/gstream-sse-source.h>

G_BEGIN_DECLS

/* The number of bytes that were received, those of comments and of an incomplete event included. */
guint64 gstream_sse_source_get_received (GstreamSseSource *self);
/* Whether a part of an event was received, and the rest was not. */
gboolean gstream_sse_source_is_within_event (GstreamSseSource *self);

/* Gives it bytes of its stream, at most 64 KiB, that were read before it was made. */
void gstream_sse_source_prepend (GstreamSseSource *self,
                                 const char       *bytes,
                                 gsize             length);

/* Makes an event from the data of one frame. Returns NULL without an error to ignore it. */
typedef GstreamEvent *(*GstreamSseReadFunc) (gpointer    user_data,
                                             const char *data,
                                             gsize       length,
                                             GError    **error);

/*
 * Sets a function that parses the data, instead of as events of the protocol. To be called before the first event is
 * asked for.
 */
void gstream_sse_source_set_read_func (GstreamSseSource  *self,
                                       GstreamSseReadFunc func,
                                       gpointer           user_data);

G_END_DECLS
