/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server: a run stream whose source follows the run through as many connections as that takes (N3), up to
 * its own end and what it asks then (N4).
 */
#pragma once

#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-origin-private.h>
#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/* Makes a connection to a thread's events; called again each time that one breaks. */
typedef GstreamEventSource *(*GstreamConnect) (GstreamOrigin       *origin,
                                               const char          *thread_id,
                                               GstreamSubscription *wanted);

/* @first: (nullable): a connection that exists already. @applied_seq: see gstream_run_filter_new(). */
GstreamRunStream *gstream_remote_run_new (GstreamOrigin       *origin,
                                          const char          *thread_id,
                                          const char          *run_id,
                                          gint64               applied_seq,
                                          GstreamSubscription *wanted,
                                          GstreamConnect       connect,
                                          GstreamEventSource  *first,
                                          GstreamStreamMux    *mux);

G_END_DECLS
