/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The position of the source in its stream, and reading streams with other data than events of the protocol.
 *
 * For remote/, where a connection detects by the line number whether a server is silent or sends comments, and
 * endpoint/, which reads another protocol with the same framing.
 */
#pragma once

#include <gstream/sources/gstream-sse-source.h>

G_BEGIN_DECLS

/* The number of the line that is read next, counted from 1; comments are lines, too. */
guint64 gstream_sse_source_get_line (GstreamSseSource *self);

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
