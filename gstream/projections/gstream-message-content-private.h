/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message: its blocks in index order, built from the events of a model call (T3). The first event of a
 * block starts it, whatever it is. It is owned by a message, to which it returns the text to be pushed as a
 * GstreamGrowth.
 */
#pragma once

#include <gstream/projections/gstream-message-block-private.h>

G_BEGIN_DECLS

/*
 * Unfinished blocks are in lists by kind and by whether they have an id: list 1 + 2 * kind, plus 1 with an id. 0 means
 * no list.
 */
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
  /* all events since @latest was found were deltas of the kind @latest_delta for it, so another one needs no look-up */
  gboolean     goes_on;
  GstreamDelta latest_delta;
  guint        gap;       /* number of deltas that could not be attributed to a message while this one was open (T2) */
  GString     *joined[2]; /* cached text and reasoning, if of several blocks */
} GstreamMessageContent;

void gstream_message_content_clear (GstreamMessageContent *self);

/* @is_guess: the start may be for another message (T2). */
GstreamGrowth gstream_message_content_start (GstreamMessageContent *self,
                                             GstreamEvent          *event,
                                             gboolean               is_guess);
/* The slow path of delta: for anything but plain text for the same block as before. */
GstreamGrowth gstream_message_content_delta_slowly (GstreamMessageContent    *self,
                                                    GstreamEvent             *event,
                                                    const GstreamEventFields *fields);
GstreamGrowth gstream_message_content_finish (GstreamMessageContent *self,
                                              GstreamEvent          *event);
/* Finishes @block, or, if that is NULL, appends a finished block with the object @content. */
GstreamGrowth gstream_message_content_put (GstreamMessageContent *self,
                                           GstreamBlock          *block,
                                           GstreamJsonValue       content);
typedef void (*GstreamGrowFunc) (gpointer      data,
                                 GstreamGrowth growth);

/* Ends the content with the message. @is_complete: tool call chunks become calls. */
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

/*
 * Notes that @n deltas were not attributed to any message, so that they may be missing before the following text (T2).
 */
static inline void
gstream_message_content_add_gaps (GstreamMessageContent *self,
                                  guint                  n)
{
  self->gap += n;
  self->goes_on = FALSE;
}

/* Whether the following deltas of the latest block may not directly follow the text so far (T2). */
static inline gboolean
gstream_message_content_has_gap (const GstreamMessageContent *self)
{
  return self->gap > 0 && (self->latest == NULL || self->latest->gap != self->gap);
}

/* Returns the block that was started last, if the delta @event fits to it; otherwise NULL. */
GstreamBlock *gstream_message_content_expect (GstreamMessageContent *self,
                                              GstreamEvent          *event);
/* Returns the text of a delta, or NULL. */
char *gstream_message_content_dup_words (GstreamEvent *event);

/* The block that an event is about, as far as it is specified. */
typedef struct
{
  gint64           index; /* -1: @key */
  char            *key;   /* an index that is no natural number, as JSON; NULL if there is no index */
  char            *id;    /* or NULL */
  GstreamBlockKind kind;
} GstreamBlockPlace;

/* Gets the index in @event; kind and id have to be set from the content. */
GstreamBlockPlace gstream_block_place_of (GstreamEvent *event);
/* Sets kind and id from the object @content. */
void gstream_block_place_fill (GstreamBlockPlace *self,
                               GstreamJsonValue   content);
void gstream_block_place_clear (GstreamBlockPlace *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstreamBlockPlace, gstream_block_place_clear)

/* Whether any block has begun at that index. */
gboolean gstream_message_content_has_begun (GstreamMessageContent   *self,
                                            const GstreamBlockPlace *place);
/*
 * Returns the block that is finished at @place: the one with its id, otherwise the oldest unfinished one; NULL if there
 * is none. An index may be used again by a block of another kind.
 */
GstreamBlock *gstream_message_content_find_ending (GstreamMessageContent   *self,
                                                   const GstreamBlockPlace *place);
/*
 * Returns the number of unfinished blocks: those that certainly belong to the message in the upper 32 bits, guesses in
 * the lower ones.
 */
guint64 gstream_message_content_count_open (GstreamMessageContent *self);

/* Returns all blocks in index order, or NULL if there are none. */
GPtrArray *gstream_message_content_order (GstreamMessageContent *self);
/* Returns the text of all blocks of @kind (text or reasoning). Valid until the content changes. */
const char     *gstream_message_content_text (GstreamMessageContent *self,
                                              GstreamBlockKind       kind);
GstreamPayload *gstream_message_content_blocks (GstreamMessageContent *self);
/* Makes an array of the calls of @kind, each with id, name and args. */
GstreamPayload *gstream_message_content_calls (GstreamMessageContent *self,
                                               GstreamBlockKind       kind);

/* Finds the `content` object of a start or finish. Returns FALSE if there is none. */
gboolean gstream_message_content_of (GstreamEvent     *event,
                                     GstreamJsonValue *content);

G_END_DECLS
