/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue between one projection and one cursor: a plain ring of items. A tee
 * is several feeds of one projection, an interleave is one reader of several.
 *
 * Two hold a feed: the projection, which puts items in, and the reader, which
 * takes them out. Either may go first.
 */
#pragma once

#include <gstream/stream/gstream-item-private.h>
#include <gstream/stream/gstream-pump-private.h>

G_BEGIN_DECLS

typedef struct _GstreamFeed GstreamFeed;

/* Who takes the items out: a cursor's part that feeds know. */
typedef struct
{
  guint         landed; /* items queued in all its feeds, and one more once it is over */
  guint         n_open; /* feeds that have neither ended nor failed */
  gboolean      over;   /* no more will come: all feeds have ended, or one has failed */
  GstreamWaiter waiter; /* made ready by whatever lands */
  GstreamPump  *pump;   /* that of the feeds; a reference */
} GstreamReader;

/* Who puts the items in: called with the owner given at gstream_feed_new(). */
typedef struct
{
  void (*room) (gpointer owner);                     /* a full queue is no longer full */
  void (*left) (gpointer owner, GstreamFeed *feed);  /* the reader has gone */
} GstreamFeedFuncs;

GstreamFeed   *gstream_feed_new            (const GstreamItemType  *type,
                                            char                   *name, /* a GRefString */
                                            const GstreamFeedFuncs *funcs,
                                            gpointer                owner);
GstreamFeed   *gstream_feed_ref            (GstreamFeed            *self);
void           gstream_feed_unref          (GstreamFeed            *self);
const GstreamItemType *gstream_feed_get_item_type (GstreamFeed     *self);
const char    *gstream_feed_get_name       (GstreamFeed            *self);

/* The projection's side. */
void           gstream_feed_disown         (GstreamFeed            *self); /* the owner is going away */
void           gstream_feed_set_pump       (GstreamFeed            *self,
                                            GstreamPump            *pump);
void           gstream_feed_set_max        (GstreamFeed            *self,
                                            guint                   max);
gboolean       gstream_feed_is_full        (GstreamFeed            *self);
guint          gstream_feed_get_length     (GstreamFeed            *self);
void           gstream_feed_push           (GstreamFeed            *self,
                                            GstreamItem             item); /* transfer full */
void           gstream_feed_copy_to        (GstreamFeed            *self,
                                            GstreamFeed            *other); /* what is queued */
void           gstream_feed_end            (GstreamFeed            *self,
                                            const GError           *error); /* NULL: closed */

/* The reader's side. */
void           gstream_feed_attach         (GstreamFeed            *self,
                                            GstreamReader          *reader);
void           gstream_feed_detach         (GstreamFeed            *self); /* drops what is queued */
gboolean       gstream_feed_is_empty       (GstreamFeed            *self);
guint64        gstream_feed_get_head_stamp (GstreamFeed            *self);
GstreamItem    gstream_feed_pop            (GstreamFeed            *self);
GstreamItem    gstream_feed_peek           (GstreamFeed            *self,
                                            guint                   index); /* from the head; stays the feed's */
const GError  *gstream_feed_get_error      (GstreamFeed            *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamFeed, gstream_feed_unref)

G_END_DECLS
