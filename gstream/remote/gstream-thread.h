/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread on a LangGraph Agent Server, and the runs on it (N1).
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TRANSPORT (gstream_transport_get_type ())

/**
 * GstreamTransport:
 * @GSTREAM_TRANSPORT_SSE: Server-Sent Events over HTTP; commands are requests of their own
 * @GSTREAM_TRANSPORT_WEBSOCKET: a WebSocket a run, which carries its commands too
 *
 * How a run's events come from a server (N2).
 */
typedef enum
{
  GSTREAM_TRANSPORT_SSE,
  GSTREAM_TRANSPORT_WEBSOCKET,
} GstreamTransport;

GSTREAM_EXPORT GType gstream_transport_get_type (void);

#define GSTREAM_TYPE_THREAD (gstream_thread_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamThread, gstream_thread, GSTREAM, THREAD, GObject)

GSTREAM_EXPORT GstreamThread   *gstream_thread_new (const char *url,
                                                    const char *assistant);
GSTREAM_EXPORT const char      *gstream_thread_get_url (GstreamThread *self);
GSTREAM_EXPORT const char      *gstream_thread_get_assistant (GstreamThread *self);
GSTREAM_EXPORT const char      *gstream_thread_get_thread_id (GstreamThread *self);
GSTREAM_EXPORT SoupSession     *gstream_thread_get_session (GstreamThread *self);
GSTREAM_EXPORT GstreamTransport gstream_thread_get_transport (GstreamThread *self);
GSTREAM_EXPORT gboolean         gstream_thread_get_cancel_on_abort (GstreamThread *self);
GSTREAM_EXPORT void             gstream_thread_set_cancel_on_abort (GstreamThread *self,
                                                                    gboolean       cancel_on_abort);
GSTREAM_EXPORT void             gstream_thread_set_api_key (GstreamThread *self,
                                                            const char    *api_key);
GSTREAM_EXPORT void             gstream_thread_set_header (GstreamThread *self,
                                                           const char    *name,
                                                           const char    *value);

GSTREAM_EXPORT void              gstream_thread_start (GstreamThread      *self,
                                                       GstreamPayload     *input,
                                                       GstreamPayload     *config,
                                                       GstreamPayload     *metadata,
                                                       GstreamStreamMux   *mux,
                                                       GCancellable       *cancellable,
                                                       GAsyncReadyCallback callback,
                                                       gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_start_finish (GstreamThread *self,
                                                              GAsyncResult  *result,
                                                              GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_start_sync (GstreamThread    *self,
                                                            GstreamPayload   *input,
                                                            GstreamPayload   *config,
                                                            GstreamPayload   *metadata,
                                                            GstreamStreamMux *mux,
                                                            GCancellable     *cancellable,
                                                            GError          **error);

GSTREAM_EXPORT void              gstream_thread_respond (GstreamThread      *self,
                                                         GstreamInterrupt   *interrupt,
                                                         GstreamPayload     *response,
                                                         GstreamStreamMux   *mux,
                                                         GCancellable       *cancellable,
                                                         GAsyncReadyCallback callback,
                                                         gpointer            user_data);
GSTREAM_EXPORT void              gstream_thread_respond_all (GstreamThread      *self,
                                                             GPtrArray          *interrupts,
                                                             GPtrArray          *responses,
                                                             GstreamStreamMux   *mux,
                                                             GCancellable       *cancellable,
                                                             GAsyncReadyCallback callback,
                                                             gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_finish (GstreamThread *self,
                                                                GAsyncResult  *result,
                                                                GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_all_finish (GstreamThread *self,
                                                                    GAsyncResult  *result,
                                                                    GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_sync (GstreamThread    *self,
                                                              GstreamInterrupt *interrupt,
                                                              GstreamPayload   *response,
                                                              GstreamStreamMux *mux,
                                                              GCancellable     *cancellable,
                                                              GError          **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_respond_all_sync (GstreamThread    *self,
                                                                  GPtrArray        *interrupts,
                                                                  GPtrArray        *responses,
                                                                  GstreamStreamMux *mux,
                                                                  GCancellable     *cancellable,
                                                                  GError          **error);

GSTREAM_EXPORT void              gstream_thread_attach (GstreamThread      *self,
                                                        const char         *run_id,
                                                        GstreamStreamMux   *mux,
                                                        GCancellable       *cancellable,
                                                        GAsyncReadyCallback callback,
                                                        gpointer            user_data);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_attach_finish (GstreamThread *self,
                                                               GAsyncResult  *result,
                                                               GError       **error);
GSTREAM_EXPORT GstreamRunStream *gstream_thread_attach_sync (GstreamThread    *self,
                                                             const char       *run_id,
                                                             GstreamStreamMux *mux,
                                                             GCancellable     *cancellable,
                                                             GError          **error);

GSTREAM_EXPORT void            gstream_thread_state (GstreamThread      *self,
                                                     GCancellable       *cancellable,
                                                     GAsyncReadyCallback callback,
                                                     gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_thread_state_finish (GstreamThread *self,
                                                            GAsyncResult  *result,
                                                            GError       **error);
GSTREAM_EXPORT GstreamPayload *gstream_thread_state_sync (GstreamThread *self,
                                                          GCancellable  *cancellable,
                                                          GError       **error);

G_END_DECLS
