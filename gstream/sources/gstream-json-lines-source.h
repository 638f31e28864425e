/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A recording: events as JSON, one a line.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_JSON_LINES_SOURCE (gstream_json_lines_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamJsonLinesSource, gstream_json_lines_source, GSTREAM, JSON_LINES_SOURCE, GObject)

GSTREAM_EXPORT GstreamEventSource *gstream_json_lines_source_new (GFile *file);
GSTREAM_EXPORT GstreamEventSource *gstream_json_lines_source_new_for_stream (GInputStream *stream);

G_END_DECLS
