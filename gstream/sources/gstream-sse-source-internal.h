/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the source knows of the stream besides its events, and streams whose data is something else.
 *
 * For remote/, where a connection tells by the line a silent server from one that sends comments, and endpoint/, which
 * reads another protocol in the same frames.
 */
#pragma once

#include <gstream/sources/gstream-sse-source.h>

G_BEGIN_DECLS

/* The number of the line that is read next, counted from 1; comments are lines, too. */
guint64 gstream_sse_source_get_line (GstreamSseSource *self);

/* Makes an event of the data of one frame. NULL, without an error: it says nothing. */
typedef GstreamEvent *(*GstreamSseReadFunc) (gpointer    user_data,
                                             const char *data,
                                             gsize       length,
                                             GError    **error);

/* Has all data read by @func, not as events of the protocol. Before the first is asked for. */
void gstream_sse_source_set_read_func (GstreamSseSource  *self,
                                       GstreamSseReadFunc func,
                                       gpointer           user_data);

G_END_DECLS
