/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One content block of a message (T3): the members of a JSON object, of which one, the stream (text, reasoning,
 * arguments or data), is extended by deltas.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-json-text-internal.h> /* the pieces are parts of events' texts */

G_BEGIN_DECLS

/*
 * The members of a JSON object that is built step by step: unique names in the order of arrival, with their values as
 * JSON.
 */
typedef struct
{
  GPtrArray  *list;    /* NULL: none yet */
  GHashTable *by_name; /* NULL: they are few */
} GstreamMembers;

void gstream_members_clear (GstreamMembers *self);
/* The value's JSON, or NULL. */
const char *gstream_members_get (GstreamMembers *self,
                                 const char     *name);
/* Returns the value if it is a string; otherwise NULL. */
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
/* Sets the member if it is missing or null. */
void gstream_members_default (GstreamMembers *self,
                              const char     *name,
                              const char     *json);
/* Adds the members of @object, which replace existing ones. */
void gstream_members_merge (GstreamMembers  *self,
                            GstreamJsonValue object);
/* Writes all members except @but and @and_but (nullable) to an object that has been begun. */
void gstream_members_write (GstreamMembers *self,
                            GString        *out,
                            const char     *but,
                            const char     *and_but);
/* Makes an object of all members, or returns NULL if there are none. */
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
  GSTREAM_BLOCK_ANY,          /* not the kind of a block, but of an event that does not say one */
} GstreamBlockKind;

#define GSTREAM_BLOCK_HAS_GAP G_MAXUINT

typedef struct _GstreamBlock GstreamBlock;

struct _GstreamBlock
{
  gint64           index; /* in the message; -1: @key is used instead */
  char            *key;   /* an index that is not a natural number, as JSON; or NULL */
  char            *id;    /* its id, as JSON if that is not a string; or NULL */
  GstreamBlockKind kind;
  GString         *stream;   /* the text of the member that grows; NULL before the first delta */
  guint32          half;     /* the first half of a surrogate pair at the end of @stream; 0: none (T3) */
  gboolean         begun;    /* its start was seen, so that @stream has its beginning */
  gboolean         finished; /* its content-block-finish has come */
  gboolean         guessed;  /* it began when there were several open messages that it could belong to (T2) */
  guint            gap;      /* the content's gap when it began, or HAS_GAP if its own text may have one (T2) */
  char            *hint;     /* the text directly after the start, if @guessed; or NULL (T2) */
  GstreamMembers   members;  /* all except the one that grows */
  guint            serial;   /* in the order in which the message's blocks began */
  gpointer         slot;     /* the content's slot for its index */
  guint            list;     /* the list of the slot that it is in; 0: none, it is finished */
  struct
  {
    GstreamBlock *before; /* began before it */
    GstreamBlock *older;  /* its neighbours in its list */
    GstreamBlock *newer;
  } links[2]; /* among the blocks at its index, and among all */
};

/* The text that a change has added to a block; owned by the block, and valid until the next change. */
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
/* Returns the kind according to the `type` of the object @content; @otherwise if it has none. */
GstreamBlockKind gstream_block_kind_of (GstreamJsonValue content,
                                        GstreamBlockKind otherwise);

gboolean gstream_block_is_call (GstreamBlockKind kind); /* or a chunk of one */
/* Whether a block of kind @from can become one of kind @to: chunks become calls. */
gboolean gstream_block_may_become (GstreamBlockKind from,
                                   GstreamBlockKind to);
/*
 * Finds the text in the object @piece that is appended to a block of @kind, without its quotes. Returns FALSE if there
 * is none.
 */
gboolean gstream_block_find_piece (GstreamBlockKind  kind,
                                   GstreamJsonValue  piece,
                                   GstreamJsonValue *raw);
/* Returns the `id` of the object @content, as JSON if that is not a string; NULL if it has none. */
char *gstream_block_dup_id (GstreamJsonValue content);
/* Whether it was attributed to its message by a guess that has not been confirmed by a finish (T2). */
static inline gboolean
gstream_block_is_doubtful (GstreamBlock *self)
{
  return self->guessed && !self->finished;
}

/* Appends text that begins or ends with half of a surrogate pair; 0: it does not have that half. */
GstreamGrowth gstream_block_append_halves (GstreamBlock *self,
                                           guint16       low,
                                           const char   *text,
                                           gsize         length,
                                           guint16       high);
/* Ends the text: half of a surrogate pair at its end becomes U+FFFD. */
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

  /* g_string_append_len(), inlined because this is done for each token. */
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

/* Adds the members of the object @fields, which replace existing ones. */
GstreamGrowth gstream_block_merge (GstreamBlock    *self,
                                   GstreamJsonValue fields);
/* Finishes the block with the object @content, which need not contain the text. */
GstreamGrowth gstream_block_finish (GstreamBlock    *self,
                                    GstreamJsonValue content);
/* Turns a tool call chunk into a call. */
void gstream_block_resolve (GstreamBlock *self);

void                     gstream_block_drop_stream (GstreamBlock *self);
extern const char *const gstream_block_types[]; /* by kind, without ANY */

void gstream_block_write (GstreamBlock *self,
                          GString      *out);
/* Writes only its id, name and args. */
void gstream_block_write_call (GstreamBlock *self,
                               GString      *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamBlock, gstream_block_free)

G_END_DECLS
