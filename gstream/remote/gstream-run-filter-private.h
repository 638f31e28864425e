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
GstreamRunFilter *gstream_run_filter_new (const char *run_id,
                                          gint64      applied_seq);
void              gstream_run_filter_free (GstreamRunFilter *self);

/* To be called for each new connection: the thread's events are given from the first one on again. */
void gstream_run_filter_rewind (GstreamRunFilter *self);
/* FALSE: the run has events without an id, which could not be told from new ones after a rewind. */
gboolean gstream_run_filter_can_rewind (GstreamRunFilter *self);
/* More came than is kept before the run's start was known. It is known now: connect again and rewind. */
gboolean gstream_run_filter_must_rewind (GstreamRunFilter *self);
/* Takes @event. FALSE, with an error: this connection does not give the same events as the one before. */
gboolean gstream_run_filter_push (GstreamRunFilter *self,
                                  GstreamEvent     *event,
                                  GError          **error);
/* Returns: (transfer full) (nullable): the run's next event; NULL: push more. */
GstreamEvent *gstream_run_filter_pop (GstreamRunFilter *self);
/* Whether this connection has not given yet what one before it gave. */
gboolean gstream_run_filter_is_behind (GstreamRunFilter *self);
/* Whether this connection has given the run's first event. */
gboolean gstream_run_filter_is_inside (GstreamRunFilter *self);
/* Whether the run's own end was pushed (N4). */
gboolean gstream_run_filter_is_over (GstreamRunFilter *self);
/* Whether the run is interrupted: it has asked something, and more of its events may follow (N4). */
gboolean gstream_run_filter_is_asking (GstreamRunFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRunFilter, gstream_run_filter_free)

G_END_DECLS
