/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Selects the events of one run from those of its thread, each of them once. For each connection, a server sends all
 * events of a thread, from its first run on.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

typedef struct _GstreamRunFilter GstreamRunFilter;

/* @applied_seq: the seq of an event at or after the run's first one, if seq is counted per thread; -1: not known. */
GstreamRunFilter *gstream_run_filter_new (const char *run_id,
                                          gint64      applied_seq);
void              gstream_run_filter_free (GstreamRunFilter *self);

/* To be called for each new connection, which has the thread's events from the first one on. */
void gstream_run_filter_rewind (GstreamRunFilter *self);
/* Returns FALSE if the run has events without an id, which cannot be recognized after a rewind. */
gboolean gstream_run_filter_can_rewind (GstreamRunFilter *self);
/*
 * More events were received before the run's start was known than can be kept. The start is known now: reconnect and
 * rewind.
 */
gboolean gstream_run_filter_must_rewind (GstreamRunFilter *self);
/* Consumes @event. Returns FALSE with an error if this connection does not have the same events as the one before. */
gboolean gstream_run_filter_push (GstreamRunFilter *self,
                                  GstreamEvent     *event,
                                  GError          **error);
/* Returns: (transfer full) (nullable): the run's next event; NULL: more events have to be pushed. */
GstreamEvent *gstream_run_filter_pop (GstreamRunFilter *self);
/* Whether this connection has not yet had all events that were received before. */
gboolean gstream_run_filter_is_behind (GstreamRunFilter *self);
/* How many connections have repeated all events that were received before, since the last one that was new. */
guint gstream_run_filter_get_n_repeats (GstreamRunFilter *self);
/* Whether a namespace has begun and not ended: after the end of an interrupted run, events are missing then. */
gboolean gstream_run_filter_is_incomplete (GstreamRunFilter *self);
/* Whether this connection has had the run's first event. */
gboolean gstream_run_filter_is_inside (GstreamRunFilter *self);
/* Whether the run's own end was pushed (N4). */
gboolean gstream_run_filter_is_over (GstreamRunFilter *self);
/* Whether the run is interrupted; more of its events may follow (N4). */
gboolean gstream_run_filter_is_asking (GstreamRunFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamRunFilter, gstream_run_filter_free)

/* --- which events have come before --- */

/*
 * A set of the events of a run that have been received, in bounded memory (N3). The latest ones are stored
 * individually. Of older ones, which a server repeats in the same order, only their number and a digest are stored,
 * which shows whether they are repeated unchanged. Two events are the same if their id and content are equal. Declared
 * for its tests.
 */

#define GSTREAM_SEEN_IDS_REMEMBERED 32768 /* at least this number of the latest events may be repeated in any order */

typedef enum
{
  GSTREAM_SEEN_ID_NEW,
  GSTREAM_SEEN_ID_OLD,     /* it came before */
  GSTREAM_SEEN_ID_UNKNOWN, /* the server does not repeat the same events, so that new ones cannot be recognized any more */
} GstreamSeenId;

typedef struct _GstreamSeenIds GstreamSeenIds;

GstreamSeenIds *gstream_seen_ids_new (void);
void            gstream_seen_ids_free (GstreamSeenIds *self);
/* To be called when the server starts to repeat all events from the first one on. */
void gstream_seen_ids_rewind (GstreamSeenIds *self);
/* Whether the server has not yet repeated all previous events. */
gboolean gstream_seen_ids_is_behind (GstreamSeenIds *self);
/* How many times the server has repeated all events up to the last new one. */
guint gstream_seen_ids_get_n_repeats (GstreamSeenIds *self);
/* Events with the same @id but another @kind, or another @content (of @length bytes), are different. */
GstreamSeenId gstream_seen_ids_add (GstreamSeenIds *self,
                                    const char     *id,
                                    guint64         kind,
                                    const char     *content,
                                    gsize           length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSeenIds, gstream_seen_ids_free)

G_END_DECLS
