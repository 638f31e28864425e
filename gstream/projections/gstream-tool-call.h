/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One call of a tool: its input, its progress, its output.
 */
#pragma once

#include <gstream/stream/gstream-projection.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TOOL_CALL_STATUS (gstream_tool_call_status_get_type ())

/**
 * GstreamToolCallStatus:
 * @GSTREAM_TOOL_CALL_STATUS_RUNNING: the tool runs
 * @GSTREAM_TOOL_CALL_STATUS_FINISHED: the tool has returned its output, or the scope has ended
 * @GSTREAM_TOOL_CALL_STATUS_FAILED: it failed, or its run failed while it was running
 *
 * How a tool call is (T4).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_TOOL_CALL_STATUS_RUNNING,
  GSTREAM_TOOL_CALL_STATUS_FINISHED,
  GSTREAM_TOOL_CALL_STATUS_FAILED,
} GstreamToolCallStatus;

GSTREAM_EXPORT GType gstream_tool_call_status_get_type (void);

#define GSTREAM_TYPE_TOOL_CALL (gstream_tool_call_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamToolCall, gstream_tool_call, GSTREAM, TOOL_CALL, GObject)

GSTREAM_EXPORT const char           *gstream_tool_call_get_id (GstreamToolCall *self);
GSTREAM_EXPORT const char           *gstream_tool_call_get_name (GstreamToolCall *self);
GSTREAM_EXPORT const char *const    *gstream_tool_call_get_namespace (GstreamToolCall *self);
GSTREAM_EXPORT GstreamToolCallStatus gstream_tool_call_get_status (GstreamToolCall *self);
GSTREAM_EXPORT GstreamPayload       *gstream_tool_call_get_input (GstreamToolCall *self);
GSTREAM_EXPORT GstreamPayload       *gstream_tool_call_get_output (GstreamToolCall *self);
GSTREAM_EXPORT const GError         *gstream_tool_call_get_error (GstreamToolCall *self);
GSTREAM_EXPORT const char           *gstream_tool_call_get_progress (GstreamToolCall *self);
GSTREAM_EXPORT GstreamProjection    *gstream_tool_call_get_output_deltas (GstreamToolCall *self);

GSTREAM_EXPORT void             gstream_tool_call_wait (GstreamToolCall    *self,
                                                        GCancellable       *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);
GSTREAM_EXPORT GstreamToolCall *gstream_tool_call_wait_finish (GstreamToolCall *self,
                                                               GAsyncResult    *result,
                                                               GError         **error);
GSTREAM_EXPORT GstreamToolCall *gstream_tool_call_wait_sync (GstreamToolCall *self,
                                                             GCancellable    *cancellable,
                                                             GError         **error);

G_END_DECLS
