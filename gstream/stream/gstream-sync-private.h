/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a synchronous sibling waits for its asynchronous one (R9): by iterating
 * the pump's main context, where this thread may.
 */
#pragma once

#include <gstream/stream/gstream-pump-private.h>

G_BEGIN_DECLS

typedef struct
{
  GMainContext *context; /* acquired, and the thread's default, from begin to end */
  GAsyncResult *result;  /* what the callback brought; a reference */
} GstreamSync;

/* FALSE, with an error that says why, where a synchronous call cannot work. */
gboolean gstream_sync_begin    (GstreamSync   *self,
                                GstreamPump   *pump,
                                GError       **error);
/* The same without a pump; @whose: what the context is the main one of. */
gboolean gstream_sync_begin_in (GstreamSync   *self,
                                GMainContext  *context,
                                const char    *whose,
                                GError       **error);
/* The callback to give to the asynchronous call, with @self as its user data. */
void     gstream_sync_done     (GObject       *object,
                                GAsyncResult  *result,
                                gpointer       user_data);
void     gstream_sync_wait     (GstreamSync   *self);
void     gstream_sync_end      (GstreamSync   *self);

G_END_DECLS
