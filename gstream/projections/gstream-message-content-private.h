/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message: its blocks in index order, put together by the
 * events of a model call (T3). Whatever comes, in whatever order, ends up in a
 * block: an event about one that nobody began begins it.
 */
#pragma once

#include <gstream/projections/gstream-message-block-private.h>

G_BEGIN_DECLS

/* Blocks of one kind that all have an id, or all have none: 1 + 2 * kind, and 1 more with an id. */
#define GSTREAM_BLOCK_N_LISTS (1 + 2 * GSTREAM_BLOCK_ANY)

/* The blocks at one index, or all of them. */
typedef struct
{
  guint         link;     /* which of a block's it uses */
  guint         n;
  guint         n_open;   /* not finished */
  GstreamBlock *newest;
  GHashTable   *by_id;    /* id -> the newest block with it; NULL: they are few */
  struct
  {
    GstreamBlock *oldest;   /* of those that are not finished, in the order in which they began */
    GstreamBlock *newest;
    GstreamBlock *finished; /* the newest that is */
  } lists[GSTREAM_BLOCK_N_LISTS];
} GstreamBlockSlot;

typedef struct
{
  GPtrArray       *blocks;        /* of GstreamBlock; NULL until there is one */
  gboolean         is_disordered; /* they are not in index order */
  gint64           last_index;    /* the largest, where there are blocks */
  GstreamBlockSlot all;
  GstreamBlockSlot first;         /* most messages have no other index than that of their first block */
  GPtrArray       *slots;         /* of GstreamBlockSlot: for the others; NULL: there are none */
  GHashTable      *by_index;      /* index, as JSON -> GstreamBlockSlot; NULL: they are few */
  guint            n_doubtful;    /* blocks that are not certainly its own, and not finished (T2) */
  GstreamBlock    *latest;        /* the one that the latest delta was for */
  gboolean         goes_on;       /* a delta like the latest one is for the same block, as nothing else has come since */
  GstreamDelta     latest_delta;
  guint            gap;           /* how often deltas have been missing (T2) */
  GString         *joined[2];     /* the text of several blocks, and their reasoning; made when asked for */
} GstreamMessageContent;

void            gstream_message_content_clear  (GstreamMessageContent *self);

/* @is_guess: maybe it is another message's (T2). */
GstreamGrowth   gstream_message_content_start  (GstreamMessageContent *self,
                                                GstreamEvent          *event,
                                                gboolean               is_guess);
GstreamGrowth   gstream_message_content_delta  (GstreamMessageContent *self,
                                                GstreamEvent          *event,
                                                const GstreamEventFields    *fields);
GstreamGrowth   gstream_message_content_finish (GstreamMessageContent *self,
                                                GstreamEvent          *event);
/* All of @block, or, where that is NULL, of a new one behind the others. */
GstreamGrowth   gstream_message_content_put    (GstreamMessageContent *self,
                                                GstreamBlock          *block,
                                                GstreamJsonValue       content);
typedef void (*GstreamGrowFunc) (gpointer      data,
                                 GstreamGrowth growth);

/* Nothing more comes. @is_complete: what chunks there are, are calls. */
void            gstream_message_content_end    (GstreamMessageContent *self,
                                                gboolean               is_complete,
                                                GstreamGrowFunc        grow,
                                                gpointer               data);

/* Deltas are missing from here on: what comes next does not join on to what there is (T2). */
static inline void
gstream_message_content_add_gap (GstreamMessageContent *self)
{
  self->gap++;
  self->goes_on = FALSE;
}

/* The block that has begun last, where @event, a delta, goes on with it; else NULL. */
GstreamBlock   *gstream_message_content_expect    (GstreamMessageContent *self,
                                                   GstreamEvent          *event);
/* What a delta adds to the text of its block; NULL: nothing. */
char           *gstream_message_content_dup_words (GstreamEvent          *event);

/* What an event is about: a block's index, and the kind it takes it for. */
typedef struct
{
  gint64           index; /* -1: @key */
  char            *key;   /* an index that is no natural number, as JSON; NULL: none is said */
  char            *id;    /* or NULL */
  GstreamBlockKind kind;
} GstreamBlockPlace;

/* The index that @event says; the rest is left to be filled in. */
GstreamBlockPlace gstream_block_place_of       (GstreamEvent          *event);
/* As the object @content says. */
void            gstream_block_place_fill       (GstreamBlockPlace     *self,
                                                GstreamJsonValue       content);
void            gstream_block_place_clear      (GstreamBlockPlace     *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstreamBlockPlace, gstream_block_place_clear)

/* Whether any block has begun at that index. */
gboolean        gstream_message_content_has_begun     (GstreamMessageContent   *self,
                                                       const GstreamBlockPlace *place);
/*
 * The block that is finished at @place: by its id, else the oldest that is not; NULL: there is none. An index may be
 * used again by a block of another kind.
 */
GstreamBlock   *gstream_message_content_find_ending   (GstreamMessageContent   *self,
                                                       const GstreamBlockPlace *place);
/* How many of its own are not finished; of those that may be another's, each counts as little as can be. */
guint64         gstream_message_content_count_open    (GstreamMessageContent   *self);

/* All blocks, put in index order; NULL: there are none. */
GPtrArray      *gstream_message_content_order  (GstreamMessageContent *self);
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
