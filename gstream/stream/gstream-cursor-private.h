/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making cursors: a projection's, a tee's branches, an interleave.
 */
#pragma once

#include <gstream/stream/gstream-cursor.h>
#include <gstream/stream/gstream-feed-private.h>

G_BEGIN_DECLS

GstreamCursor *gstream_cursor_new_for_feeds (GstreamFeed **feeds,
                                             guint         n_feeds); /* takes a reference of each */

G_END_DECLS
