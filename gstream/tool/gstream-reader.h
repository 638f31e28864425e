/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads many projections at once, until all of them have ended.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

typedef struct _GstreamReader GstreamReader;
typedef struct _GstreamReading GstreamReading;

/* An item has come. The one who takes a nested handle adds its projections to a reader here (P11). */
typedef void (*GstreamTakeFunc)  (const GValue *item, gpointer user_data);
typedef void (*GstreamEndedFunc) (gpointer user_data);
/* Sees to it that @reading is given what its cursor has, item by item and the end. */
typedef void (*GstreamReadFunc)  (GstreamReading *reading, gpointer user_data);

/* Calls @ended, once, when all that was added has ended and nobody holds it; then it is gone. One with a @parent
 * reads as that does, and holds it. Who makes a reader holds it, and releases it having added what is known. */
GstreamReader     *gstream_reader_new              (GstreamReader     *parent,
                                                    GstreamEndedFunc   ended,
                                                    gpointer           user_data);
/* The bound of what is added from now on (P6); 0: none. */
void               gstream_reader_set_max_buffered (GstreamReader     *self,
                                                    guint              max_buffered);
/* By default, each projection's next item is waited for on the main loop, all of them together. */
void               gstream_reader_set_read_func    (GstreamReader     *self,
                                                    GstreamReadFunc    read,
                                                    gpointer           user_data);
void               gstream_reader_add              (GstreamReader     *self,
                                                    GstreamProjection *projection,
                                                    GstreamTakeFunc    take,
                                                    gpointer           user_data);
void               gstream_reader_hold             (GstreamReader     *self);
void               gstream_reader_release          (GstreamReader     *self);

/* For a read function. @item: what the cursor gave; NULL for its end, after which @reading is gone. */
GstreamCursor     *gstream_reading_get_cursor      (GstreamReading    *reading);
void               gstream_reading_give            (GstreamReading    *reading,
                                                    const GValue      *item);

G_END_DECLS
