/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asynchronous work of a transformer, for which the end of the run waits (M4).
 */
#pragma once

#include <gio/gio.h>
#include <gstream/event/gstream-version-macros.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SIDE_WORK (gstream_side_work_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamSideWork, gstream_side_work, GSTREAM, SIDE_WORK, GObject)

GSTREAM_EXPORT GCancellable *gstream_side_work_get_cancellable (GstreamSideWork *self);
GSTREAM_EXPORT void          gstream_side_work_complete (GstreamSideWork *self);
GSTREAM_EXPORT void          gstream_side_work_fail (GstreamSideWork *self,
                                                     const GError    *error);

G_END_DECLS
