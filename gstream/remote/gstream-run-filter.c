/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Selects the events of one run from those of its thread, each of them once.
 *
 * A run begins with a `lifecycle running` event of its root. On Python's server, the id of that event contains the run
 * id. On JavaScript's, seq is counted per thread, and the answer to the command has the current seq: the run began with
 * the last such event up to that. (For other servers, the first such event is used.)
 *
 * Events that were received before are recognized with bounded memory. An id and its content are stored as a hash of 64
 * bits, in one of two sets. When the young set is full, it becomes the old one, whose previous content is dropped
 * except for its number and digest. Since servers number their events, an id that is greater than all others is known
 * to be new without a search. In most runs there never is a search, and the hash tables of the sets are only made for
 * the first one.
 */
#include <gstream/remote/gstream-run-filter-private.h>

#include <string.h>

#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-event-internal.h>
#include <gstream/event/gstream-i18n-internal.h>

/* prefix of ids that the server derives from the run id, and which are the same if the run is restarted */
#define DERIVED_ID "synth:"
#define MOST_HELD 512        /* events that are kept until the start of the run is known, ... */
#define LARGEST_HELD 1048576 /* ... and bytes of their data */
#define FEWEST 32
#define LONGEST_LAST 63 /* bytes of an id; longer ones are never stored as the last one */
#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* --- which events have come before --- */

/* A number of events from the beginning, in the order in which they were first received. */
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

  guint64 *slots;    /* hash table; 0: free */
  guint    n_slots;  /* a power of two, at least twice the number of entries */
  guint    n_placed; /* the number of hashes that have been inserted into the slots */
} Set;

struct _GstreamSeenIds
{
  Set      young;
  Set      old;
  Prefix   all;       /* all events */
  Prefix   old_end;   /* up to the end of the old set */
  Prefix   forgotten; /* events that are not in a set any more */
  Prefix   again;     /* those of the forgotten events that have been repeated since the rewind */
  guint64  latest;    /* hash of the latest new event; 0: none */
  gboolean behind;    /* @latest has not been repeated since the rewind */
  guint    n_repeats; /* after how many rewinds @latest has been repeated */
  gsize    last_length;
  char last[LONGEST_LAST + 1]; /* the greatest id so far (see is_behind), among those that are not longer than this */
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

guint
gstream_seen_ids_get_n_repeats (GstreamSeenIds *self)
{
  return self->n_repeats;
}

/* --- hashes --- */

/* Each bit of the result depends on all bits of both arguments. */
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

/* Adds two words with one multiplication, like wyhash. */
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

/* Adds several words at a time, because a state can have megabytes. The last two words overlap those before. */
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

/* Returns the slot where @hash is, or has to be inserted. */
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

/* Returns the number of leading bytes that are equal; both ids have at least @length bytes. */
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

/*
 * Compares ids like names with numbers: 9 is before 10, and 1-9 before 1-10. Both arguments point to the first
 * difference.
 */
static inline gboolean
is_behind (const char *id,
           const char *other)
{
  gsize n_digits = count_digits (id);
  gsize n_others = count_digits (other);

  return n_digits == n_others ? (guchar) *id > (guchar) *other : n_digits > n_others;
}

/* Stores @id as the last one if it is greater than all others. */
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

/* The old set is emptied and becomes the young one, so that its memory is reused. */
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

static void
note_repeat (GstreamSeenIds *self,
             guint64         hash)
{
  if (!self->behind || hash != self->latest)
    return;

  self->behind = FALSE;
  self->n_repeats++;
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
  self->n_repeats = 0;
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
      note_repeat (self, hash);
      return GSTREAM_SEEN_ID_OLD;
    }
  if (self->again.n < self->forgotten.n)
    return compare_with_forgotten (self, hash);

  add_new (self, hash);

  return GSTREAM_SEEN_ID_NEW;
}

/* --- the filter --- */

struct _GstreamRunFilter
{
  char           *derived_id;  /* the prefix of ids that the server derives from this run's id */
  gint64          applied_seq; /* -1: not known */
  char           *start_id;    /* id of the run's first event; NULL: not known, or it has none */
  guint64         start_seq;   /* seq of the run's first event, if it was found while skipping; otherwise 0 */
  gboolean        inside;      /* this connection has had the run's first event */
  gboolean        asking;      /* the run was interrupted */
  gboolean        over;        /* the run's last event has been received */
  GHashTable     *unended;     /* hashes of the namespaces that have begun and not ended; NULL: none ever began */
  GstreamSeenIds *seen;        /* the run's events that were received */
  gboolean        unnamed;     /* there was an event without an id, ... */
  gboolean        doubtful;    /* ... on an earlier connection, so that another one may be the same */
  GstreamEvent   *ready;       /* the next event to be popped; or NULL */
  GQueue          more;        /* GstreamEvent, owned: events after @ready */
  /*
   * GstreamEvent, owned: a possible start before applied_seq and the events after it, until there cannot be another
   * start
   */
  GQueue   held;
  gsize    held_size; /* bytes */
  gboolean skipping;  /* there were too many: `held` only has the last start */
  /* the start is known now, but the events after it were not kept and have to be received again */
  gboolean must_rewind;

  char    *first_id;   /* id of the first event whose id is not derived from the run id, ... */
  gint64   first_time; /* ... and its timestamp: both are different if the server has restarted the run */
  gboolean unproved;   /* this connection has not had that event yet */
};

GstreamRunFilter *
gstream_run_filter_new (const char *run_id,
                        gint64      applied_seq)
{
  GstreamRunFilter *self = g_new0 (GstreamRunFilter, 1);

  self->derived_id = g_strdup_printf (DERIVED_ID "%s:", run_id);
  self->applied_seq = applied_seq;
  self->seen = gstream_seen_ids_new ();

  return self;
}

void
gstream_run_filter_free (GstreamRunFilter *self)
{
  gstream_seen_ids_free (self->seen);
  g_clear_pointer (&self->unended, g_hash_table_unref);
  g_clear_pointer (&self->ready, gstream_event_unref);
  g_queue_clear_full (&self->more, (GDestroyNotify) gstream_event_unref);
  g_queue_clear_full (&self->held, (GDestroyNotify) gstream_event_unref);
  g_free (self->derived_id);
  g_free (self->start_id);
  g_free (self->first_id);
  g_free (self);
}

/* --- events before the start is known --- */

static void
drop_held (GstreamRunFilter *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) gstream_event_unref);
  self->held_size = 0;
  self->skipping = FALSE;
}

static gsize
size_of (GstreamEvent *event)
{
  gsize size;

  gstream_event_peek_data_text (event, &size);

  return size;
}

/* Drops all held events except the first, the start. */
static void
skip (GstreamRunFilter *self)
{
  GstreamEvent *start = g_queue_pop_head (&self->held);

  drop_held (self);
  g_queue_push_tail (&self->held, start);
  self->skipping = TRUE;
}

static void
hold (GstreamRunFilter *self,
      GstreamEvent     *event)
{
  if (self->skipping)
    {
      gstream_event_unref (event);
      return;
    }

  g_queue_push_tail (&self->held, event);
  self->held_size += size_of (event);
  if (self->held.length > MOST_HELD || self->held_size > LARGEST_HELD)
    skip (self);
}

static void
hold_from (GstreamRunFilter *self,
           GstreamEvent     *start)
{
  drop_held (self);
  hold (self, start);
}

/* --- connections --- */

void
gstream_run_filter_rewind (GstreamRunFilter *self)
{
  self->inside = FALSE;
  self->must_rewind = FALSE;
  gstream_seen_ids_rewind (self->seen);
  self->unproved = self->first_id != NULL;
  self->doubtful = self->unnamed;
  drop_held (self);
}

gboolean
gstream_run_filter_can_rewind (GstreamRunFilter *self)
{
  return !self->unnamed;
}

gboolean
gstream_run_filter_must_rewind (GstreamRunFilter *self)
{
  return self->must_rewind;
}

gboolean
gstream_run_filter_is_behind (GstreamRunFilter *self)
{
  return gstream_seen_ids_is_behind (self->seen);
}

guint
gstream_run_filter_get_n_repeats (GstreamRunFilter *self)
{
  return gstream_seen_ids_get_n_repeats (self->seen);
}

gboolean
gstream_run_filter_is_incomplete (GstreamRunFilter *self)
{
  return self->unended != NULL && g_hash_table_size (self->unended) > 0;
}

gboolean
gstream_run_filter_is_inside (GstreamRunFilter *self)
{
  return self->inside;
}

gboolean
gstream_run_filter_is_over (GstreamRunFilter *self)
{
  return self->over;
}

gboolean
gstream_run_filter_is_asking (GstreamRunFilter *self)
{
  return self->asking;
}

GstreamEvent *
gstream_run_filter_pop (GstreamRunFilter *self)
{
  GstreamEvent *event = g_steal_pointer (&self->ready);

  if (self->more.length > 0)
    self->ready = g_queue_pop_head (&self->more);

  return event;
}

static void
make_ready (GstreamRunFilter *self,
            GstreamEvent     *event)
{
  if (self->ready == NULL)
    self->ready = event;
  else
    g_queue_push_tail (&self->more, event);
}

/* --- where the run begins --- */

/* Returns: (nullable): the event's id; an empty one counts as none. */
static inline const char *
own_id (GstreamEvent *event)
{
  const char *id = gstream_event_peek_id (event);

  return id != NULL && *id != '\0' ? id : NULL;
}

/* Returns the step of the run according to a lifecycle event of its root; none for all other events. */
static inline GstreamStep
root_step (GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (G_LIKELY (fields->method != GSTREAM_METHOD_LIFECYCLE) || gstream_event_peek_namespace (event)->length > 0)
    return GSTREAM_STEP_NONE;

  return fields->step;
}

static inline gboolean
begins (GstreamStep step)
{
  return step == GSTREAM_STEP_RUNNING || step == GSTREAM_STEP_STARTED;
}

static inline gboolean
is_start (GstreamEvent *event)
{
  return begins (root_step (event));
}

static void
note_own_step (GstreamRunFilter *self,
               GstreamStep       step)
{
  if (step == GSTREAM_STEP_COMPLETED || step == GSTREAM_STEP_FAILED || step == GSTREAM_STEP_DRAINED)
    self->over = TRUE;
  else if (step == GSTREAM_STEP_INTERRUPTED)
    self->asking = TRUE;
}

static void
note_step_below (GstreamRunFilter *self,
                 guint namespace,
                 GstreamStep step)
{
  if (self->unended == NULL)
    self->unended = g_hash_table_new (NULL, NULL);
  if (begins (step))
    g_hash_table_add (self->unended, GUINT_TO_POINTER (namespace));
  else if (step != GSTREAM_STEP_NONE)
    g_hash_table_remove (self->unended, GUINT_TO_POINTER (namespace));
}

static inline void
note_step (GstreamRunFilter *self,
           GstreamEvent     *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);

  if (G_LIKELY (fields->method != GSTREAM_METHOD_LIFECYCLE))
    return;
  if (gstream_event_peek_namespace (event)->length == 0)
    note_own_step (self, fields->step);
  else
    note_step_below (self, gstream_event_peek_namespace (event)->hash, fields->step);
}

typedef enum
{
  NO_START,
  OWN_START,
  MAYBE_OWN_START, /* if there is no other start before applied_seq */
} Start;

static Start
judge_start (GstreamRunFilter *self,
             GstreamEvent     *event)
{
  const char *id = own_id (event);

  if (!is_start (event))
    return NO_START;
  if (id != NULL && g_str_has_prefix (id, DERIVED_ID))
    return g_str_has_prefix (id, self->derived_id) ? OWN_START : NO_START;
  if (self->start_id != NULL)
    return g_strcmp0 (id, self->start_id) == 0 ? OWN_START : NO_START;
  if (self->start_seq > 0)
    return gstream_event_get_seq (event) == self->start_seq ? OWN_START : NO_START;

  return (gint64) gstream_event_get_seq (event) < self->applied_seq ? MAYBE_OWN_START : OWN_START;
}

/* --- each once --- */

/* Combines method and namespace: events with the same id are different if these are. */
static guint64
kind_of (GstreamEvent *event)
{
  GstreamMethod method = gstream_event_get_fields (event)->method;
  guint         name = method == GSTREAM_METHOD_OTHER || method == GSTREAM_METHOD_CUSTOM
                           ? g_str_hash (gstream_event_get_method (event))
                           : method;

  return (guint64) gstream_event_peek_namespace (event)->hash << 32 | name;
}

static GstreamSeenId
look_for_unnamed (GstreamRunFilter *self,
                  GError          **error)
{
  if (!self->doubtful)
    {
      self->unnamed = TRUE;
      return GSTREAM_SEEN_ID_NEW;
    }
  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                       _ ("the connection was opened anew, and the server sends events without an event_id: "
                          "which of them came before cannot be told"));

  return GSTREAM_SEEN_ID_UNKNOWN;
}

static GstreamSeenId
look_for (GstreamRunFilter *self,
          GstreamEvent     *event,
          GError          **error)
{
  const char   *id = own_id (event);
  GstreamSeenId seen;
  const char   *data;
  gsize         length;

  if (id == NULL)
    return look_for_unnamed (self, error);

  data = gstream_event_peek_data_text (event, &length);
  seen = gstream_seen_ids_add (self->seen, id, kind_of (event), data, length);
  if (seen == GSTREAM_SEEN_ID_UNKNOWN)
    g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                         _ ("the server does not give the run's events again as it gave them before"));

  return seen;
}

static gboolean
is_the_first (GstreamRunFilter *self,
              GstreamEvent     *event)
{
  return g_strcmp0 (own_id (event), self->first_id) == 0 && gstream_event_get_timestamp (event) == self->first_time;
}

/* Called until that is known: checks whether this connection has the same first event as the one before. */
static gboolean
compare_with_first (GstreamRunFilter *self,
                    GstreamEvent     *event,
                    GError          **error)
{
  const char *id = own_id (event);

  if (id == NULL || g_str_has_prefix (id, DERIVED_ID) || is_start (event))
    return TRUE;

  if (self->first_id == NULL)
    {
      self->first_id = g_strdup (id);
      self->first_time = gstream_event_get_timestamp (event);
    }
  else if (!is_the_first (self, event))
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                           _ ("the server has begun the run anew: what it did before is not what it does now"));
      return FALSE;
    }
  self->unproved = FALSE;

  return TRUE;
}

/* Fails if the server has restarted the run, so that its events are not the same as before. */
static inline gboolean
check_identity (GstreamRunFilter *self,
                GstreamEvent     *event,
                GError          **error)
{
  if (G_LIKELY (self->first_id != NULL && !self->unproved))
    return TRUE;

  return compare_with_first (self, event, error);
}

/* Frees @event, and returns @result. */
static gboolean
drop (GstreamEvent *event,
      gboolean      result)
{
  gstream_event_unref (event);

  return result;
}

static gboolean
accept_event (GstreamRunFilter *self,
              GstreamEvent     *event,
              GError          **error)
{
  GstreamSeenId seen;

  if (self->over)
    return drop (event, TRUE);
  if (!check_identity (self, event, error))
    return drop (event, FALSE);

  seen = look_for (self, event, error);
  if (G_UNLIKELY (seen != GSTREAM_SEEN_ID_NEW))
    return drop (event, seen == GSTREAM_SEEN_ID_OLD);

  note_step (self, event);
  make_ready (self, event);

  return TRUE;
}

static void
come_inside (GstreamRunFilter *self,
             GstreamEvent     *start)
{
  self->inside = TRUE;
  if (self->start_id == NULL)
    self->start_id = g_strdup (own_id (start));
}

/* There was no other start: the held events belong to the run. */
static gboolean
accept_held (GstreamRunFilter *self,
             GError          **error)
{
  GstreamEvent *event = NULL;

  come_inside (self, g_queue_peek_head (&self->held));
  self->held_size = 0;
  while ((event = g_queue_pop_head (&self->held)) != NULL)
    if (!accept_event (self, event, error))
      return FALSE;

  return TRUE;
}

/* The held start is that of the run. The events after it were dropped, and have to be received again. */
static void
note_start (GstreamRunFilter *self)
{
  GstreamEvent *start = g_queue_peek_head (&self->held);

  self->start_id = g_strdup (own_id (start));
  self->start_seq = gstream_event_get_seq (start);
  self->must_rewind = TRUE;
  drop_held (self);
}

/* @event is at or after applied_seq, so there cannot be another start of this run. */
static gboolean
end_holding (GstreamRunFilter *self,
             GstreamEvent     *event,
             GError          **error)
{
  if (!self->skipping)
    return accept_held (self, error) && accept_event (self, event, error);

  note_start (self);
  gstream_event_unref (event);

  return TRUE;
}

static gboolean
push_outside (GstreamRunFilter *self,
              GstreamEvent     *event,
              GError          **error)
{
  Start    start = judge_start (self, event);
  gboolean past_applied = (gint64) gstream_event_get_seq (event) >= self->applied_seq;

  if (start == OWN_START)
    {
      drop_held (self);
      come_inside (self, event);
      return accept_event (self, event, error);
    }
  if (start == MAYBE_OWN_START)
    hold_from (self, event);
  else if (g_queue_is_empty (&self->held))
    gstream_event_unref (event);
  else if (!past_applied)
    hold (self, event);
  else
    return end_holding (self, event, error);

  return TRUE;
}

gboolean
gstream_run_filter_push (GstreamRunFilter *self,
                         GstreamEvent     *event,
                         GError          **error)
{
  if (!self->inside)
    return push_outside (self, event, error);

  if (is_start (event) && judge_start (self, event) != OWN_START && !self->over)
    {
      gstream_event_unref (event);
      if (self->asking) /* another run has answered the interrupt, so this one has ended */
        {
          self->over = TRUE;
          return TRUE;
        }
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                           _ ("another run began on the thread before the end of this one came"));
      return FALSE;
    }

  return accept_event (self, event, error);
}
