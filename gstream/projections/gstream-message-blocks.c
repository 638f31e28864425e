/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The blocks of a message: which one an event is about, and where a new one goes.
 * Nothing is gone through block by block where there are many.
 */
#include "config.h"

#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-message-content-private.h>

/* As many are found without a table. */
#define FEW 8

/* --- places --- */

void
gstream_block_place_clear (GstreamBlockPlace *self)
{
  g_free (self->key);
  g_free (self->id);
}

GstreamBlockPlace
gstream_block_place_of (GstreamEvent *event)
{
  GstreamBlockPlace place = { gstream_event_get_fields (event)->index, NULL, NULL, GSTREAM_BLOCK_ANY };
  GstreamJsonValue index;

  if (place.index < 0 &&
      gstream_json_find (gstream_payload_value (gstream_event_peek_item (event)), "/index", &index) &&
      *index.start != 'n')
    place.key = g_strndup (index.start, index.end - index.start);

  return place;
}

void
gstream_block_place_fill (GstreamBlockPlace *self,
                          GstreamJsonValue   content)
{
  self->kind = gstream_block_kind_of (content, GSTREAM_BLOCK_ANY);
  g_free (self->id);
  self->id = gstream_block_dup_id (content);
}

static gboolean
says_index (const GstreamBlockPlace *place)
{
  return place->index >= 0 || place->key != NULL;
}

/* --- the blocks at one index --- */

static GstreamBlock *
before (GstreamBlockSlot *slot,
        GstreamBlock     *block)
{
  return block->links[slot->link].before;
}

static GstreamBlock *
after (GstreamBlockSlot *slot,
       GstreamBlock     *block)
{
  return block->links[slot->link].after;
}

static void
slot_clear (GstreamBlockSlot *self)
{
  g_clear_pointer (&self->by_id, g_hash_table_unref);
}

static void
slot_free (gpointer slot)
{
  slot_clear (slot);
  g_free (slot);
}

static void
slot_name (GstreamBlockSlot *self,
           GstreamBlock     *block)
{
  if (self->by_id == NULL && self->n <= FEW)
    return;

  if (self->by_id == NULL)
    {
      self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      for (GstreamBlock *older = before (self, self->newest); older != NULL; older = before (self, older))
        if (older->id != NULL && !g_hash_table_contains (self->by_id, older->id))
          g_hash_table_insert (self->by_id, g_strdup (older->id), older);
    }
  if (block->id != NULL)
    g_hash_table_replace (self->by_id, g_strdup (block->id), block);
}

static void
slot_append (GstreamBlockSlot *self,
             GstreamBlock     *block)
{
  block->links[self->link].before = self->newest;
  block->links[self->link].after = NULL;
  if (self->newest != NULL)
    self->newest->links[self->link].after = block;
  else
    self->oldest = block;
  self->newest = block;
  self->n++;
  self->n_open++;
  self->n_unnamed++;
  slot_name (self, block);
}

static void
slot_close (GstreamBlockSlot *self,
            GstreamBlock     *block)
{
  self->n_open--;
  self->n_unnamed -= !block->named;
  while (self->oldest != NULL && self->oldest->finished && after (self, self->oldest) != NULL)
    self->oldest = after (self, self->oldest);
}

/* --- the slots of a message --- */

void
gstream_message_content_clear (GstreamMessageContent *self)
{
  slot_clear (&self->all);
  slot_clear (&self->first);
  g_clear_pointer (&self->by_index, g_hash_table_unref);
  g_clear_pointer (&self->slots, g_ptr_array_unref);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->joined); i++)
    if (self->joined[i] != NULL)
      g_string_free (g_steal_pointer (&self->joined[i]), TRUE);
}

static char *
write_index (gint64      index,
             const char *key)
{
  return key != NULL ? g_strdup (key) : g_strdup_printf ("%" G_GINT64_FORMAT, index);
}

static void
index_slot (GstreamMessageContent *self,
            GstreamBlockSlot      *slot)
{
  g_hash_table_insert (self->by_index, write_index (slot->newest->index, slot->newest->key), slot);
}

static void
index_slots (GstreamMessageContent *self)
{
  self->by_index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  index_slot (self, &self->first);
  for (guint i = 0; i < self->slots->len; i++)
    index_slot (self, g_ptr_array_index (self->slots, i));
}

static gboolean
is_at (GstreamBlockSlot        *slot,
       const GstreamBlockPlace *place)
{
  return slot->newest != NULL && slot->newest->index == place->index && g_strcmp0 (slot->newest->key, place->key) == 0;
}

/* NULL: nothing has begun there. Where no index is said, any block may be meant. */
static GstreamBlockSlot *
find_slot (GstreamMessageContent   *self,
           const GstreamBlockPlace *place)
{
  g_autofree char *name = NULL;

  if (!says_index (place))
    return &self->all;
  if (self->by_index != NULL)
    return g_hash_table_lookup (self->by_index, name = write_index (place->index, place->key));

  if (is_at (&self->first, place))
    return &self->first;
  for (guint i = 0; self->slots != NULL && i < self->slots->len; i++)
    if (is_at (g_ptr_array_index (self->slots, i), place))
      return g_ptr_array_index (self->slots, i);

  return NULL;
}

static GstreamBlockSlot *
make_slot (GstreamMessageContent *self)
{
  GstreamBlockSlot *slot;

  if (self->first.newest == NULL)
    return &self->first;
  slot = g_new0 (GstreamBlockSlot, 1);
  if (self->slots == NULL)
    self->slots = g_ptr_array_new_with_free_func (slot_free);
  g_ptr_array_add (self->slots, slot);

  return slot;
}

gboolean
gstream_message_content_has_begun (GstreamMessageContent   *self,
                                   const GstreamBlockPlace *place)
{
  return says_index (place) && find_slot (self, place) != NULL;
}

/* --- finding blocks --- */

/* Ids tell blocks apart, where both have one. */
static gboolean
fits (GstreamBlock            *block,
      const GstreamBlockPlace *place)
{
  return gstream_block_may_become (block->kind, place->kind) &&
         (block->id == NULL || place->id == NULL || strcmp (block->id, place->id) == 0);
}

static GstreamBlock *
find_by_id (GstreamBlockSlot        *slot,
            const GstreamBlockPlace *place)
{
  GstreamBlock *block;

  if (slot == NULL || place->id == NULL)
    return NULL;
  if (slot->by_id != NULL)
    {
      block = g_hash_table_lookup (slot->by_id, place->id);

      return block != NULL && gstream_block_may_become (block->kind, place->kind) ? block : NULL;
    }

  for (block = slot->newest; block != NULL; block = before (slot, block))
    if (g_strcmp0 (block->id, place->id) == 0 && gstream_block_may_become (block->kind, place->kind))
      return block;

  return NULL;
}

/* How many there are that may fit, though none has the id. */
static guint
count_candidates (GstreamBlockSlot        *slot,
                  const GstreamBlockPlace *place)
{
  if (slot == NULL)
    return 0;

  return place->id != NULL ? slot->n_unnamed : slot->n_open;
}

static gboolean
is_candidate (GstreamBlock            *block,
              const GstreamBlockPlace *place)
{
  return !block->finished && (place->id == NULL || block->id == NULL);
}

static GstreamBlock *
find_newest (GstreamBlockSlot        *slot,
             const GstreamBlockPlace *place)
{
  guint n = count_candidates (slot, place);

  for (GstreamBlock *block = n > 0 ? slot->newest : NULL; n > 0 && block != NULL; block = before (slot, block))
    {
      if (!is_candidate (block, place))
        continue;
      if (fits (block, place))
        return block;
      n--;
    }

  return NULL;
}

static GstreamBlock *
find_oldest (GstreamBlockSlot        *slot,
             const GstreamBlockPlace *place)
{
  guint n = count_candidates (slot, place);

  for (GstreamBlock *block = n > 0 ? slot->oldest : NULL; n > 0 && block != NULL; block = after (slot, block))
    {
      if (!is_candidate (block, place))
        continue;
      if (fits (block, place))
        return block;
      n--;
    }

  return NULL;
}

GstreamBlock *
gstream_message_content_find_open (GstreamMessageContent   *self,
                                   const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock *block = find_by_id (slot, place);

  if (block != NULL && !block->finished)
    return block;

  return find_newest (slot, place);
}

/* One that was begun as something else, and has nothing in it. */
static GstreamBlock *
find_unfilled (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  GstreamBlockPlace anything = { place->index, place->key, place->id, GSTREAM_BLOCK_ANY };
  GstreamBlock *block = find_newest (slot, &anything);

  return block == NULL || (block->stream != NULL && block->stream->len > 0) ? NULL : block;
}

/* It may be finished once more, but for calls, of which there may be several. */
static GstreamBlock *
find_finished (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  if (slot == NULL || gstream_block_is_call (place->kind))
    return NULL;

  for (GstreamBlock *block = slot->newest; block != NULL; block = before (slot, block))
    if (fits (block, place))
      return block;

  return NULL;
}

GstreamBlock *
gstream_message_content_find_ending (GstreamMessageContent   *self,
                                     const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock *block = find_by_id (slot, place);

  /* Where no index is said, what has begun last ends first; but calls, of which there may be several, end in their order. */
  if (block == NULL && (says_index (place) || gstream_block_is_call (place->kind)))
    block = find_oldest (slot, place);
  else if (block == NULL)
    block = find_newest (slot, place);
  if (block == NULL)
    block = find_unfilled (slot, place);

  return block != NULL || !says_index (place) ? block : find_finished (slot, place);
}

/* --- making and changing them --- */

static gint64
next_index (GstreamMessageContent *self)
{
  if (self->blocks == NULL)
    return 0;

  return self->last_index < G_MAXINT64 ? self->last_index + 1 : self->last_index;
}

static void
add (GstreamMessageContent *self,
     GstreamBlock          *block)
{
  GstreamBlock *last;

  if (self->blocks == NULL)
    {
      self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_block_free);
      self->all.link = 1;
      self->last_index = -1;
    }
  last = self->blocks->len > 0 ? g_ptr_array_index (self->blocks, self->blocks->len - 1) : NULL;
  self->is_disordered = self->is_disordered || (last != NULL && last->index > block->index && block->key == NULL);
  self->last_index = MAX (self->last_index, block->index);
  g_ptr_array_add (self->blocks, block);
  slot_append (&self->all, block);
}

GstreamBlock *
gstream_message_content_make_at (GstreamMessageContent   *self,
                                 const GstreamBlockPlace *place)
{
  GstreamBlockPlace real = { says_index (place) ? place->index : next_index (self), place->key, NULL, place->kind };
  GstreamBlockSlot *slot = find_slot (self, &real);
  GstreamBlockKind kind = place->kind == GSTREAM_BLOCK_ANY ? GSTREAM_BLOCK_OTHER : place->kind;
  GstreamBlock *block = gstream_block_new (kind, real.index, real.key);

  block->gap = self->gap;
  block->serial = self->all.n;
  add (self, block);
  if (slot == NULL)
    slot = make_slot (self);
  block->slot = slot;
  slot_append (slot, block);
  if (self->by_index != NULL && slot->n == 1)
    index_slot (self, slot);
  else if (self->by_index == NULL && self->slots != NULL && self->slots->len > FEW)
    index_slots (self);

  return block;
}

void
gstream_message_content_name (GstreamMessageContent *self,
                              GstreamBlock          *block)
{
  GstreamBlockSlot *slot = block->slot;

  if (block->id == NULL)
    return;

  if (!block->named && !block->finished)
    {
      self->all.n_unnamed--;
      slot->n_unnamed--;
    }
  block->named = TRUE;
  slot_name (&self->all, block);
  slot_name (slot, block);
}

void
gstream_message_content_close (GstreamMessageContent *self,
                               GstreamBlock          *block)
{
  block->finished = TRUE;
  self->n_doubtful -= block->guessed;
  slot_close (&self->all, block);
  slot_close (block->slot, block);
}

void
gstream_message_content_doubt (GstreamMessageContent *self,
                               GstreamBlock          *block)
{
  if (block->guessed || block->finished)
    return;

  block->guessed = TRUE;
  block->gap = GSTREAM_BLOCK_TORN;
  self->n_doubtful++;
}

guint64
gstream_message_content_count_open (GstreamMessageContent *self)
{
  return ((guint64) (self->all.n_open - self->n_doubtful) << 32) + self->n_doubtful;
}
