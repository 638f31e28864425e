/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A cursor from the inside, shared by its files: the class, taking and waiting
 * (gstream-cursor.c), and looking at or taking many items at once (gstream-cursor-batch.c).
 */
#pragma once

#include <gstream/stream/gstream-cursor-internal.h>
#include <gstream/stream/gstream-queue-private.h>

G_BEGIN_DECLS

/* What every item touches comes first, and lies together. */
struct _GstreamCursor
{
  GObject parent_instance;

  GTask         *task;   /* the next() or wait() under way */
  GstreamHandle *newest; /* a handle whose consumer has its turn (P11) */
  char          *string; /* the item that try_next_string() lent; a GstreamText */
  GstreamQueue **queues; /* one; several in an interleave */
  GstreamQueue  *only;   /* what @queues points to where there is one */
  guint          n_queues;
  guint          n_calls;        /* that are under way, and must not lose the cursor */
  gboolean       unref_deferred; /* its last reference was dropped in one of them, and goes when they are over */
  gboolean       closed;
  const char    *item_name;     /* projection of the newest item; the queue's string */
  guint64        item_stamp;    /* number of its arrival */
  GstreamReader  reader;        /* what the queues know of us */
  GSource       *cancel_source; /* of the task's cancellable */
  GSource       *newest_source; /* ends the turn of @newest */
  gboolean       takes;         /* the task takes the item; else it is left for the next call */
  gboolean       cut_short;     /* closed while somebody was waiting */
};

/* Around a call that may call whoever drops the last reference (R7). */
static inline void
gstream_cursor_enter (GstreamCursor *self)
{
  self->n_calls++;
}

static inline void
gstream_cursor_leave (GstreamCursor *self)
{
  if (--self->n_calls == 0 && G_UNLIKELY (self->unref_deferred))
    g_object_unref (self);
}

GstreamCursor *gstream_cursor_new_for_queues (GstreamQueue **queues,
                                              guint          n_queues); /* takes a reference of each */
/*
 * Finds the queue that the next item is at the head of, driving the source as far as it goes without
 * waiting until @enough items are available. Takes nothing. To be called between enter and leave.
 */
GstreamTry  gstream_cursor_look (GstreamCursor *self,
                                 guint          enough,
                                 GstreamQueue **queue,
                                 GError       **error);
GstreamItem gstream_cursor_pop (GstreamCursor *self,
                                GstreamQueue  *queue);

G_END_DECLS
