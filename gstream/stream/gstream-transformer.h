/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The base class of transformers, which make projections from events.
 */
#pragma once

#include <gstream/stream/gstream-projection.h>
#include <gstream/stream/gstream-side-work.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TRANSFORMER (gstream_transformer_get_type ())
GSTREAM_EXPORT
G_DECLARE_DERIVABLE_TYPE (GstreamTransformer, gstream_transformer, GSTREAM, TRANSFORMER, GObject)

/**
 * GstreamTransformerClass:
 * @parent_class: the parent class
 * @process: looks at an event; %FALSE without an error keeps it out of the main log
 * @process_async: the same for a transformer that has to wait; used where
 *   @process is not implemented
 * @process_finish: ends @process_async
 * @finish: the run has ended; the last chance to push
 * @fail: the run has failed, or was aborted (then @error is %NULL)
 * @finish_async: @finish for a transformer that has to wait; used where @finish
 *   is not implemented
 * @finish_finish: ends @finish_async
 * @fail_async: @fail for a transformer that has to wait; used where @fail is not
 *   implemented
 * @fail_finish: ends @fail_async
 *
 * All functions are optional. The run ends when its last transformer has finished, including @finish_async and
 * @fail_async. The `cancellable` of @finish_async is cancelled if the run is aborted meanwhile.
 *
 * Since: 1.0
 */
struct _GstreamTransformerClass
{
  GObjectClass parent_class;

  gboolean (*process) (GstreamTransformer *self,
                       GstreamEvent       *event,
                       GError            **error);
  void (*process_async) (GstreamTransformer *self,
                         GstreamEvent       *event,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data);
  gboolean (*process_finish) (GstreamTransformer *self,
                              GAsyncResult       *result,
                              GError            **error);
  gboolean (*finish) (GstreamTransformer *self,
                      GError            **error);
  void (*fail) (GstreamTransformer *self,
                const GError       *error);
  void (*finish_async) (GstreamTransformer *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data);
  gboolean (*finish_finish) (GstreamTransformer *self,
                             GAsyncResult       *result,
                             GError            **error);
  void (*fail_async) (GstreamTransformer *self,
                      const GError       *error,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
  void (*fail_finish) (GstreamTransformer *self,
                       GAsyncResult       *result);

  /*< private >*/
  gpointer reserved[8];
};

GSTREAM_EXPORT const char *const *gstream_transformer_get_wants (GstreamTransformer *self);
GSTREAM_EXPORT void               gstream_transformer_set_wants (GstreamTransformer *self,
                                                                 const char *const  *methods);
GSTREAM_EXPORT const char *const *gstream_transformer_get_channels (GstreamTransformer *self);
GSTREAM_EXPORT void               gstream_transformer_set_channels (GstreamTransformer *self,
                                                                    const char *const  *channels);
GSTREAM_EXPORT gboolean           gstream_transformer_get_before_builtins (GstreamTransformer *self);
GSTREAM_EXPORT gboolean           gstream_transformer_get_native (GstreamTransformer *self);
GSTREAM_EXPORT const char *const *gstream_transformer_get_scope (GstreamTransformer *self);
GSTREAM_EXPORT GstreamProjection *gstream_transformer_add_projection (GstreamTransformer *self,
                                                                      const char         *name,
                                                                      GType               item_type);
GSTREAM_EXPORT gboolean           gstream_transformer_owns (GstreamTransformer *self,
                                                            GstreamEvent       *event);
GSTREAM_EXPORT void               gstream_transformer_replace (GstreamTransformer *self,
                                                               GstreamEvent       *event);
GSTREAM_EXPORT GstreamSideWork   *gstream_transformer_schedule (GstreamTransformer *self,
                                                                gboolean            fails_run);

G_END_DECLS
