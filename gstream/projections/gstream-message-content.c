/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The content of a message: finds the block that an event is about, applies events to it, and gives the result. Finding
 * a block takes constant time, however many there are.
 */
#include <stdlib.h>

#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-message-content-private.h>

/* Up to this many are searched without a hash table. */
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
  GstreamJsonValue  index;

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

/* Keeps the list in order; nearly always @block is the newest. */
static void
slot_enter (GstreamBlockSlot *self,
            guint             list,
            GstreamBlock     *block)
{
  guint         link = self->link;
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
  guint         link = self->link;
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

/* Returns: %NULL if no block is at that index. Without an index, all blocks are candidates. */
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

/* Finds a block by kind and order, among the blocks without an id, or among all if @place has none. */
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

static GstreamBlock *
find_open (GstreamMessageContent   *self,
           const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock     *block = find_by_id (slot, place);

  if (block != NULL && !block->finished)
    return block;

  return find_by_order (slot, place, NEWEST_OPEN);
}

/*
 * Returns the newest unfinished block of any kind, if it is still empty, because then it may turn out to be of another
 * kind.
 */
static GstreamBlock *
find_unfilled (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  GstreamBlockPlace anything = { place->index, place->key, place->id, GSTREAM_BLOCK_ANY };
  GstreamBlock     *block = find_by_order (slot, &anything, NEWEST_OPEN);

  return block == NULL || (block->stream != NULL && block->stream->len > 0) ? NULL : block;
}

/* A block may be finished again, but another finish of a call is another call. */
static GstreamBlock *
find_finished (GstreamBlockSlot        *slot,
               const GstreamBlockPlace *place)
{
  GstreamBlock *block = gstream_block_is_call (place->kind) ? NULL : find_by_order (slot, place, NEWEST_FINISHED);

  return block != NULL && (block->id == NULL || place->id == NULL) ? block : NULL; /* it may have got an id meanwhile */
}

GstreamBlock *
gstream_message_content_find_ending (GstreamMessageContent   *self,
                                     const GstreamBlockPlace *place)
{
  GstreamBlockSlot *slot = find_slot (self, place);
  GstreamBlock     *block = find_by_id (slot, place);

  /* Without an index, the newest block is finished. Calls, which may be parallel, are finished in their order. */
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

static GstreamBlock *
make_at (GstreamMessageContent   *self,
         const GstreamBlockPlace *place)
{
  GstreamBlockPlace real = { says_index (place) ? place->index : next_index (self), place->key, NULL, place->kind };
  GstreamBlockSlot *slot = find_slot (self, &real);
  GstreamBlockKind  kind = place->kind == GSTREAM_BLOCK_ANY ? GSTREAM_BLOCK_OTHER : place->kind;
  GstreamBlock     *block = gstream_block_new (kind, real.index, real.key);

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

static void
name_block (GstreamMessageContent *self,
            GstreamBlock          *block)
{
  GstreamBlockSlot *slot = block->slot;
  guint             list = list_of (block->kind, block->id != NULL);

  self->goes_on = FALSE;

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

static void
close_block (GstreamMessageContent *self,
             GstreamBlock          *block)
{
  block->finished = TRUE;
  self->goes_on = FALSE;
  self->n_doubtful -= block->guessed;
  slot_close (&self->all, block);
  slot_close (block->slot, block);
  block->list = 0;
}

static void
mark_doubtful (GstreamMessageContent *self,
               GstreamBlock          *block)
{
  if (block->guessed || block->finished)
    return;

  block->guessed = TRUE;
  block->gap = GSTREAM_BLOCK_HAS_GAP;
  self->n_doubtful++;
}

guint64
gstream_message_content_count_open (GstreamMessageContent *self)
{
  return ((guint64) (self->all.n_open - self->n_doubtful) << 32) + self->n_doubtful;
}

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
place_of_content (GstreamEvent    *event,
                  GstreamJsonValue content)
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

/*
 * Makes a block whose start was not seen. Returns NULL if deltas could not be attributed: then its beginning may be
 * missing, and it starts with its finish (T2).
 */
static GstreamBlock *
make_late (GstreamMessageContent   *self,
           const GstreamBlockPlace *place)
{
  return self->gap == 0 ? make_at (self, place) : NULL;
}

/*
 * Returns the block that a delta extends; if that is finished, makes a new one at the same index. Returns NULL for
 * arguments of a call whose start was not seen: its finish has them (T3).
 */
static GstreamBlock *
find_for_delta (GstreamMessageContent *self,
                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamDelta  delta = gstream_event_get_fields (event)->delta;
  GstreamBlock *block;

  place.kind = kind_of_delta (delta);
  block = find_open (self, &place);
  if (block == NULL && delta == GSTREAM_DELTA_TOOL_CALL)
    {
      place.kind = GSTREAM_BLOCK_SERVER_CHUNK;
      return find_open (self, &place);
    }

  return block != NULL && takes (block->kind, delta) ? block : make_late (self, &place);
}

/* Returns the block that a partial block extends; makes one if there is none. Returns NULL as above. */
static GstreamBlock *
find_for_piece (GstreamMessageContent *self,
                GstreamBlockPlace     *place)
{
  GstreamBlock *block = find_open (self, place);

  if (block != NULL || (is_chunk (place->kind) && place->id == NULL))
    return block;

  block = make_late (self, place);
  if (block != NULL)
    block->begun = is_chunk (place->kind);

  return block;
}

static GstreamGrowth
merge (GstreamMessageContent *self,
       GstreamBlock          *block,
       GstreamJsonValue       fields)
{
  GstreamGrowth growth = gstream_block_merge (block, fields);

  name_block (self, block);

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

/* Applies a delta of an older format: a partial block. */
static GstreamGrowth
add_piece (GstreamMessageContent *self,
           GstreamEvent          *event,
           GstreamJsonValue       piece)
{
  g_auto (GstreamBlockPlace) place = place_of_content (event, piece);
  g_autofree char *text = NULL;
  GstreamJsonValue value;
  GstreamBlock    *block;
  guint16          low;
  guint16          high;

  if (!gstream_block_find_piece (place.kind, piece, &value))
    return merge_delta (self, event, piece);
  block = find_for_piece (self, &place);
  if (block == NULL || block->gap != self->gap)
    return no_growth;

  if (block->id == NULL && place.id != NULL)
    {
      block->id = g_steal_pointer (&place.id);
      name_block (self, block);
    }
  gstream_json_trim_halves (&value, &low, &high);
  text = gstream_json_dup_raw (value);

  return gstream_block_append_halves (block, low, text, strlen (text), high);
}

/* Finds the block, or partial block, in a delta that is not plain text. */
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
    return no_growth; /* an unknown kind of delta: the finish of the block has its content */
  if (gstream_event_get_fields (event)->delta == GSTREAM_DELTA_BLOCK)
    return merge_delta (self, event, carried);

  return add_piece (self, event, carried);
}

GstreamGrowth
gstream_message_content_delta_slowly (GstreamMessageContent    *self,
                                      GstreamEvent             *event,
                                      const GstreamEventFields *fields)
{
  GstreamBlock *block = self->latest;

  self->goes_on = FALSE;
  if (fields->text == NULL)
    return unusual_delta (self, event);

  if (block == NULL || block->index != fields->index || fields->index < 0 || block->finished ||
      !takes (block->kind, fields->delta))
    block = self->latest = find_for_delta (self, event);
  /* A text with a gap is not extended: the finish has the whole text (T2). */
  if (block == NULL || block->gap != self->gap)
    return no_growth;

  self->goes_on = fields->index >= 0;
  self->latest_delta = fields->delta;

  return gstream_block_append_halves (block, (guint16) fields->halves, fields->text, fields->text_length,
                                      fields->halves >> 16);
}

GstreamBlock *
gstream_message_content_expect (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamBlock             *block = self->latest;
  gboolean                  is_there = place.index < 0 && place.key == NULL;
  GstreamJsonValue          carried;

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
  GstreamJsonValue          carried;
  GstreamJsonValue          text;

  if (fields->text != NULL)
    return g_strdup (fields->text);
  if (!find_carried (event, &carried) ||
      !gstream_block_find_piece (gstream_block_kind_of (carried, GSTREAM_BLOCK_ANY), carried, &text))
    return NULL;

  return gstream_json_dup_raw (text);
}

/* A content-block-start begins a block even if one is open at its index, unless that has the same id (T3). */
static GstreamBlock *
find_for_start (GstreamMessageContent   *self,
                const GstreamBlockPlace *place)
{
  GstreamBlock *block;

  if (place->id == NULL || (place->index < 0 && place->key == NULL))
    return NULL;

  block = find_open (self, place);

  return block != NULL && block->id != NULL ? block : NULL;
}

/* Its text is not pushed, but helps to attribute its finish (T2). */
static void
doubt (GstreamMessageContent *self,
       GstreamBlock          *block)
{
  mark_doubtful (self, block);
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
  GstreamGrowth    growth;
  GstreamBlock    *block;

  if (!gstream_message_content_of (event, &content))
    return no_growth;

  place = place_of_content (event, content);
  block = find_for_start (self, &place);
  if (block == NULL)
    block = make_at (self, &place);
  block->begun = block->begun || block->stream == NULL;
  self->latest = block;
  self->goes_on = FALSE;
  growth = merge (self, block, content);
  if (is_guess)
    doubt (self, block);

  return is_guess ? no_growth : growth;
}

/* Finishes @block, or, if that is %NULL, a new one at @place. */
static GstreamGrowth
finish (GstreamMessageContent   *self,
        GstreamBlock            *block,
        const GstreamBlockPlace *place,
        GstreamJsonValue         content)
{
  GstreamGrowth growth;
  gboolean      is_first;

  if (block == NULL)
    block = make_at (self, place);
  is_first = !block->finished;
  growth = gstream_block_finish (block, content);
  name_block (self, block);
  if (is_first)
    close_block (self, block);

  return growth;
}

GstreamGrowth
gstream_message_content_finish (GstreamMessageContent *self,
                                GstreamEvent          *event)
{
  g_auto (GstreamBlockPlace) place = gstream_block_place_of (event);
  GstreamJsonValue content;
  GstreamBlock    *block;

  if (gstream_message_content_of (event, &content))
    {
      gstream_block_place_fill (&place, content);
      return finish (self, gstream_message_content_find_ending (self, &place), &place, content);
    }

  /* A finish without content only says that the block is finished. */
  block = find_open (self, &place);
  if (block == NULL)
    return no_growth;
  close_block (self, block);

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

/* --- what it comes to --- */

static int
compare_blocks (gconstpointer a,
                gconstpointer b)
{
  const GstreamBlock *first = *(GstreamBlock *const *) a;
  const GstreamBlock *second = *(GstreamBlock *const *) b;

  if (first->index != second->index)
    return first->index < second->index ? -1 : 1;

  return first->serial < second->serial ? -1 : 1;
}

/* Blocks whose index is not a number keep their position. */
static guint
count_comparable (GPtrArray *blocks,
                  guint      start)
{
  guint n = 0;

  while (start + n < blocks->len && ((GstreamBlock *) g_ptr_array_index (blocks, start + n))->key == NULL)
    n++;

  return n;
}

GPtrArray *
gstream_message_content_order (GstreamMessageContent *self)
{
  if (!self->is_disordered)
    return self->blocks;

  for (guint i = 0; i < self->blocks->len; i++)
    {
      guint n = count_comparable (self->blocks, i);

      qsort (self->blocks->pdata + i, n, sizeof (gpointer), compare_blocks);
      i += n;
    }
  self->is_disordered = FALSE;

  return self->blocks;
}

/* Whether the block is part of a result of blocks of @kind (ANY: all). */
static inline gboolean
shows (GstreamBlock    *block,
       GstreamBlockKind kind)
{
  return (block->kind == kind || kind == GSTREAM_BLOCK_ANY) && !gstream_block_is_doubtful (block);
}

static guint
count (GstreamMessageContent *self,
       GstreamBlockKind       kind,
       GstreamBlock         **last)
{
  guint n = 0;

  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!shows (block, kind) || block->stream == NULL)
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

  gstream_message_content_order (self);
  self->joined[kind] = g_string_truncate (joined, 0);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (shows (block, kind) && block->stream != NULL)
        g_string_append_len (joined, block->stream->str, block->stream->len);
    }

  return joined->str;
}

const char *
gstream_message_content_text (GstreamMessageContent *self,
                              GstreamBlockKind       kind)
{
  GstreamBlock *last = NULL;
  guint         n = count (self, kind, &last);

  if (n == 0)
    return "";

  return n == 1 ? last->stream->str : join (self, kind);
}

typedef void (*WriteFunc) (GstreamBlock *block,
                           GString      *out);

static GstreamPayload *
write_blocks (GstreamMessageContent *self,
              WriteFunc              write,
              GstreamBlockKind       kind)
{
  g_autoptr (GString) json = g_string_new ("[");

  gstream_message_content_order (self);
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    {
      GstreamBlock *block = g_ptr_array_index (self->blocks, i);

      if (!shows (block, kind))
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
  return write_blocks (self, gstream_block_write, GSTREAM_BLOCK_ANY);
}

GstreamPayload *
gstream_message_content_calls (GstreamMessageContent *self,
                               GstreamBlockKind       kind)
{
  return write_blocks (self, gstream_block_write_call, kind);
}
