/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Newborns (P11): what is pushed while a handle's consumer, who could not have
 * subscribed before, has yet to have its turn.
 */
#include "config.h"

#include <gstream/stream/gstream-projection-private.h>

void
gstream_projection_keep (GstreamProjection *self)
{
  self->keeping = TRUE;
}

void
gstream_projection_settle (GstreamProjection *self)
{
  self->keeping = FALSE;
  g_clear_pointer (&self->kept, gstream_projection_drop_feed);
}

static void
handle_keep (GstreamHandle *handle)
{
  GSTREAM_PROJECTION (handle)->n_kept++;
}

static void
handle_settle (GstreamHandle *handle)
{
  GstreamProjection *self = GSTREAM_PROJECTION (handle);

  if (--self->n_kept == 0)
    gstream_projection_settle (self);
}

void
gstream_projection_handle_init (GstreamHandleInterface *iface)
{
  iface->keep = handle_keep;
  iface->settle = handle_settle;
}

void
gstream_projection_keep_item (GstreamProjection *self,
                              GstreamItem        item)
{
  if (!self->keeping)
    {
      gstream_item_free (&self->type, item);
      return;
    }

  if (self->kept == NULL)
    self->kept = gstream_projection_make_feed (self);
  gstream_feed_push (self->kept, item);
}
