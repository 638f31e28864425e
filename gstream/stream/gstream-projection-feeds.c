/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A projection's queues: one for its cursor, or one for each branch of a tee.
 */
#include "config.h"

#include <gstream/stream/gstream-projection-private.h>

void
gstream_projection_drop_feed (GstreamFeed *feed)
{
  gstream_feed_disown (feed);
  gstream_feed_unref (feed);
}

/* Takes @feed. */
static void
insert_feed (GstreamProjection *self,
             GstreamFeed       *feed)
{
  if (self->n_feeds == 0)
    self->feeds = &self->only;
  else if (self->n_feeds == 1)
    self->feeds = g_memdup2 (self->feeds, 2 * sizeof (GstreamFeed *));
  else
    self->feeds = g_renew (GstreamFeed *, self->feeds, self->n_feeds + 1);
  self->feeds[self->n_feeds++] = feed;
}

static void
remove_feed (GstreamProjection *self,
             GstreamFeed       *feed)
{
  guint i = 0;

  while (self->feeds[i] != feed)
    i++;
  for (self->n_feeds--; i < self->n_feeds; i++)
    self->feeds[i] = self->feeds[i + 1];
  if (self->n_feeds == 1)
    {
      self->only = self->feeds[0];
      g_free (self->feeds);
      self->feeds = &self->only;
    }
  gstream_projection_drop_feed (feed);
}

void
gstream_projection_drop_feeds (GstreamProjection *self)
{
  while (self->n_feeds > 0)
    remove_feed (self, self->feeds[0]);
}

static void
on_room (gpointer owner)
{
  gstream_projection_let_in (owner);
}

static void
on_left (gpointer     owner,
         GstreamFeed *feed)
{
  GstreamProjection *self = owner;

  g_object_ref (self);
  remove_feed (self, feed);
  gstream_projection_let_in (self);
  if (self->n_feeds == 0)
    {
      gstream_pushers_drop (&self->pushers); /* those that the main log has no room for */
      gstream_projection_tell_subscribed (self);
    }
  g_object_unref (self);
}

static const GstreamFeedFuncs feed_funcs = { on_room, on_left };

GstreamFeed *
gstream_projection_make_feed (GstreamProjection *self)
{
  GstreamFeed *feed = gstream_feed_new (&self->type, self->name, &feed_funcs, self);

  gstream_feed_set_pump (feed, gstream_projection_get_pump (self));

  return feed;
}

GstreamFeed *
gstream_projection_add_feed (GstreamProjection *self)
{
  GstreamFeed *feed = gstream_projection_make_feed (self);

  if (self->kept != NULL)
    gstream_feed_copy_to (self->kept, feed);
  if (self->closed)
    gstream_feed_end (feed, self->error);
  insert_feed (self, feed);

  return feed;
}
