/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A handle's projection of text as it comes.
 */
#include "config.h"

#include <gstream/projections/gstream-deltas-private.h>

void
gstream_deltas_init (GstreamDeltas *self,
                     const char    *name,
                     GstreamPump   *pump)
{
  self->name = name;
  self->pump = pump;
}

void
gstream_deltas_clear (GstreamDeltas *self)
{
  g_clear_object (&self->projection);
  g_clear_error (&self->error);
}

static void
end_projection (GstreamDeltas *self)
{
  if (self->error != NULL)
    gstream_projection_fail (self->projection, self->error);
  else
    gstream_projection_close (self->projection);
}

GstreamProjection *
gstream_deltas_get (GstreamDeltas *self)
{
  if (self->projection != NULL)
    return self->projection;

  self->projection = gstream_projection_new (self->name ? self->name : "", G_TYPE_STRING);
  if (self->pump != NULL)
    gstream_projection_bind (self->projection, self->pump, NULL, NULL);
  if (self->n_kept > 0)
    gstream_projection_start_early (self->projection);
  if (self->ended || self->pump == NULL)
    end_projection (self);

  return self->projection;
}

void
gstream_deltas_keep (GstreamDeltas *self)
{
  if (self->n_kept++ == 0 && self->projection != NULL)
    gstream_projection_start_early (self->projection);
}

void
gstream_deltas_settle (GstreamDeltas *self)
{
  if (--self->n_kept == 0 && self->projection != NULL)
    gstream_projection_stop_early (self->projection);
}

void
gstream_deltas_push (GstreamDeltas *self,
                     const char    *text,
                     gsize          length)
{
  if (self->projection == NULL && self->n_kept > 0)
    gstream_deltas_get (self);
  if (self->projection != NULL)
    gstream_projection_push_text (self->projection, text, length);
}

void
gstream_deltas_end (GstreamDeltas *self,
                    const GError  *error)
{
  self->ended = TRUE;
  self->error = error ? g_error_copy (error) : NULL;
  if (self->projection != NULL)
    end_projection (self);
}
