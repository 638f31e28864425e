/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Becoming the consumer of a projection: its only one (P1), one of several at a
 * tee (P8), or that of several projections at once (P10).
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-cursor-private.h>
#include <gstream/stream/gstream-projection-private.h>

static gboolean
check_free (GstreamProjection  *self,
            GError            **error)
{
  if (self->pump != NULL && !gstream_pump_check_thread (self->pump, error))
    return FALSE;
  if (self->n_feeds == 0)
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_ALREADY_SUBSCRIBED,
               "Projection “%s” is already subscribed: it has one consumer; use tee for several", self->name);

  return FALSE;
}

static void
subscribed (GstreamProjection *self)
{
  g_clear_pointer (&self->kept, gstream_projection_drop_feed);
  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_set_max (self->feeds[i], self->max_buffered);
  gstream_projection_tell_subscribed (self);
}

/**
 * gstream_projection_subscribe:
 * @self: a projection
 * @error: return location for an error
 *
 * Becomes the projection's consumer (P1). Items pushed from now on come out of
 * the returned cursor.
 *
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED while there is another cursor.
 *
 * Returns: (transfer full): the cursor
 */
GstreamCursor *
gstream_projection_subscribe (GstreamProjection  *self,
                              GError            **error)
{
  GstreamFeed *feed;
  GstreamCursor *cursor;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_free (self, error))
    return NULL;

  feed = gstream_projection_add_feed (self);
  cursor = gstream_cursor_new_for_feeds (&feed, 1);
  subscribed (self);

  return cursor;
}

/**
 * gstream_projection_tee:
 * @self: a projection
 * @n: how many cursors, at least 1
 * @error: return location for an error
 *
 * Subscribes once, for several consumers (P8): each of the cursors sees every
 * item. The slowest of them holds the run where the projection is bounded; a
 * closed one no longer counts.
 *
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED while there is another cursor,
 * and with %GSTREAM_ERROR_INVALID where @n is 0.
 *
 * Returns: (transfer container) (element-type GstreamCursor): the cursors, which the array owns
 */
GPtrArray *
gstream_projection_tee (GstreamProjection  *self,
                        guint               n,
                        GError            **error)
{
  g_autoptr (GPtrArray) cursors = NULL;

  g_return_val_if_fail (GSTREAM_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (n < 1)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                   "A tee of projection “%s” needs at least 1 branch, not 0", self->name);
      return NULL;
    }
  if (!check_free (self, error))
    return NULL;

  cursors = g_ptr_array_new_full (n, g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      GstreamFeed *feed = gstream_projection_add_feed (self);

      g_ptr_array_add (cursors, gstream_cursor_new_for_feeds (&feed, 1));
    }
  subscribed (self);

  return g_steal_pointer (&cursors);
}

GstreamCursor *
gstream_projection_interleave (GPtrArray  *projections,
                               GError    **error)
{
  g_autoptr (GPtrArray) feeds = g_ptr_array_new ();
  GstreamCursor *cursor;

  for (guint i = 0; i < projections->len; i++)
    if (!check_free (g_ptr_array_index (projections, i), error))
      return NULL;

  for (guint i = 0; i < projections->len; i++)
    g_ptr_array_add (feeds, gstream_projection_add_feed (g_ptr_array_index (projections, i)));
  cursor = gstream_cursor_new_for_feeds ((GstreamFeed **) feeds->pdata, feeds->len);
  for (guint i = 0; i < projections->len; i++)
    subscribed (g_ptr_array_index (projections, i));

  return cursor;
}
