/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread for a chat window.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/conversation/gstream-question.h>
#include <gstream/thread/gstream-thread.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CONVERSATION (gstream_conversation_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamConversation, gstream_conversation, GSTREAM, CONVERSATION, GObject)

GSTREAM_EXPORT GstreamConversation     *gstream_conversation_new (GstreamThread *thread);
GSTREAM_EXPORT GstreamThread           *gstream_conversation_get_thread (GstreamConversation *self);
GSTREAM_EXPORT const char              *gstream_conversation_get_messages_key (GstreamConversation *self);
GSTREAM_EXPORT gboolean                 gstream_conversation_get_tool_rows (GstreamConversation *self);
GSTREAM_EXPORT void                     gstream_conversation_set_tool_rows (GstreamConversation *self,
                                                                            gboolean             tool_rows);
GSTREAM_EXPORT GstreamMultitaskStrategy gstream_conversation_get_policy (GstreamConversation *self);
GSTREAM_EXPORT void                     gstream_conversation_set_policy (GstreamConversation     *self,
                                                                         GstreamMultitaskStrategy policy);
GSTREAM_EXPORT GstreamRunOptions       *gstream_conversation_get_options (GstreamConversation *self);
GSTREAM_EXPORT void                     gstream_conversation_set_options (GstreamConversation *self,
                                                                          GstreamRunOptions   *options);
GSTREAM_EXPORT guint                    gstream_conversation_get_history_limit (GstreamConversation *self);
GSTREAM_EXPORT void                     gstream_conversation_set_history_limit (GstreamConversation *self,
                                                                                guint                limit);
GSTREAM_EXPORT gboolean                 gstream_conversation_get_busy (GstreamConversation *self);
GSTREAM_EXPORT gboolean                 gstream_conversation_get_loading (GstreamConversation *self);
GSTREAM_EXPORT const GError            *gstream_conversation_get_error (GstreamConversation *self);
GSTREAM_EXPORT GstreamRunStream        *gstream_conversation_get_run (GstreamConversation *self);
GSTREAM_EXPORT GstreamPayload          *gstream_conversation_get_values (GstreamConversation *self);
GSTREAM_EXPORT const char              *gstream_conversation_get_checkpoint_id (GstreamConversation *self);
GSTREAM_EXPORT GListModel              *gstream_conversation_get_questions (GstreamConversation *self);
GSTREAM_EXPORT GListModel              *gstream_conversation_get_queue (GstreamConversation *self);

GSTREAM_EXPORT void     gstream_conversation_open (GstreamConversation *self,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data);
GSTREAM_EXPORT gboolean gstream_conversation_open_finish (GstreamConversation *self,
                                                          GAsyncResult        *result,
                                                          GError             **error);
GSTREAM_EXPORT gboolean gstream_conversation_open_sync (GstreamConversation *self,
                                                        GCancellable        *cancellable,
                                                        GError             **error);
GSTREAM_EXPORT void     gstream_conversation_wait (GstreamConversation *self,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data);
GSTREAM_EXPORT gboolean gstream_conversation_wait_finish (GstreamConversation *self,
                                                          GAsyncResult        *result,
                                                          GError             **error);
GSTREAM_EXPORT gboolean gstream_conversation_wait_sync (GstreamConversation *self,
                                                        GCancellable        *cancellable,
                                                        GError             **error);

GSTREAM_EXPORT GstreamConversationRow *gstream_conversation_send (GstreamConversation *self,
                                                                  const char          *text,
                                                                  GstreamRunOptions   *options);
GSTREAM_EXPORT GstreamConversationRow *gstream_conversation_send_message (GstreamConversation *self,
                                                                          GstreamPayload      *message,
                                                                          GstreamRunOptions   *options);
GSTREAM_EXPORT gboolean                gstream_conversation_retry (GstreamConversation    *self,
                                                                   GstreamConversationRow *row);
GSTREAM_EXPORT gboolean                gstream_conversation_take_back (GstreamConversation    *self,
                                                                       GstreamConversationRow *row);
GSTREAM_EXPORT gboolean                gstream_conversation_edit_queued (GstreamConversation    *self,
                                                                         GstreamConversationRow *row,
                                                                         const char             *text);
GSTREAM_EXPORT gboolean                gstream_conversation_move_queued (GstreamConversation    *self,
                                                                         GstreamConversationRow *row,
                                                                         guint                   position);
GSTREAM_EXPORT void                    gstream_conversation_send_queued (GstreamConversation *self);
GSTREAM_EXPORT void                    gstream_conversation_stop (GstreamConversation *self);

GSTREAM_EXPORT void                    gstream_conversation_regenerate (GstreamConversation    *self,
                                                                        GstreamConversationRow *row,
                                                                        GstreamRunOptions      *options,
                                                                        GCancellable           *cancellable,
                                                                        GAsyncReadyCallback     callback,
                                                                        gpointer                user_data);
GSTREAM_EXPORT gboolean                gstream_conversation_regenerate_finish (GstreamConversation *self,
                                                                               GAsyncResult        *result,
                                                                               GError             **error);
GSTREAM_EXPORT gboolean                gstream_conversation_regenerate_sync (GstreamConversation    *self,
                                                                             GstreamConversationRow *row,
                                                                             GstreamRunOptions      *options,
                                                                             GCancellable           *cancellable,
                                                                             GError                **error);
GSTREAM_EXPORT void                    gstream_conversation_edit (GstreamConversation    *self,
                                                                  GstreamConversationRow *row,
                                                                  const char             *text,
                                                                  GstreamRunOptions      *options,
                                                                  GCancellable           *cancellable,
                                                                  GAsyncReadyCallback     callback,
                                                                  gpointer                user_data);
GSTREAM_EXPORT GstreamConversationRow *gstream_conversation_edit_finish (GstreamConversation *self,
                                                                         GAsyncResult        *result,
                                                                         GError             **error);
GSTREAM_EXPORT GstreamConversationRow *gstream_conversation_edit_sync (GstreamConversation    *self,
                                                                       GstreamConversationRow *row,
                                                                       const char             *text,
                                                                       GstreamRunOptions      *options,
                                                                       GCancellable           *cancellable,
                                                                       GError                **error);
GSTREAM_EXPORT void                    gstream_conversation_choose_branch (GstreamConversation    *self,
                                                                           GstreamConversationRow *row,
                                                                           guint                   branch,
                                                                           GCancellable           *cancellable,
                                                                           GAsyncReadyCallback     callback,
                                                                           gpointer                user_data);
GSTREAM_EXPORT gboolean                gstream_conversation_choose_branch_finish (GstreamConversation *self,
                                                                                  GAsyncResult        *result,
                                                                                  GError             **error);
GSTREAM_EXPORT gboolean                gstream_conversation_choose_branch_sync (GstreamConversation    *self,
                                                                                GstreamConversationRow *row,
                                                                                guint                   branch,
                                                                                GCancellable           *cancellable,
                                                                                GError                **error);

GSTREAM_EXPORT void     gstream_conversation_respond (GstreamConversation *self,
                                                      GstreamQuestion     *question,
                                                      GstreamPayload      *response,
                                                      GCancellable        *cancellable,
                                                      GAsyncReadyCallback  callback,
                                                      gpointer             user_data);
GSTREAM_EXPORT gboolean gstream_conversation_respond_finish (GstreamConversation *self,
                                                             GAsyncResult        *result,
                                                             GError             **error);
GSTREAM_EXPORT gboolean gstream_conversation_respond_sync (GstreamConversation *self,
                                                           GstreamQuestion     *question,
                                                           GstreamPayload      *response,
                                                           GCancellable        *cancellable,
                                                           GError             **error);
GSTREAM_EXPORT void     gstream_conversation_respond_all (GstreamConversation *self,
                                                          GPtrArray           *questions,
                                                          GPtrArray           *responses,
                                                          GCancellable        *cancellable,
                                                          GAsyncReadyCallback  callback,
                                                          gpointer             user_data);
GSTREAM_EXPORT gboolean gstream_conversation_respond_all_finish (GstreamConversation *self,
                                                                 GAsyncResult        *result,
                                                                 GError             **error);
GSTREAM_EXPORT gboolean gstream_conversation_respond_all_sync (GstreamConversation *self,
                                                               GPtrArray           *questions,
                                                               GPtrArray           *responses,
                                                               GCancellable        *cancellable,
                                                               GError             **error);
GSTREAM_EXPORT void     gstream_conversation_respond_json (GstreamConversation *self,
                                                           GstreamPayload      *responses,
                                                           GCancellable        *cancellable,
                                                           GAsyncReadyCallback  callback,
                                                           gpointer             user_data);
GSTREAM_EXPORT gboolean gstream_conversation_respond_json_finish (GstreamConversation *self,
                                                                  GAsyncResult        *result,
                                                                  GError             **error);
GSTREAM_EXPORT gboolean gstream_conversation_respond_json_sync (GstreamConversation *self,
                                                                GstreamPayload      *responses,
                                                                GCancellable        *cancellable,
                                                                GError             **error);

G_END_DECLS
