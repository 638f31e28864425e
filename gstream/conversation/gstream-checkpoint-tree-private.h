/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tree of a thread's checkpoints, as far as its history has been read: where each message came in, and which versions
 * of the conversation there are from there on (C7).
 */
#pragma once

#include <gstream/conversation/gstream-conversation-rows-private.h>

G_BEGIN_DECLS

typedef struct _GstreamCheckpointTree GstreamCheckpointTree;

GstreamCheckpointTree *gstream_checkpoint_tree_new (void);
void                   gstream_checkpoint_tree_free (GstreamCheckpointTree *self);
/* States of a history, newest first, are to be read; those that are known are passed over. */
void gstream_checkpoint_tree_begin (GstreamCheckpointTree *self,
                                    GPtrArray             *states,
                                    const char            *messages_key);
/* Reads them, in slices: FALSE: it is @deadline, by the monotonic clock, and there is more. 0: no end. */
gboolean gstream_checkpoint_tree_read (GstreamCheckpointTree *self,
                                       gint64                 deadline);
/* How many of them were not known. */
guint gstream_checkpoint_tree_get_n_new (GstreamCheckpointTree *self);
/* Whether the way from a checkpoint to the thread's beginning is known. */
gboolean gstream_checkpoint_tree_reaches_root (GstreamCheckpointTree *self,
                                               const char            *head);
/* The newest one; NULL: there is none. */
const char *gstream_checkpoint_tree_get_newest (GstreamCheckpointTree *self);
/* Tells the rows of the state at @head their checkpoints, branches and times. */
void gstream_checkpoint_tree_describe (GstreamCheckpointTree   *self,
                                       const char              *head,
                                       GstreamConversationRows *rows);
/* On the way to @head, the checkpoint before the one that brought the message; NULL: not known. */
const char *gstream_checkpoint_tree_get_before (GstreamCheckpointTree *self,
                                                const char            *head,
                                                const char            *message_id);
/* The newest checkpoint of that version of the conversation at the message; NULL: there is no such version. */
const char *gstream_checkpoint_tree_get_leaf (GstreamCheckpointTree *self,
                                              const char            *head,
                                              const char            *message_id,
                                              guint                  branch);
/* What a state says is its own checkpoint; NULL: nothing. */
const char *gstream_checkpoint_id_of_state (GstreamPayload *state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCheckpointTree, gstream_checkpoint_tree_free)

G_END_DECLS
