/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a payload makes of its text on demand: C strings, and the GVariant.
 * Only ever added to, without a lock, so that threads may share a payload.
 */
#include "gstream/event/gstream-payload-private.h"

#include <string.h>

#define BYTES_PER_SLOT 128
#define MOST_SLOTS 4096

typedef struct _CachedString CachedString;

struct _CachedString
{
  CachedString *next;
  gsize         at;      /* where in the text it starts */
  char          text[];
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

static CachedString *
cached_string_new (gsize             at,
                   GstreamJsonValue  string)
{
  gsize length = string.end - string.start - 2;
  CachedString *cached = g_malloc (sizeof *cached + length + 1);

  cached->at = at;
  cached->text[gstream_json_unescape (cached->text, string.start + 1, length)] = '\0';
  return cached;
}

static const CachedString *
find_string (const CachedString *string,
             gsize               at)
{
  while (string != NULL && string->at != at)
    string = string->next;
  return string;
}

const char *
gstream_payload_extras_string (GstreamPayload   *payload,
                               GstreamJsonValue  string)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  gsize at = string.start - payload->json;
  gpointer *slot = &extras->strings[(at / 8) & (extras->n_strings - 1)];
  const CachedString *known;
  CachedString *made = NULL;
  CachedString *first;

  do
    {
      first = g_atomic_pointer_get (slot);
      known = find_string (first, at);
      if (known != NULL)
        {
          g_free (made);
          return known->text;
        }
      if (made == NULL)
        made = cached_string_new (at, string);
      made->next = first;
    }
  while (!g_atomic_pointer_compare_and_exchange (slot, first, made));
  return made->text;
}
