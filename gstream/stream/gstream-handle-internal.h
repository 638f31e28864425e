/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A handle: an item that has projections itself, to which nobody can subscribe before the consumer has got the handle
 * (P11). Queues call the functions below when a handle is queued and when it is removed. In between, the handle's
 * projections buffer what is pushed to them (early buffering).
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

  /*
   * Each call of start_early is paired with one of stop_early: for each queue that holds the handle, and for each
   * consumer whose newest item it is.
   */
  void (*start_early) (GstreamHandle *self);
  void (*stop_early) (GstreamHandle *self);
};

void gstream_handle_start_early (GstreamHandle *self);
void gstream_handle_stop_early (GstreamHandle *self);

G_END_DECLS
