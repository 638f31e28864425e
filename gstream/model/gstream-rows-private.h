/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of a model: objects in the order of their arrival. What comes and
 * what leaves is shown once a frame, so that a burst costs a view what a frame
 * costs, and the oldest finished rows leave where there is a bound.
 */
#pragma once

#include <gio/gio.h>
#include <gstream/stream/gstream-pump-private.h> /* whose frames those of messages' properties are too */

G_BEGIN_DECLS

typedef struct _GstreamRows GstreamRows;

/* As of GListModel::items-changed; from the main loop, may do anything. */
typedef void (*GstreamRowsChangedFunc) (gpointer owner,
                                        guint    position,
                                        guint    removed,
                                        guint    added);

GstreamRows *gstream_rows_new      (GstreamRowsChangedFunc  changed,
                                    gpointer                owner);
GstreamRows *gstream_rows_ref      (GstreamRows            *self);
/* The owner is going away: nothing more is told, and no row is left. */
void         gstream_rows_close    (GstreamRows            *self);
void         gstream_rows_unref    (GstreamRows            *self);
/* Before the first is added. */
void         gstream_rows_set_pump (GstreamRows            *self,
                                    GstreamPump            *pump);
/* 0: no bound. */
void         gstream_rows_set_max  (GstreamRows            *self,
                                    guint                   max);
guint        gstream_rows_get_max  (GstreamRows            *self);
/* @arrival: its number at the pump. @companion leaves with it, and may be NULL. */
void         gstream_rows_add      (GstreamRows            *self,
                                    GObject                *object,
                                    guint64                 arrival,
                                    GObject                *companion);

/* What is shown. */
guint        gstream_rows_get_length (GstreamRows          *self);
GObject     *gstream_rows_get      (GstreamRows            *self,
                                    guint                   position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRows, gstream_rows_unref)

G_END_DECLS
