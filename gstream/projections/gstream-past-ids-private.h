/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A set of the ids of messages and tool calls that have ended, so that late events for them do not begin new ones (T2,
 * T4). Stores a 64-bit hash of each; in a long run, only of the latest ones.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At least this many of the latest are remembered. */
#define GSTREAM_PAST_IDS_REMEMBERED 16384

typedef struct
{
  guint64 *places; /* 0: free */
  guint    size;   /* of @places, a power of two; 0: there are none */
  guint    n;
} GstreamPastTable;

typedef struct
{
  GstreamPastTable now;
  GstreamPastTable before; /* until @now is full again */
} GstreamPastIds;

void gstream_past_ids_clear (GstreamPastIds *self);
/* @sort tells namespaces of ids apart. An @id of %NULL is ignored. */
void     gstream_past_ids_add (GstreamPastIds *self,
                               char            sort,
                               const char     *id);
gboolean gstream_past_ids_contains (GstreamPastIds *self,
                                    char            sort,
                                    const char     *id);

G_END_DECLS
