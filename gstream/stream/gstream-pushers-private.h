/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The push_async() calls that wait for room in a projection, oldest first.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/stream/gstream-item-private.h>

G_BEGIN_DECLS

typedef struct
{
  GQueue waiting; /* zeroed: empty */
} GstreamPushers;

gboolean gstream_pushers_is_empty (GstreamPushers        *self);
/* Takes @item; a cancelled task drops it. */
void     gstream_pushers_add      (GstreamPushers        *self,
                                   GTask                 *task,
                                   const GstreamItemType *type,
                                   GstreamItem            item);
/* Takes out the oldest, which gives its item to push. Of what comes of that, its task is told by: */
GTask   *gstream_pushers_pop      (GstreamPushers        *self,
                                   GstreamItem           *item);
/* Completes the task, from the main loop. Takes both. */
void     gstream_pushers_answer   (GTask                 *task,
                                   GError                *error);
/* Completes all, from the main loop, and drops their items. */
void     gstream_pushers_drop     (GstreamPushers        *self);

G_END_DECLS
