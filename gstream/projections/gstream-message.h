/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The message of one model call of a run, which grows while the model produces it.
 */
#pragma once

#include <gstream/stream/gstream-projection.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_MESSAGE_STATUS (gstream_message_status_get_type ())

/**
 * GstreamMessageStatus:
 * @GSTREAM_MESSAGE_STATUS_STREAMING: more may come
 * @GSTREAM_MESSAGE_STATUS_FINISHED: it is complete
 * @GSTREAM_MESSAGE_STATUS_INCOMPLETE: its scope ended before it was complete (T3)
 * @GSTREAM_MESSAGE_STATUS_FAILED: it failed, or its run failed before it was complete
 *
 * How a message is.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_MESSAGE_STATUS_STREAMING,
  GSTREAM_MESSAGE_STATUS_FINISHED,
  GSTREAM_MESSAGE_STATUS_INCOMPLETE,
  GSTREAM_MESSAGE_STATUS_FAILED,
} GstreamMessageStatus;

GSTREAM_EXPORT GType gstream_message_status_get_type (void);

#define GSTREAM_TYPE_MESSAGE (gstream_message_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamMessage, gstream_message, GSTREAM, MESSAGE, GObject)

GSTREAM_EXPORT const char          *gstream_message_get_id (GstreamMessage *self);
GSTREAM_EXPORT const char          *gstream_message_get_node (GstreamMessage *self);
GSTREAM_EXPORT const char *const   *gstream_message_get_namespace (GstreamMessage *self);
GSTREAM_EXPORT GstreamMessageStatus gstream_message_get_status (GstreamMessage *self);
GSTREAM_EXPORT const char          *gstream_message_get_text (GstreamMessage *self);
GSTREAM_EXPORT const char          *gstream_message_get_reasoning (GstreamMessage *self);
GSTREAM_EXPORT GstreamPayload      *gstream_message_get_content (GstreamMessage *self);
GSTREAM_EXPORT GstreamPayload      *gstream_message_get_tool_calls (GstreamMessage *self);
GSTREAM_EXPORT GstreamPayload      *gstream_message_get_invalid_tool_calls (GstreamMessage *self);
GSTREAM_EXPORT GstreamPayload      *gstream_message_get_usage (GstreamMessage *self);
GSTREAM_EXPORT GstreamPayload      *gstream_message_get_metadata (GstreamMessage *self);
GSTREAM_EXPORT const char          *gstream_message_get_finish_reason (GstreamMessage *self);
GSTREAM_EXPORT const GError        *gstream_message_get_error (GstreamMessage *self);
GSTREAM_EXPORT GstreamProjection   *gstream_message_get_text_deltas (GstreamMessage *self);
GSTREAM_EXPORT GstreamProjection   *gstream_message_get_reasoning_deltas (GstreamMessage *self);

GSTREAM_EXPORT void            gstream_message_wait (GstreamMessage     *self,
                                                     GCancellable       *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer            user_data);
GSTREAM_EXPORT GstreamMessage *gstream_message_wait_finish (GstreamMessage *self,
                                                            GAsyncResult   *result,
                                                            GError        **error);
GSTREAM_EXPORT GstreamMessage *gstream_message_wait_sync (GstreamMessage *self,
                                                          GCancellable   *cancellable,
                                                          GError        **error);

G_END_DECLS
