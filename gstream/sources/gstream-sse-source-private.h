/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a connection wants to know of its stream besides the events.
 */
#pragma once

#include <gstream/sources/gstream-sse-source.h>

G_BEGIN_DECLS

/* How many lines have come, and one: comments, by which a server shows that it lives, count too. */
guint64 gstream_sse_source_get_line (GstreamSseSource *self);

G_END_DECLS
