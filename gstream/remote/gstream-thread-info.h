/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The description of a thread on a server (N13).
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_THREAD_INFO (gstream_thread_info_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamThreadInfo, gstream_thread_info, GSTREAM, THREAD_INFO, GObject)

GSTREAM_EXPORT const char     *gstream_thread_info_get_thread_id (GstreamThreadInfo *self);
GSTREAM_EXPORT const char     *gstream_thread_info_get_status (GstreamThreadInfo *self);
GSTREAM_EXPORT GDateTime      *gstream_thread_info_get_created_at (GstreamThreadInfo *self);
GSTREAM_EXPORT GDateTime      *gstream_thread_info_get_updated_at (GstreamThreadInfo *self);
GSTREAM_EXPORT GstreamPayload *gstream_thread_info_get_metadata (GstreamThreadInfo *self);
GSTREAM_EXPORT GstreamPayload *gstream_thread_info_get_values (GstreamThreadInfo *self);

G_END_DECLS
