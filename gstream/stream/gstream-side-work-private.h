/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of side work, for the mux (M4).
 */
#pragma once

#include <gstream/stream/gstream-side-work.h>

G_BEGIN_DECLS

/* Called once, when the work is complete, with its error or NULL. */
typedef void (*GstreamSideWorkDone) (GstreamSideWork *work,
                                     const GError    *error,
                                     gpointer         owner);

GstreamSideWork *gstream_side_work_new (gboolean            fails_run,
                                        GstreamSideWorkDone done,
                                        gpointer            owner);
gboolean         gstream_side_work_get_fails_run (GstreamSideWork *self);
gpointer         gstream_side_work_get_owner (GstreamSideWork *self);
/* Tells it that the mux does not wait for it any more. */
void gstream_side_work_disown (GstreamSideWork *self);

G_END_DECLS
