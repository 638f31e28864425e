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

/* --- which events have come before --- */

/*
 * Which of a run's events have come, in bounded memory (N3): the latest are known one by one; of those before, which a
 * server gives again in the order they had, how many they were, and a digest that shows whether they are the same. An event
 * has come before if one with its id and its content has. Used by the filter, and tested apart from it.
 */

#define GSTREAM_SEEN_IDS_REMEMBERED 32768 /* as many of the latest, at least, may come again in any order */

typedef enum
{
  GSTREAM_SEEN_ID_NEW,
  GSTREAM_SEEN_ID_OLD,     /* it came before */
  GSTREAM_SEEN_ID_UNKNOWN, /* the server does not repeat what it gave before: nothing can be told any more */
} GstreamSeenId;

typedef struct _GstreamSeenIds GstreamSeenIds;

GstreamSeenIds *gstream_seen_ids_new (void);
void            gstream_seen_ids_free (GstreamSeenIds *self);
/* From now on the server gives all events again, from the first on. */
void gstream_seen_ids_rewind (GstreamSeenIds *self);
/* Whether it has not yet given again what it gave before. */
gboolean gstream_seen_ids_is_behind (GstreamSeenIds *self);
/* @kind, and @content of @length bytes: two events with the same @id are different if one of these is. */
GstreamSeenId gstream_seen_ids_add (GstreamSeenIds *self,
                                    const char     *id,
                                    guint64         kind,
                                    const char     *content,
                                    gsize           length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamSeenIds, gstream_seen_ids_free)

G_END_DECLS
