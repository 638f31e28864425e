/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the source of a thread's run tells it, and asks.
 *
 * Internal, not private: the sources of runs on servers and in child processes (remote/) say how their connection is.
 */
#pragma once

#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/* How the connection is; @retry_at: µs since the epoch, 0 where it is not waiting; @error: why it broke (nullable). */
void gstream_thread_run_set_connection (GstreamThreadRun      *self,
                                        GstreamConnectionState state,
                                        gint64                 retry_at,
                                        const GError          *error);
/* Which run it turned out to be. */
void gstream_thread_run_set_run_id (GstreamThreadRun *self,
                                    const char       *run_id);
/* Whether its source is being closed because nobody holds it any more, and not because it was aborted (N7). */
gboolean gstream_thread_run_is_dropped (GstreamThreadRun *self);

G_END_DECLS
