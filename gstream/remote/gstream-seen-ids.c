/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The ids of a run's events that have come, in bounded memory.
 *
 * An id is kept as a hash of 64 bits, in one of two sets. When the young set is full, it
 * becomes the old one, and what was in that is forgotten but for its number and digest.
 */
#include <gstream/remote/gstream-seen-ids-private.h>

#include <string.h>

#define FEWEST_SLOTS 64
#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* A prefix of all ids, in the order in which they first came. */
typedef struct
{
  guint64 n;
  guint64 digest;
} Prefix;

typedef struct
{
  guint64 *slots;   /* hashes; 0: free */
  guint    n_slots; /* a power of two, twice as many as are used or more */
  guint    n_used;
} Set;

struct _GstreamSeenIds
{
  Set    young;
  Set    old;
  Prefix all;       /* that came */
  Prefix old_end;   /* when the old set became that */
  Prefix forgotten; /* those that are in no set any more */
  Prefix again;     /* of the forgotten, what has come again since the rewind; as forgotten: all of it */
};

GstreamSeenIds *
gstream_seen_ids_new (void)
{
  return g_new0 (GstreamSeenIds, 1);
}

void
gstream_seen_ids_free (GstreamSeenIds *self)
{
  g_free (self->young.slots);
  g_free (self->old.slots);
  g_free (self);
}

void
gstream_seen_ids_rewind (GstreamSeenIds *self)
{
  self->again = (Prefix) { 0, 0 };
}

/* --- hashes --- */

/* All bits count for all others; never 0. */
static inline guint64
mix (guint64 hash,
     guint64 word)
{
  hash = (hash ^ word) * PRIME;

  return hash ^ (hash >> 32);
}

static guint64
hash_id (const char *id)
{
  gsize length = strlen (id);
  guint64 hash = mix (length, PRIME);
  guint64 word;

  for (; length >= sizeof word; length -= sizeof word, id += sizeof word)
    {
      memcpy (&word, id, sizeof word);
      hash = mix (hash, word);
    }
  word = 0;
  memcpy (&word, id, length);
  hash = mix (mix (hash, word), length);

  return hash != 0 ? hash : 1;
}

static void
extend (Prefix  *prefix,
        guint64  hash)
{
  prefix->n++;
  prefix->digest = mix (prefix->digest, hash);
}

/* --- sets --- */

/* Where @hash is, or would be. */
static guint64 *
find_slot (const Set *set,
           guint64    hash)
{
  guint i = hash & (set->n_slots - 1);

  while (set->slots[i] != 0 && set->slots[i] != hash)
    i = (i + 1) & (set->n_slots - 1);

  return &set->slots[i];
}

static gboolean
has (const Set *set,
     guint64    hash)
{
  return set->n_used > 0 && *find_slot (set, hash) != 0;
}

static void
grow (Set *set)
{
  Set larger = { .n_slots = MAX (2 * set->n_slots, FEWEST_SLOTS), .n_used = set->n_used };

  larger.slots = g_new0 (guint64, larger.n_slots);
  for (guint i = 0; i < set->n_slots; i++)
    if (set->slots[i] != 0)
      *find_slot (&larger, set->slots[i]) = set->slots[i];

  g_free (set->slots);
  *set = larger;
}

static void
insert (Set     *set,
        guint64  hash)
{
  if (2 * (set->n_used + 1) > set->n_slots)
    grow (set);
  *find_slot (set, hash) = hash;
  set->n_used++;
}

/* --- ids --- */

/* The slots of what is forgotten are used again. */
static void
forget_old (GstreamSeenIds *self)
{
  Set old = self->old;

  self->forgotten = self->again = self->old_end;
  self->old_end = self->all;
  self->old = self->young;
  if (old.slots != NULL)
    memset (old.slots, 0, old.n_slots * sizeof *old.slots);
  old.n_used = 0;
  self->young = old;
}

static GstreamSeenId
compare_with_forgotten (GstreamSeenIds *self,
                        guint64         hash)
{
  extend (&self->again, hash);
  if (self->again.n == self->forgotten.n && self->again.digest != self->forgotten.digest)
    return GSTREAM_SEEN_ID_UNKNOWN;

  return GSTREAM_SEEN_ID_OLD;
}

GstreamSeenId
gstream_seen_ids_add (GstreamSeenIds *self,
                      const char     *id)
{
  guint64 hash = hash_id (id);

  if (has (&self->young, hash) || has (&self->old, hash))
    return GSTREAM_SEEN_ID_OLD;
  if (self->again.n < self->forgotten.n)
    return compare_with_forgotten (self, hash);

  insert (&self->young, hash);
  extend (&self->all, hash);
  if (self->young.n_used == GSTREAM_SEEN_IDS_REMEMBERED)
    forget_old (self);

  return GSTREAM_SEEN_ID_NEW;
}
