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
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamDelta delta = gstream_event_get_facts (event)->delta;
  GstreamBlock *block;

  for (guint i = self->blocks ? self->blocks->len : 0; i > 0; i--)
    {
      block = g_ptr_array_index (self->blocks, i - 1);
      if (gstream_block_is_at (block, &place) && takes (block->kind, delta) && !block->finished)
        return block;
    }
  place.kind = kind_of_delta (delta);
  block = gstream_message_content_make_at (self, &place);
  if (self->is_gapped)
    block->certain = 0;

  return block;
}

static GstreamGrowth
merge_delta (GstreamMessageContent *self,
             GstreamEvent          *event,
             GstreamJsonValue       fields)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamBlock *block;

  place.kind = gstream_block_kind_of (fields, GSTREAM_BLOCK_ANY);
  block = gstream_message_content_find_at (self, &place);
  if (block == NULL || block->finished)
    block = gstream_message_content_make_at (self, &place);

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
    [GSTREAM_BLOCK_ANY] = NULL,
  };
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  g_autofree char *text = NULL;
  GstreamJsonValue value;
  GstreamBlock *block;

  place.kind = gstream_block_kind_of (piece, GSTREAM_BLOCK_ANY);
  if (pointers[place.kind] == NULL || !gstream_json_find (piece, pointers[place.kind], &value) || *value.start != '"')
    return merge_delta (self, event, piece);

  block = gstream_message_content_find_at (self, &place);
  if (block == NULL || block->finished)
    block = gstream_message_content_make_at (self, &place);
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
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamJsonValue content;
  GstreamBlock *block;

  if (!gstream_message_content_of (event, &content))
    return no_growth;

  place.kind = gstream_block_kind_of (content, GSTREAM_BLOCK_ANY);
  /* Without an index it is a new one; a second start of a block adds what it says. */
  block = place.index < 0 && place.key == NULL ? NULL : gstream_message_content_find_at (self, &place);
  if (block == NULL || block->finished)
    block = gstream_message_content_make_at (self, &place);
  self->latest = block;

  return gstream_block_merge (block, content);
}

static GstreamGrowth
finish_at (GstreamMessageContent *self,
           GstreamBlockPlace     *place,
           GstreamJsonValue       content)
{
  GstreamBlock *block;

  place->kind = gstream_block_kind_of (content, GSTREAM_BLOCK_ANY);
  block = gstream_message_content_find_at (self, place);
  if (block == NULL)
    block = gstream_message_content_find_unfilled (self, place);
  if (block == NULL)
    block = gstream_message_content_make_at (self, place);

  return gstream_block_finish (block, content);
}

GstreamGrowth
gstream_message_content_finish (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamJsonValue content;
  GstreamBlock *block;

  if (gstream_message_content_of (event, &content))
    return finish_at (self, &place, content);

  /* It says that the block is finished, and nothing else. */
  block = gstream_message_content_find_at (self, &place);
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
  GstreamBlockPlace place = { index, NULL, GSTREAM_BLOCK_ANY };

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
