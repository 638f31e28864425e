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

static guint
list_of (GstreamBlockKind kind,
         gboolean         has_id)
{
  return 1 + 2 * kind + has_id;
}

/* Almost always it is the newest. */
static void
slot_enter (GstreamBlockSlot *self,
            guint             list,
            GstreamBlock     *block)
{
  guint link = self->link;
  GstreamBlock *older = self->lists[list].newest;
  GstreamBlock *newer = NULL;

  if (older != NULL && self->lists[list].oldest->serial > block->serial)
    {
      newer = self->lists[list].oldest;
      older = NULL;
    }
  for (; older != NULL && older->serial > block->serial; older = older->links[link].older)
    newer = older;

  block->links[link].older = older;
  block->links[link].newer = newer;
  *(older != NULL ? &older->links[link].newer : &self->lists[list].oldest) = block;
  *(newer != NULL ? &newer->links[link].older : &self->lists[list].newest) = block;
}

static void
slot_leave (GstreamBlockSlot *self,
            guint             list,
            GstreamBlock     *block)
{
  guint link = self->link;
  GstreamBlock *older = block->links[link].older;
  GstreamBlock *newer = block->links[link].newer;

  *(older != NULL ? &older->links[link].newer : &self->lists[list].oldest) = newer;
  *(newer != NULL ? &newer->links[link].older : &self->lists[list].newest) = older;
}

static void
slot_append (GstreamBlockSlot *self,
             GstreamBlock     *block)
{
  block->links[self->link].before = self->newest;
  self->newest = block;
  self->n++;
  self->n_open++;
  slot_enter (self, block->list, block);
  slot_name (self, block);
}

static void
slot_close (GstreamBlockSlot *self,
            GstreamBlock     *block)
{
  GstreamBlock **finished = &self->lists[list_of (block->kind, block->id != NULL)].finished;

  self->n_open--;
  slot_leave (self, block->list, block);
  if (*finished == NULL || (*finished)->serial < block->serial)
    *finished = block;
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

typedef enum
{
  OLDEST_OPEN,
  NEWEST_OPEN,
  NEWEST_FINISHED,
} Which;

static GstreamBlock *
first_of (GstreamBlockSlot *slot,
          guint             list,
          Which             which)
{
  switch (which)
    {
    case OLDEST_OPEN:
      return slot->lists[list].oldest;
    case NEWEST_OPEN:
      return slot->lists[list].newest;
    case NEWEST_FINISHED:
    default:
      return slot->lists[list].finished;
    }
}

static GstreamBlock *
choose (GstreamBlock *a,
        GstreamBlock *b,
        Which         which)
{
  if (a == NULL || b == NULL)
    return a == NULL ? b : a;

  return (a->serial < b->serial) == (which == OLDEST_OPEN) ? a : b;
}

/* By kind and order. Ids tell blocks apart where both have one, and those with the same are known by it. */
static GstreamBlock *
find_by_order (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place,
               Which                    which)
{
  GstreamBlock *found = NULL;

  if (slot == NULL)
    return NULL;

  for (guint kind = 0; kind < GSTREAM_BLOCK_ANY; kind++)
    {
      if (!gstream_block_may_become (kind, place->kind))
        continue;
      found = choose (found, first_of (slot, list_of (kind, FALSE), which), which);
      if (place->id == NULL)
        found = choose (found, first_of (slot, list_of (kind, TRUE), which), which);
    }

  return found;
}

GstreamBlock *
gstream_message_content_find_open (GstreamMessageContent   *self,
                                   const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock *block = find_by_id (slot, place);

  if (block != NULL && !block->finished)
    return block;

  return find_by_order (slot, place, NEWEST_OPEN);
}

/* One that was begun as something else, and has nothing in it. */
static GstreamBlock *
find_unfilled (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  GstreamBlockPlace anything = { place->index, place->key, place->id, GSTREAM_BLOCK_ANY };
  GstreamBlock *block = find_by_order (slot, &anything, NEWEST_OPEN);

  return block == NULL || (block->stream != NULL && block->stream->len > 0) ? NULL : block;
}

/* It may be finished once more, but for calls, of which there may be several. */
static GstreamBlock *
find_finished (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  GstreamBlock *block = gstream_block_is_call (place->kind) ? NULL : find_by_order (slot, place, NEWEST_FINISHED);

  return block != NULL && (block->id == NULL || place->id == NULL) ? block : NULL; /* it may have got an id since */
}

GstreamBlock *
gstream_message_content_find_ending (GstreamMessageContent   *self,
                                     const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock *block = find_by_id (slot, place);

  /* Where no index is said, what has begun last ends first; but calls, of which there may be several, end in their order. */
  if (block == NULL && (says_index (place) || gstream_block_is_call (place->kind)))
    block = find_by_order (slot, place, OLDEST_OPEN);
  else if (block == NULL)
    block = find_by_order (slot, place, NEWEST_OPEN);
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
  block->list = list_of (kind, FALSE);
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
  guint list = list_of (block->kind, block->id != NULL);

  if (block->list != 0 && block->list != list)
    {
      slot_leave (&self->all, block->list, block);
      slot_leave (slot, block->list, block);
      slot_enter (&self->all, list, block);
      slot_enter (slot, list, block);
      block->list = list;
    }
  if (block->id == NULL)
    return;

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
  block->list = 0;
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
