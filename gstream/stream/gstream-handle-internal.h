/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A nested handle: an item that has projections of its own, to which nobody
 * could subscribe before the handle was handed out (P11). Queues say when they
 * take and when they let go of one; between the first and the last of these
 * the handle's projections buffer what is pushed to them (early buffering).
 *
 * Internal, not private: messages, tool calls and subgraphs' runs are handles (projections/).
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_HANDLE (gstream_handle_get_type ())
G_DECLARE_INTERFACE (GstreamHandle, gstream_handle, GSTREAM, HANDLE, GObject)

struct _GstreamHandleInterface
{
  GTypeInterface parent_iface;

  /* One more queue holds it, or one consumer less has it as its newest. */
  void (*start_early) (GstreamHandle *self);
  void (*stop_early) (GstreamHandle *self);
};

void gstream_handle_start_early (GstreamHandle *self);
void gstream_handle_stop_early (GstreamHandle *self);

G_END_DECLS
