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
/* Forgets all checkpoints, and ends reading and describing. */
void gstream_checkpoint_tree_clear (GstreamCheckpointTree *self);
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
/* Starts setting the checkpoints, branches and times of the rows of the state at @head. */
void gstream_checkpoint_tree_begin_describing (GstreamCheckpointTree   *self,
                                               const char              *head,
                                               GstreamConversationRows *rows);
/* Sets them until @deadline (monotonic time; 0: none). Returns FALSE if there are more to set. */
gboolean gstream_checkpoint_tree_describe (GstreamCheckpointTree *self,
                                           gint64                 deadline);
/*
 * Returns the checkpoint before the step that added the message, or, if it is the user's, before the input that did,
 * among the ancestors of @head; NULL: not known.
 */
const char *gstream_checkpoint_tree_get_before (GstreamCheckpointTree  *self,
                                                const char             *head,
                                                const char             *message_id,
                                                GstreamConversationRole role);
/* Returns the newest checkpoint of that branch at the message; NULL: there is no such branch. */
const char *gstream_checkpoint_tree_get_leaf (GstreamCheckpointTree *self,
                                              const char            *head,
                                              const char            *message_id,
                                              guint                  branch);

/* --- a state --- */

/* Its members that are known, found in one pass over it: it may be long. Each is NULL where it is not there. */
typedef struct
{
  GstreamPayload *values;
  GstreamPayload *tasks;
  GstreamPayload *interrupts;
  GstreamPayload *metadata;
  GstreamPayload *created_at;
  GstreamPayload *checkpoint;
  GstreamPayload *checkpoint_id;
  GstreamPayload *config;
  GstreamPayload *parent_checkpoint;
  GstreamPayload *parent_checkpoint_id;
  GstreamPayload *parent_config;
} GstreamStateParts;

void gstream_state_parts_init (GstreamStateParts *self,
                               GstreamPayload    *state);
void gstream_state_parts_clear (GstreamStateParts *self);
/* What it says is its own checkpoint, or its parent; NULL: nothing. */
const char *gstream_state_parts_get_id (const GstreamStateParts *self);
const char *gstream_state_parts_get_parent_id (const GstreamStateParts *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstreamStateParts, gstream_state_parts_clear)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamCheckpointTree, gstream_checkpoint_tree_free)

G_END_DECLS
