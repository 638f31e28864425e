/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A server's threads as a list model that loads as it is scrolled (N13).
 */
#pragma once

#include <gstream/remote/gstream-server.h>
#include <gstream/remote/gstream-thread-info.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_THREAD_LIST (gstream_thread_list_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamThreadList, gstream_thread_list, GSTREAM, THREAD_LIST, GObject)

GSTREAM_EXPORT GstreamThreadList *gstream_thread_list_new (GstreamServer  *server,
                                                           GstreamPayload *metadata);
GSTREAM_EXPORT GstreamServer     *gstream_thread_list_get_server (GstreamThreadList *self);
GSTREAM_EXPORT GstreamPayload    *gstream_thread_list_get_metadata (GstreamThreadList *self);
GSTREAM_EXPORT gboolean           gstream_thread_list_get_with_values (GstreamThreadList *self);
GSTREAM_EXPORT guint              gstream_thread_list_get_page_size (GstreamThreadList *self);
GSTREAM_EXPORT gboolean           gstream_thread_list_get_loading (GstreamThreadList *self);
GSTREAM_EXPORT gboolean           gstream_thread_list_get_complete (GstreamThreadList *self);
GSTREAM_EXPORT const GError      *gstream_thread_list_get_error (GstreamThreadList *self);
GSTREAM_EXPORT void               gstream_thread_list_load_more (GstreamThreadList *self);
GSTREAM_EXPORT void               gstream_thread_list_reload (GstreamThreadList *self);

G_END_DECLS
