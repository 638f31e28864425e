/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A cursor from the inside: how they are made (gstream-cursor.c), the turn of a
 * newborn's consumer (gstream-cursor-turn.c), and what its calls have in common,
 * which take without waiting (gstream-cursor-try.c), wait (gstream-cursor-wait.c), and
 * look at or take many items (gstream-cursor-batch.c).
 */
#pragma once

#include <gstream/stream/gstream-cursor.h>
#include <gstream/stream/gstream-feed-private.h>
#include <gstream/stream/gstream-handle-private.h>

G_BEGIN_DECLS

/* What every item touches comes first, and lies together. */
struct _GstreamCursor
{
  GObject         parent_instance;

  GTask          *task;          /* the next() or wait() under way */
  GstreamHandle  *newest;        /* a handle whose consumer has its turn (P11) */
  char           *string;        /* the item that try_next_string() lent; a GstreamText */
  GstreamFeed   **feeds;         /* one; several in an interleave */
  GstreamFeed    *only;          /* what @feeds points to where there is one */
  guint           n_feeds;
  guint           n_calls;       /* that are under way, and must not lose the cursor */
  gboolean        reprieved;     /* its last reference was dropped in one of them, and goes when they are over */
  gboolean        closed;
  const char     *item_name;     /* projection of the newest item; the feed's string */
  guint64         item_stamp;    /* number of its arrival */
  GstreamReader   reader;        /* what the feeds know of us */
  GSource        *cancel_source; /* of the task's cancellable */
  GSource        *newest_source; /* ends the turn of @newest */
  gboolean        cut_short;     /* closed while somebody was waiting */
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
  if (--self->n_calls == 0 && G_UNLIKELY (self->reprieved))
    g_object_unref (self);
}

GstreamCursor *gstream_cursor_new_for_feeds (GstreamFeed **feeds,
                                             guint         n_feeds); /* takes a reference of each */
/* The number of the newest item's arrival: it orders the items of several cursors of one run. */
guint64        gstream_cursor_get_item_stamp (GstreamCursor *self);
/* Whether all its items are of @type, or derived from it. */
gboolean       gstream_cursor_yields         (GstreamCursor *self,
                                              GType          type);
GstreamPump   *gstream_cursor_get_pump       (GstreamCursor *self);
/*
 * Finds the queue that the next item is at the head of, driving the source as far as it goes without
 * waiting until @enough items have landed. Takes nothing. To be called between enter and leave.
 */
GstreamTry     gstream_cursor_look          (GstreamCursor       *self,
                                             guint                enough,
                                             GstreamFeed        **feed,
                                             GError             **error);
GstreamItem    gstream_cursor_pop           (GstreamCursor       *self,
                                             GstreamFeed         *feed);
/* Finds it without driving anything. */
GstreamTry     gstream_cursor_find_next     (GstreamCursor       *self,
                                             GstreamFeed        **feed,
                                             GError             **error);
/* Unsubscribes. */
void           gstream_cursor_release_feeds (GstreamCursor       *self);
/* Begins the turn of the consumer of a handle that is handed out now (P11). */
void           gstream_cursor_begin_turn    (GstreamCursor       *self,
                                             GstreamHandle       *newest);
/* Ends the turn of the newest handle's consumer, if it has one. */
void           gstream_cursor_settle_newest (GstreamCursor       *self);
/* Makes @item one of the cursor's type, without anything in it. */
void           gstream_cursor_give_nothing  (GstreamCursor       *self,
                                             GValue              *item);
void           gstream_cursor_on_ready      (GstreamWaiter       *waiter);
/* Waits for an item, the end or an error; @tag, a function, says whether the item is taken. */
void           gstream_cursor_start         (GstreamCursor       *self,
                                             gpointer             tag,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);

G_END_DECLS
