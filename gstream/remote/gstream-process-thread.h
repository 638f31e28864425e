/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread in a child process (H1).
 */
#pragma once

#include <gstream/thread/gstream-thread.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PROCESS_THREAD (gstream_process_thread_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamProcessThread, gstream_process_thread, GSTREAM, PROCESS_THREAD, GstreamThread)

GSTREAM_EXPORT GstreamThread *gstream_thread_new_for_command (const char *const *argv,
                                                              GError           **error);

GSTREAM_EXPORT const char *const *gstream_process_thread_get_command (GstreamProcessThread *self);
GSTREAM_EXPORT const char *const *gstream_process_thread_get_environment (GstreamProcessThread *self);
GSTREAM_EXPORT const char        *gstream_process_thread_get_directory (GstreamProcessThread *self);
GSTREAM_EXPORT char              *gstream_process_thread_dup_log (GstreamProcessThread *self);
GSTREAM_EXPORT guint              gstream_process_thread_get_max_event_size (GstreamProcessThread *self);
GSTREAM_EXPORT guint              gstream_process_thread_get_max_depth (GstreamProcessThread *self);
GSTREAM_EXPORT guint              gstream_process_thread_get_answer_timeout (GstreamProcessThread *self);

G_END_DECLS
