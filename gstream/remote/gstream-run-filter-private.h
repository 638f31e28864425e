/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of a thread's events are one run's, each once. A server gives all of a
 * thread's events, from the first run's on, each time that a connection is made.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

typedef struct _GstreamRunFilter GstreamRunFilter;

/* @applied_seq: the run's first event is at or before it where seq is the thread's own; -1: not known. */
GstreamRunFilter     *gstream_run_filter_new         (const char        *run_id,
                                                      gint64             applied_seq);
void                  gstream_run_filter_free        (GstreamRunFilter  *self);

/* A new connection: the thread's events come from the beginning again. */
void                  gstream_run_filter_rewind      (GstreamRunFilter  *self);
/* FALSE: there were events without an id, which nobody could tell from new ones if they came again. */
gboolean              gstream_run_filter_can_rewind  (GstreamRunFilter  *self);
/* What came was too much to keep until it was known where the run begins; it is now: rewind. */
gboolean              gstream_run_filter_must_rewind (GstreamRunFilter  *self);
/* @event is taken. FALSE: what comes is not what came before. */
gboolean              gstream_run_filter_push        (GstreamRunFilter  *self,
                                                      GstreamEvent      *event,
                                                      GError           **error);
/* The next event of the run's; NULL: push more. */
GstreamEvent         *gstream_run_filter_pop         (GstreamRunFilter  *self);
/* Whether this connection has come to the run's own events. */
gboolean              gstream_run_filter_is_inside   (GstreamRunFilter  *self);
/* Whether the run's own end is among what was pushed (N4); nothing after it is the run's. */
gboolean              gstream_run_filter_is_over     (GstreamRunFilter  *self);
/* Whether it is said to be interrupted: it has begun to ask, and may yet have more to say (N4). */
gboolean              gstream_run_filter_is_asking   (GstreamRunFilter  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRunFilter, gstream_run_filter_free)

G_END_DECLS
