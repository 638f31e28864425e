/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The base class of threads, which have runs (N1).
 */
#pragma once

#include <gstream/event/gstream-interrupt.h>
#include <gstream/stream/gstream-run-stream.h>
#include <gstream/thread/gstream-run-options.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_THREAD (gstream_thread_get_type ())
GSTREAM_EXPORT
G_DECLARE_DERIVABLE_TYPE (GstreamThread, gstream_thread, GSTREAM, THREAD, GObject)

/**
 * GstreamThreadClass:
 * @parent_class: the parent class
 * @begin_start: starts a run with an input (nullable), as [method@Thread.start]; gives the run
 * @begin_respond: answers interrupts, for [method@Thread.respond]; returns the run that continues. The responses are an
 *   array with an object for each: `response`, and `interrupt_id` and `namespace` if the interrupt is specified
 * @begin_attach: follows a run, as [method@Thread.attach]; gives the run
 * @begin_fetch_state: reads the state, as [method@Thread.fetch_state]; gives a [struct@Payload]
 * @begin_fetch_history: reads states, as [method@Thread.fetch_history]; gives a [struct@Payload], an array of states
 * @begin_update_state: changes the state, as [method@Thread.update_state]; gives a [struct@Payload], the checkpoint
 * @begin_cancel_run: ends a run, as [method@Thread.cancel_run]; gives %TRUE
 *
 * The virtual functions of a kind of thread. All are optional: calls without one fail with
 * %GSTREAM_ERROR_NOT_SUPPORTED.
 *
 * Each starts an asynchronous operation and returns. The task has to be completed with g_task_return_value() and a
 * value of the type named above, or with g_task_return_error(). The task has the cancellable, and the main context in
 * which everything has to happen. The options are never %NULL; they are a copy for the call, and may be kept.
 *
 * Since: 1.0
 */
struct _GstreamThreadClass
{
  GObjectClass parent_class;

  void (*begin_start) (GstreamThread     *self,
                       GstreamPayload    *input,
                       GstreamRunOptions *options,
                       GTask             *task);
  void (*begin_respond) (GstreamThread     *self,
                         GstreamPayload    *responses,
                         GstreamRunOptions *options,
                         GTask             *task);
  void (*begin_attach) (GstreamThread     *self,
                        const char        *run_id,
                        GstreamRunOptions *options,
                        GTask             *task);
  void (*begin_fetch_state) (GstreamThread *self,
                             const char    *checkpoint_id,
                             GTask         *task);
  void (*begin_fetch_history) (GstreamThread *self,
                               guint          limit,
                               const char    *before,
                               GTask         *task);
  void (*begin_update_state) (GstreamThread  *self,
                              GstreamPayload *values,
                              const char     *as_node,
                              const char     *checkpoint_id,
                              GTask          *task);
  void (*begin_cancel_run) (GstreamThread *self,
                            const char    *run_id,
                            GTask         *task);

  /*< private >*/
  gpointer reserved[16];
};

GSTREAM_EXPORT const char *gstream_thread_get_thread_id (GstreamThread *self);
GSTREAM_EXPORT void        gstream_thread_set_thread_id (GstreamThread *self,
                                                         const char    *thread_id);
GSTREAM_EXPORT gboolean    gstream_thread_get_cancel_on_abort (GstreamThread *self);
GSTREAM_EXPORT void        gstream_thread_set_cancel_on_abort (GstreamThread *self,
                                                               gboolean       cancel_on_abort);

GSTREAM_EXPORT void              gstream_thread_start (GstreamThread      *self,
                                                       GstreamPayload     *input,
                                                       GstreamRunOptions  *options,
                                                       GCancellable       *cancellable,
                                                       GAsyncReadyCallback callback,
                                                       gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_start_finish (GstreamThread *self,
                                                              GAsyncResult  *result,
                                                              GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_start_sync (GstreamThread     *self,
                                                            GstreamPayload    *input,
                                                            GstreamRunOptions *options,
                                                            GCancellable      *cancellable,
                                                            GError           **error);

GSTREAM_EXPORT void              gstream_thread_respond (GstreamThread      *self,
                                                         GstreamInterrupt   *interrupt,
                                                         GstreamPayload     *response,
                                                         GstreamRunOptions  *options,
                                                         GCancellable       *cancellable,
                                                         GAsyncReadyCallback callback,
                                                         gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_finish (GstreamThread *self,
                                                                GAsyncResult  *result,
                                                                GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_sync (GstreamThread     *self,
                                                              GstreamInterrupt  *interrupt,
                                                              GstreamPayload    *response,
                                                              GstreamRunOptions *options,
                                                              GCancellable      *cancellable,
                                                              GError           **error);

GSTREAM_EXPORT void              gstream_thread_respond_all (GstreamThread      *self,
                                                             GPtrArray          *interrupts,
                                                             GPtrArray          *responses,
                                                             GstreamRunOptions  *options,
                                                             GCancellable       *cancellable,
                                                             GAsyncReadyCallback callback,
                                                             gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_all_finish (GstreamThread *self,
                                                                    GAsyncResult  *result,
                                                                    GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_all_sync (GstreamThread     *self,
                                                                  GPtrArray         *interrupts,
                                                                  GPtrArray         *responses,
                                                                  GstreamRunOptions *options,
                                                                  GCancellable      *cancellable,
                                                                  GError           **error);
GSTREAM_EXPORT void              gstream_thread_respond_json (GstreamThread      *self,
                                                              GstreamPayload     *responses,
                                                              GstreamRunOptions  *options,
                                                              GCancellable       *cancellable,
                                                              GAsyncReadyCallback callback,
                                                              gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_json_finish (GstreamThread *self,
                                                                     GAsyncResult  *result,
                                                                     GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_json_sync (GstreamThread     *self,
                                                                   GstreamPayload    *responses,
                                                                   GstreamRunOptions *options,
                                                                   GCancellable      *cancellable,
                                                                   GError           **error);

GSTREAM_EXPORT void              gstream_thread_attach (GstreamThread      *self,
                                                        const char         *run_id,
                                                        GstreamRunOptions  *options,
                                                        GCancellable       *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_attach_finish (GstreamThread *self,
                                                               GAsyncResult  *result,
                                                               GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_attach_sync (GstreamThread     *self,
                                                             const char        *run_id,
                                                             GstreamRunOptions *options,
                                                             GCancellable      *cancellable,
                                                             GError           **error);

GSTREAM_EXPORT void            gstream_thread_fetch_state (GstreamThread      *self,
                                                           const char         *checkpoint_id,
                                                           GCancellable       *cancellable,
                                                           GAsyncReadyCallback callback,
                                                           gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_thread_fetch_state_finish (GstreamThread *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error);
GSTREAM_EXPORT GstreamPayload *gstream_thread_fetch_state_sync (GstreamThread *self,
                                                                const char    *checkpoint_id,
                                                                GCancellable  *cancellable,
                                                                GError       **error);

GSTREAM_EXPORT void       gstream_thread_fetch_history (GstreamThread      *self,
                                                        guint               limit,
                                                        const char         *before,
                                                        GCancellable       *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);
GSTREAM_EXPORT GPtrArray *gstream_thread_fetch_history_finish (GstreamThread *self,
                                                               GAsyncResult  *result,
                                                               GError       **error);
GSTREAM_EXPORT GPtrArray *gstream_thread_fetch_history_sync (GstreamThread *self,
                                                             guint          limit,
                                                             const char    *before,
                                                             GCancellable  *cancellable,
                                                             GError       **error);

GSTREAM_EXPORT void            gstream_thread_update_state (GstreamThread      *self,
                                                            GstreamPayload     *values,
                                                            const char         *as_node,
                                                            const char         *checkpoint_id,
                                                            GCancellable       *cancellable,
                                                            GAsyncReadyCallback callback,
                                                            gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_thread_update_state_finish (GstreamThread *self,
                                                                   GAsyncResult  *result,
                                                                   GError       **error);
GSTREAM_EXPORT GstreamPayload *gstream_thread_update_state_sync (GstreamThread  *self,
                                                                 GstreamPayload *values,
                                                                 const char     *as_node,
                                                                 const char     *checkpoint_id,
                                                                 GCancellable   *cancellable,
                                                                 GError        **error);

GSTREAM_EXPORT void     gstream_thread_cancel_run (GstreamThread      *self,
                                                   const char         *run_id,
                                                   GCancellable       *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer            user_data);
GSTREAM_EXPORT gboolean gstream_thread_cancel_run_finish (GstreamThread *self,
                                                          GAsyncResult  *result,
                                                          GError       **error);
GSTREAM_EXPORT gboolean gstream_thread_cancel_run_sync (GstreamThread *self,
                                                        const char    *run_id,
                                                        GCancellable  *cancellable,
                                                        GError       **error);

G_END_DECLS
