/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model: objects in the order of their arrival. Changes are made once per frame, so that a burst of rows
 * costs a view no more than one frame does. Where there is a bound, the oldest finished rows leave.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/stream/gstream-pump-internal.h> /* whose frames those of messages' properties are too */

G_BEGIN_DECLS

typedef struct _GstreamRows GstreamRows;

/* As of GListModel::items-changed. Called from the main loop; may call anything. */
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
/* @arrival: its number among the items of the pump. @companion: (nullable): is kept until the row leaves. */
void gstream_rows_add (GstreamRows *self,
                       GObject     *object,
                       guint64      arrival,
                       GObject     *companion);

/* Of the rows that are shown. */
guint    gstream_rows_get_length (GstreamRows *self);
GObject *gstream_rows_get (GstreamRows *self,
                           guint        position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRows, gstream_rows_unref)

G_END_DECLS
