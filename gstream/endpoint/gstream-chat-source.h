/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's endpoint as a source (O1).
 */
#pragma once

#include <gstream/stream/gstream-event-source.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_CHAT_SOURCE (gstream_chat_source_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamChatSource, gstream_chat_source, GSTREAM, CHAT_SOURCE, GObject)

GSTREAM_EXPORT GstreamEventSource *gstream_chat_source_new (const char     *url,
                                                            const char     *model,
                                                            GstreamPayload *messages);

GSTREAM_EXPORT const char     *gstream_chat_source_get_url (GstreamChatSource *self);
GSTREAM_EXPORT const char     *gstream_chat_source_get_model (GstreamChatSource *self);
GSTREAM_EXPORT GstreamPayload *gstream_chat_source_get_messages (GstreamChatSource *self);
GSTREAM_EXPORT GstreamPayload *gstream_chat_source_get_tools (GstreamChatSource *self);
GSTREAM_EXPORT GstreamPayload *gstream_chat_source_get_parameters (GstreamChatSource *self);
GSTREAM_EXPORT SoupSession    *gstream_chat_source_get_session (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_max_event_size (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_max_depth (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_retry_limit (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_retry_pause (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_retry_pause_max (GstreamChatSource *self);
GSTREAM_EXPORT guint           gstream_chat_source_get_silence_timeout (GstreamChatSource *self);
GSTREAM_EXPORT void            gstream_chat_source_set_tools (GstreamChatSource *self,
                                                              GstreamPayload    *tools);
GSTREAM_EXPORT void            gstream_chat_source_set_parameters (GstreamChatSource *self,
                                                                   GstreamPayload    *parameters);
GSTREAM_EXPORT void            gstream_chat_source_set_api_key (GstreamChatSource *self,
                                                                const char        *api_key);
GSTREAM_EXPORT void            gstream_chat_source_set_header (GstreamChatSource *self,
                                                               const char        *name,
                                                               const char        *value);

G_END_DECLS
