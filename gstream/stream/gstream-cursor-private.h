/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a cursor is made, for one projection or an interleave of several.
 */
#pragma once

#include <gstream/stream/gstream-cursor-internal.h>
#include <gstream/stream/gstream-queue-private.h>

G_BEGIN_DECLS

GstreamCursor *gstream_cursor_new_for_queues (GstreamQueue **queues,
                                              guint          n_queues); /* takes a reference of each */

G_END_DECLS
