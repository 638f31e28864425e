/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What of a thread's state says that an answer is awaited (N4).
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

/*
 * `input.requested` events for the interrupts that @state has and @known, a set
 * of ids, has not; in the order of the state's tasks. To each new one @known grows.
 */
void gstream_open_questions_add_events (GstreamPayload *state,
                                 GHashTable     *known,
                                 gint64          timestamp,
                                 GQueue         *events);

G_END_DECLS
