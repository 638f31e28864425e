/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the library reads from a cursor beyond the public API.
 *
 * Internal, not private: a model of several projections (model/) orders their items by arrival.
 */
#pragma once

#include <gstream/stream/gstream-cursor.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/* Returns the serial number of the newest item, by which the items of several cursors of one run can be ordered. */
guint64 gstream_cursor_get_item_stamp (GstreamCursor *self);
/* Whether all its items are of @type, or derived from it. */
gboolean     gstream_cursor_yields (GstreamCursor *self,
                                    GType          type);
GstreamPump *gstream_cursor_get_pump (GstreamCursor *self);

G_END_DECLS
