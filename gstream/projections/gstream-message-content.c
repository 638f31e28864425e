/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message.
 */
#include "config.h"

#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-message-content-private.h>

static const GstreamGrowth no_growth = { GSTREAM_BLOCK_OTHER, NULL, 0 };

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

static GstreamBlockPlace
place_of_content (GstreamEvent     *event,
                  GstreamJsonValue  content)
{
  GstreamBlockPlace place = gstream_block_place_of (event);

  gstream_block_place_fill (&place, content);

  return place;
}

static gboolean
is_chunk (GstreamBlockKind kind)
{
  return kind == GSTREAM_BLOCK_CHUNK || kind == GSTREAM_BLOCK_SERVER_CHUNK;
}

/* What lacks its start lacks what came with it, too, where deltas are missing. */
static GstreamBlock *
make_late (GstreamMessageContent   *self,
           const GstreamBlockPlace *place)
{
  GstreamBlock *block = gstream_message_content_make_at (self, place);

  if (self->gap > 0)
    block->gap = GSTREAM_BLOCK_TORN;

  return block;
}

/*
 * The block that a delta goes to; where that has been finished, another. NULL: arguments of a call whose start was not
 * seen, which its finish has (T3).
 */
static GstreamBlock *
find_for_delta (GstreamMessageContent *self,
                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamDelta delta = gstream_event_get_fields (event)->delta;
  GstreamBlock *block;

  place.kind = kind_of_delta (delta);
  block = gstream_message_content_find_open (self, &place);
  if (block == NULL && delta == GSTREAM_DELTA_TOOL_CALL)
    {
      place.kind = GSTREAM_BLOCK_SERVER_CHUNK;
      return gstream_message_content_find_open (self, &place);
    }

  return block != NULL && takes (block->kind, delta) ? block : make_late (self, &place);
}

/* The block that @content is more of, which it may begin. NULL: as above. */
static GstreamBlock *
find_for_piece (GstreamMessageContent *self,
                GstreamBlockPlace     *place)
{
  GstreamBlock *block = gstream_message_content_find_open (self, place);

  if (block != NULL || (is_chunk (place->kind) && place->id == NULL))
    return block;

  block = make_late (self, place);
  block->begun = is_chunk (place->kind);

  return block;
}

static GstreamGrowth
merge (GstreamMessageContent *self,
       GstreamBlock          *block,
       GstreamJsonValue       fields)
{
  GstreamGrowth growth = gstream_block_merge (block, fields);

  gstream_message_content_name (self, block);

  return growth;
}

static GstreamGrowth
merge_delta (GstreamMessageContent *self,
             GstreamEvent          *event,
             GstreamJsonValue       fields)
{
  g_auto (GstreamBlockPlace) place = place_of_content (event, fields);
  GstreamBlock *block = find_for_piece (self, &place);

  return block != NULL ? merge (self, block, fields) : no_growth;
}

/* Deltas that are pieces of a block, as older sources send them. */
static GstreamGrowth
add_piece (GstreamMessageContent *self,
           GstreamEvent          *event,
           GstreamJsonValue       piece)
{
  g_auto (GstreamBlockPlace) place = place_of_content (event, piece);
  g_autofree char *text = NULL;
  GstreamJsonValue value;
  GstreamBlock *block;
  guint16 low;
  guint16 high;

  if (!gstream_block_find_piece (place.kind, piece, &value))
    return merge_delta (self, event, piece);
  block = find_for_piece (self, &place);
  if (block == NULL || block->gap != self->gap)
    return no_growth;

  if (block->id == NULL && place.id != NULL)
    {
      block->id = g_steal_pointer (&place.id);
      gstream_message_content_name (self, block);
    }
  gstream_json_trim_halves (&value, &low, &high);
  text = gstream_json_dup_raw (value);

  return gstream_block_append_halves (block, low, text, strlen (text), high);
}

/* The block, or part of one, that a delta of an unusual form carries. */
static gboolean
find_carried (GstreamEvent     *event,
              GstreamJsonValue *carried)
{
  if (gstream_event_get_fields (event)->delta == GSTREAM_DELTA_BLOCK)
    return find_object (event, "/delta/fields", carried);

  return !find_object (event, "/delta", carried) && gstream_message_content_of (event, carried);
}

static GstreamGrowth
unusual_delta (GstreamMessageContent *self,
               GstreamEvent          *event)
{
  GstreamJsonValue carried;

  if (!find_carried (event, &carried))
    return no_growth; /* a kind that this version does not know: the block's finish has it all */
  if (gstream_event_get_fields (event)->delta == GSTREAM_DELTA_BLOCK)
    return merge_delta (self, event, carried);

  return add_piece (self, event, carried);
}

GstreamGrowth
gstream_message_content_delta (GstreamMessageContent *self,
                               GstreamEvent          *event,
                               const GstreamEventFields    *fields)
{
  GstreamBlock *block = self->latest;

  if (G_UNLIKELY (fields->text == NULL))
    return unusual_delta (self, event);

  if (G_UNLIKELY (block == NULL || block->index != fields->index || fields->index < 0 || block->finished ||
                  !takes (block->kind, fields->delta)))
    block = self->latest = find_for_delta (self, event);
  /* Text that is known to have a hole waits for the finish, which has it all (T2). */
  if (G_UNLIKELY (block == NULL || block->gap != self->gap))
    return no_growth;
  if (G_UNLIKELY ((fields->halves | block->half) != 0))
    return gstream_block_append_halves (block, (guint16) fields->halves, fields->text, fields->text_length, fields->halves >> 16);

  return gstream_block_append (block, fields->text, fields->text_length);
}

GstreamBlock *
gstream_message_content_expect (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamBlock *block = self->latest;
  gboolean is_there = place.index < 0 && place.key == NULL;
  GstreamJsonValue carried;

  if (block == NULL || block->finished)
    return NULL;
  is_there = is_there || (block->index == place.index && g_strcmp0 (block->key, place.key) == 0);
  if (!is_there || (fields->text != NULL && !takes (block->kind, fields->delta)))
    return NULL;
  if (fields->text == NULL && find_carried (event, &carried) &&
      gstream_block_kind_of (carried, block->kind) != block->kind)
    return NULL;

  return block;
}

char *
gstream_message_content_dup_words (GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamJsonValue carried;
  GstreamJsonValue text;

  if (fields->text != NULL)
    return g_strdup (fields->text);
  if (!find_carried (event, &carried) ||
      !gstream_block_find_piece (gstream_block_kind_of (carried, GSTREAM_BLOCK_ANY), carried, &text))
    return NULL;

  return gstream_json_dup_raw (text);
}

/* A start begins a block, also where one is open at its index: only one of the same id is that block once more (T3). */
static GstreamBlock *
find_for_start (GstreamMessageContent   *self,
                const GstreamBlockPlace *place)
{
  GstreamBlock *block;

  if (place->id == NULL || (place->index < 0 && place->key == NULL))
    return NULL;

  block = gstream_message_content_find_open (self, place);

  return block != NULL && block->id != NULL ? block : NULL;
}

/* Its words are not shown, but help to tell its finish (T2). */
static void
doubt (GstreamMessageContent *self,
       GstreamBlock          *block)
{
  gstream_message_content_doubt (self, block);
  if (block->stream != NULL && block->stream->len > 0)
    block->hint = g_strdup (block->stream->str);
  gstream_block_drop_stream (block);
}

GstreamGrowth
gstream_message_content_start (GstreamMessageContent *self,
                               GstreamEvent          *event,
                               gboolean               is_guess)
{
  g_auto (GstreamBlockPlace) place = { 0 };
  GstreamJsonValue content;
  GstreamGrowth growth;
  GstreamBlock *block;

  if (!gstream_message_content_of (event, &content))
    return no_growth;

  place = place_of_content (event, content);
  block = find_for_start (self, &place);
  if (block == NULL)
    block = gstream_message_content_make_at (self, &place);
  block->begun = block->begun || block->stream == NULL;
  self->latest = block;
  growth = merge (self, block, content);
  if (is_guess)
    doubt (self, block);

  return is_guess ? no_growth : growth;
}

/* All of @block, or, where that is NULL, of one that is begun there. */
static GstreamGrowth
finish (GstreamMessageContent   *self,
        GstreamBlock            *block,
        const GstreamBlockPlace *place,
        GstreamJsonValue         content)
{
  GstreamGrowth growth;
  gboolean is_first;

  if (block == NULL)
    block = gstream_message_content_make_at (self, place);
  is_first = !block->finished;
  growth = gstream_block_finish (block, content);
  gstream_message_content_name (self, block);
  if (is_first)
    gstream_message_content_close (self, block);

  return growth;
}

GstreamGrowth
gstream_message_content_finish (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamJsonValue content;
  GstreamBlock *block;

  if (gstream_message_content_of (event, &content))
    {
      gstream_block_place_fill (&place, content);
      return finish (self, gstream_message_content_find_ending (self, &place), &place, content);
    }

  /* It says that the block is finished, and nothing else. */
  block = gstream_message_content_find_open (self, &place);
  if (block == NULL)
    return no_growth;
  gstream_message_content_close (self, block);

  return gstream_block_end_half (block);
}

GstreamGrowth
gstream_message_content_put (GstreamMessageContent *self,
                             GstreamBlock          *block,
                             GstreamJsonValue       content)
{
  GstreamBlockPlace place = { -1, NULL, NULL, gstream_block_kind_of (content, GSTREAM_BLOCK_ANY) };

  return finish (self, block, &place, content);
}

void
gstream_message_content_end (GstreamMessageContent *self,
                             gboolean               is_complete,
                             GstreamGrowFunc        grow,
                             gpointer               data)
{
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (block->half != 0 && !gstream_block_is_doubtful (block))
        grow (data, gstream_block_end_half (block));
      if (is_complete && !gstream_block_is_doubtful (block))
        gstream_block_resolve (block);
    }
}
