/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads many projections at once, until all of them have ended.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

typedef struct _GstreamReader  GstreamReader;
typedef struct _GstreamReading GstreamReading;

/* Called for each item. Projections of a nested handle must be added to a reader before this returns (P11). */
typedef void (*GstreamTakeFunc) (const GValue *item,
                                 gpointer      user_data);
typedef void (*GstreamEndedFunc) (gpointer user_data);
/* Must read the cursor of @reading and call gstream_reading_give() for each item and for the end. */
typedef void (*GstreamReadFunc) (GstreamReading *reading,
                                 gpointer        user_data);

/*
 * Makes a reader that is held once: the caller adds projections and then releases it. When all of them have ended and
 * all holds are released, it calls @ended, once, and frees itself. @parent, if not NULL, is held as long, and the bound
 * and the read function are taken from it.
 */
GstreamReader *gstream_reader_new (GstreamReader   *parent,
                                   GstreamEndedFunc ended,
                                   gpointer         user_data);
/* The buffer size of the projections added from now on, in items (P6); 0: no bound. */
void gstream_reader_set_max_buffered (GstreamReader *self,
                                      guint          max_buffered);
/* By default every cursor is read with gstream_cursor_next(), all of them at the same time. */
void gstream_reader_set_read_func (GstreamReader  *self,
                                   GstreamReadFunc read,
                                   gpointer        user_data);
void gstream_reader_add (GstreamReader     *self,
                         GstreamProjection *projection,
                         GstreamTakeFunc    take,
                         gpointer           user_data);
void gstream_reader_hold (GstreamReader *self);
void gstream_reader_release (GstreamReader *self);

/* For a read function. @item: NULL for the end, which frees @reading. */
GstreamCursor *gstream_reading_get_cursor (GstreamReading *reading);
void           gstream_reading_give (GstreamReading *reading,
                                     const GValue   *item);

G_END_DECLS
