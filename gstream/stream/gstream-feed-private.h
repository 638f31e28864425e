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
  GstreamPump  *pump;   /* that of the feeds; a reference */
  GstreamWaiter waiter; /* made ready by whatever lands */
} GstreamReader;

/* Who puts the items in: called with the owner given at gstream_feed_new(). */
typedef struct
{
  void (*room) (gpointer owner);                     /* a full queue is no longer full */
  void (*left) (gpointer owner, GstreamFeed *feed);  /* the reader has gone */
} GstreamFeedFuncs;

typedef struct
{
  GstreamItem item;
  guint64     stamp; /* the number of its arrival at the pump */
} GstreamSlot;

/* What every item touches comes first, and lies together. */
struct _GstreamFeed
{
  GstreamReader          *reader; /* NULL: kept for a newborn's consumer, or the reader has gone */
  GstreamSlot            *ring;   /* NULL until the first item */
  guint                   size;   /* of the ring: a power of two */
  guint                   head;   /* index of the oldest */
  guint                   length;
  guint                   max;    /* 0: no bound */
  GstreamPump            *pump;   /* a reference; NULL until it is set */
  char                   *name;   /* the projection's, a GRefString */
  GstreamItemType         type;
  gboolean                ended;
  grefcount               ref_count;
  const GstreamFeedFuncs *funcs;  /* NULL once the projection is gone */
  gpointer                owner;  /* the projection */
  GstreamBlocker           blocker; /* holds the pump while the queue is full */
  GError                 *error;  /* why it ended, where it failed */
};

GstreamFeed   *gstream_feed_new            (const GstreamItemType  *type,
                                            char                   *name, /* a GRefString */
                                            const GstreamFeedFuncs *funcs,
                                            gpointer                owner);
GstreamFeed   *gstream_feed_ref            (GstreamFeed            *self);
void           gstream_feed_unref          (GstreamFeed            *self);

/* The projection's side. */
void           gstream_feed_disown         (GstreamFeed            *self); /* the owner is going away */
void           gstream_feed_set_pump       (GstreamFeed            *self,
                                            GstreamPump            *pump);
void           gstream_feed_set_max        (GstreamFeed            *self,
                                            guint                   max);
gboolean       gstream_feed_is_full        (GstreamFeed            *self);
void           gstream_feed_update_blocker    (GstreamFeed            *self); /* after its length has changed */
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

/* What readers do for every item. */

static inline const GstreamItemType *
gstream_feed_get_item_type (GstreamFeed *self)
{
  return &self->type;
}

static inline const char *
gstream_feed_get_name (GstreamFeed *self)
{
  return self->name;
}

static inline guint
gstream_feed_get_length (GstreamFeed *self)
{
  return self->length;
}

static inline gboolean
gstream_feed_is_empty (GstreamFeed *self)
{
  return self->length == 0;
}

/* From the head; stays the feed's. */
static inline const GstreamSlot *
gstream_feed_peek (GstreamFeed *self,
                   guint        index)
{
  g_assert (index < self->length);

  return &self->ring[(self->head + index) & (self->size - 1)];
}

static inline GstreamItem
gstream_feed_pop (GstreamFeed *self)
{
  GstreamItem item = gstream_feed_peek (self, 0)->item;

  self->head = (self->head + 1) & (self->size - 1);
  self->length--;
  self->reader->landed--;
  if (self->max > 0 && self->blocker.blocking)
    gstream_feed_update_blocker (self);

  return item;
}

static inline const GError *
gstream_feed_get_error (GstreamFeed *self)
{
  return self->error;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamFeed, gstream_feed_unref)

G_END_DECLS
