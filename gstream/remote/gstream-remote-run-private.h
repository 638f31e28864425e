/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server: a run stream that tells its source whether it was aborted
 * or only dropped (N7).
 */
#pragma once

#include <gstream/remote/gstream-remote-source-private.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_REMOTE_RUN (gstream_remote_run_get_type ())
G_DECLARE_FINAL_TYPE (GstreamRemoteRun, gstream_remote_run, GSTREAM, REMOTE_RUN, GstreamRunStream)

GstreamRunStream *gstream_remote_run_new (GstreamEventSource *source,
                                          GstreamStreamMux   *mux);

G_END_DECLS
