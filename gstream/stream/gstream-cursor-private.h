/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A cursor from the inside: how they are made, and what its calls have in common.
 */
#pragma once

#include <gstream/stream/gstream-cursor.h>
#include <gstream/stream/gstream-feed-private.h>
#include <gstream/stream/gstream-handle-private.h>

G_BEGIN_DECLS

struct _GstreamCursor
{
  GObject         parent_instance;

  GstreamReader   reader;        /* what the feeds know of us */
  GstreamFeed   **feeds;         /* one; several in an interleave */
  guint           n_feeds;
  GTask          *task;          /* the next() or wait() under way */
  GSource        *cancel_source; /* of its cancellable */
  const char     *item_name;     /* projection of the newest item; the feed's string */
  guint64         item_stamp;    /* number of its arrival */
  char           *string;        /* the item that try_next_string() lent; a GRefString */
  GstreamHandle  *newest;        /* a handle whose consumer has its turn (P11) */
  GSource        *newest_source; /* ends that turn */
  gboolean        closed;
  gboolean        cut_short;     /* closed while somebody was waiting */
};

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
 * waiting until @enough items have landed. Takes nothing. To be called with a reference of one's own:
 * who is called meanwhile may drop the last other one (R7).
 */
GstreamTry     gstream_cursor_look          (GstreamCursor       *self,
                                             guint                enough,
                                             GstreamFeed        **feed,
                                             GError             **error);
GstreamItem    gstream_cursor_pop           (GstreamCursor       *self,
                                             GstreamFeed         *feed);
/* Waits for an item, the end or an error; @tag, a function, says whether the item is taken. */
void           gstream_cursor_start         (GstreamCursor       *self,
                                             gpointer             tag,
                                             GCancellable        *cancellable,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);

G_END_DECLS
