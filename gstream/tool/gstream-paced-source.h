/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of another source, at the pace that their timestamps tell.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PACED_SOURCE (gstream_paced_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamPacedSource, gstream_paced_source, GSTREAM, PACED_SOURCE, GObject)

/* @speed: 1 for as fast as it was, 2 for twice as fast. */
GstreamEventSource *gstream_paced_source_new (GstreamEventSource *source,
                                              double              speed);

G_END_DECLS
