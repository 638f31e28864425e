/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses events from JSON, one after another.
 *
 * For sources, including those of the remote client: a reader has the limits of its source, and caches that are shared
 * by its events (namespaces, and a delta that serves as template for the next ones).
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

/* Not thread-safe. */
typedef struct _GstreamEventReader GstreamEventReader;

GstreamEventReader *gstream_event_reader_new (void);
void                gstream_event_reader_free (GstreamEventReader *self);
void                gstream_event_reader_set_limits (GstreamEventReader *self,
                                                     gsize               max_size,   /* bytes of one event's JSON */
                                                     guint               max_depth); /* nesting of arrays and objects */
/*
 * Parses @json, @length bytes within @owner, to which the event may keep a reference (NULL: the bytes are copied). On
 * failure the error message says what was expected and, as "byte N", where, counted from 0 at @json; the source
 * prefixes its own name and the line. A document {"type":"error","message":…} is not an event: it says that the run
 * failed. It results in GSTREAM_ERROR_FAILED with that message.
 */
GstreamEvent *gstream_event_reader_read (GstreamEventReader *self,
                                         GBytes             *owner,
                                         const char         *json,
                                         gsize               length,
                                         GError            **error);
/* The number of events that were read by means of the template. For tests. */
guint64 gstream_event_reader_get_n_compared (GstreamEventReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamEventReader, gstream_event_reader_free)

G_END_DECLS
