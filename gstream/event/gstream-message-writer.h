/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes the events of one model call, for an application that is its own source.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_MESSAGE_WRITER (gstream_message_writer_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamMessageWriter, gstream_message_writer, GSTREAM, MESSAGE_WRITER, GObject)

GSTREAM_EXPORT GstreamMessageWriter *gstream_message_writer_new (const char *const *namespace_,
                                                                 const char        *node,
                                                                 const char        *id);
GSTREAM_EXPORT const char *const    *gstream_message_writer_get_namespace (GstreamMessageWriter *self);
GSTREAM_EXPORT const char           *gstream_message_writer_get_node (GstreamMessageWriter *self);
GSTREAM_EXPORT const char           *gstream_message_writer_get_id (GstreamMessageWriter *self);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_start (GstreamMessageWriter *self);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_start_block (GstreamMessageWriter *self,
                                                                         GstreamPayload       *block,
                                                                         GError              **error);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_text (GstreamMessageWriter *self,
                                                                  const char           *text);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_reasoning (GstreamMessageWriter *self,
                                                                       const char           *reasoning);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_start_tool_call (GstreamMessageWriter *self,
                                                                             const char           *id,
                                                                             const char           *name);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_tool_call_arguments (GstreamMessageWriter *self,
                                                                                 const char           *piece);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_finish_block (GstreamMessageWriter *self,
                                                                          GstreamPayload       *block,
                                                                          GError              **error);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_finish (GstreamMessageWriter *self,
                                                                    GstreamPayload       *usage,
                                                                    const char           *finish_reason);
GSTREAM_EXPORT GstreamEvent         *gstream_message_writer_fail (GstreamMessageWriter *self,
                                                                  const char           *message);

G_END_DECLS
