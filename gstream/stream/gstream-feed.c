/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue between one projection and one cursor.
 */
#include "config.h"

#include <gstream/stream/gstream-feed-private.h>
#include <gstream/stream/gstream-handle-private.h>

GstreamFeed *
gstream_feed_new (const GstreamItemType  *type,
                  char                   *name,
                  const GstreamFeedFuncs *funcs,
                  gpointer                owner)
{
  GstreamFeed *self = g_new0 (GstreamFeed, 1);

  g_ref_count_init (&self->ref_count);
  self->type = *type;
  self->name = g_ref_string_acquire (name);
  self->funcs = funcs;
  self->owner = owner;
  self->blocker.what = owner;

  return self;
}

GstreamFeed *
gstream_feed_ref (GstreamFeed *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

static void
drop_item (GstreamFeed *self,
           GstreamItem  item)
{
  if (self->type.kind == GSTREAM_ITEM_HANDLE)
    gstream_handle_settle (item.p);
  gstream_item_free (&self->type, item);
}

static void
drop_queue (GstreamFeed *self)
{
  while (self->length > 0)
    {
      GstreamItem item = self->ring[self->head].item;

      self->head = (self->head + 1) & (self->size - 1);
      self->length--;
      drop_item (self, item);
    }

  g_clear_pointer (&self->ring, g_free);
  self->size = self->head = 0;
}

void
gstream_feed_unref (GstreamFeed *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_assert (self->reader == NULL);
  g_assert (!self->blocker.blocking);

  drop_queue (self);
  g_clear_error (&self->error);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  g_ref_string_release (self->name);
  g_free (self);
}

/* --- the projection's side --- */

gboolean
gstream_feed_is_full (GstreamFeed *self)
{
  return self->max > 0 && self->length >= self->max && self->reader != NULL && !self->ended;
}

void
gstream_feed_update_blocker (GstreamFeed *self)
{
  if (gstream_feed_is_full (self))
    gstream_pump_block (self->pump, &self->blocker);
  else if (self->blocker.blocking)
    {
      gstream_pump_unblock (self->pump, &self->blocker);
      if (self->funcs != NULL)
        self->funcs->room (self->owner);
    }
}

void
gstream_feed_disown (GstreamFeed *self)
{
  self->funcs = NULL;
  self->owner = NULL;
  self->blocker.what = NULL;
}

static void
move_reader (GstreamReader *reader,
             GstreamPump   *pump)
{
  int state = reader->waiter.state;

  if (reader->pump == pump)
    return;

  if (reader->pump != NULL)
    gstream_pump_forget (reader->pump, &reader->waiter);
  g_clear_pointer (&reader->pump, gstream_pump_unref);
  reader->pump = gstream_pump_ref (pump);

  if (state == GSTREAM_WAITER_WAITING)
    gstream_pump_wait (pump, &reader->waiter);
  else if (state == GSTREAM_WAITER_READY)
    gstream_pump_ready (pump, &reader->waiter);
}

void
gstream_feed_set_pump (GstreamFeed *self,
                       GstreamPump *pump)
{
  if (self->pump != NULL)
    gstream_pump_unblock (self->pump, &self->blocker);
  gstream_pump_ref (pump);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  self->pump = pump;

  if (self->reader != NULL)
    move_reader (self->reader, pump);
  gstream_feed_update_blocker (self);
}

void
gstream_feed_set_max (GstreamFeed *self,
                      guint        max)
{
  self->max = max;
  gstream_feed_update_blocker (self);
}

static void
grow (GstreamFeed *self)
{
  guint size = self->size ? self->size * 2 : 8;
  GstreamSlot *ring = g_new (GstreamSlot, size);

  for (guint i = 0; i < self->length; i++)
    ring[i] = self->ring[(self->head + i) & (self->size - 1)];

  g_free (self->ring);
  self->ring = ring;
  self->size = size;
  self->head = 0;
}

static inline void
land (GstreamFeed *self)
{
  self->reader->landed++;
  if (self->reader->waiter.state == GSTREAM_WAITER_WAITING)
    gstream_pump_ready (self->pump, &self->reader->waiter);
}

static inline void
push_stamped (GstreamFeed *self,
              GstreamItem  item,
              guint64      stamp)
{
  g_assert (!self->ended);

  if (self->length == self->size)
    grow (self);
  self->ring[(self->head + self->length) & (self->size - 1)] = (GstreamSlot) { item, stamp };
  self->length++;

  if (self->type.kind == GSTREAM_ITEM_HANDLE)
    gstream_handle_keep (item.p);
  if (self->reader == NULL)
    return;

  land (self);
  if (self->max > 0 && !self->blocker.blocking)
    gstream_feed_update_blocker (self);
}

void
gstream_feed_push (GstreamFeed *self,
                   GstreamItem  item)
{
  push_stamped (self, item, gstream_pump_stamp (self->pump));
}

void
gstream_feed_copy_to (GstreamFeed *self,
                      GstreamFeed *other)
{
  for (guint i = 0; i < self->length; i++)
    {
      const GstreamSlot *slot = &self->ring[(self->head + i) & (self->size - 1)];

      /* They arrived when they did: an interleave of a newborn's projections keeps that order (P10, P11). */
      push_stamped (other, gstream_item_copy (&self->type, slot->item), slot->stamp);
    }
}

static void
close_reader (GstreamFeed *self)
{
  GstreamReader *reader = self->reader;

  reader->n_open--;
  if (reader->over || (reader->n_open > 0 && self->error == NULL))
    return;

  reader->over = TRUE;
  land (self);
}

void
gstream_feed_end (GstreamFeed  *self,
                  const GError *error)
{
  if (self->ended)
    return;

  self->ended = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_feed_update_blocker (self);
  if (self->reader != NULL)
    close_reader (self);
}

/* --- the reader's side --- */

void
gstream_feed_attach (GstreamFeed   *self,
                     GstreamReader *reader)
{
  g_assert (self->reader == NULL);
  g_assert (self->pump != NULL);

  self->reader = reader;
  if (reader->pump == NULL)
    reader->pump = gstream_pump_ref (self->pump);
  reader->landed += self->length;
  if (self->ended)
    close_reader (self);
  gstream_feed_update_blocker (self);
}

void
gstream_feed_detach (GstreamFeed *self)
{
  if (self->reader == NULL)
    return;

  self->reader->landed -= self->length;
  self->reader = NULL;
  gstream_pump_unblock (self->pump, &self->blocker);
  if (self->funcs != NULL)
    self->funcs->left (self->owner, self);
  drop_queue (self);
}
