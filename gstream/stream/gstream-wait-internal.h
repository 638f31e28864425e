/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting: for something that happens once, such as the end of a run or of a message;
 * and synchronously, by iterating the main context where this thread may (R9).
 *
 * Internal, not private: messages and tool calls have such an end (projections/), and a
 * thread's calls have synchronous forms (remote/).
 */
#pragma once

#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/* --- synchronous waiting --- */

typedef struct
{
  GMainContext *context; /* acquired, and the thread's default, from begin to end */
  GAsyncResult *result;  /* what the callback brought; a reference */
} GstreamSync;

/* FALSE, with an error that says why, where a synchronous call cannot work. */
gboolean gstream_sync_begin (GstreamSync *self,
                             GstreamPump *pump,
                             GError     **error);
/* The same without a pump; @whose: what the context is the main one of. */
gboolean gstream_sync_begin_in (GstreamSync  *self,
                                GMainContext *context,
                                const char   *whose,
                                GError      **error);
/* The callback to give to the asynchronous call, with @self as its user data. */
void gstream_sync_done (GObject      *object,
                        GAsyncResult *result,
                        gpointer      user_data);
void gstream_sync_wait (GstreamSync *self);
void gstream_sync_end (GstreamSync *self);

/* --- the latch --- */

typedef struct
{
  GQueue   waits; /* of those that have not been woken */
  gboolean open;  /* it has happened */
} GstreamLatch;

/*
 * Returns TRUE to @task once the latch is open, or its cancellation; from the
 * main loop. The latch must live as long as the task's source object. Takes
 * a reference of @task.
 */
void gstream_latch_open (GstreamLatch *self);

/* The same with a new task, of @object's and in the pump's context (R7). */
void gstream_latch_begin_wait (GstreamLatch       *self,
                               GstreamPump        *pump,
                               gpointer            object,
                               gpointer            tag,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
/* What such a wait came to. Where it was not in vain, @failure is the error, if there is one. */
gboolean gstream_latch_end_wait (GAsyncResult *result,
                                 const GError *failure,
                                 GError      **error);
/* Waits likewise here and now (R9). The result is for the function that ends it; NULL, with an error, where that cannot work. */
GAsyncResult *gstream_latch_wait_sync (GstreamLatch *self,
                                       GstreamPump  *pump,
                                       gpointer      object,
                                       GCancellable *cancellable,
                                       GError      **error);

G_END_DECLS
