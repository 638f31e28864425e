/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What starting a run needs of a thread.
 */
#pragma once

#include <gstream/remote/gstream-server-private.h>
#include <gstream/remote/gstream-thread.h>
#include <gstream/stream/gstream-sync-private.h>

G_BEGIN_DECLS

/* The server as the thread's properties are now. NULL, with an error, where they cannot be used. */
GstreamServer *gstream_thread_new_server     (GstreamThread   *self,
                                              GError         **error);
void           gstream_thread_take_thread_id (GstreamThread   *self,
                                              const char      *thread_id);

/* Around a synchronous call (R9): the callback is gstream_sync_done(). */
gboolean       gstream_thread_begin_sync     (GstreamThread   *self,
                                              GstreamSync     *sync,
                                              GError         **error);
void           gstream_thread_wait_sync      (GstreamSync     *sync);
void           gstream_thread_end_sync       (GstreamSync     *sync);

G_END_DECLS
