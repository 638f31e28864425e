/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads events from JSON, one after another.
 *
 * For sources, those of the remote client included: a reader keeps what is worth keeping between the events of one source
 * (namespaces, a delta to compare the next ones with), and has the source's limits.
 */
#pragma once

#include <gstream/event/gstream-event.h>

G_BEGIN_DECLS

/* Not for two threads at once. */
typedef struct _GstreamEventReader GstreamEventReader;

GstreamEventReader *gstream_event_reader_new (void);
void                gstream_event_reader_free (GstreamEventReader *self);
void                gstream_event_reader_set_limits (GstreamEventReader *self,
                                                     gsize               max_size,   /* bytes of one event's JSON */
                                                     guint               max_depth); /* nesting of arrays and objects */
/*
 * Reads @json, @length bytes within @owner, of which the event may keep a reference (NULL: the bytes
 * are copied). On failure the error's message says what was expected and, as "byte N", where, counted
 * from 0 at @json; the source puts its own name and line before that.
 * A document {"type":"error","message":…} is not an event but the failure of the run: that fails with
 * GSTREAM_ERROR_FAILED and the message as it stands.
 */
GstreamEvent *gstream_event_reader_read (GstreamEventReader *self,
                                         GBytes             *owner,
                                         const char         *json,
                                         gsize               length,
                                         GError            **error);
/* How many events were read by comparing them with the one before. For tests. */
guint64 gstream_event_reader_get_n_compared (GstreamEventReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamEventReader, gstream_event_reader_free)

G_END_DECLS
