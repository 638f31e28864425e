/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run as a list model, for a window.
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_RUN_MODEL_FLAGS (gstream_run_model_flags_get_type ())

/**
 * GstreamRunModelFlags:
 * @GSTREAM_RUN_MODEL_MESSAGES: its messages, as [class@Message]
 * @GSTREAM_RUN_MODEL_TOOL_CALLS: its tool calls, as [class@ToolCall]
 * @GSTREAM_RUN_MODEL_SUBGRAPHS: the runs of its subgraphs, as [class@SubgraphRunStream]
 * @GSTREAM_RUN_MODEL_INTERRUPTS: its pending interrupts, as [class@PendingInterrupt]
 * @GSTREAM_RUN_MODEL_LIFECYCLE: the states of all namespaces below it, as [class@Lifecycle]
 * @GSTREAM_RUN_MODEL_DEEP: the rows of the runs below it, at any depth, are rows of this model too
 *
 * Selects the rows of a [class@RunModel].
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_RUN_MODEL_MESSAGES = 1 << 0,
  GSTREAM_RUN_MODEL_TOOL_CALLS = 1 << 1,
  GSTREAM_RUN_MODEL_SUBGRAPHS = 1 << 2,
  GSTREAM_RUN_MODEL_INTERRUPTS = 1 << 3,
  GSTREAM_RUN_MODEL_LIFECYCLE = 1 << 4,
  GSTREAM_RUN_MODEL_DEEP = 1 << 5,
} GstreamRunModelFlags;

GSTREAM_EXPORT GType gstream_run_model_flags_get_type (void);

#define GSTREAM_TYPE_RUN_MODEL (gstream_run_model_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamRunModel, gstream_run_model, GSTREAM, RUN_MODEL, GObject)

GSTREAM_EXPORT GstreamRunModel     *gstream_run_model_new (GstreamRunStream    *run,
                                                           GstreamRunModelFlags flags,
                                                           GError             **error);
GSTREAM_EXPORT GstreamRunModel     *gstream_run_model_new_for_cursor (GstreamCursor *cursor,
                                                                      GError       **error);
GSTREAM_EXPORT GstreamRunStream    *gstream_run_model_get_run (GstreamRunModel *self);
GSTREAM_EXPORT GstreamRunModelFlags gstream_run_model_get_flags (GstreamRunModel *self);
GSTREAM_EXPORT guint                gstream_run_model_get_max_rows (GstreamRunModel *self);
GSTREAM_EXPORT void                 gstream_run_model_set_max_rows (GstreamRunModel *self,
                                                                    guint            max_rows);
GSTREAM_EXPORT const GError        *gstream_run_model_get_error (GstreamRunModel *self);
GSTREAM_EXPORT GListModel          *gstream_run_model_create_child (gpointer item,
                                                                    gpointer user_data);

G_END_DECLS
