/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the classes of threads in C return the results of their calls, and when runs are being started.
 *
 * Internal, not private: threads on servers and in child processes (remote/) are such kinds, and a conversation's calls wait in its
 * thread's main context, and for what other ones have begun there (conversation/).
 */
#pragma once

#include <gstream/thread/gstream-thread.h>

G_BEGIN_DECLS

/* The main context that the thread belongs to (R7). */
GMainContext *gstream_thread_get_context (GstreamThread *self);

/* Whether a call that starts a run has not returned. */
gboolean gstream_thread_is_starting (GstreamThread *self);
/* Waits until all such calls have returned. */
void     gstream_thread_wait_started (GstreamThread      *self,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean gstream_thread_wait_started_finish (GstreamThread *self,
                                             GAsyncResult  *result,
                                             GError       **error);

/* Each completes @task, and consumes the result. */
void gstream_thread_return_run (GTask            *task,
                                GstreamRunStream *run);
void gstream_thread_return_payload (GTask          *task,
                                    GstreamPayload *payload);
void gstream_thread_return_done (GTask *task);

G_END_DECLS
