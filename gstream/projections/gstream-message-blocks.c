/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The blocks of a message, in index order: which one an event is about, and
 * where a new one goes.
 */
#include "config.h"

#include <gstream/event/gstream-payload-private.h>
#include <gstream/projections/gstream-message-content-private.h>

void
gstream_block_place_clear (GstreamBlockPlace *self)
{
  g_free (self->key);
}

GstreamBlockPlace
gstream_block_place_of (GstreamEvent *event)
{
  GstreamBlockPlace place = { gstream_event_get_facts (event)->index, NULL, GSTREAM_BLOCK_ANY };
  GstreamJsonValue index;

  if (place.index < 0 &&
      gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), "/index", &index) &&
      *index.start != 'n')
    place.key = g_strndup (index.start, index.end - index.start);

  return place;
}

/* --- finding blocks --- */

gboolean
gstream_block_is_at (GstreamBlock            *block,
                     const GstreamBlockPlace *place)
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

GstreamBlock *
gstream_message_content_find_at (GstreamMessageContent   *self,
                                 const GstreamBlockPlace *place)
{
  for (guint i = self->blocks ? self->blocks->len : 0; i > 0; i--)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i - 1);

      if (gstream_block_is_at (block, place) && (place->kind == GSTREAM_BLOCK_ANY || may_become (block->kind, place->kind)))
        return block;
    }

  return NULL;
}

GstreamBlock *
gstream_message_content_find (GstreamMessageContent *self,
                              GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamJsonValue content;

  if (gstream_message_content_of (event, &content))
    place.kind = gstream_block_kind_of (content, GSTREAM_BLOCK_ANY);

  return gstream_message_content_find_at (self, &place);
}

GstreamBlock *
gstream_message_content_find_unfilled (GstreamMessageContent   *self,
                                       const GstreamBlockPlace *place)
{
  GstreamBlockPlace anything = { place->index, place->key, GSTREAM_BLOCK_ANY };
  GstreamBlock *block = gstream_message_content_find_at (self, &anything);
  gboolean is_filled = block != NULL && (block->finished || (block->stream != NULL && block->stream->len > 0));

  return is_filled ? NULL : block;
}

/* --- making blocks --- */

static gint64
next_index (GstreamMessageContent *self)
{
  gint64 last = -1;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    last = MAX (last, ((GstreamBlock *) g_ptr_array_index (self->blocks, i))->index);

  return last < G_MAXINT64 ? last + 1 : last;
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

GstreamBlock *
gstream_message_content_make_at (GstreamMessageContent   *self,
                                 const GstreamBlockPlace *place)
{
  gboolean is_said = place->index >= 0 || place->key != NULL;
  GstreamBlockKind kind = place->kind == GSTREAM_BLOCK_ANY ? GSTREAM_BLOCK_OTHER : place->kind;
  GstreamBlock *block = gstream_block_new (kind, is_said ? place->index : next_index (self), place->key);

  insert (self, block);

  return block;
}
