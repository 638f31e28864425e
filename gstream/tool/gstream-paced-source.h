/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source that replays the events of another one at the speed at which they were recorded, by their timestamps.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PACED_SOURCE (gstream_paced_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamPacedSource, gstream_paced_source, GSTREAM, PACED_SOURCE, GObject)

/* @speed: 1 for the recorded speed, 2 for twice as fast. */
GstreamEventSource *gstream_paced_source_new (GstreamEventSource *source,
                                              double              speed);

G_END_DECLS
