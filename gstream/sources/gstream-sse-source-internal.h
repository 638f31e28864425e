/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the source knows of the stream besides its events.
 *
 * Internal, not private: a connection of remote/ tells by it a silent server from one that sends comments.
 */
#pragma once

#include <gstream/sources/gstream-sse-source.h>

G_BEGIN_DECLS

/* The number of the line that is read next, counted from 1; comments are lines, too. */
guint64 gstream_sse_source_get_line (GstreamSseSource *self);

G_END_DECLS
