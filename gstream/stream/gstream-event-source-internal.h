/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the pump checks what a source returns; and, for the library's own sources, an implementation of
 * gstream_event_source_next(). There is at most one pending call, which is completed from the main loop (R7);
 * cancelling it does not cancel what it waits for (R3). To be used in the run's main context.
 *
 * Internal, not private: the sources (sources/), the connections of threads (remote/) and a model's endpoint (endpoint/) wait for
 * events alike.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

/*
 * Checks the result of try_next(). A contradictory one, such as an item without an event, which a binding returns after
 * an exception, is replaced by a failure with an error that says so.
 */
GstreamTry gstream_event_source_check (GstreamEventSource *self,
                                       GstreamTry          result,
                                       GstreamEvent      **event,
                                       GError            **error);

/* The pending call of a source, to be embedded in it; all zero: none. */
typedef struct
{
  GTask   *task;      /* NULL: no call is waiting */
  GSource *cancelled; /* becomes ready when the call is cancelled; NULL: it has no cancellable */
} GstreamNextCall;

/*
 * Implements next(). Calls try_next(), and completes the call with its result. TRUE: there is none yet, the call waits.
 */
gboolean gstream_next_call_start (GstreamNextCall    *self,
                                  GstreamEventSource *source,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
/*
 * Calls try_next() again, if a call waits, and completes it with the result. TRUE: it still waits. The callback may run
 * before this returns, and free everything, @self included.
 */
gboolean gstream_next_call_wake (GstreamNextCall *self);
/* The same in an idle callback, where calling back at once is not possible. */
void gstream_next_call_wake_later (GstreamNextCall *self);

/* Implements next_finish(). */
GstreamEvent *gstream_next_call_finish (GstreamEventSource *source,
                                        GAsyncResult       *result,
                                        GError            **error);

G_END_DECLS
