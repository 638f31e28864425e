/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of several open messages an event belongs to that says neither run id
 * nor message id (D2, T2). What is not certain is nobody's; the finish of a block
 * has all of it, so that every message ends with its own content.
 */
#pragma once

#include <gstream/projections/gstream-open-messages-private.h>

G_BEGIN_DECLS

/* The message that @event is for, of those at @place; NULL: nobody can say. */
GstreamOpenMessage *gstream_unattributed_find (GstreamOpenPlace   *place,
                                               GstreamEvent       *event);
/* That @event starts or finishes a block of @open; @is_guess: perhaps of another's. */
void                gstream_unattributed_note (GstreamOpenMessage *open,
                                               GstreamEvent       *event,
                                               gboolean            is_guess);

G_END_DECLS
