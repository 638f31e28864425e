/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run's events from its server, through as many connections as that takes
 * (N3), to the run's own end and what is pending then (N4).
 */
#pragma once

#include <gstream/remote/gstream-server-private.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_REMOTE_SOURCE (gstream_remote_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamRemoteSource, gstream_remote_source, GSTREAM, REMOTE_SOURCE, GObject)

/* Makes a connection; called again for each that breaks. */
typedef GstreamEventSource *(*GstreamConnect) (GstreamServer      *server,
                                               const char         *thread_id,
                                               const char * const *channels);

/* @first: a connection that is there already, or NULL. @applied_seq: see GstreamRunWindow. */
GstreamEventSource *gstream_remote_source_new    (GstreamServer       *server,
                                                  const char          *thread_id,
                                                  const char          *run_id,
                                                  gint64               applied_seq,
                                                  const char * const  *channels,
                                                  GstreamConnect       connect,
                                                  GstreamEventSource  *first);
/* Whose source it is, to see whether it is closed because that was aborted (N7); NULL when that is dropped. */
void                gstream_remote_source_set_run (GstreamRemoteSource *self,
                                                   GstreamRunStream    *run);

G_END_DECLS
