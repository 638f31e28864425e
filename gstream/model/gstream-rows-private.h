/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model: objects in the order of arrival. Changes are made once per frame, so that a burst of rows causes
 * only one update of a view. If the number of rows is limited, the oldest finished rows are removed.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/stream/gstream-pump-internal.h> /* its frames are also those of messages' properties */

G_BEGIN_DECLS

typedef struct _GstreamRows GstreamRows;

/* Like GListModel::items-changed. Called from the main loop; may call any function. */
typedef void (*GstreamRowsChangedFunc) (gpointer owner,
                                        guint    position,
                                        guint    removed,
                                        guint    added);

GstreamRows *gstream_rows_new (GstreamRowsChangedFunc changed,
                               gpointer               owner);
GstreamRows *gstream_rows_ref (GstreamRows *self);
/* Drops all rows; @changed is not called any more. Must be called before the last unref. */
void gstream_rows_close (GstreamRows *self);
void gstream_rows_unref (GstreamRows *self);
/* Must be called before the first row is added. */
void gstream_rows_set_pump (GstreamRows *self,
                            GstreamPump *pump);
/* 0: no bound. */
void  gstream_rows_set_max (GstreamRows *self,
                            guint        max);
guint gstream_rows_get_max (GstreamRows *self);
/* @arrival: the serial number of the item. @companion: (nullable): an object that is held until the row is removed. */
void gstream_rows_add (GstreamRows *self,
                       GObject     *object,
                       guint64      arrival,
                       GObject     *companion);

/* Returns the number of rows that are shown. */
guint    gstream_rows_get_length (GstreamRows *self);
GObject *gstream_rows_get (GstreamRows *self,
                           guint        position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRows, gstream_rows_unref)

G_END_DECLS
