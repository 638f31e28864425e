/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A nested handle (P11).
 */
#include "config.h"

#include <gstream/stream/gstream-handle-private.h>

G_DEFINE_INTERFACE (GstreamHandle, gstream_handle, G_TYPE_OBJECT)

static void
gstream_handle_default_init (GstreamHandleInterface *iface)
{
}

void
gstream_handle_keep (GstreamHandle *self)
{
  GSTREAM_HANDLE_GET_IFACE (self)->keep (self);
}

void
gstream_handle_settle (GstreamHandle *self)
{
  GSTREAM_HANDLE_GET_IFACE (self)->settle (self);
}
