/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a push source between those who push and the run, and the
 * push_async() calls that wait for room. Whoever has one guards it with a mutex;
 * callers are told from their own main loops, never under it.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

/* All zero: empty and without bound. */
typedef struct
{
  GQueue ready;        /* events */
  GQueue late;         /* those there was no room for, behind the ready ones, in order */
  guint  max_buffered; /* of @ready, as far as callers can wait; 0: no bound */
} GstreamPushQueue;

/*
 * Behind everything that is there. @task, if any, is completed with TRUE once there is
 * room, its task data unset before. TRUE: it has to wait for that.
 */
gboolean      gstream_push_queue_append           (GstreamPushQueue *self,
                                                   GstreamEvent     *event,
                                                   GTask            *task);
/* The first one, or NULL. */
GstreamEvent *gstream_push_queue_take             (GstreamPushQueue *self);
void          gstream_push_queue_set_max_buffered (GstreamPushQueue *self,
                                                   guint             max_buffered);
/* Takes back what @task waits with; FALSE: it does not wait any longer. */
gboolean      gstream_push_queue_remove           (GstreamPushQueue *self,
                                                   GTask            *task);
/* Drops everything; who waits fails with CLOSED. */
void          gstream_push_queue_clear            (GstreamPushQueue *self);

static inline guint
gstream_push_queue_get_length (const GstreamPushQueue *self)
{
  return self->ready.length + self->late.length;
}

G_END_DECLS
