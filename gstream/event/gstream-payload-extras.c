/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a payload makes of its text on demand: C strings, an object's members, and the GVariant.
 * Only ever added to, without a lock, so that threads may share a payload.
 */
#include "gstream/event/gstream-payload-internal.h"

#include <string.h>

#define BYTES_PER_SLOT 128
#define MOST_SLOTS 4096

typedef struct _CachedString CachedString;

/* A place has one JSON Pointer alone, so that each place's string is there once. */
struct _CachedString
{
  CachedString *next;
  guint64       hash;   /* of @pointer */
  gsize         length; /* bytes of @pointer */
  const char   *text;   /* follows @pointer */
  char          pointer[];
};

static GstreamPayloadExtras *
extras_new (gsize length)
{
  guint n_strings = 4;
  GstreamPayloadExtras *extras;

  while (n_strings < MOST_SLOTS && n_strings * BYTES_PER_SLOT < length)
    n_strings *= 2;
  extras = g_malloc0 (sizeof *extras + n_strings * sizeof (gpointer));
  extras->n_strings = n_strings;
  return extras;
}

static GstreamPayloadExtras *
get_extras (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = g_atomic_pointer_get (&payload->extras);

  if (extras != NULL)
    return extras;
  extras = extras_new (payload->length);
  if (g_atomic_pointer_compare_and_exchange (&payload->extras, NULL, extras))
    return extras;
  g_free (extras);
  return g_atomic_pointer_get (&payload->extras);
}

void
gstream_payload_extras_free (GstreamPayloadExtras *extras)
{
  for (guint i = 0; i < extras->n_strings; i++)
    for (CachedString *string = extras->strings[i], *next; string != NULL; string = next)
      {
        next = string->next;
        g_free (string);
      }
  g_free (extras->json);
  g_clear_pointer (&extras->variant, g_variant_unref);
  g_clear_pointer (&extras->members, g_array_unref);
  g_free (extras);
}

const char *
gstream_payload_extras_json (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  char *json = g_atomic_pointer_get (&extras->json);

  if (json != NULL)
    return json;
  json = g_strndup (payload->json, payload->length);
  if (g_atomic_pointer_compare_and_exchange (&extras->json, NULL, json))
    return json;
  g_free (json);
  return g_atomic_pointer_get (&extras->json);
}

GVariant *
gstream_payload_extras_variant (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  GVariant *variant = g_atomic_pointer_get (&extras->variant);

  if (variant != NULL)
    return variant;
  variant = g_variant_ref_sink (gstream_json_to_variant (gstream_payload_value (payload)));
  if (g_atomic_pointer_compare_and_exchange (&extras->variant, NULL, variant))
    return variant;
  g_variant_unref (variant);
  return g_atomic_pointer_get (&extras->variant);
}

const GArray *
gstream_payload_extras_members (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  GArray *members = g_atomic_pointer_get (&extras->members);

  if (members != NULL)
    return members;
  members = gstream_json_members (gstream_payload_value (payload));
  if (g_atomic_pointer_compare_and_exchange (&extras->members, NULL, members))
    return members;
  g_array_unref (members);
  return g_atomic_pointer_get (&extras->members);
}

static inline guint64
load (const char *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return word;
}

/* Eight bytes at once; the last of them twice where that does not come out even. */
static guint64
hash_pointer (const char *pointer,
              gsize       length)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9E3779B97F4A7C15); /* odd, its bits well mixed */
  guint64 hash = length;

  for (gsize i = 0; i + 8 < length; i += 8)
    hash = (hash ^ load (pointer + i)) * factor;
  if (length >= 8)
    hash ^= load (pointer + length - 8);
  else
    for (gsize i = 0; i < length; i++)
      hash = hash << 8 ^ (guchar) pointer[i];
  hash *= factor;
  return hash >> 32;
}

static gpointer *
get_slot (GstreamPayloadExtras *extras,
          guint64               hash)
{
  return &extras->strings[hash & (extras->n_strings - 1)];
}

static const CachedString *
find_string (const CachedString *string,
             const char         *pointer,
             gsize               length,
             guint64             hash)
{
  for (; string != NULL; string = string->next)
    if (string->hash == hash && string->length == length && memcmp (string->pointer, pointer, length) == 0)
      return string;
  return NULL;
}

static CachedString *
cached_string_new (const char       *pointer,
                   gsize             length,
                   guint64           hash,
                   GstreamJsonValue  string)
{
  gsize raw_length = string.end - string.start - 2;
  CachedString *cached = g_malloc (sizeof *cached + length + 1 + raw_length + 1);
  char *text = cached->pointer + length + 1;

  cached->hash = hash;
  cached->length = length;
  memcpy (cached->pointer, pointer, length + 1);
  cached->text = text;
  text[gstream_json_unescape (text, string.start + 1, raw_length)] = '\0';
  return cached;
}

/* Where another thread was first, its string is the one. */
static const char *
add_string (gpointer     *slot,
            CachedString *made)
{
  CachedString *first;
  const CachedString *known;

  do
    {
      first = g_atomic_pointer_get (slot);
      known = find_string (first, made->pointer, made->length, made->hash);
      if (known != NULL)
        {
          g_free (made);
          return known->text;
        }
      made->next = first;
    }
  while (!g_atomic_pointer_compare_and_exchange (slot, first, made));
  return made->text;
}

const char *
gstream_payload_extras_string (GstreamPayload *payload,
                               const char     *pointer)
{
  GstreamPayloadExtras *extras = g_atomic_pointer_get (&payload->extras);
  gsize length = strlen (pointer);
  guint64 hash = hash_pointer (pointer, length);
  const CachedString *known;
  GstreamJsonValue value;

  if (extras != NULL)
    {
      known = find_string (g_atomic_pointer_get (get_slot (extras, hash)), pointer, length, hash);
      if (known != NULL)
        return known->text;
    }
  if (!gstream_json_find (gstream_payload_value (payload), pointer, &value) || *value.start != '"')
    return NULL;
  extras = get_extras (payload);
  return add_string (get_slot (extras, hash), cached_string_new (pointer, length, hash, value));
}
