/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The list of conversations, and where their threads come from.
 */
#pragma once

#include "chat-entry.h"

#define CHAT_TYPE_STORE (chat_store_get_type ())
G_DECLARE_FINAL_TYPE (ChatStore, chat_store, CHAT, STORE, GObject)

/*
 * A list model of ChatEntry, in no order. It has a signal `telling`, with what the user is to be told.
 *
 * They are kept in a file of @folder. Threads are in child processes, one each: @command is started with `--checkpoints FILE` behind it, a file of @folder.
 */
ChatStore *chat_store_new_for_command (const char        *folder,
                                       const char *const *command);
/* The threads of a server; new ones are @assistant's. */
ChatStore *chat_store_new_for_server (GstreamServer *server,
                                      const char    *assistant);
gboolean   chat_store_has (ChatStore *self,
                           ChatEntry *entry);
/* Of the last reading of the server's list; NULL: it came. It is the property `error`. */
const GError *chat_store_get_error (ChatStore *self);
void          chat_store_reload (ChatStore *self);
/* Makes what @entry's thread is: it may be new. */
GstreamConversation *chat_store_open (ChatStore *self,
                                      ChatEntry *entry,
                                      GError   **error);
/* Where it is not in the list yet. */
void chat_store_add (ChatStore *self,
                     ChatEntry *entry);
/* With its thread. */
void chat_store_remove (ChatStore *self,
                        ChatEntry *entry);
