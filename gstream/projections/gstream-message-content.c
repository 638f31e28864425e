/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message.
 */
#include "config.h"

#include <gstream/event/gstream-payload-private.h>
#include <gstream/projections/gstream-message-content-private.h>

static const GstreamGrowth no_growth = { GSTREAM_BLOCK_OTHER, NULL, 0 };

void
gstream_message_content_clear (GstreamMessageContent *self)
{
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->joined); i++)
    if (self->joined[i] != NULL)
      g_string_free (g_steal_pointer (&self->joined[i]), TRUE);
}

/* --- reading events --- */

static gboolean
find_object (GstreamEvent     *event,
             const char       *pointer,
             GstreamJsonValue *object)
{
  return gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), pointer, object) &&
         *object->start == '{';
}

gboolean
gstream_message_content_of (GstreamEvent     *event,
                            GstreamJsonValue *content)
{
  /* Older sources call it content_block. */
  return find_object (event, "/content", content) || find_object (event, "/content_block", content);
}

/* What an event is about: a block's index, and the kind it takes it for. */
typedef struct
{
  gint64           index; /* -1: @key */
  char            *key;   /* an index that is no natural number, as JSON; NULL: none is said */
  GstreamBlockKind kind;
  gboolean         any;   /* the kind is not said */
} Place;

static void
place_clear (Place *self)
{
  g_free (self->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Place, place_clear)

static Place
read_place (GstreamEvent *event)
{
  Place place = { gstream_event_get_facts (event)->index, NULL, GSTREAM_BLOCK_OTHER, TRUE };
  GstreamJsonValue index;

  if (place.index < 0 &&
      gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), "/index", &index) &&
      *index.start != 'n')
    place.key = g_strndup (index.start, index.end - index.start);

  return place;
}

static void
expect_kind (Place            *self,
             GstreamJsonValue  content)
{
  self->kind = gstream_block_kind_of (content, GSTREAM_BLOCK_OTHER);
  self->any = !gstream_json_find (content, "/type", &content);
}

/* --- finding blocks --- */

static gboolean
is_at (GstreamBlock *block,
       const Place  *place)
{
  if (place->index < 0 && place->key == NULL)
    return TRUE;

  return block->index == place->index && g_strcmp0 (block->key, place->key) == 0;
}

static gboolean
is_call_kind (GstreamBlockKind kind)
{
  return kind == GSTREAM_BLOCK_CALL || kind == GSTREAM_BLOCK_INVALID_CALL;
}

/* Whether a block of that kind goes on as one of the other: chunks become calls. */
static gboolean
may_become (GstreamBlockKind from,
            GstreamBlockKind to)
{
  if (from == to)
    return TRUE;
  if (from == GSTREAM_BLOCK_SERVER_CHUNK)
    return to == GSTREAM_BLOCK_OTHER || to == GSTREAM_BLOCK_INVALID_CALL;

  return (from == GSTREAM_BLOCK_CHUNK || is_call_kind (from)) && is_call_kind (to);
}

/* The newest that fits: an index may be used again by a block of another kind. */
static GstreamBlock *
find (GstreamMessageContent *self,
      const Place           *place)
{
  for (guint i = self->blocks ? self->blocks->len : 0; i > 0; i--)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i - 1);

      if (is_at (block, place) && (place->any || may_become (block->kind, place->kind)))
        return block;
    }

  return NULL;
}

GstreamBlock *
gstream_message_content_find (GstreamMessageContent *self,
                              GstreamEvent          *event)
{
  g_auto (Place) place = read_place (event);
  GstreamJsonValue content;

  if (gstream_message_content_of (event, &content))
    expect_kind (&place, content);

  return find (self, &place);
}

/* One that was begun as something else, and has nothing in it. */
static GstreamBlock *
find_unfilled (GstreamMessageContent *self,
               const Place           *place)
{
  Place anything = { place->index, place->key, GSTREAM_BLOCK_OTHER, TRUE };
  GstreamBlock *block = find (self, &anything);
  gboolean is_filled = block != NULL && (block->finished || (block->stream != NULL && block->stream->len > 0));

  return is_filled ? NULL : block;
}

/* --- making blocks --- */

static gint64
next_index (GstreamMessageContent *self)
{
  gint64 next = 0;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    next = MAX (next, ((GstreamBlock *) g_ptr_array_index (self->blocks, i))->index + 1);

  return next;
}

/* Behind those of smaller indices. What cannot be compared stays in order of arrival. */
static void
insert (GstreamMessageContent *self,
        GstreamBlock          *block)
{
  guint at;

  if (self->blocks == NULL)
    self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_block_free);
  for (at = self->blocks->len; at > 0 && block->key == NULL; at--)
    {
      GstreamBlock *before = g_ptr_array_index (self->blocks, at - 1);

      if (before->key != NULL || before->index <= block->index)
        break;
    }
  g_ptr_array_insert (self->blocks, at, block);
}

static GstreamBlock *
make (GstreamMessageContent *self,
      const Place           *place)
{
  gboolean is_said = place->index >= 0 || place->key != NULL;
  GstreamBlock *block = gstream_block_new (place->kind, is_said ? place->index : next_index (self), place->key);

  insert (self, block);

  return block;
}

/* --- what comes --- */

static GstreamBlockKind
kind_of_delta (GstreamDelta delta)
{
  switch (delta)
    {
    case GSTREAM_DELTA_TEXT:
      return GSTREAM_BLOCK_TEXT;
    case GSTREAM_DELTA_REASONING:
      return GSTREAM_BLOCK_REASONING;
    case GSTREAM_DELTA_TOOL_CALL:
      return GSTREAM_BLOCK_CHUNK;
    case GSTREAM_DELTA_DATA:
    case GSTREAM_DELTA_BLOCK:
    case GSTREAM_DELTA_OTHER:
    default:
      return GSTREAM_BLOCK_OTHER;
    }
}

static inline gboolean
takes (GstreamBlockKind kind,
       GstreamDelta     delta)
{
  return kind == kind_of_delta (delta) || (kind == GSTREAM_BLOCK_SERVER_CHUNK && delta == GSTREAM_DELTA_TOOL_CALL);
}

/* The block that a delta goes to; one that has come to its end is not gone on with. */
static GstreamBlock *
find_for_delta (GstreamMessageContent *self,
                GstreamEvent          *event)
{
  g_auto (Place) place = read_place (event);
  GstreamDelta delta = gstream_event_get_facts (event)->delta;
  GstreamBlock *block;

  for (guint i = self->blocks ? self->blocks->len : 0; i > 0; i--)
    {
      block = g_ptr_array_index (self->blocks, i - 1);
      if (is_at (block, &place) && takes (block->kind, delta) && !block->finished)
        return block;
    }
  place.kind = kind_of_delta (delta);
  block = make (self, &place);
  if (self->is_gapped)
    block->certain = 0;

  return block;
}

static GstreamGrowth
merge_delta (GstreamMessageContent *self,
             GstreamEvent          *event,
             GstreamJsonValue       fields)
{
  g_auto (Place) place = read_place (event);
  GstreamBlock *block;

  expect_kind (&place, fields);
  block = find (self, &place);
  if (block == NULL || block->finished)
    block = make (self, &place);

  return gstream_block_merge (block, fields);
}

/* Deltas that are pieces of a block, as older sources send them. */
static GstreamGrowth
add_piece (GstreamMessageContent *self,
           GstreamEvent          *event,
           GstreamJsonValue       piece)
{
  static const char * const pointers[] = {
    [GSTREAM_BLOCK_TEXT] = "/text",
    [GSTREAM_BLOCK_REASONING] = "/reasoning",
    [GSTREAM_BLOCK_CHUNK] = "/args",
    [GSTREAM_BLOCK_SERVER_CHUNK] = "/args",
    [GSTREAM_BLOCK_OTHER] = "/data",
  };
  g_auto (Place) place = read_place (event);
  g_autofree char *text = NULL;
  GstreamJsonValue value;
  GstreamBlock *block;

  expect_kind (&place, piece);
  if (pointers[place.kind] == NULL || !gstream_json_find (piece, pointers[place.kind], &value) || *value.start != '"')
    return merge_delta (self, event, piece);

  block = find (self, &place);
  if (block == NULL || block->finished)
    block = make (self, &place);
  text = gstream_json_dup_string (value);

  return gstream_block_append (block, text, strlen (text));
}

static GstreamGrowth
unusual_delta (GstreamMessageContent *self,
               GstreamEvent          *event)
{
  GstreamJsonValue object;

  if (gstream_event_get_facts (event)->delta == GSTREAM_DELTA_BLOCK)
    return find_object (event, "/delta/fields", &object) ? merge_delta (self, event, object) : no_growth;
  if (!find_object (event, "/delta", &object) && gstream_message_content_of (event, &object))
    return add_piece (self, event, object);

  return no_growth; /* a kind that this version does not know: the block's finish has it all */
}

GstreamGrowth
gstream_message_content_delta (GstreamMessageContent *self,
                               GstreamEvent          *event,
                               const GstreamFacts    *facts)
{
  GstreamBlock *block = self->latest;

  if (G_UNLIKELY (facts->text == NULL))
    return unusual_delta (self, event);

  if (G_UNLIKELY (block == NULL || block->index != facts->index || facts->index < 0 || block->finished ||
                  !takes (block->kind, facts->delta)))
    block = self->latest = find_for_delta (self, event);
  /* Text that is known to have a hole waits for the finish, which has it all (T2). */
  if (G_UNLIKELY (block->certain != GSTREAM_BLOCK_ALL_CERTAIN))
    return no_growth;

  return gstream_block_append (block, facts->text, facts->text_length);
}

GstreamGrowth
gstream_message_content_start (GstreamMessageContent *self,
                               GstreamEvent          *event)
{
  g_auto (Place) place = read_place (event);
  GstreamJsonValue content;
  GstreamBlock *block;

  if (!gstream_message_content_of (event, &content))
    return no_growth;

  expect_kind (&place, content);
  /* Without an index it is a new one; a second start of a block adds what it says. */
  block = place.index < 0 && place.key == NULL ? NULL : find (self, &place);
  if (block == NULL || block->finished)
    block = make (self, &place);
  self->latest = block;

  return gstream_block_merge (block, content);
}

static GstreamGrowth
finish_at (GstreamMessageContent *self,
           Place                 *place,
           GstreamJsonValue       content)
{
  GstreamBlock *block;

  expect_kind (place, content);
  block = find (self, place);
  if (block == NULL)
    block = find_unfilled (self, place);
  if (block == NULL)
    block = make (self, place);

  return gstream_block_finish (block, content);
}

GstreamGrowth
gstream_message_content_finish (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (Place) place = read_place (event);
  GstreamJsonValue content;
  GstreamBlock *block;

  if (gstream_message_content_of (event, &content))
    return finish_at (self, &place, content);

  /* It says that the block is finished, and nothing else. */
  block = find (self, &place);
  if (block != NULL)
    {
      block->finished = TRUE;
      gstream_block_resolve (block);
    }

  return no_growth;
}

GstreamGrowth
gstream_message_content_put (GstreamMessageContent *self,
                             guint                  index,
                             GstreamJsonValue       content)
{
  Place place = { index, NULL, GSTREAM_BLOCK_OTHER, TRUE };

  return finish_at (self, &place, content);
}

void
gstream_message_content_end (GstreamMessageContent *self,
                             gboolean               is_complete)
{
  for (guint i = self->blocks ? self->blocks->len : 0; i > 0; i--)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i - 1);

      /* Another message's, then, which has it with its finish. */
      if (block->guessed && !block->finished)
        g_ptr_array_remove_index (self->blocks, i - 1);
      else if (is_complete)
        gstream_block_resolve (block);
    }
}

gboolean
gstream_message_content_is_finished (GstreamMessageContent *self)
{
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!block->finished && !block->guessed)
        return FALSE;
    }

  return TRUE;
}

void
gstream_message_content_end_certainty (GstreamMessageContent *self)
{
  self->is_gapped = TRUE;
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->certain == GSTREAM_BLOCK_ALL_CERTAIN && !block->finished)
        block->certain = block->stream ? block->stream->len : 0;
    }
}

/* --- what there is --- */

static guint
count (GstreamMessageContent *self,
       GstreamBlockKind       kind,
       GstreamBlock         **last)
{
  guint n = 0;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->kind != kind || block->stream == NULL)
        continue;
      *last = block;
      n++;
    }

  return n;
}

static const char *
join (GstreamMessageContent *self,
      GstreamBlockKind       kind)
{
  GString *joined = self->joined[kind] ? self->joined[kind] : g_string_new (NULL);

  self->joined[kind] = g_string_truncate (joined, 0);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->kind == kind && block->stream != NULL)
        g_string_append_len (joined, block->stream->str, block->stream->len);
    }

  return joined->str;
}

const char *
gstream_message_content_text (GstreamMessageContent *self,
                              GstreamBlockKind       kind)
{
  GstreamBlock *last = NULL;
  guint n = count (self, kind, &last);

  if (n == 0)
    return "";

  return n == 1 ? last->stream->str : join (self, kind);
}

typedef void (*WriteFunc) (GstreamBlock *block,
                           GString      *out);

static GstreamPayload *
write_blocks (GstreamMessageContent *self,
              WriteFunc              write,
              GstreamBlockKind       kind,
              gboolean               any)
{
  g_autoptr (GString) json = g_string_new ("[");

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!any && block->kind != kind)
        continue;
      if (json->len > 1)
        g_string_append_c (json, ',');
      write (block, json);
    }
  g_string_append_c (json, ']');

  return gstream_payload_new_checked (json->str, json->len);
}

GstreamPayload *
gstream_message_content_blocks (GstreamMessageContent *self)
{
  return write_blocks (self, gstream_block_write, GSTREAM_BLOCK_OTHER, TRUE);
}

GstreamPayload *
gstream_message_content_calls (GstreamMessageContent *self,
                               GstreamBlockKind       kind)
{
  return write_blocks (self, gstream_block_write_call, kind, FALSE);
}
