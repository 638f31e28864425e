/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Payloads: construction, cached values, access by JSON Pointer, and iteration.
 */
#include "gstream/event/gstream-payload-internal.h"

#include <string.h>

#include "gstream/event/gstream-i18n-internal.h"
#include "gstream/event/gstream-json-cursor-internal.h"
#include "gstream/event/gstream-json-outline-private.h"
#include "gstream/event/gstream-json-variant-private.h"
#include "gstream/event/gstream-json-writer-internal.h"
#include "gstream/event/gstream-ref-count-private.h"

/* In bytes. A part up to this size is copied, so that it does not keep the whole payload alive. */
#define LARGEST_COPIED_PART 512

/* Determines the size of the hash table of a payload's strings. */
#define BYTES_PER_SLOT 128
#define MOST_SLOTS 4096

/*
 * Values that are made from a payload when they are first used, and then cached. If two threads make one at the same
 * time, the first one to finish is kept.
 */
struct _GstreamPayloadExtras
{
  char     *json;      /* atomic; NUL-terminated */
  GVariant *variant;   /* atomic */
  GArray   *members;   /* atomic; of an object: GstreamJsonMember */
  guint     n_strings; /* slots, a power of two */
  gpointer  strings[]; /* atomic; each is a list of the strings with that hash */
};

typedef struct _CachedString CachedString;

/*
 * A string that is cached by its JSON Pointer. Each place in a text has only one pointer, so that each string is cached
 * once.
 */
struct _CachedString
{
  CachedString *next;
  guint64       hash;   /* of @pointer */
  gsize         length; /* bytes of @pointer */
  const char   *text;   /* follows @pointer */
  char          pointer[];
};

/**
 * GstreamPayload:
 *
 * An immutable, reference counted piece of JSON, which is stored as text (E2).
 *
 * The data of an event, a state, a tool's input and the value of an interrupt are payloads. A payload can be read by
 * JSON Pointer (RFC 6901), without being parsed first:
 *
 * ```c
 * g_autoptr (GstreamPayload) state = gstream_payload_new ("{\"messages\": [{\"content\": \"hi\"}]}", -1, &error);
 *
 * g_print ("%s\n", gstream_payload_get_string (state, "/messages/0/content"));
 * ```
 *
 * It can also be read with a [struct@PayloadIter], which iterates over the members of an object or the elements of an
 * array, as JSON text, which other languages can pass to their own parser, or as a #GVariant, which is made when it is
 * first used.
 *
 * If a name occurs twice in an object, the last member is used. Half a surrogate pair and U+0000, which UTF-8 and C
 * strings cannot represent, are returned as U+FFFD; the JSON text is not changed.
 *
 * A payload may be used from any thread.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (GstreamPayload, gstream_payload, gstream_payload_ref, gstream_payload_unref)

G_DEFINE_ENUM_TYPE (GstreamPayloadKind, gstream_payload_kind,
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_NULL, "null"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_BOOLEAN, "boolean"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_INTEGER, "integer"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_DOUBLE, "double"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_STRING, "string"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_ARRAY, "array"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_KIND_OBJECT, "object"))

/* --- what is made of the text and kept; by any thread, without a lock --- */

static GstreamPayloadExtras *
extras_new (gsize length)
{
  guint                 n_strings = 4;
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

static void
extras_free (GstreamPayloadExtras *extras)
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

/* Returns the text, NUL-terminated. */
static const char *
get_terminated_json (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  char                 *json = g_atomic_pointer_get (&extras->json);

  if (json != NULL)
    return json;
  json = g_strndup (payload->json, payload->length);
  if (g_atomic_pointer_compare_and_exchange (&extras->json, NULL, json))
    return json;
  g_free (json);
  return g_atomic_pointer_get (&extras->json);
}

static GVariant *
get_variant (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  GVariant             *variant = g_atomic_pointer_get (&extras->variant);

  if (variant != NULL)
    return variant;
  variant = g_variant_ref_sink (gstream_json_to_variant (gstream_payload_value (payload)));
  if (g_atomic_pointer_compare_and_exchange (&extras->variant, NULL, variant))
    return variant;
  g_variant_unref (variant);
  return g_atomic_pointer_get (&extras->variant);
}

/* Returns the members of a payload that is an object, as GstreamJsonMember. */
static const GArray *
get_members (GstreamPayload *payload)
{
  GstreamPayloadExtras *extras = get_extras (payload);
  GArray               *members = g_atomic_pointer_get (&extras->members);

  if (members != NULL)
    return members;
  members = gstream_json_members (gstream_payload_value (payload), payload->outline);
  if (g_atomic_pointer_compare_and_exchange (&extras->members, NULL, members))
    return members;
  g_array_unref (members);
  return g_atomic_pointer_get (&extras->members);
}

static inline guint64
load_word (const char *p)
{
  guint64 word;

  memcpy (&word, p, sizeof word);
  return word;
}

/* Hashes eight bytes at a time; if the length is not a multiple of eight, some of the last ones are hashed twice. */
static guint64
hash_pointer (const char *pointer,
              gsize       length)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9E3779B97F4A7C15); /* odd, with well distributed bits */
  guint64       hash = length;

  for (gsize i = 0; i + 8 < length; i += 8)
    hash = (hash ^ load_word (pointer + i)) * factor;
  if (length >= 8)
    hash ^= load_word (pointer + length - 8);
  else
    for (gsize i = 0; i < length; i++)
      hash = hash << 8 ^ (guchar) pointer[i];
  hash *= factor;
  return hash >> 32;
}

static gpointer *
get_string_slot (GstreamPayloadExtras *extras,
                 guint64               hash)
{
  return &extras->strings[hash & (extras->n_strings - 1)];
}

static const CachedString *
find_cached_string (const CachedString *string,
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
cached_string_new (const char      *pointer,
                   gsize            length,
                   guint64          hash,
                   GstreamJsonValue string)
{
  gsize         raw_length = string.end - string.start - 2;
  CachedString *cached = g_malloc (sizeof *cached + length + 1 + raw_length + 1);
  char         *text = cached->pointer + length + 1;

  cached->hash = hash;
  cached->length = length;
  memcpy (cached->pointer, pointer, length + 1);
  cached->text = text;
  text[gstream_json_unescape (text, string.start + 1, raw_length)] = '\0';
  return cached;
}

/* Returns the cached string: @made, or the one that another thread has added first, in which case @made is freed. */
static const char *
add_cached_string (gpointer     *slot,
                   CachedString *made)
{
  CachedString       *first;
  const CachedString *known;

  do
    {
      first = g_atomic_pointer_get (slot);
      known = find_cached_string (first, made->pointer, made->length, made->hash);
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

/* Returns the cached string of a JSON Pointer, if there is one. */
static const char *
get_cached_string (GstreamPayload *payload,
                   const char     *pointer)
{
  GstreamPayloadExtras *extras = g_atomic_pointer_get (&payload->extras);
  gsize                 length = strlen (pointer);
  guint64               hash = hash_pointer (pointer, length);
  const CachedString   *known;
  GstreamJsonValue      value;

  if (extras != NULL)
    {
      known = find_cached_string (g_atomic_pointer_get (get_string_slot (extras, hash)), pointer, length, hash);
      if (known != NULL)
        return known->text;
    }
  if (!gstream_json_find_outlined (gstream_payload_value (payload), payload->outline, pointer, &value) ||
      *value.start != '"')
    return NULL;
  extras = get_extras (payload);
  return add_cached_string (get_string_slot (extras, hash), cached_string_new (pointer, length, hash, value));
}

/* --- where payloads come from, and their references --- */

GstreamPayload *
gstream_payload_new_hosted (gpointer            host,
                            GDestroyNotify      free_host,
                            const char         *json,
                            gsize               length,
                            GstreamJsonOutline *outline)
{
  GstreamPayload *self = g_new0 (GstreamPayload, 1);

  self->host = host;
  self->free_host = free_host;
  self->json = json;
  self->length = length;
  self->outline = outline;
  return self;
}

static void
free_contents (GstreamPayload *self)
{
  g_clear_pointer (&self->extras, extras_free);
  if (self->outline != NULL && gstream_json_outline_is_of (self->outline, self->json))
    gstream_json_outline_free (self->outline);
}

void
gstream_payload_free_hosted (GstreamPayload *payload)
{
  free_contents (payload);
  g_free (payload);
}

/* Frees a payload that has no host. */
static void
payload_free (gpointer payload)
{
  GstreamPayload *self = payload;

  free_contents (self);
  g_clear_pointer (&self->whole, gstream_payload_unref);
  g_free (self);
}

/* Initializes @self, which must be zeroed, without a host. */
static void
payload_init (GstreamPayload *self,
              const char     *json,
              gsize           length)
{
  g_atomic_ref_count_init (&self->ref_count);
  self->host = self;
  self->free_host = payload_free;
  self->json = json;
  self->length = length;
}

/* Allocates the payload, its text and a NUL together. */
GstreamPayload *
gstream_payload_new_checked (const char *json,
                             gsize       length)
{
  GstreamPayload *self = g_malloc (sizeof *self + length + 1);
  char           *copy = (char *) (self + 1);

  memcpy (copy, json, length);
  copy[length] = '\0';
  memset (self, 0, sizeof *self);
  payload_init (self, copy, length);
  return self;
}

GstreamPayload *
gstream_payload_new_part (GstreamPayload  *payload,
                          GstreamJsonValue value)
{
  gsize           length = value.end - value.start;
  GstreamPayload *part;

  if (length <= LARGEST_COPIED_PART)
    return gstream_payload_new_checked (value.start, length);
  part = g_new0 (GstreamPayload, 1);
  payload_init (part, value.start, length);
  part->whole = gstream_payload_ref (payload->whole != NULL ? payload->whole : payload);
  part->outline = payload->outline;
  return part;
}

/* @outline: of the text, consumed; NULL: it has none. */
static GstreamPayload *
new_outlined (const char         *json,
              gsize               length,
              GstreamJsonOutline *outline)
{
  GstreamPayload *self = gstream_payload_new_checked (json, length);

  self->outline = outline;
  if (outline != NULL)
    {
      gstream_json_outline_set_text (outline, self->json);
      gstream_json_outline_list (outline, length);
    }
  return self;
}

static GstreamPayload *
fail (GstreamJsonCursor *cursor,
      GError           **error)
{
  gstream_json_cursor_set_error (cursor, error);
  return NULL;
}

/**
 * gstream_payload_new:
 * @json: JSON, UTF-8
 * @length: bytes of @json, or -1 if it ends with a NUL
 * @error: return location for an error
 *
 * Makes a payload from JSON text. The text is checked, and stored without surrounding white space.
 *
 * Fails with %GSTREAM_ERROR_INVALID if @json is not valid JSON; the message says at which byte, and what was expected
 * there. Fails with %GSTREAM_ERROR_TOO_LARGE if arrays and objects are nested more than 1,024 levels deep.
 *
 * Returns: (transfer full): a payload, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_new (const char *json,
                     gssize      length,
                     GError    **error)
{
  GstreamJsonOutline *outline;
  GstreamJsonCursor   cursor;
  GstreamJsonSlice    slice;
  guint32             start;
  gsize               size;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  size = length < 0 ? strlen (json) : (gsize) length;
  if (size > GSTREAM_JSON_MAX_SIZE)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("expected less than 4 GiB of JSON"));
      return NULL;
    }
  outline = gstream_json_outline_continue (json, &size);
  if (outline != NULL)
    return new_outlined (json, size, outline);
  if (!gstream_json_cursor_init (&cursor, json, size, GSTREAM_JSON_MAX_DEPTH))
    return fail (&cursor, error);
  start = *cursor.next;
  if (!gstream_json_outline_skip (&cursor, &outline))
    return fail (&cursor, error);
  if (!gstream_json_cursor_end (&cursor))
    {
      g_clear_pointer (&outline, gstream_json_outline_free);
      return fail (&cursor, error);
    }
  slice = gstream_json_cursor_since (&cursor, start);
  return new_outlined (json + slice.start, slice.length, outline);
}

/**
 * gstream_payload_new_variant:
 * @value: the value; consumed if it is floating
 * @error: return location for an error
 *
 * Makes a payload from a #GVariant.
 *
 * Dictionaries with string keys become objects; other arrays and tuples become arrays; strings, object paths and
 * signatures become strings; integers and doubles become numbers. A variant is replaced by its content, a maybe by its
 * content or null. Values that JSON cannot represent (numbers that are not finite, byte strings, handles, other
 * dictionaries) are an error, %GSTREAM_ERROR_INVALID, whose message has the JSON Pointer of the value.
 *
 * Returns: (transfer full): a payload, or %NULL on failure
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_new_variant (GVariant *value,
                             GError  **error)
{
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GString) json = NULL;

  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  owned = g_variant_ref_sink (value);
  json = g_string_new (NULL);
  if (!gstream_json_write_variant (json, owned, error))
    return NULL;
  return gstream_payload_new_checked (json->str, json->len);
}

/**
 * gstream_payload_new_string:
 * @string: text
 *
 * Makes a payload that is a string. Bytes of @string that are not UTF-8 become U+FFFD.
 *
 * Returns: (transfer full): a payload
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_new_string (const char *string)
{
  g_autoptr (GString) json = NULL;

  g_return_val_if_fail (string != NULL, NULL);

  json = g_string_new (NULL);
  gstream_json_write_string (json, string);
  return gstream_payload_new_checked (json->str, json->len);
}

/**
 * gstream_payload_ref:
 * @payload: a payload
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @payload
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_ref (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, NULL);

  gstream_ref_count_inc (payload->host);
  return payload;
}

/**
 * gstream_payload_unref:
 * @payload: (transfer full): a payload
 *
 * Releases a reference.
 *
 * Since: 1.0
 */
void
gstream_payload_unref (GstreamPayload *payload)
{
  g_return_if_fail (payload != NULL);

  if (gstream_ref_count_dec (payload->host))
    payload->free_host (payload->host);
}

/* --- the whole of one --- */

/**
 * gstream_payload_get_json:
 * @payload: a payload
 * @length: (out) (optional): return location for the length in bytes
 *
 * Gets the JSON text, as it was parsed or passed in.
 *
 * Returns: (transfer none): the text, NUL-terminated and owned by @payload
 *
 * Since: 1.0
 */
const char *
gstream_payload_get_json (GstreamPayload *payload,
                          gsize          *length)
{
  g_return_val_if_fail (payload != NULL, NULL);

  if (length != NULL)
    *length = payload->length;
  if (payload->host == payload && payload->whole == NULL)
    return payload->json;
  return get_terminated_json (payload);
}

/**
 * gstream_payload_dup_json:
 * @payload: a payload
 *
 * Gets a copy of the JSON text. Unlike [method@Payload.get_json], this never makes @payload store a second copy.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
gstream_payload_dup_json (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, NULL);

  return g_strndup (payload->json, payload->length);
}

/**
 * gstream_payload_get_variant:
 * @payload: a payload
 *
 * Gets the payload as a #GVariant, which is made when it is first used, and then cached. An object is `a{sv}`, an array
 * `av`, a string `s`, an integer `x`, another number `d`, a boolean `b`, and null an empty `mv`. An integer that does
 * not fit in int64 is `d`.
 *
 * A serialized GVariant can have about 40 levels of nesting. Payloads that are nested more deeply should be read by
 * JSON Pointer.
 *
 * Returns: (transfer none): the variant
 *
 * Since: 1.0
 */
GVariant *
gstream_payload_get_variant (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, NULL);

  return get_variant (payload);
}

/**
 * gstream_payload_get_kind:
 * @payload: a payload
 *
 * Gets the type of the payload. A number is %GSTREAM_PAYLOAD_KIND_INTEGER if it is written without fraction and exponent,
 * and fits in int64.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
GstreamPayloadKind
gstream_payload_get_kind (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, GSTREAM_PAYLOAD_KIND_NULL);

  return gstream_json_kind (gstream_payload_value (payload));
}

/**
 * gstream_payload_equal:
 * @payload: a payload
 * @other: another
 *
 * Compares two payloads by value: numbers are compared as numbers (1 equals 1.0), strings without regard to escapes,
 * and objects without regard to the order of their members.
 *
 * Returns: %TRUE if they are equal
 *
 * Since: 1.0
 */
gboolean
gstream_payload_equal (GstreamPayload *payload,
                       GstreamPayload *other)
{
  g_return_val_if_fail (payload != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  return payload == other || gstream_json_equal (gstream_payload_value (payload), gstream_payload_value (other));
}

/**
 * gstream_payload_lookup:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets a part of the payload, as a payload that shares its text.
 *
 * Returns: (transfer full) (nullable): the part, or %NULL if there is none at @pointer
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_lookup (GstreamPayload *payload,
                        const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  if (*pointer == '\0')
    return gstream_payload_ref (payload);
  if (!gstream_json_find_outlined (gstream_payload_value (payload), payload->outline, pointer, &value))
    return NULL;
  return gstream_payload_new_part (payload, value);
}

/* --- by JSON Pointer --- */

/* Finds the value at @pointer, if it begins with that byte. */
static gboolean
find (GstreamPayload   *payload,
      const char       *pointer,
      char              first,
      GstreamJsonValue *value)
{
  return gstream_json_find_outlined (gstream_payload_value (payload), payload->outline, pointer, value) &&
         *value->start == first;
}

static gboolean
find_number (GstreamPayload   *payload,
             const char       *pointer,
             GstreamJsonValue *value)
{
  return gstream_json_find_outlined (gstream_payload_value (payload), payload->outline, pointer, value) &&
         gstream_json_is_number (*value);
}

/**
 * gstream_payload_has:
 * @payload: a payload
 * @pointer: a JSON Pointer: "" is the payload itself, "/messages/0/content" a part
 *   of it; ~1 stands for a slash in a name and ~0 for a tilde
 *
 * Checks whether there is a value at @pointer, which may be null. If @pointer is not a valid JSON Pointer, there is
 * none.
 *
 * Returns: %TRUE if there is
 *
 * Since: 1.0
 */
gboolean
gstream_payload_has (GstreamPayload *payload,
                     const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, FALSE);
  g_return_val_if_fail (pointer != NULL, FALSE);

  return gstream_json_find_outlined (gstream_payload_value (payload), payload->outline, pointer, &value);
}

/**
 * gstream_payload_get_string:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the string at @pointer. Each call for the same place returns the same address.
 *
 * Returns: (transfer none) (nullable): the string, owned by @payload, or %NULL if there is no string at @pointer
 *
 * Since: 1.0
 */
const char *
gstream_payload_get_string (GstreamPayload *payload,
                            const char     *pointer)
{
  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  return get_cached_string (payload, pointer);
}

/**
 * gstream_payload_get_integer:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the integer at @pointer. Numbers such as 5.0 or 1e3 are integers, too.
 *
 * Returns: the integer, or 0 if there is none that fits in int64
 *
 * Since: 1.0
 */
gint64
gstream_payload_get_integer (GstreamPayload *payload,
                             const char     *pointer)
{
  GstreamJsonValue value;
  gint64           integer;

  g_return_val_if_fail (payload != NULL, 0);
  g_return_val_if_fail (pointer != NULL, 0);

  if (!find_number (payload, pointer, &value))
    return 0;
  return gstream_json_read_integer (value, &integer) ? integer : 0;
}

/**
 * gstream_payload_get_double:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the number at @pointer. One that is outside of the range of a double is returned as infinity.
 *
 * Returns: the number, or 0 if there is none
 *
 * Since: 1.0
 */
double
gstream_payload_get_double (GstreamPayload *payload,
                            const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, 0);
  g_return_val_if_fail (pointer != NULL, 0);

  if (!find_number (payload, pointer, &value))
    return 0;
  return gstream_json_read_double (value);
}

/**
 * gstream_payload_get_boolean:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the boolean at @pointer.
 *
 * Returns: the boolean, or %FALSE if there is none
 *
 * Since: 1.0
 */
gboolean
gstream_payload_get_boolean (GstreamPayload *payload,
                             const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, FALSE);
  g_return_val_if_fail (pointer != NULL, FALSE);

  return find (payload, pointer, 't', &value);
}

static gsize
count_elements (GstreamJsonValue          array,
                const GstreamJsonOutline *outline)
{
  GstreamJsonValue element;
  GstreamJsonIter  iter;
  gsize            size = 0;

  gstream_json_iter_init_outlined (&iter, array, outline);
  while (gstream_json_iter_element (&iter, &element))
    size++;
  return size;
}

/**
 * gstream_payload_get_size:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the number of elements of the array, or members of the object, at @pointer.
 *
 * Returns: the number, or 0 if there is neither
 *
 * Since: 1.0
 */
gsize
gstream_payload_get_size (GstreamPayload *payload,
                          const char     *pointer)
{
  GstreamJsonValue value;
  g_autoptr (GArray) members = NULL;

  g_return_val_if_fail (payload != NULL, 0);
  g_return_val_if_fail (pointer != NULL, 0);

  if (find (payload, pointer, '[', &value))
    return count_elements (value, payload->outline);
  if (value.start == NULL || *value.start != '{')
    return 0;
  members = gstream_json_members (value, payload->outline);
  return members->len;
}

/**
 * gstream_payload_dup_keys:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * Gets the names of the members of the object at @pointer, each once, in the order of the text.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the names, or %NULL if there is
 *   no object at @pointer
 *
 * Since: 1.0
 */
char **
gstream_payload_dup_keys (GstreamPayload *payload,
                          const char     *pointer)
{
  GstreamJsonValue value;
  g_autoptr (GArray) members = NULL;
  char **keys;

  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  if (!find (payload, pointer, '{', &value))
    return NULL;
  members = gstream_json_members (value, payload->outline);
  keys = g_new0 (char *, members->len + 1);
  for (guint i = 0; i < members->len; i++)
    keys[i] = g_steal_pointer (&g_array_index (members, GstreamJsonMember, i).name);
  return keys;
}

/* --- going over members and elements --- */

/**
 * GstreamPayloadIter:
 *
 * Iterates over the members of an object or the elements of an array (E2).
 *
 * The iteration takes one pass over the text, while looking up each element by JSON Pointer would read all elements
 * before it each time.
 *
 * In C it is allocated on the stack and needs no clean-up, even if the iteration is not completed:
 *
 * ```c
 * GstreamPayloadIter iter;
 * const char *key;
 * GstreamPayload *value;
 *
 * gstream_payload_iter_init (&iter, state);
 * while (gstream_payload_iter_next (&iter, &key, &value))
 *   {
 *     g_print ("%s is %s\n", key, gstream_payload_get_json (value, NULL));
 *     gstream_payload_unref (value);
 *   }
 * ```
 *
 * Vala has `foreach (var element in payload)`, Python `for element in payload` and `for key, value in payload`,
 * JavaScript `for (const element of payload)` and `for (const [key, value] of payload)`. To iterate over a part of the
 * payload, get it with [method@Payload.lookup] first.
 *
 * Since payloads are immutable, any number of iterators may be used at the same time and in different threads. A single
 * iterator must not be used in two threads at once.
 *
 * Since: 1.0
 */

/* The contents of a GstreamPayloadIter. */
typedef struct
{
  GstreamPayload *payload;
  gboolean        holds_payload;
  gboolean        is_array;
  GstreamJsonIter elements; /* of an array */
  const GArray   *members;  /* of an object, or NULL; @payload's */
  guint           next;     /* index in @members */
} Iter;

G_STATIC_ASSERT (sizeof (Iter) <= sizeof (GstreamPayloadIter));

G_DEFINE_BOXED_TYPE (GstreamPayloadIter, gstream_payload_iter, gstream_payload_iter_copy, gstream_payload_iter_free)

/**
 * gstream_payload_iter_init: (skip)
 * @iter: (out caller-allocates): an uninitialized iterator
 * @payload: (nullable): a payload, which must not be freed before @iter is used the last time
 *
 * Initializes @iter, before the first member or element of @payload. If @payload is neither an object nor an array, or
 * is %NULL, there are none.
 *
 * Since: 1.0
 */
void
gstream_payload_iter_init (GstreamPayloadIter *iter,
                           GstreamPayload     *payload)
{
  Iter *self = (Iter *) iter;

  g_return_if_fail (iter != NULL);

  *self = (Iter) { .payload = payload };
  if (payload == NULL)
    return;
  self->is_array = *payload->json == '[';
  if (self->is_array)
    gstream_payload_init_elements (payload, &self->elements);
  else if (*payload->json == '{')
    self->members = get_members (payload);
}

static gboolean
next_member (Iter             *self,
             const char      **key,
             GstreamJsonValue *value)
{
  const GstreamJsonMember *member;

  *key = NULL;
  if (self->members == NULL || self->next == self->members->len)
    return FALSE;
  member = &g_array_index (self->members, GstreamJsonMember, self->next++);
  *key = member->name;
  *value = member->value;
  return TRUE;
}

/* At the end, the iterator stays there, and each further call returns FALSE. */
static gboolean
next_element (Iter             *self,
              const char      **key,
              GstreamJsonValue *value)
{
  *key = NULL;
  return gstream_json_iter_element (&self->elements, value);
}

/**
 * gstream_payload_iter_next:
 * @iter: an iterator
 * @key: (out) (optional) (nullable) (transfer none): return location for the member's name, owned by the payload; %NULL
 *   for an element of an array
 * @value: (out) (optional) (nullable) (transfer full): return location for the member's value, or the element, as a
 *   payload that shares the text
 *
 * Advances to the next member or element, in the order of the text. Of duplicate members there is one, at the position of
 * the first and with the value of the last.
 *
 * At the end, @key and @value are set to %NULL.
 *
 * Returns: %TRUE if there was one more
 *
 * Since: 1.0
 */
gboolean
gstream_payload_iter_next (GstreamPayloadIter *iter,
                           const char        **key,
                           GstreamPayload    **value)
{
  Iter            *self = (Iter *) iter;
  GstreamJsonValue found;
  const char      *name;
  gboolean         is_there;

  g_return_val_if_fail (iter != NULL, FALSE);

  is_there = self->is_array ? next_element (self, &name, &found) : next_member (self, &name, &found);
  if (key != NULL)
    *key = name;
  if (value != NULL)
    *value = is_there ? gstream_payload_new_part (self->payload, found) : NULL;
  return is_there;
}

/**
 * gstream_payload_iter_next_value:
 * @iter: an iterator
 *
 * Advances like [method@PayloadIter.next], and returns only the value.
 *
 * Returns: (transfer full) (nullable): the next value or element, or %NULL at the end
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_payload_iter_next_value (GstreamPayloadIter *iter)
{
  GstreamPayload *value = NULL;

  g_return_val_if_fail (iter != NULL, NULL);

  gstream_payload_iter_next (iter, NULL, &value);
  return value;
}

static GstreamPayloadIter *
iter_dup (const Iter *iter)
{
  GstreamPayloadIter *dup = g_new0 (GstreamPayloadIter, 1);
  Iter               *self = (Iter *) dup;

  *self = *iter;
  self->holds_payload = iter->payload != NULL;
  if (self->holds_payload)
    gstream_payload_ref (self->payload);
  return dup;
}

/**
 * gstream_payload_iterator:
 * @payload: a payload
 *
 * Makes an iterator that holds a reference to @payload, for language bindings. In C, `gstream_payload_iter_init()` does
 * the same without allocating memory.
 *
 * Returns: (transfer full): an iterator before the first member or element
 *
 * Since: 1.0
 */
GstreamPayloadIter *
gstream_payload_iterator (GstreamPayload *payload)
{
  GstreamPayloadIter iter;

  g_return_val_if_fail (payload != NULL, NULL);

  gstream_payload_iter_init (&iter, payload);
  return iter_dup ((Iter *) &iter);
}

/**
 * gstream_payload_iter_copy:
 * @iter: an iterator
 *
 * Makes a copy of the iterator, at the same position, that holds a reference to the payload.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
GstreamPayloadIter *
gstream_payload_iter_copy (GstreamPayloadIter *iter)
{
  g_return_val_if_fail (iter != NULL, NULL);

  return iter_dup ((Iter *) iter);
}

/**
 * gstream_payload_iter_free:
 * @iter: (transfer full): an iterator that is not on the stack
 *
 * Frees an iterator that was made by [method@Payload.iterator] or [method@PayloadIter.copy].
 *
 * Since: 1.0
 */
void
gstream_payload_iter_free (GstreamPayloadIter *iter)
{
  Iter *self = (Iter *) iter;

  g_return_if_fail (iter != NULL);

  if (self->holds_payload)
    gstream_payload_unref (self->payload);
  g_free (iter);
}
