/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Something that happens once, such as the end of a run or of a message, and
 * the tasks that wait for it. While they wait, they drive the pump.
 */
#pragma once

#include <gstream/stream/gstream-pump-private.h>

G_BEGIN_DECLS

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
void          gstream_latch_wait       (GstreamLatch        *self,
                                        GstreamPump         *pump,
                                        GTask               *task);
void          gstream_latch_open       (GstreamLatch        *self);

/* The same with a new task, of @object's and in the pump's context (R7). */
void          gstream_latch_begin_wait (GstreamLatch        *self,
                                        GstreamPump         *pump,
                                        gpointer             object,
                                        gpointer             tag,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
/* What such a wait came to. Where it was not in vain, @failure is the error, if there is one. */
gboolean      gstream_latch_end_wait   (GAsyncResult        *result,
                                        const GError        *failure,
                                        GError             **error);
/* Waits likewise here and now (R9). The result is for the function that ends it; NULL, with an error, where that cannot work. */
GAsyncResult *gstream_latch_wait_sync  (GstreamLatch        *self,
                                        GstreamPump         *pump,
                                        gpointer             object,
                                        GCancellable        *cancellable,
                                        GError             **error);

G_END_DECLS
