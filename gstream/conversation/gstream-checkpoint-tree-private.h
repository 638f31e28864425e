/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree of a thread's checkpoints, as far as its history has been read: which checkpoint added each message, and the
 * branches of the conversation from there on (C7).
 */
#pragma once

#include <gstream/conversation/gstream-conversation-rows-private.h>

G_BEGIN_DECLS

typedef struct _GstreamCheckpointTree GstreamCheckpointTree;

GstreamCheckpointTree *gstream_checkpoint_tree_new (void);
void                   gstream_checkpoint_tree_free (GstreamCheckpointTree *self);
/* Starts reading states of a history, newest first. Known ones are skipped. */
void gstream_checkpoint_tree_begin (GstreamCheckpointTree *self,
                                    GPtrArray             *states,
                                    const char            *messages_key);
/* Reads them until @deadline (monotonic time; 0: none). Returns FALSE if there are more to read. */
gboolean gstream_checkpoint_tree_read (GstreamCheckpointTree *self,
                                       gint64                 deadline);
/* Returns how many of them were new. */
guint gstream_checkpoint_tree_get_n_new (GstreamCheckpointTree *self);
/* Whether all checkpoints from this one back to the first are known. */
gboolean gstream_checkpoint_tree_reaches_root (GstreamCheckpointTree *self,
                                               const char            *head);
/* Returns the newest checkpoint; NULL: there is none. */
const char *gstream_checkpoint_tree_get_newest (GstreamCheckpointTree *self);
/* Sets the checkpoints, branches and times of the rows of the state at @head. */
void gstream_checkpoint_tree_describe (GstreamCheckpointTree   *self,
                                       const char              *head,
                                       GstreamConversationRows *rows);
/* Returns the parent of the checkpoint that added the message, among the ancestors of @head; NULL: not known. */
const char *gstream_checkpoint_tree_get_before (GstreamCheckpointTree *self,
                                                const char            *head,
                                                const char            *message_id);
/* Returns the newest checkpoint of that branch at the message; NULL: there is no such branch. */
const char *gstream_checkpoint_tree_get_leaf (GstreamCheckpointTree *self,
                                              const char            *head,
                                              const char            *message_id,
                                              guint                  branch);
/* Returns the checkpoint id of a state; NULL: it has none. */
const char *gstream_checkpoint_id_of_state (GstreamPayload *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCheckpointTree, gstream_checkpoint_tree_free)

G_END_DECLS
