/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the events of one call of a tool, for an application that is its own source.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TOOL_WRITER (gstream_tool_writer_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamToolWriter, gstream_tool_writer, GSTREAM, TOOL_WRITER, GObject)

GSTREAM_EXPORT GstreamToolWriter *gstream_tool_writer_new (const char *const *namespace_,
                                                           const char        *name,
                                                           const char        *id);
GSTREAM_EXPORT const char *const *gstream_tool_writer_get_namespace (GstreamToolWriter *self);
GSTREAM_EXPORT const char        *gstream_tool_writer_get_name (GstreamToolWriter *self);
GSTREAM_EXPORT const char        *gstream_tool_writer_get_id (GstreamToolWriter *self);
GSTREAM_EXPORT GstreamEvent      *gstream_tool_writer_start (GstreamToolWriter *self,
                                                             GstreamPayload    *input);
GSTREAM_EXPORT GstreamEvent      *gstream_tool_writer_output (GstreamToolWriter *self,
                                                              const char        *piece);
GSTREAM_EXPORT GstreamEvent      *gstream_tool_writer_finish (GstreamToolWriter *self,
                                                              GstreamPayload    *output);
GSTREAM_EXPORT GstreamEvent      *gstream_tool_writer_fail (GstreamToolWriter *self,
                                                            const char        *message);

G_END_DECLS
