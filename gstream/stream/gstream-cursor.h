/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A consumer's place in one projection, or in several at once.
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CURSOR (gstream_cursor_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamCursor, gstream_cursor, GSTREAM, CURSOR, GObject)

GSTREAM_EXPORT void        gstream_cursor_next (GstreamCursor      *self,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
GSTREAM_EXPORT gboolean    gstream_cursor_next_finish (GstreamCursor *self,
                                                       GAsyncResult  *result,
                                                       GValue        *item,
                                                       GError       **error);
GSTREAM_EXPORT gboolean    gstream_cursor_next_sync (GstreamCursor *self,
                                                     GValue        *item,
                                                     GCancellable  *cancellable,
                                                     GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_try_next (GstreamCursor *self,
                                                    GValue        *item,
                                                    GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_try_next_string (GstreamCursor *self,
                                                           const char   **item,
                                                           GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_try_next_payload (GstreamCursor   *self,
                                                            GstreamPayload **item,
                                                            GError         **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_try_next_event (GstreamCursor *self,
                                                          GstreamEvent **item,
                                                          GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_try_next_object (GstreamCursor *self,
                                                           gpointer      *item,
                                                           GError       **error);
GSTREAM_EXPORT void        gstream_cursor_wait (GstreamCursor      *self,
                                                GCancellable       *cancellable,
                                                GAsyncReadyCallback callback,
                                                gpointer            user_data);
GSTREAM_EXPORT gboolean    gstream_cursor_wait_finish (GstreamCursor *self,
                                                       GAsyncResult  *result,
                                                       GError       **error);
GSTREAM_EXPORT gboolean    gstream_cursor_wait_sync (GstreamCursor *self,
                                                     GCancellable  *cancellable,
                                                     GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_peek (GstreamCursor *self,
                                                const char   **name,
                                                GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_peek_texts (GstreamCursor *self,
                                                      guint          max,
                                                      char        ***texts,
                                                      GError       **error);
GSTREAM_EXPORT GstreamTry  gstream_cursor_take_texts (GstreamCursor *self,
                                                      guint          max,
                                                      char        ***texts,
                                                      GError       **error);
GSTREAM_EXPORT void        gstream_cursor_skip (GstreamCursor *self,
                                                guint          n);
GSTREAM_EXPORT GType       gstream_cursor_get_item_type (GstreamCursor *self);
GSTREAM_EXPORT const char *gstream_cursor_get_item_name (GstreamCursor *self);
GSTREAM_EXPORT void        gstream_cursor_close (GstreamCursor *self);
GSTREAM_EXPORT gboolean    gstream_cursor_get_closed (GstreamCursor *self);

G_END_DECLS
