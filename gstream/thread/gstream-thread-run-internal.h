/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of a thread's run, for its source.
 *
 * Internal, not private: the sources of runs on servers and in child processes (remote/) say how their connection is.
 */
#pragma once

#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/*
 * Sets the state of the connection. @retry_at: µs since the epoch, 0 if it is not waiting; @error: why it broke
 * (nullable).
 */
void gstream_thread_run_set_connection (GstreamThreadRun      *self,
                                        GstreamConnectionState state,
                                        gint64                 retry_at,
                                        const GError          *error);
/* Sets what reopens a connection that waits, at once; NULL for none. */
void gstream_thread_run_set_reconnect (GstreamThreadRun *self,
                                       void (*reconnect) (gpointer source),
                                       gpointer source);
/* Sets the run id, when it is known. */
void gstream_thread_run_set_run_id (GstreamThreadRun *self,
                                    const char       *run_id);
/*
 * Whether its source is being closed because the last reference was dropped, and not because the run was aborted (N7).
 */
gboolean gstream_thread_run_is_dropped (GstreamThreadRun *self);

G_END_DECLS
