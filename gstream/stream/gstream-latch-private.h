/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Something that happens once, such as the end of a run or of a message, and
 * the tasks that wait for it. While they wait, they drive the pump.
 */
#pragma once

#include <gstream/stream/gstream-pump-private.h>

G_BEGIN_DECLS

typedef struct
{
  GQueue   waits; /* of those that have not been woken */
  gboolean open;  /* it has happened */
} GstreamLatch;

/*
 * Returns TRUE to @task once the latch is open, or its cancellation; from the
 * main loop. The latch must live as long as the task's source object. Takes
 * a reference of @task.
 */
void gstream_latch_wait (GstreamLatch *self,
                         GstreamPump  *pump,
                         GTask        *task);
void gstream_latch_open (GstreamLatch *self);

G_END_DECLS
