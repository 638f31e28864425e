/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One content block of a message (T3): the members of a JSON object, of which one, the stream (text, reasoning,
 * arguments or data), is extended by deltas.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-text-internal.h> /* the pieces are parts of events' texts */

G_BEGIN_DECLS

/* The members of a JSON object that is put together piece by piece: names, each once, in the order they came, and their values as JSON. */
typedef struct
{
  GPtrArray  *list;    /* NULL: none yet */
  GHashTable *by_name; /* NULL: they are few */
} GstreamMembers;

void gstream_members_clear (GstreamMembers *self);
/* The value's JSON, or NULL. */
const char *gstream_members_get (GstreamMembers *self,
                                 const char     *name);
/* What it says, if it is a string; else NULL. */
char       *gstream_members_dup_string (GstreamMembers *self,
                                        const char     *name);
void        gstream_members_set (GstreamMembers  *self,
                                 const char      *name,
                                 GstreamJsonValue value);
void        gstream_members_set_json (GstreamMembers *self,
                                      const char     *name,
                                      const char     *json);
void        gstream_members_set_string (GstreamMembers *self,
                                        const char     *name,
                                        const char     *string);
guint       gstream_members_count (GstreamMembers *self);
const char *gstream_members_name_at (GstreamMembers *self,
                                     guint           i);
/* Sets it where it is missing, or null. */
void gstream_members_default (GstreamMembers *self,
                              const char     *name,
                              const char     *json);
/* Puts those of @object over those that are there. */
void gstream_members_merge (GstreamMembers  *self,
                            GstreamJsonValue object);
/* All but @but and @and_but, which may be NULL, within an object that is begun. */
void gstream_members_write (GstreamMembers *self,
                            GString        *out,
                            const char     *but,
                            const char     *and_but);
/* An object of them all, or NULL where there are none. */
GstreamPayload *gstream_members_to_payload (GstreamMembers *self);

/* --- the block --- */

typedef enum
{
  GSTREAM_BLOCK_TEXT,
  GSTREAM_BLOCK_REASONING,
  GSTREAM_BLOCK_CHUNK,        /* tool_call_chunk: a tool call whose arguments are still text */
  GSTREAM_BLOCK_SERVER_CHUNK, /* server_tool_call_chunk: of a tool that runs at the provider */
  GSTREAM_BLOCK_CALL,         /* tool_call */
  GSTREAM_BLOCK_INVALID_CALL, /* invalid_tool_call */
  GSTREAM_BLOCK_OTHER,        /* images, files, and whatever is not known */
  GSTREAM_BLOCK_ANY,          /* of no block, but of an event that says no kind */
} GstreamBlockKind;

#define GSTREAM_BLOCK_HAS_GAP G_MAXUINT

typedef struct _GstreamBlock GstreamBlock;

struct _GstreamBlock
{
  gint64           index; /* in the message; -1: it is @key */
  char            *key;   /* an index that is no natural number, as JSON; or NULL */
  char            *id;    /* as it says, as JSON where that is no string; or NULL */
  GstreamBlockKind kind;
  GString         *stream;   /* the text of the member that grows; NULL until it does */
  guint32          half;     /* the first half of a surrogate pair that goes behind @stream; 0: none (T3) */
  gboolean         begun;    /* its start was seen, so that @stream has its beginning */
  gboolean         finished; /* its content-block-finish has come */
  gboolean         guessed;  /* it began when several messages were open that it could belong to (T2) */
  guint            gap;      /* the content's gap when it began, or HAS_GAP if its own text may have one (T2) */
  char            *hint;     /* what came right after the start of one that is guessed; or NULL (T2) */
  GstreamMembers   members;  /* all but the one that grows */
  guint            serial;   /* in the order in which the message's blocks began */
  gpointer         slot;     /* the content's, for its index */
  guint            list;     /* of those of the slot, the one that it is in; 0: none, it is finished */
  struct
  {
    GstreamBlock *before; /* began before it */
    GstreamBlock *older;  /* its neighbours in its list */
    GstreamBlock *newer;
  } links[2]; /* among the blocks at its index, and among all */
};

/* What a change added to the text of a block; it belongs to the block, until the next change. */
typedef struct
{
  GstreamBlockKind kind;
  const char      *text;
  gsize            length; /* bytes; 0: nothing */
} GstreamGrowth;

GstreamBlock *gstream_block_new (GstreamBlockKind kind,
                                 gint64           index,
                                 const char      *key);
void          gstream_block_free (GstreamBlock *self);
/* The kind that the `type` of the object @content says; @otherwise where it says none. */
GstreamBlockKind gstream_block_kind_of (GstreamJsonValue content,
                                        GstreamBlockKind otherwise);

gboolean gstream_block_is_call (GstreamBlockKind kind); /* or a chunk of one */
/* Whether a block of that kind goes on as one of the other: chunks become calls. */
gboolean gstream_block_may_become (GstreamBlockKind from,
                                   GstreamBlockKind to);
/* The text by which the object @piece makes a block of @kind grow, within its quotes; FALSE: it does otherwise. */
gboolean gstream_block_find_piece (GstreamBlockKind  kind,
                                   GstreamJsonValue  piece,
                                   GstreamJsonValue *raw);
/* The `id` that the object @content says, as JSON where that is no string; NULL: it says none. */
char *gstream_block_dup_id (GstreamJsonValue content);
/* Whether it was attributed by a guess that no finish has confirmed yet (T2). */
static inline gboolean
gstream_block_is_doubtful (GstreamBlock *self)
{
  return self->guessed && !self->finished;
}

/* Appends text that begins or ends with half of a surrogate pair; 0: it does not. */
GstreamGrowth gstream_block_append_halves (GstreamBlock *self,
                                           guint16       low,
                                           const char   *text,
                                           gsize         length,
                                           guint16       high);
/* Ends the text: half of a surrogate pair becomes U+FFFD. */
GstreamGrowth gstream_block_end_half (GstreamBlock *self);
/* gstream_block_append() if the buffer has to grow. */
void gstream_block_append_slowly (GstreamBlock *self,
                                  const char   *text,
                                  gsize         length);

static inline GstreamGrowth
gstream_block_append (GstreamBlock *self,
                      const char   *text,
                      gsize         length)
{
  GString *stream = self->stream;

  /* g_string_append_len() inlined: this is done for every token. */
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

/* Sets the members of the object @fields, over those that are there. */
GstreamGrowth gstream_block_merge (GstreamBlock    *self,
                                   GstreamJsonValue fields);
/* Finishes the block with the object @content, which may leave out the text. */
GstreamGrowth gstream_block_finish (GstreamBlock    *self,
                                    GstreamJsonValue content);
/* Turns a tool call chunk into a call. */
void gstream_block_resolve (GstreamBlock *self);

void                     gstream_block_drop_stream (GstreamBlock *self);
extern const char *const gstream_block_types[]; /* by kind, but for ANY */

void gstream_block_write (GstreamBlock *self,
                          GString      *out);
/* Its id, name and args alone. */
void gstream_block_write_call (GstreamBlock *self,
                               GString      *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamBlock, gstream_block_free)

G_END_DECLS
