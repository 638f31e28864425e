/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The options with which a run is started, resumed or attached to, besides its input (N9, N10).
 */
#pragma once

#include <gstream/event/gstream-payload.h>
#include <gstream/stream/gstream-stream-mux.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_MULTITASK_STRATEGY (gstream_multitask_strategy_get_type ())

/**
 * GstreamMultitaskStrategy:
 * @GSTREAM_MULTITASK_STRATEGY_DEFAULT: the default of the thread or server
 * @GSTREAM_MULTITASK_STRATEGY_ENQUEUE: the new run waits until the other is over
 * @GSTREAM_MULTITASK_STRATEGY_INTERRUPT: the other run is cancelled, and its changes are kept
 * @GSTREAM_MULTITASK_STRATEGY_ROLLBACK: the other run is cancelled, and its changes are undone, if the thread supports
 *   that
 * @GSTREAM_MULTITASK_STRATEGY_REJECT: starting the new run fails with %GSTREAM_ERROR_CONFLICT
 *
 * What to do when a run is started while another run of the thread is running.
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_MULTITASK_STRATEGY_DEFAULT,
  GSTREAM_MULTITASK_STRATEGY_ENQUEUE,
  GSTREAM_MULTITASK_STRATEGY_INTERRUPT,
  GSTREAM_MULTITASK_STRATEGY_ROLLBACK,
  GSTREAM_MULTITASK_STRATEGY_REJECT,
} GstreamMultitaskStrategy;

GSTREAM_EXPORT GType gstream_multitask_strategy_get_type (void);

#define GSTREAM_TYPE_RUN_OPTIONS (gstream_run_options_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamRunOptions, gstream_run_options, GSTREAM, RUN_OPTIONS, GObject)

GSTREAM_EXPORT GstreamRunOptions *gstream_run_options_new (void);

GSTREAM_EXPORT GstreamStreamMux        *gstream_run_options_get_mux (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_mux (GstreamRunOptions *self,
                                                                     GstreamStreamMux  *mux);
GSTREAM_EXPORT GstreamPayload          *gstream_run_options_get_config (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_config (GstreamRunOptions *self,
                                                                        GstreamPayload    *config);
GSTREAM_EXPORT GstreamPayload          *gstream_run_options_get_metadata (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_metadata (GstreamRunOptions *self,
                                                                          GstreamPayload    *metadata);
GSTREAM_EXPORT GstreamMultitaskStrategy gstream_run_options_get_multitask_strategy (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_multitask_strategy (GstreamRunOptions       *self,
                                                                                    GstreamMultitaskStrategy strategy);
GSTREAM_EXPORT const char              *gstream_run_options_get_checkpoint_id (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_checkpoint_id (GstreamRunOptions *self,
                                                                               const char        *checkpoint_id);
GSTREAM_EXPORT GstreamPayload          *gstream_run_options_get_update (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_update (GstreamRunOptions *self,
                                                                        GstreamPayload    *update);
GSTREAM_EXPORT GstreamPayload          *gstream_run_options_get_goto (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_goto (GstreamRunOptions *self,
                                                                      GstreamPayload    *target);
GSTREAM_EXPORT const char *const       *gstream_run_options_get_channels (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_channels (GstreamRunOptions *self,
                                                                          const char *const *channels);
GSTREAM_EXPORT GstreamPayload          *gstream_run_options_get_namespaces (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_namespaces (GstreamRunOptions *self,
                                                                            GstreamPayload    *namespaces);
GSTREAM_EXPORT int                      gstream_run_options_get_depth (GstreamRunOptions *self);
GSTREAM_EXPORT void                     gstream_run_options_set_depth (GstreamRunOptions *self,
                                                                       int                depth);

G_END_DECLS
