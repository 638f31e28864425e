/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A LangGraph Agent Server, and its threads, runs and assistants (N13).
 */
#pragma once

#include <gstream/thread/gstream-thread.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_TRANSPORT (gstream_transport_get_type ())

/**
 * GstreamTransport:
 * @GSTREAM_TRANSPORT_SSE: Server-Sent Events over HTTP; commands are separate requests
 * @GSTREAM_TRANSPORT_WEBSOCKET: a WebSocket for each run, which also transports its commands
 *
 * The transport of a run's events from a server (N2).
 *
 * Since: 1.0
 */
typedef enum
{
  GSTREAM_TRANSPORT_SSE,
  GSTREAM_TRANSPORT_WEBSOCKET,
} GstreamTransport;

GSTREAM_EXPORT GType gstream_transport_get_type (void);

#define GSTREAM_TYPE_SERVER (gstream_server_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamServer, gstream_server, GSTREAM, SERVER, GObject)

GSTREAM_EXPORT GstreamServer   *gstream_server_new (const char *url);
GSTREAM_EXPORT const char      *gstream_server_get_url (GstreamServer *self);
GSTREAM_EXPORT SoupSession     *gstream_server_get_session (GstreamServer *self);
GSTREAM_EXPORT GstreamTransport gstream_server_get_transport (GstreamServer *self);
GSTREAM_EXPORT guint            gstream_server_get_max_event_size (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_max_event_size (GstreamServer *self,
                                                                   guint          max_event_size);
GSTREAM_EXPORT guint            gstream_server_get_max_depth (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_max_depth (GstreamServer *self,
                                                              guint          max_depth);
GSTREAM_EXPORT guint            gstream_server_get_retry_limit (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_retry_limit (GstreamServer *self,
                                                                guint          retry_limit);
GSTREAM_EXPORT guint            gstream_server_get_retry_pause (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_retry_pause (GstreamServer *self,
                                                                guint          retry_pause);
GSTREAM_EXPORT guint            gstream_server_get_retry_pause_max (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_retry_pause_max (GstreamServer *self,
                                                                    guint          retry_pause_max);
GSTREAM_EXPORT guint            gstream_server_get_silence_timeout (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_silence_timeout (GstreamServer *self,
                                                                    guint          silence_timeout);
GSTREAM_EXPORT guint            gstream_server_get_answer_timeout (GstreamServer *self);
GSTREAM_EXPORT void             gstream_server_set_answer_timeout (GstreamServer *self,
                                                                   guint          answer_timeout);
GSTREAM_EXPORT void             gstream_server_set_api_key (GstreamServer *self,
                                                            const char    *api_key);
GSTREAM_EXPORT void             gstream_server_set_header (GstreamServer *self,
                                                           const char    *name,
                                                           const char    *value);

GSTREAM_EXPORT GstreamThread *gstream_server_create_thread (GstreamServer *self,
                                                            const char    *assistant);
GSTREAM_EXPORT GstreamThread *gstream_server_open_thread (GstreamServer *self,
                                                          const char    *assistant,
                                                          const char    *thread_id);

GSTREAM_EXPORT void            gstream_server_copy_thread (GstreamServer      *self,
                                                           const char         *thread_id,
                                                           GCancellable       *cancellable,
                                                           GAsyncReadyCallback callback,
                                                           gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_server_copy_thread_finish (GstreamServer *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error);
GSTREAM_EXPORT GstreamPayload *gstream_server_copy_thread_sync (GstreamServer *self,
                                                                const char    *thread_id,
                                                                GCancellable  *cancellable,
                                                                GError       **error);

GSTREAM_EXPORT void            gstream_server_update_thread (GstreamServer      *self,
                                                             const char         *thread_id,
                                                             GstreamPayload     *metadata,
                                                             GCancellable       *cancellable,
                                                             GAsyncReadyCallback callback,
                                                             gpointer            user_data);
GSTREAM_EXPORT GstreamPayload *gstream_server_update_thread_finish (GstreamServer *self,
                                                                    GAsyncResult  *result,
                                                                    GError       **error);
GSTREAM_EXPORT GstreamPayload *gstream_server_update_thread_sync (GstreamServer  *self,
                                                                  const char     *thread_id,
                                                                  GstreamPayload *metadata,
                                                                  GCancellable   *cancellable,
                                                                  GError        **error);

GSTREAM_EXPORT void     gstream_server_delete_thread (GstreamServer      *self,
                                                      const char         *thread_id,
                                                      GCancellable       *cancellable,
                                                      GAsyncReadyCallback callback,
                                                      gpointer            user_data);
GSTREAM_EXPORT gboolean gstream_server_delete_thread_finish (GstreamServer *self,
                                                             GAsyncResult  *result,
                                                             GError       **error);
GSTREAM_EXPORT gboolean gstream_server_delete_thread_sync (GstreamServer *self,
                                                           const char    *thread_id,
                                                           GCancellable  *cancellable,
                                                           GError       **error);

GSTREAM_EXPORT void       gstream_server_list_assistants (GstreamServer      *self,
                                                          const char         *graph_id,
                                                          GCancellable       *cancellable,
                                                          GAsyncReadyCallback callback,
                                                          gpointer            user_data);
GSTREAM_EXPORT GPtrArray *gstream_server_list_assistants_finish (GstreamServer *self,
                                                                 GAsyncResult  *result,
                                                                 GError       **error);
GSTREAM_EXPORT GPtrArray *gstream_server_list_assistants_sync (GstreamServer *self,
                                                               const char    *graph_id,
                                                               GCancellable  *cancellable,
                                                               GError       **error);

GSTREAM_EXPORT void       gstream_server_list_runs (GstreamServer      *self,
                                                    const char         *thread_id,
                                                    guint               limit,
                                                    GCancellable       *cancellable,
                                                    GAsyncReadyCallback callback,
                                                    gpointer            user_data);
GSTREAM_EXPORT GPtrArray *gstream_server_list_runs_finish (GstreamServer *self,
                                                           GAsyncResult  *result,
                                                           GError       **error);
GSTREAM_EXPORT GPtrArray *gstream_server_list_runs_sync (GstreamServer *self,
                                                         const char    *thread_id,
                                                         guint          limit,
                                                         GCancellable  *cancellable,
                                                         GError       **error);

GSTREAM_EXPORT void     gstream_server_cancel_run (GstreamServer      *self,
                                                   const char         *thread_id,
                                                   const char         *run_id,
                                                   GCancellable       *cancellable,
                                                   GAsyncReadyCallback callback,
                                                   gpointer            user_data);
GSTREAM_EXPORT gboolean gstream_server_cancel_run_finish (GstreamServer *self,
                                                          GAsyncResult  *result,
                                                          GError       **error);
GSTREAM_EXPORT gboolean gstream_server_cancel_run_sync (GstreamServer *self,
                                                        const char    *thread_id,
                                                        const char    *run_id,
                                                        GCancellable  *cancellable,
                                                        GError       **error);

G_END_DECLS
