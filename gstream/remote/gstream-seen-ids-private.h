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
  GSTREAM_SEEN_ID_UNKNOWN, /* the server does not repeat what it gave before: nothing can be told any more */
} GstreamSeenId;

typedef struct _GstreamSeenIds GstreamSeenIds;

GstreamSeenIds *gstream_seen_ids_new (void);
void            gstream_seen_ids_free (GstreamSeenIds *self);
/* From now on the server gives all events again, from the first on. */
void gstream_seen_ids_rewind (GstreamSeenIds *self);
/* Whether it has not yet given again what it gave before. */
gboolean gstream_seen_ids_is_behind (GstreamSeenIds *self);
/* @kind, and @content of @length bytes: two events with the same @id are different if one of these is. */
GstreamSeenId gstream_seen_ids_add (GstreamSeenIds *self,
                                    const char     *id,
                                    guint64         kind,
                                    const char     *content,
                                    gsize           length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSeenIds, gstream_seen_ids_free)

G_END_DECLS
