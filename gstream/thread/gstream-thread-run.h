/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run of a thread: a run stream with a run id and the state of its connection (N11).
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONNECTION_STATE (gstream_connection_state_get_type ())

/**
 * GstreamConnectionState:
 * @GSTREAM_CONNECTION_STATE_CONNECTING: nothing has been received yet over the current connection
 * @GSTREAM_CONNECTION_STATE_STREAMING: events of the run are being received
 * @GSTREAM_CONNECTION_STATE_WAITING: it broke, and will be reopened at [property@ThreadRun:retry-at]
 * @GSTREAM_CONNECTION_STATE_CLOSED: there is no connection any more: the run has ended or was dropped
 *
 * The state of the connection over which a run's events come.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_CONNECTION_STATE_CONNECTING,
  GSTREAM_CONNECTION_STATE_STREAMING,
  GSTREAM_CONNECTION_STATE_WAITING,
  GSTREAM_CONNECTION_STATE_CLOSED,
} GstreamConnectionState;

GSTREAM_EXPORT GType gstream_connection_state_get_type (void);

#define GSTREAM_TYPE_THREAD_RUN (gstream_thread_run_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamThreadRun, gstream_thread_run, GSTREAM, THREAD_RUN, GstreamRunStream)

GSTREAM_EXPORT GstreamThreadRun      *gstream_thread_run_new (GstreamEventSource *source,
                                                              GstreamStreamMux   *mux,
                                                              const char         *run_id);
GSTREAM_EXPORT const char            *gstream_thread_run_get_run_id (GstreamThreadRun *self);
GSTREAM_EXPORT GstreamConnectionState gstream_thread_run_get_connection_state (GstreamThreadRun *self);
GSTREAM_EXPORT gint64                 gstream_thread_run_get_retry_at (GstreamThreadRun *self);
GSTREAM_EXPORT void                   gstream_thread_run_reconnect (GstreamThreadRun *self);
GSTREAM_EXPORT const GError          *gstream_thread_run_get_connection_error (GstreamThreadRun *self);

G_END_DECLS
