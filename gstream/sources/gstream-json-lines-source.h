/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source of events in JSON Lines: one event in JSON per line.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_JSON_LINES_SOURCE (gstream_json_lines_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamJsonLinesSource, gstream_json_lines_source, GSTREAM, JSON_LINES_SOURCE, GObject)

GSTREAM_EXPORT GstreamEventSource *gstream_json_lines_source_new (GFile *file);
GSTREAM_EXPORT GstreamEventSource *gstream_json_lines_source_new_for_stream (GInputStream *stream);
GSTREAM_EXPORT GFile              *gstream_json_lines_source_get_file (GstreamJsonLinesSource *self);
GSTREAM_EXPORT guint               gstream_json_lines_source_get_max_line_size (GstreamJsonLinesSource *self);
GSTREAM_EXPORT void                gstream_json_lines_source_set_max_line_size (GstreamJsonLinesSource *self,
                                                                                guint                   max_line_size);
GSTREAM_EXPORT guint               gstream_json_lines_source_get_max_depth (GstreamJsonLinesSource *self);
GSTREAM_EXPORT void                gstream_json_lines_source_set_max_depth (GstreamJsonLinesSource *self,
                                                                            guint                   max_depth);

G_END_DECLS
