/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the classes of threads in C return the results of their calls.
 *
 * Internal, not private: threads on servers and in child processes (remote/) are such kinds, and a conversation's calls wait in its
 * thread's main context (conversation/).
 */
#pragma once

#include <gstream/thread/gstream-thread.h>

G_BEGIN_DECLS

/* The main context that the thread belongs to (R7). */
GMainContext *gstream_thread_get_context (GstreamThread *self);

/* Each completes @task, and consumes the result. */
void gstream_thread_return_run (GTask            *task,
                                GstreamRunStream *run);
void gstream_thread_return_payload (GTask          *task,
                                    GstreamPayload *payload);
void gstream_thread_return_done (GTask *task);

G_END_DECLS
