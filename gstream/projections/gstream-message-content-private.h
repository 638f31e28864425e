/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message: its blocks in index order, built from the events of a model call (T3). An event for a
 * block that has not begun begins it. Owned by a message, which is told by a GstreamGrowth what to stream on.
 */
#pragma once

#include <gstream/projections/gstream-message-block-private.h>

G_BEGIN_DECLS

/* Unfinished blocks are in lists by kind and by whether they have an id: 1 + 2 * kind + (1 with an id). 0 is no list. */
#define GSTREAM_BLOCK_N_LISTS (1 + 2 * GSTREAM_BLOCK_ANY)

/* The blocks at one index, or all blocks. */
typedef struct
{
  guint         link; /* which of the block's links it uses */
  guint         n;
  guint         n_open; /* not finished */
  GstreamBlock *newest;
  GHashTable   *by_id; /* id -> the newest block with it; NULL while there are few */
  struct
  {
    GstreamBlock *oldest; /* of the unfinished ones, in the order they began */
    GstreamBlock *newest;
    GstreamBlock *finished; /* the newest finished one */
  } lists[GSTREAM_BLOCK_N_LISTS];
} GstreamBlockSlot;

typedef struct
{
  GPtrArray       *blocks;        /* of GstreamBlock; NULL until there is one */
  gboolean         is_disordered; /* @blocks is not in index order */
  gint64           last_index;    /* the largest, if there are blocks */
  GstreamBlockSlot all;
  GstreamBlockSlot first;      /* for the index of the first block: usually the only one */
  GPtrArray       *slots;      /* of GstreamBlockSlot, for further indexes; or NULL */
  GHashTable      *by_index;   /* index as JSON -> GstreamBlockSlot; NULL while there are few */
  guint            n_doubtful; /* unfinished blocks that were attributed by a guess (T2) */
  GstreamBlock    *latest;     /* the block of the latest start or delta */
  gboolean
      goes_on; /* nothing but deltas of @latest_delta for @latest has come since it was found: another needs no look-up */
  GstreamDelta latest_delta;
  guint        gap;       /* number of deltas that could not be attributed while this message was open (T2) */
  GString     *joined[2]; /* cached text and reasoning, if of several blocks */
} GstreamMessageContent;

void gstream_message_content_clear (GstreamMessageContent *self);

/* @is_guess: the start may be for another message (T2). */
GstreamGrowth gstream_message_content_start (GstreamMessageContent *self,
                                             GstreamEvent          *event,
                                             gboolean               is_guess);
/* The same as delta, where it is not plain text for the same block as the one before. */
GstreamGrowth gstream_message_content_delta_slowly (GstreamMessageContent    *self,
                                                    GstreamEvent             *event,
                                                    const GstreamEventFields *fields);
GstreamGrowth gstream_message_content_finish (GstreamMessageContent *self,
                                              GstreamEvent          *event);
/* Finishes @block, or, if that is %NULL, a new one behind the others, with the object @content. */
GstreamGrowth gstream_message_content_put (GstreamMessageContent *self,
                                           GstreamBlock          *block,
                                           GstreamJsonValue       content);
typedef void (*GstreamGrowFunc) (gpointer      data,
                                 GstreamGrowth growth);

/* The message ends. @is_complete: tool call chunks become calls. */
void gstream_message_content_end (GstreamMessageContent *self,
                                  gboolean               is_complete,
                                  GstreamGrowFunc        grow,
                                  gpointer               data);

static inline GstreamGrowth
gstream_message_content_delta (GstreamMessageContent    *self,
                               GstreamEvent             *event,
                               const GstreamEventFields *fields)
{
  GstreamBlock *block = self->latest;

  if (G_LIKELY (self->goes_on && fields->text != NULL && fields->index == block->index &&
                fields->delta == self->latest_delta && (fields->halves | block->half) == 0))
    return gstream_block_append (block, fields->text, fields->text_length);

  return gstream_message_content_delta_slowly (self, event, fields);
}

/* @n deltas were not attributed to any message: text that follows may lack them (T2). */
static inline void
gstream_message_content_add_gaps (GstreamMessageContent *self,
                                  guint                  n)
{
  self->gap += n;
  self->goes_on = FALSE;
}

/* Whether deltas that follow for the latest block would not join on to what there is (T2). */
static inline gboolean
gstream_message_content_has_gap (const GstreamMessageContent *self)
{
  return self->gap > 0 && (self->latest == NULL || self->latest->gap != self->gap);
}

/* Returns: the block that began last, if the delta @event fits it, else %NULL */
GstreamBlock *gstream_message_content_expect (GstreamMessageContent *self,
                                              GstreamEvent          *event);
/* Returns: the text in a delta, or %NULL */
char *gstream_message_content_dup_words (GstreamEvent *event);

/* Which block an event is about, as far as it says. */
typedef struct
{
  gint64           index; /* -1: @key */
  char            *key;   /* an index that is no natural number, as JSON; NULL if there is no index */
  char            *id;    /* or NULL */
  GstreamBlockKind kind;
} GstreamBlockPlace;

/* The index in @event; kind and id are filled in from the content. */
GstreamBlockPlace gstream_block_place_of (GstreamEvent *event);
/* Sets kind and id to those of the object @content. */
void gstream_block_place_fill (GstreamBlockPlace *self,
                               GstreamJsonValue   content);
void gstream_block_place_clear (GstreamBlockPlace *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstreamBlockPlace, gstream_block_place_clear)

/* Whether any block has begun at that index. */
gboolean gstream_message_content_has_begun (GstreamMessageContent   *self,
                                            const GstreamBlockPlace *place);
/*
 * The block that is finished at @place: by its id, else the oldest that is not; NULL: there is none. An index may be
 * used again by a block of another kind.
 */
GstreamBlock *gstream_message_content_find_ending (GstreamMessageContent   *self,
                                                   const GstreamBlockPlace *place);
/* The number of unfinished blocks: those of the message in the upper 32 bits, guesses in the lower. */
guint64 gstream_message_content_count_open (GstreamMessageContent *self);

/* Returns: all blocks in index order, or %NULL if there are none */
GPtrArray *gstream_message_content_order (GstreamMessageContent *self);
/* The text of all blocks of @kind (text or reasoning). Valid until the content changes. */
const char     *gstream_message_content_text (GstreamMessageContent *self,
                                              GstreamBlockKind       kind);
GstreamPayload *gstream_message_content_blocks (GstreamMessageContent *self);
/* An array of the calls of @kind, each with id, name and args. */
GstreamPayload *gstream_message_content_calls (GstreamMessageContent *self,
                                               GstreamBlockKind       kind);

/* The `content` object of a start or finish. Returns: %FALSE if there is none */
gboolean gstream_message_content_of (GstreamEvent     *event,
                                     GstreamJsonValue *content);

G_END_DECLS
