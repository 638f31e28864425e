/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A conversation as the list of conversations knows it.
 */
#pragma once

#include <gstream.h>

#define CHAT_TYPE_ENTRY (chat_entry_get_type ())
G_DECLARE_FINAL_TYPE (ChatEntry, chat_entry, CHAT, ENTRY, GObject)

/* @thread_id may be NULL: the thread has not begun. @time is in microseconds since the epoch. */
ChatEntry  *chat_entry_new (const char *thread_id,
                            const char *title,
                            gint64      time);
const char *chat_entry_get_thread_id (ChatEntry *self);
void        chat_entry_set_thread_id (ChatEntry  *self,
                                      const char *thread_id);
const char *chat_entry_get_title (ChatEntry *self);
void        chat_entry_set_title (ChatEntry  *self,
                                  const char *title);
/* Of what the user says first, as long as there is no other. */
void   chat_entry_suggest_title (ChatEntry  *self,
                                 const char *words);
gint64 chat_entry_get_time (ChatEntry *self);
/* Now. */
void chat_entry_touch (ChatEntry *self);
/* NULL: it is not open. */
GstreamConversation *chat_entry_get_conversation (ChatEntry *self);
void                 chat_entry_set_conversation (ChatEntry           *self,
                                                  GstreamConversation *conversation);
