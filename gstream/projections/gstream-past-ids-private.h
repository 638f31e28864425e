/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ids of what is over: of messages and tool calls that have ended, so that what comes late
 * for one of them begins no other (T2, T4). Of each, 64 bits are kept; of a run without
 * an end, those of the latest.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* As many of the latest, at least, are known. */
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

void     gstream_past_ids_clear    (GstreamPastIds *self);
/* Ids of different sorts are different. NULL is none. */
void     gstream_past_ids_add      (GstreamPastIds *self,
                                    char            sort,
                                    const char     *id);
gboolean gstream_past_ids_contains (GstreamPastIds *self,
                                    char            sort,
                                    const char     *id);

G_END_DECLS
