/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one `next` of a source that is waiting for its event. What it waits for
 * goes on when it is cancelled (R3); its end is told from the main loop (R7).
 * For the run's main context alone.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

/* Part of what implements the source; all zero: nobody waits. */
typedef struct
{
  GTask   *task;      /* NULL: nobody waits */
  GSource *cancelled; /* becomes ready when the caller gives up; NULL: it cannot */
} GstreamPendingNext;

/* Asks the source's try_next; FALSE: it is done with, TRUE: it waits. */
gboolean      gstream_pending_next_start      (GstreamPendingNext   *self,
                                               GstreamEventSource   *source,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
/*
 * Asks try_next again, if somebody waits; FALSE: nobody does any more.
 * May call back, so that everything, @self included, may be gone when it returns.
 */
gboolean      gstream_pending_next_wake       (GstreamPendingNext   *self);
/* The same from the main loop, for a caller in the midst of something. */
void          gstream_pending_next_wake_later (GstreamPendingNext   *self);

GstreamEvent *gstream_pending_next_finish     (GstreamEventSource   *source,
                                               GAsyncResult         *result,
                                               GError              **error);

G_END_DECLS
