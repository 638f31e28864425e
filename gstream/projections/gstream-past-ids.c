/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A set of ids of messages and tool calls that have ended.
 */
#include <gstream/projections/gstream-past-ids-private.h>

#define FIRST_SIZE 16

/* FNV-1a with a final step that distributes the bits. Never returns 0. */
static guint64
digest (char        sort,
        const char *id)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325) ^ (guchar) sort;

  for (; *id != '\0'; id++)
    hash = (hash ^ (guchar) *id) * G_GUINT64_CONSTANT (0x100000001b3);
  hash ^= hash >> 32;

  return hash != 0 ? hash : 1;
}

/* Returns the slot of @hash, or the one where it has to be inserted. */
static guint64 *
find (GstreamPastTable *self,
      guint64           hash)
{
  guint at = hash & (self->size - 1);

  while (self->places[at] != 0 && self->places[at] != hash)
    at = (at + 1) & (self->size - 1);

  return &self->places[at];
}

static void
grow (GstreamPastTable *self)
{
  GstreamPastTable before = *self;

  self->size = before.size > 0 ? 2 * before.size : FIRST_SIZE;
  self->places = g_new0 (guint64, self->size);
  for (guint i = 0; i < before.size; i++)
    if (before.places[i] != 0)
      *find (self, before.places[i]) = before.places[i];
  g_free (before.places);
}

static void
add (GstreamPastTable *self,
     guint64           hash)
{
  guint64 *place;

  if (2 * self->n >= self->size)
    grow (self);
  place = find (self, hash);
  self->n += *place == 0;
  *place = hash;
}

static gboolean
contains (GstreamPastTable *self,
          guint64           hash)
{
  return self->size > 0 && *find (self, hash) != 0;
}

void
gstream_past_ids_clear (GstreamPastIds *self)
{
  g_free (self->now.places);
  g_free (self->before.places);
  *self = (GstreamPastIds) { .now = { NULL } };
}

void
gstream_past_ids_add (GstreamPastIds *self,
                      char            sort,
                      const char     *id)
{
  if (id == NULL)
    return;

  if (self->now.n == GSTREAM_PAST_IDS_REMEMBERED)
    {
      g_free (self->before.places);
      self->before = self->now;
      self->now = (GstreamPastTable) { NULL };
    }
  add (&self->now, digest (sort, id));
}

gboolean
gstream_past_ids_contains (GstreamPastIds *self,
                           char            sort,
                           const char     *id)
{
  guint64 hash;

  if (id == NULL || (self->now.size == 0 && self->before.size == 0))
    return FALSE;
  hash = digest (sort, id);

  return contains (&self->now, hash) || contains (&self->before, hash);
}
