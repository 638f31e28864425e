/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Taking an item without waiting: what is there, or what the source has ready.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>

/* --- finding the next item --- */

static GstreamFeed *
find_oldest (GstreamCursor *self)
{
  GstreamFeed *oldest = NULL;

  for (guint i = 0; i < self->n_feeds; i++)
    {
      GstreamFeed *feed = self->feeds[i];

      if (gstream_feed_is_empty (feed))
        continue;
      if (oldest == NULL || gstream_feed_peek (feed, 0)->stamp < gstream_feed_peek (oldest, 0)->stamp)
        oldest = feed;
    }

  return oldest;
}

static const GError *
find_error (GstreamCursor *self)
{
  for (guint i = 0; i < self->n_feeds; i++)
    if (gstream_feed_get_error (self->feeds[i]) != NULL)
      return gstream_feed_get_error (self->feeds[i]);

  return NULL;
}

static GstreamTry
take_end (GstreamCursor  *self,
          GError        **error)
{
  GstreamTry result = GSTREAM_TRY_ENDED;
  const GError *why = find_error (self);

  if (why != NULL)
    {
      g_propagate_error (error, g_error_copy (why));
      result = GSTREAM_TRY_FAILED;
    }
  /* Where one of several failed, the others go on, and must not be held by a reader who has stopped (P10). */
  if (self->n_feeds > 1)
    gstream_cursor_release_feeds (self);

  return result;
}

/* Finds what is there, without driving anything. */
static G_ALWAYS_INLINE inline GstreamTry
find_next (GstreamCursor  *self,
           GstreamFeed   **feed,
           GError        **error)
{
  if (self->closed)
    return GSTREAM_TRY_ENDED;
  if (self->reader.landed == 0)
    return GSTREAM_TRY_PENDING;

  *feed = self->n_feeds == 1 && !gstream_feed_is_empty (self->feeds[0]) ? self->feeds[0] : find_oldest (self);

  return *feed != NULL ? GSTREAM_TRY_ITEM : take_end (self, error);
}

GstreamTry
gstream_cursor_find_next (GstreamCursor  *self,
                          GstreamFeed   **feed,
                          GError        **error)
{
  return find_next (self, feed, error);
}

/* Drives the source for one item more at a time: who ends meanwhile needs no more. */
static void
drive (GstreamCursor *self,
       guint          enough)
{
  guint landed;

  do
    {
      landed = self->reader.landed;
      gstream_pump_try (self->reader.pump, &self->reader.landed, landed + 1);
    }
  while (self->reader.landed > landed && self->reader.landed < enough && !self->reader.over && !self->closed);
}

static G_ALWAYS_INLINE inline GstreamTry
look (GstreamCursor  *self,
      guint           enough,
      GstreamFeed   **feed,
      GError        **error)
{
  if (self->reader.pump != NULL && G_UNLIKELY (!gstream_pump_is_here (self->reader.pump)) &&
      !gstream_pump_check_thread (self->reader.pump, error))
    return GSTREAM_TRY_FAILED;
  if (G_UNLIKELY (self->task != NULL))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PENDING, "Another call is waiting on this cursor");
      return GSTREAM_TRY_FAILED;
    }

  if (self->newest != NULL)
    gstream_cursor_settle_newest (self);
  if (self->reader.landed < enough && !self->reader.over && !self->closed)
    drive (self, enough);

  return find_next (self, feed, error);
}

GstreamTry
gstream_cursor_look (GstreamCursor  *self,
                     guint           enough,
                     GstreamFeed   **feed,
                     GError        **error)
{
  return look (self, enough, feed, error);
}

/* --- taking it --- */

static G_ALWAYS_INLINE inline GstreamItem
pop (GstreamCursor *self,
     GstreamFeed   *feed)
{
  GstreamItem item;

  self->item_name = gstream_feed_get_name (feed);
  self->item_stamp = gstream_feed_peek (feed, 0)->stamp;
  item = gstream_feed_pop (feed);
  if (gstream_feed_get_item_type (feed)->kind == GSTREAM_ITEM_HANDLE)
    gstream_cursor_begin_turn (self, item.p);

  return item;
}

GstreamItem
gstream_cursor_pop (GstreamCursor *self,
                    GstreamFeed   *feed)
{
  return pop (self, feed);
}

static G_ALWAYS_INLINE inline GstreamTry
take (GstreamCursor          *self,
      const GstreamItemType **type,
      GstreamItem            *item,
      GError                **error)
{
  GstreamFeed *feed = NULL;
  GstreamTry tried = look (self, 1, &feed, error);

  if (tried == GSTREAM_TRY_ITEM)
    {
      *type = gstream_feed_get_item_type (feed);
      *item = pop (self, feed);
    }

  return tried;
}

/* A value that is not initialised is more than some bindings can bear. */
void
gstream_cursor_give_nothing (GstreamCursor *self,
                             GValue        *item)
{
  if (G_IS_VALUE (item))
    g_value_unset (item);
  g_value_init (item, self->n_feeds > 0 ? gstream_feed_get_item_type (self->feeds[0])->type : GSTREAM_TYPE_PAYLOAD);
}

/**
 * gstream_cursor_try_next:
 * @self: a cursor
 * @item: (out caller-allocates): the item, for %GSTREAM_TRY_ITEM; must be initialised
 *   with `G_VALUE_INIT`, and may hold the previous item
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * Gives the next item if there is one without waiting, driving the run's source
 * as far as it goes (R1).
 *
 * %GSTREAM_TRY_PENDING says that there is none now: the source has nothing
 * ready, a full projection holds the run (P6), or the turn's budget is used up
 * (R11). Return to the main loop then, or use [method@Cursor.next].
 *
 * Fails with the run's own error where the run failed (R5), with
 * %G_IO_ERROR_PENDING while another call waits on this cursor, and with
 * %GSTREAM_ERROR_WRONG_CONTEXT where the run's main context belongs to another
 * thread (R7).
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_try_next (GstreamCursor  *self,
                         GValue         *item,
                         GError        **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem taken;
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  gstream_cursor_enter (self); /* to keep the type, whoever is called meanwhile */
  tried = take (self, &type, &taken, error);
  if (tried == GSTREAM_TRY_ITEM)
    gstream_item_take_value (type, taken, item);
  else
    gstream_cursor_give_nothing (self, item);
  gstream_cursor_leave (self);

  return tried;
}

/* Of several projections of different types, what is next counts; it has to have been seen by peek(). */
static G_NO_INLINE gboolean
next_has_kind (GstreamCursor   *self,
               GstreamItemKind  kind)
{
  GstreamFeed *feed = find_oldest (self);

  if (feed != NULL)
    return gstream_feed_get_item_type (feed)->kind == kind;

  for (guint i = 0; i < self->n_feeds; i++)
    if (gstream_feed_get_item_type (self->feeds[i])->kind != kind)
      return FALSE;

  return TRUE;
}

static inline gboolean
has_kind (GstreamCursor   *self,
          GstreamItemKind  kind)
{
  return self->n_feeds == 1 ? gstream_feed_get_item_type (self->feeds[0])->kind == kind : next_has_kind (self, kind);
}

static inline void
drop_string (GstreamCursor *self)
{
  if (self->string != NULL)
    gstream_text_unref (g_steal_pointer (&self->string));
}

/**
 * gstream_cursor_try_next_string:
 * @self: a cursor over a projection of strings
 * @item: (out) (transfer none) (nullable): the string; valid until the next call on this cursor
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for strings, without a #GValue and without a copy.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_try_next_string (GstreamCursor  *self,
                                const char    **item,
                                GError        **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem taken = { NULL };
  GstreamTry tried;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_STRING), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  drop_string (self); /* before another is made, which then may take its place */
  gstream_cursor_enter (self); /* to keep the string */
  tried = take (self, &type, &taken, error);
  drop_string (self);
  self->string = taken.p;
  *item = taken.p;
  gstream_cursor_leave (self);

  return tried;
}

static inline GstreamTry
try_next_pointer (GstreamCursor  *self,
                  gpointer       *item,
                  GError        **error)
{
  const GstreamItemType *type = NULL;
  GstreamItem taken = { NULL };
  GstreamTry tried;

  gstream_cursor_enter (self); /* for what look() says */
  tried = take (self, &type, &taken, error);
  *item = taken.p;
  gstream_cursor_leave (self);

  return tried;
}

/**
 * gstream_cursor_try_next_payload:
 * @self: a cursor over a projection of payloads
 * @item: (out) (transfer full) (nullable): the payload
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for payloads, without a #GValue.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_try_next_payload (GstreamCursor   *self,
                                 GstreamPayload **item,
                                 GError         **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_PAYLOAD), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, (gpointer *) item, error);
}

/**
 * gstream_cursor_try_next_event:
 * @self: a cursor over a projection of events, such as a run's main log
 * @item: (out) (transfer full) (nullable): the event
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for events, without a #GValue.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_try_next_event (GstreamCursor  *self,
                               GstreamEvent  **item,
                               GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_EVENT), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, (gpointer *) item, error);
}

/**
 * gstream_cursor_try_next_object:
 * @self: a cursor over a projection of objects, such as a run's messages
 * @item: (out) (transfer full) (nullable) (type GObject.Object): the object
 * @error: return location for an error, set for %GSTREAM_TRY_FAILED
 *
 * [method@Cursor.try_next] for objects, without a #GValue.
 *
 * Returns: what there was
 */
GstreamTry
gstream_cursor_try_next_object (GstreamCursor  *self,
                                gpointer       *item,
                                GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (has_kind (self, GSTREAM_ITEM_OBJECT) || has_kind (self, GSTREAM_ITEM_HANDLE), GSTREAM_TRY_FAILED);
  g_return_val_if_fail (item != NULL, GSTREAM_TRY_FAILED);
  g_return_val_if_fail (error == NULL || *error == NULL, GSTREAM_TRY_FAILED);

  return try_next_pointer (self, item, error);
}
