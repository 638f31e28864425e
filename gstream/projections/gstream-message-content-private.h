/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message: its blocks in index order, put together by the
 * events of a model call (T3). Whatever comes, in whatever order, ends up in a
 * block: an event about one that nobody began begins it.
 */
#pragma once

#include <gstream/projections/gstream-message-block-private.h>

G_BEGIN_DECLS

typedef struct
{
  GPtrArray    *blocks;    /* of GstreamBlock, in index order; NULL until there is one */
  GstreamBlock *latest;    /* the one that the latest delta was for */
  gboolean      is_gapped; /* deltas are missing, and so may the starts of blocks be (T2) */
  GString      *joined[2]; /* the text of several blocks, and their reasoning; made when asked for */
} GstreamMessageContent;

void            gstream_message_content_clear  (GstreamMessageContent *self);

GstreamGrowth   gstream_message_content_start  (GstreamMessageContent *self,
                                                GstreamEvent          *event);
GstreamGrowth   gstream_message_content_delta  (GstreamMessageContent *self,
                                                GstreamEvent          *event,
                                                const GstreamFacts    *facts);
GstreamGrowth   gstream_message_content_finish (GstreamMessageContent *self,
                                                GstreamEvent          *event);
/* The finish of the block at @index, whole. */
GstreamGrowth   gstream_message_content_put    (GstreamMessageContent *self,
                                                guint                  index,
                                                GstreamJsonValue       content);
/* Nothing more comes. @is_complete: what chunks there are, are calls. */
void            gstream_message_content_end    (GstreamMessageContent *self,
                                                gboolean               is_complete);

/* Whether all blocks are finished that are certainly its own (T2). */
gboolean        gstream_message_content_is_finished   (GstreamMessageContent *self);
/* From here on deltas are missing: what comes next does not join on to what there is (T2). */
void            gstream_message_content_end_certainty (GstreamMessageContent *self);

/* The block that @event is about, of those that there are; NULL: none. */
GstreamBlock   *gstream_message_content_find   (GstreamMessageContent *self,
                                                GstreamEvent          *event);
/* What an event is about: a block's index, and the kind it takes it for. */
typedef struct
{
  gint64           index; /* -1: @key */
  char            *key;   /* an index that is no natural number, as JSON; NULL: none is said */
  GstreamBlockKind kind;
} GstreamBlockPlace;

/* The index that @event says; the kind is left to be filled in. */
GstreamBlockPlace gstream_block_place_of       (GstreamEvent          *event);
void            gstream_block_place_clear      (GstreamBlockPlace     *self);
/* By the index alone; where none is said, any block is. */
gboolean        gstream_block_is_at            (GstreamBlock            *block,
                                                const GstreamBlockPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstreamBlockPlace, gstream_block_place_clear)

/* The newest that fits: an index may be used again by a block of another kind. */
GstreamBlock   *gstream_message_content_find_at       (GstreamMessageContent   *self,
                                                       const GstreamBlockPlace *place);
/* One that was begun as something else, and has nothing in it. */
GstreamBlock   *gstream_message_content_find_unfilled (GstreamMessageContent   *self,
                                                       const GstreamBlockPlace *place);
GstreamBlock   *gstream_message_content_make_at       (GstreamMessageContent   *self,
                                                       const GstreamBlockPlace *place);

/* All text, or reasoning, of blocks of @kind, in order. Valid until something changes. */
const char     *gstream_message_content_text   (GstreamMessageContent *self,
                                                GstreamBlockKind       kind);
GstreamPayload *gstream_message_content_blocks (GstreamMessageContent *self);
/* Those of @kind, as id, name and args. */
GstreamPayload *gstream_message_content_calls  (GstreamMessageContent *self,
                                                GstreamBlockKind       kind);

/* The `content` of a start or finish, as an object; FALSE where it has none. */
gboolean        gstream_message_content_of     (GstreamEvent          *event,
                                                GstreamJsonValue      *content);

G_END_DECLS
