/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One execution of a graph, as the object that a program holds.
 */
#pragma once

#include <gstream/event/gstream-interrupt.h>
#include <gstream/stream/gstream-stream-mux.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_RUN_STATUS (gstream_run_status_get_type ())

/**
 * GstreamRunStatus:
 * @GSTREAM_RUN_STATUS_PENDING: no event has come yet
 * @GSTREAM_RUN_STATUS_RUNNING: events come
 * @GSTREAM_RUN_STATUS_COMPLETED: it ran to its end
 * @GSTREAM_RUN_STATUS_FAILED: it failed; calls that wait for results return its error
 * @GSTREAM_RUN_STATUS_INTERRUPTED: it stopped at an interrupt, and can be resumed with an answer
 * @GSTREAM_RUN_STATUS_DRAINED: its server shut down and stopped it before its end
 * @GSTREAM_RUN_STATUS_ABORTED: [method@RunStream.abort] ended it early
 *
 * How a run is (R10).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_RUN_STATUS_PENDING,
  GSTREAM_RUN_STATUS_RUNNING,
  GSTREAM_RUN_STATUS_COMPLETED,
  GSTREAM_RUN_STATUS_FAILED,
  GSTREAM_RUN_STATUS_INTERRUPTED,
  GSTREAM_RUN_STATUS_DRAINED,
  GSTREAM_RUN_STATUS_ABORTED,
} GstreamRunStatus;

GSTREAM_EXPORT GType gstream_run_status_get_type (void);

#define GSTREAM_TYPE_RUN_STREAM (gstream_run_stream_get_type ())
GSTREAM_EXPORT
G_DECLARE_DERIVABLE_TYPE (GstreamRunStream, gstream_run_stream, GSTREAM, RUN_STREAM, GObject)

struct _GstreamRunStreamClass
{
  GObjectClass parent_class;

  /*< private >*/
  gpointer reserved[8];
};

GSTREAM_EXPORT GstreamRunStream   *gstream_run_stream_new (GstreamEventSource *source,
                                                           GstreamStreamMux   *mux);
GSTREAM_EXPORT GstreamEventSource *gstream_run_stream_get_source (GstreamRunStream *self);
GSTREAM_EXPORT GstreamStreamMux   *gstream_run_stream_get_mux (GstreamRunStream *self);
GSTREAM_EXPORT gboolean            gstream_run_stream_get_wire_pump (GstreamRunStream *self);
GSTREAM_EXPORT GstreamRunStatus    gstream_run_stream_get_status (GstreamRunStream *self);
GSTREAM_EXPORT const GError       *gstream_run_stream_get_error (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection  *gstream_run_stream_get_held_by (GstreamRunStream *self);
GSTREAM_EXPORT guint               gstream_run_stream_get_n_interrupts (GstreamRunStream *self);
GSTREAM_EXPORT GPtrArray          *gstream_run_stream_list_interrupts (GstreamRunStream *self);
GSTREAM_EXPORT guint               gstream_run_stream_get_turn_budget (GstreamRunStream *self);
GSTREAM_EXPORT void                gstream_run_stream_set_turn_budget (GstreamRunStream *self,
                                                                       guint             microseconds);

GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_log (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_messages (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_values (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_updates (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_custom (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_checkpoints (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_tasks (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_debug (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_tool_calls (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_lifecycle (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_subgraphs (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_extensions (GstreamRunStream *self);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_projection (GstreamRunStream *self,
                                                                     const char       *name,
                                                                     GError          **error);
GSTREAM_EXPORT GstreamProjection *gstream_run_stream_get_extension (GstreamRunStream *self,
                                                                    const char       *name,
                                                                    GError          **error);
GSTREAM_EXPORT GstreamCursor     *gstream_run_stream_interleave (GstreamRunStream  *self,
                                                                 const char *const *names,
                                                                 GError           **error);

GSTREAM_EXPORT void            gstream_run_stream_drive (GstreamRunStream *self,
                                                         GCancellable     *cancellable);
GSTREAM_EXPORT void            gstream_run_stream_output (GstreamRunStream   *self,
                                                          GCancellable       *cancellable,
                                                          GAsyncReadyCallback callback,
                                                          gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_run_stream_output_finish (GstreamRunStream *self,
                                                                 GAsyncResult     *result,
                                                                 GError          **error);
GSTREAM_EXPORT GstreamPayload *gstream_run_stream_output_sync (GstreamRunStream *self,
                                                               GCancellable     *cancellable,
                                                               GError          **error);
GSTREAM_EXPORT void            gstream_run_stream_interrupted (GstreamRunStream   *self,
                                                               GCancellable       *cancellable,
                                                               GAsyncReadyCallback callback,
                                                               gpointer            user_data);
GSTREAM_EXPORT gboolean        gstream_run_stream_interrupted_finish (GstreamRunStream *self,
                                                                      GAsyncResult     *result,
                                                                      GError          **error);
GSTREAM_EXPORT gboolean        gstream_run_stream_interrupted_sync (GstreamRunStream *self,
                                                                    GCancellable     *cancellable,
                                                                    GError          **error);
GSTREAM_EXPORT void            gstream_run_stream_interrupts (GstreamRunStream   *self,
                                                              GCancellable       *cancellable,
                                                              GAsyncReadyCallback callback,
                                                              gpointer            user_data);
GSTREAM_EXPORT GPtrArray      *gstream_run_stream_interrupts_finish (GstreamRunStream *self,
                                                                     GAsyncResult     *result,
                                                                     GError          **error);
GSTREAM_EXPORT GPtrArray      *gstream_run_stream_interrupts_sync (GstreamRunStream *self,
                                                                   GCancellable     *cancellable,
                                                                   GError          **error);
GSTREAM_EXPORT void            gstream_run_stream_abort (GstreamRunStream *self);

G_END_DECLS
