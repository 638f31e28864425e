/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of a run's events have come, in bounded memory (N3): the latest are known
 * one by one; of those before, which a server gives again in the order they had, how
 * many they were, and a digest that shows whether they are the same. An event has come
 * before if one with its id and its content has.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define GSTREAM_SEEN_IDS_REMEMBERED 32768 /* as many of the latest, at least, may come again in any order */

typedef enum
{
  GSTREAM_SEEN_ID_NEW,
  GSTREAM_SEEN_ID_OLD,     /* it came before */
  GSTREAM_SEEN_ID_UNKNOWN, /* what came again is not what came before: no more is known of any */
} GstreamSeenId;

typedef struct _GstreamSeenIds GstreamSeenIds;

GstreamSeenIds *gstream_seen_ids_new    (void);
void            gstream_seen_ids_free   (GstreamSeenIds *self);
/* From now on they come again, from the first on. */
void            gstream_seen_ids_rewind (GstreamSeenIds *self);
/* @kind and @content, @length bytes: in what an event may differ from another one of the same id. */
GstreamSeenId   gstream_seen_ids_add    (GstreamSeenIds *self,
                                         const char     *id,
                                         guint64         kind,
                                         const char     *content,
                                         gsize           length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSeenIds, gstream_seen_ids_free)

G_END_DECLS
