/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where those who push, in any thread, and the run, in its own, meet: the events
 * between them, the push_async() calls that wait for room, and who is to be
 * woken. Guarded by a mutex, under which nobody's code is called: everybody is
 * told from their own main loop.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

typedef struct
{
  GObject      *owner;        /* the push source, which has this in it */
  GSourceFunc   wake;         /* called with @owner in the run's main context */
  GSourceFunc   cancelled;    /* of type GCancellableSourceFunc: called with the task in its main context */

  GMutex        mutex;        /* guards everything below */
  GQueue        ready;        /* events */
  GQueue        late;         /* those there was no room for, behind the ready ones, in order */
  guint         max_buffered; /* of @ready, as far as callers can wait; 0: no bound */
  GError       *error;        /* of finish */
  GMainContext *asleep;       /* of a run that waits for a push; NULL: it does not */
  gboolean      told_wanted;  /* since the last push */
  gboolean      finished;     /* nothing is pushed any more */
  gboolean      closed;       /* the run has let go */
} GstreamPushQueue;

void        gstream_push_queue_init             (GstreamPushQueue  *self,
                                                 GObject           *owner,
                                                 GSourceFunc        wake,
                                                 GSourceFunc        cancelled,
                                                 guint              max_buffered);
void        gstream_push_queue_clear            (GstreamPushQueue  *self);

/*
 * Queues @event behind everything that is there. @task, if any, is completed with TRUE
 * once there is room; its task data is the queue's until then. FALSE: nothing is taken any more.
 */
gboolean    gstream_push_queue_append           (GstreamPushQueue  *self,
                                                 GstreamEvent      *event,
                                                 GTask             *task,
                                                 GError           **error);
/* Takes back what @task waits with; FALSE: it does not wait any longer. */
gboolean    gstream_push_queue_remove           (GstreamPushQueue  *self,
                                                 GTask             *task);
/* Nothing comes after what is there but the end, or @error. Only the first call counts. */
void        gstream_push_queue_finish           (GstreamPushQueue  *self,
                                                 const GError      *error);

GstreamTry  gstream_push_queue_take             (GstreamPushQueue  *self,
                                                 GstreamEvent     **event,
                                                 GError           **error);
/* Whether an event is to be asked for: once between two pushes. */
gboolean    gstream_push_queue_tell_wanted      (GstreamPushQueue  *self);
/* The next push, or the end, calls @wake in @context. FALSE: there is something already. */
gboolean    gstream_push_queue_sleep            (GstreamPushQueue  *self,
                                                 GMainContext      *context);
/* Drops everything; who waits fails with CLOSED. FALSE: it was closed. */
gboolean    gstream_push_queue_close            (GstreamPushQueue  *self);

gboolean    gstream_push_queue_is_closed        (GstreamPushQueue  *self);
guint       gstream_push_queue_get_n_buffered   (GstreamPushQueue  *self);
guint       gstream_push_queue_get_max_buffered (GstreamPushQueue  *self);
/* FALSE: it was so. */
gboolean    gstream_push_queue_set_max_buffered (GstreamPushQueue  *self,
                                                 guint              max_buffered);

G_END_DECLS
