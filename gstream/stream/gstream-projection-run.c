/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A projection's place in a run: the pump it is driven by, the mux it tells, and
 * whose it is.
 */
#include "config.h"

#include <gstream/stream/gstream-projection-private.h>

GstreamPump *
gstream_projection_get_pump (GstreamProjection *self)
{
  if (self->pump == NULL)
    self->pump = gstream_pump_new (NULL, NULL);

  return self->pump;
}

void
gstream_projection_bind (GstreamProjection                 *self,
                         GstreamPump                       *pump,
                         const GstreamProjectionOwnerFuncs *funcs,
                         gpointer                           owner)
{
  gstream_pump_ref (pump);
  g_clear_pointer (&self->pump, gstream_pump_unref);
  self->pump = pump;
  self->funcs = funcs;
  self->owner = owner;
  for (guint i = 0; i < self->n_feeds; i++)
    gstream_feed_set_pump (self->feeds[i], pump);
  if (self->kept != NULL)
    gstream_feed_set_pump (self->kept, pump);
}

void
gstream_projection_unbind (GstreamProjection *self)
{
  self->funcs = NULL;
  self->owner = NULL;
}

void
gstream_projection_set_registrar (GstreamProjection *self,
                                  const char        *registrar,
                                  gboolean           native)
{
  self->registrar = registrar;
  self->native = native;
}

const char *
gstream_projection_get_registrar (GstreamProjection *self)
{
  return self->registrar;
}

const char *
gstream_projection_get_method (GstreamProjection *self)
{
  if (self->native)
    return self->name;
  if (self->method == NULL)
    self->method = g_strconcat ("custom:", self->name, NULL);

  return self->method;
}

const GstreamItemType *
gstream_projection_peek_type (GstreamProjection *self)
{
  return &self->type;
}
