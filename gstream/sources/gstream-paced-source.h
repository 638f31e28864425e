/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of another source at the pace at which they were recorded, by their timestamps.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PACED_SOURCE (gstream_paced_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamPacedSource, gstream_paced_source, GSTREAM, PACED_SOURCE, GObject)

GSTREAM_EXPORT GstreamEventSource *gstream_paced_source_new (GstreamEventSource *source,
                                                             double              speed);
GSTREAM_EXPORT GstreamEventSource *gstream_paced_source_get_source (GstreamPacedSource *self);
GSTREAM_EXPORT double              gstream_paced_source_get_speed (GstreamPacedSource *self);

G_END_DECLS
