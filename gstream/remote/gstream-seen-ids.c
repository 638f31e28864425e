/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which of a run's events have come, in bounded memory.
 *
 * An id and its content are kept as a hash of 64 bits, in one of two sets. When the young set is full, it
 * becomes the old one, and what was in that is forgotten but for its number and digest.
 *
 * Servers count their events: an id that is behind all others is new without a look, so
 * that in most runs nothing is ever searched, and a set gets its slots only when it is.
 */
#include <gstream/remote/gstream-seen-ids-private.h>

#include <string.h>

#define FEWEST 32
#define LONGEST_LAST 63 /* bytes of an id: none that is longer is taken for the last */
#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* A prefix of all ids, in the order in which they first came. */
typedef struct
{
  guint64 n;
  guint64 digest;
} Prefix;

typedef struct
{
  guint64 *hashes; /* in the order in which they came */
  guint    n;
  guint    n_room; /* for hashes, a power of two */

  guint64 *slots;    /* hashes where they are found; 0: free */
  guint    n_slots;  /* a power of two, twice as many as are placed or more */
  guint    n_placed; /* so many of the hashes are in slots */
} Set;

struct _GstreamSeenIds
{
  Set      young;
  Set      old;
  Prefix   all;       /* that came */
  Prefix   old_end;   /* when the old set became that */
  Prefix   forgotten; /* those that are in no set any more */
  Prefix   again;     /* of the forgotten, those that came again since the rewind; equal to `forgotten`: all of them */
  guint64  latest;    /* hash of the one that came as the latest new one; 0: none did */
  gboolean behind;    /* it has not come again since the rewind */
  gsize    last_length;
  char     last[LONGEST_LAST + 1]; /* id: all others that came are before it (see is_behind), or longer than this */
};

GstreamSeenIds *
gstream_seen_ids_new (void)
{
  return g_new0 (GstreamSeenIds, 1);
}

static void
clear_set (Set *set)
{
  g_free (set->hashes);
  g_free (set->slots);
}

void
gstream_seen_ids_free (GstreamSeenIds *self)
{
  clear_set (&self->young);
  clear_set (&self->old);
  g_free (self);
}

void
gstream_seen_ids_rewind (GstreamSeenIds *self)
{
  self->again = (Prefix) { 0, 0 };
  self->behind = self->latest != 0;
}

gboolean
gstream_seen_ids_is_behind (GstreamSeenIds *self)
{
  return self->behind;
}

/* --- hashes --- */

/* Each bit of the result depends on all bits of both. */
static inline guint64
mix (guint64 hash,
     guint64 word)
{
  hash = (hash ^ word) * PRIME;

  return hash ^ (hash >> 32);
}

static inline guint64
read_word (const char *bytes)
{
  guint64 word;

  memcpy (&word, bytes, sizeof word);

  return word;
}

static inline guint64
add_word (guint64 hash,
          guint64 word)
{
  hash = (hash ^ word) * PRIME;

  return hash << 32 | hash >> 32;
}

/* Two words with one multiplication, as wyhash has it. */
static inline guint64
add_words (guint64 hash,
           guint64 first,
           guint64 second)
{
#ifdef __SIZEOF_INT128__
  unsigned __int128 product = (unsigned __int128) (first ^ PRIME) * (second ^ hash);

  return (guint64) product ^ (guint64) (product >> 64);
#else
  return add_word (add_word (hash, first), second);
#endif
}

static inline guint64
add_few_bytes (guint64     hash,
               const char *bytes,
               gsize       length)
{
  guint64 word = length;

  for (gsize i = 0; i < length; i++)
    word = word << 8 | (guchar) bytes[i];

  return add_word (hash, word);
}

static inline guint64
add_16_bytes (guint64     hash,
              const char *bytes)
{
  return add_words (hash, read_word (bytes), read_word (bytes + sizeof (guint64)));
}

/* Several words at a time, for a state can have megabytes; the last two overlap those before. */
static inline guint64
add_bytes (guint64     hash,
           const char *bytes,
           gsize       length)
{
  const char *end = bytes + length;

  if (length < sizeof (guint64))
    return add_few_bytes (hash, bytes, length);
  if (length < 2 * sizeof (guint64))
    return add_words (hash + length, read_word (bytes), read_word (end - sizeof (guint64)));

  for (; end - bytes >= 32; bytes += 32)
    hash = add_16_bytes (add_16_bytes (hash, bytes), bytes + 16);
  if (end - bytes > 16)
    hash = add_16_bytes (hash, bytes);

  return add_16_bytes (hash + length, end - 16);
}

static guint64
hash_event (const char *id,
            gsize       id_length,
            guint64     kind,
            const char *content,
            gsize       length)
{
  guint64 hash = mix (add_bytes (add_bytes (kind, id, id_length), content, length), PRIME);

  return hash != 0 ? hash : 1;
}

static void
extend (Prefix *prefix,
        guint64 hash)
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

static void
make_slots (Set *set)
{
  g_free (set->slots);
  set->n_slots = 2 * set->n_room;
  set->slots = g_new0 (guint64, set->n_slots);
  set->n_placed = 0;
}

static gboolean
has (Set    *set,
     guint64 hash)
{
  if (set->n == 0)
    return FALSE;
  if (set->n_slots < 2 * set->n)
    make_slots (set);
  for (; set->n_placed < set->n; set->n_placed++)
    *find_slot (set, set->hashes[set->n_placed]) = set->hashes[set->n_placed];

  return *find_slot (set, hash) != 0;
}

static void
append (Set    *set,
        guint64 hash)
{
  if (set->n == set->n_room)
    {
      set->n_room = MAX (2 * set->n_room, FEWEST);
      set->hashes = g_renew (guint64, set->hashes, set->n_room);
    }
  set->hashes[set->n++] = hash;
}

static void
empty (Set *set)
{
  if (set->n_placed > 0)
    memset (set->slots, 0, set->n_slots * sizeof *set->slots);
  set->n = set->n_placed = 0;
}

/* --- the order of ids --- */

static gsize
count_digits (const char *text)
{
  gsize n = 0;

  while (text[n] >= '0' && text[n] <= '9')
    n++;

  return n;
}

/* The bytes with which both begin, each of them @length long or longer. */
static gsize
count_common (const char *id,
              const char *other,
              gsize       length)
{
  gsize n = 0;

  for (; n + sizeof (guint64) <= length; n += sizeof (guint64))
    {
      guint64 difference = GUINT64_FROM_LE (read_word (id + n) ^ read_word (other + n));

      if (difference != 0)
        return n + __builtin_ctzll (difference) / 8;
    }
  while (id[n] == other[n] && id[n] != '\0')
    n++;

  return n;
}

/* As people order names with numbers in them: 9 is before 10, and 1-9 before 1-10. Both begin where they differ. */
static inline gboolean
is_behind (const char *id,
           const char *other)
{
  gsize n_digits = count_digits (id);
  gsize n_others = count_digits (other);

  return n_digits == n_others ? (guchar) *id > (guchar) *other : n_digits > n_others;
}

/* Makes @id the last one if it is behind all. */
static gboolean
is_behind_all (GstreamSeenIds *self,
               const char     *id,
               gsize           length)
{
  gsize n_common = count_common (id, self->last, MIN (length, self->last_length));

  if (length > LONGEST_LAST || !is_behind (id + n_common, self->last + n_common))
    return FALSE;
  memcpy (self->last + n_common, id + n_common, length + 1 - n_common);
  self->last_length = length;

  return TRUE;
}

/* --- ids --- */

/* The old set becomes the young one, emptied, so that its memory is used again. */
static void
forget_old (GstreamSeenIds *self)
{
  Set old = self->old;

  self->forgotten = self->again = self->old_end;
  self->old_end = self->all;
  self->old = self->young;
  empty (&old);
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

static void
add_new (GstreamSeenIds *self,
         guint64         hash)
{
  self->latest = hash;
  append (&self->young, hash);
  extend (&self->all, hash);
  if (self->young.n == GSTREAM_SEEN_IDS_REMEMBERED)
    forget_old (self);
}

GstreamSeenId
gstream_seen_ids_add (GstreamSeenIds *self,
                      const char     *id,
                      guint64         kind,
                      const char     *content,
                      gsize           length)
{
  gsize    id_length = strlen (id);
  guint64  hash = hash_event (id, id_length, kind, content, length);
  gboolean is_last = is_behind_all (self, id, id_length);

  if (!is_last && (has (&self->young, hash) || has (&self->old, hash)))
    {
      self->behind = self->behind && hash != self->latest;
      return GSTREAM_SEEN_ID_OLD;
    }
  if (self->again.n < self->forgotten.n)
    return compare_with_forgotten (self, hash);

  add_new (self, hash);

  return GSTREAM_SEEN_ID_NEW;
}
