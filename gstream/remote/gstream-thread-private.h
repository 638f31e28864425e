/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread from the inside: what its calls need of it (gstream-thread.c, gstream-thread-server.c), and
 * have in common (gstream-thread-calls.c).
 */
#pragma once

#include <gstream/remote/gstream-server-private.h>
#include <gstream/remote/gstream-thread.h>
#include <gstream/stream/gstream-wait-internal.h>

G_BEGIN_DECLS

/* Its properties are written by gstream-thread.c alone, its headers by gstream-thread-server.c. */
struct _GstreamThread
{
  GObject           parent_instance;

  GMainContext     *context;
  char             *url;
  char             *assistant;
  char             *thread_id;  /* NULL: the server has not made it yet */
  SoupSession      *session;    /* NULL until it is needed, unless it was given */
  GstreamTransport  transport;
  GPtrArray        *headers;    /* names and values in turn */

  guint             max_event_size;
  guint             max_depth;
  guint             retry_limit;
  guint             retry_pause;
  guint             retry_pause_max;
  guint             silence_timeout;
  guint             answer_timeout;
  gboolean          cancel_on_abort;
};

/* The server as the thread's properties are now. NULL, with an error, where they cannot be used. */
GstreamServer *gstream_thread_new_server     (GstreamThread   *self,
                                              GError         **error);
void           gstream_thread_take_thread_id (GstreamThread   *self,
                                              const char      *thread_id);

/* The task of a call, completed in the thread's main context. NULL: that belongs to another thread; @callback gets an error. */
GTask         *gstream_thread_new_task       (GstreamThread       *self,
                                              gpointer             tag,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
/* FALSE, and @task fails with "There is " and @nothing: the server has not made the thread yet. */
gboolean       gstream_thread_expect_run     (GstreamThread   *self,
                                              GTask           *task,
                                              const char      *nothing);

/* What the public finish functions do: gives the pointer that the task returned. */
gpointer       gstream_thread_finish         (GstreamThread   *self,
                                              GAsyncResult    *result,
                                              GError         **error);

/* Around a synchronous call (R9): the callback is gstream_sync_done(). */
gboolean       gstream_thread_begin_sync     (GstreamThread   *self,
                                              GstreamSync     *sync,
                                              GError         **error);
/* Waits for the call's task, and gives likewise what that returned. */
gpointer       gstream_thread_end_sync       (GstreamSync     *sync,
                                              GError         **error);

G_END_DECLS
