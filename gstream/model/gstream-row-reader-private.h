/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads one cursor, item by item, for a model.
 */
#pragma once

#include <gstream/stream/gstream-cursor-private.h> /* the order of several cursors' items is their arrival's */

G_BEGIN_DECLS

typedef struct _GstreamRowReader GstreamRowReader;

/* From the main loop. @item is NULL once, at the end; the reader is then stopped. */
typedef void (*GstreamRowReaderFunc) (GstreamRowReader *self,
                                      const GValue     *item,
                                      guint64           arrival,
                                      gpointer          owner);

/* Takes @cursor. @kept, which may be NULL, is kept alive while it reads. */
GstreamRowReader *gstream_row_reader_new  (GstreamCursor        *cursor,
                                           GObject              *kept,
                                           GstreamRowReaderFunc  func,
                                           gpointer              owner);
/* Closes the cursor; nothing more is told. The reader is gone for whoever made it. */
void              gstream_row_reader_stop (GstreamRowReader     *self);

G_END_DECLS
