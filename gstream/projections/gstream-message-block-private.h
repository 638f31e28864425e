/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One content block of a message, as far as it is known (T3): the members of a
 * JSON object, of which one, the stream, grows by deltas.
 */
#pragma once

#include <gstream/event/gstream-event-private.h>
#include <gstream/projections/gstream-members-private.h>

G_BEGIN_DECLS

typedef enum
{
  GSTREAM_BLOCK_TEXT,
  GSTREAM_BLOCK_REASONING,
  GSTREAM_BLOCK_CHUNK,        /* tool_call_chunk: a tool call whose arguments are still text */
  GSTREAM_BLOCK_SERVER_CHUNK, /* server_tool_call_chunk: of a tool that runs at the provider */
  GSTREAM_BLOCK_CALL,         /* tool_call */
  GSTREAM_BLOCK_INVALID_CALL, /* invalid_tool_call */
  GSTREAM_BLOCK_OTHER,        /* images, files, and whatever is not known */
  GSTREAM_BLOCK_ANY,          /* of no block: where nothing says the kind */
} GstreamBlockKind;

#define GSTREAM_BLOCK_ALL_CERTAIN G_MAXSIZE

typedef struct
{
  gint64           index;    /* in the message; -1: it is @key */
  char            *key;      /* an index that is no natural number, as JSON; or NULL */
  GstreamBlockKind kind;
  GString         *stream;   /* the text of the member that grows; NULL until it does */
  GstreamMembers   members;  /* all others */
  gboolean         finished; /* its content-block-finish has come */
  gsize            certain;  /* bytes of @stream before deltas came that may be others'; or ALL_CERTAIN (T2) */
  gboolean         guessed;  /* it began when several messages were open that it could belong to (T2) */
  char            *hint;     /* the first delta after its start, maybe its own; or NULL (T2) */
} GstreamBlock;

/* What a change added to the text of a block; it belongs to the block, until the next change. */
typedef struct
{
  GstreamBlockKind kind;
  const char      *text;
  gsize            length; /* bytes; 0: nothing */
} GstreamGrowth;

GstreamBlock    *gstream_block_new            (GstreamBlockKind  kind,
                                               gint64            index,
                                               const char       *key);
void             gstream_block_free           (GstreamBlock     *self);
/* The kind that the `type` of the object @content says; @otherwise where it says none. */
GstreamBlockKind gstream_block_kind_of        (GstreamJsonValue  content,
                                               GstreamBlockKind  otherwise);

/* Where @self has no room for it yet. */
void             gstream_block_append_slowly  (GstreamBlock     *self,
                                               const char       *text,
                                               gsize             length);

static inline GstreamGrowth
gstream_block_append (GstreamBlock *self,
                      const char   *text,
                      gsize         length)
{
  GString *stream = self->stream;

  /* What GString would do, without the call: this is done for every token. */
  if (G_LIKELY (stream != NULL && stream->len + length < stream->allocated_len))
    {
      memcpy (stream->str + stream->len, text, length);
      stream->len += length;
      stream->str[stream->len] = '\0';
    }
  else
    gstream_block_append_slowly (self, text, length);

  return (GstreamGrowth) { self->kind, self->stream->str + self->stream->len - length, length };
}

/* Puts the members of the object @fields over those that are there. */
GstreamGrowth    gstream_block_merge          (GstreamBlock     *self,
                                               GstreamJsonValue  fields);
/* The object @content is all of the block, but for text that it leaves out. */
GstreamGrowth    gstream_block_finish         (GstreamBlock     *self,
                                               GstreamJsonValue  content);
/* Nothing more comes: a chunk becomes a call. */
void             gstream_block_resolve        (GstreamBlock     *self);

/* Another kind has another stream. */
void             gstream_block_set_kind       (GstreamBlock     *self,
                                               GstreamBlockKind  kind);
void             gstream_block_drop_stream    (GstreamBlock     *self);
extern const char * const gstream_block_types[]; /* by kind, but for ANY */

void             gstream_block_write          (GstreamBlock     *self,
                                               GString          *out);
/* Its id, name and args alone. */
void             gstream_block_write_call     (GstreamBlock     *self,
                                               GString          *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamBlock, gstream_block_free)

G_END_DECLS
