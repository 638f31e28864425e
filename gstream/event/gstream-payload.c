/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Payloads: where they come from, their references, and the whole of one.
 */
#include "gstream/event/gstream-payload-internal.h"

#include <string.h>

#include "gstream/event/gstream-event.h"
#include "gstream/event/gstream-json-cursor-private.h"
#include "gstream/event/gstream-json-writer-internal.h"
#include "gstream/event/gstream-ref-count-private.h"

/* A part as small as this is copied rather than keeping the whole alive. */
#define LARGEST_COPIED_PART 512

/**
 * GstreamPayload:
 *
 * A piece of JSON: immutable, shared, kept as the text that it came from (E2).
 *
 * Whatever an event, a state, a tool's input or an interrupt holds is a payload.
 * It is read by JSON Pointer (RFC 6901), without being taken apart first:
 *
 * ```c
 * g_autoptr(GstreamPayload) state = gstream_payload_new ("{\"messages\": [{\"content\": \"hi\"}]}", -1, &error);
 *
 * g_print ("%s\n", gstream_payload_get_string (state, "/messages/0/content"));
 * ```
 *
 * with a [struct@PayloadIter] over the members of an object or the elements of an array,
 * or as its JSON text, which is what other languages hand to their own parser,
 * or as a #GVariant, made when it is first asked for.
 *
 * Where a name occurs twice in an object the last one counts. A half of a surrogate
 * pair and U+0000, which text and C strings cannot hold, read as U+FFFD; the JSON text
 * keeps what was written.
 *
 * A payload may be used from any thread.
 */
G_DEFINE_BOXED_TYPE (GstreamPayload, gstream_payload, gstream_payload_ref, gstream_payload_unref)

G_DEFINE_ENUM_TYPE (GstreamPayloadKind, gstream_payload_kind,
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_NULL, "null"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_BOOLEAN, "boolean"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_INTEGER, "integer"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_DOUBLE, "double"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_STRING, "string"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_ARRAY, "array"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_PAYLOAD_OBJECT, "object"))

/* The text and a NUL are in the same allocation. */
GstreamPayload *
gstream_payload_new_checked (const char *json,
                             gsize       length)
{
  GstreamPayload *self = g_malloc (sizeof *self + length + 1);
  char *copy = (char *) (self + 1);

  memcpy (copy, json, length);
  copy[length] = '\0';
  memset (self, 0, sizeof *self);
  g_atomic_ref_count_init (&self->ref_count);
  self->json = copy;
  self->length = length;
  return self;
}

GstreamPayload *
gstream_payload_new_hosted (GstreamEvent *event,
                            const char   *json,
                            gsize         length)
{
  GstreamPayload *self = g_new0 (GstreamPayload, 1);

  self->json = json;
  self->length = length;
  self->event = event;
  return self;
}

void
gstream_payload_free_hosted (GstreamPayload *payload)
{
  g_clear_pointer (&payload->extras, gstream_payload_extras_free);
  g_free (payload);
}

GstreamPayload *
gstream_payload_new_part (GstreamPayload   *payload,
                          GstreamJsonValue  value)
{
  gsize length = value.end - value.start;
  GstreamPayload *part;

  if (length <= LARGEST_COPIED_PART)
    return gstream_payload_new_checked (value.start, length);
  part = g_new0 (GstreamPayload, 1);
  g_atomic_ref_count_init (&part->ref_count);
  part->json = value.start;
  part->length = length;
  part->whole = gstream_payload_ref (payload->whole != NULL ? payload->whole : payload);
  return part;
}

static GstreamPayload *
fail (GstreamJsonCursor  *cursor,
      GError            **error)
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
 * Makes a payload from JSON text, which is checked and kept as it is given, but for
 * white space around it.
 *
 * Fails with %GSTREAM_ERROR_INVALID where @json is not JSON; the message says at
 * which byte and what was expected there. Arrays and objects may nest 1,024 deep
 * (else %GSTREAM_ERROR_TOO_LARGE).
 *
 * Returns: (transfer full): a payload, or %NULL on failure
 */
GstreamPayload *
gstream_payload_new (const char  *json,
                     gssize       length,
                     GError     **error)
{
  GstreamJsonCursor cursor;
  GstreamJsonSlice slice;
  guint32 start;
  gsize size;

  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  size = length < 0 ? strlen (json) : (gsize) length;
  if (size > GSTREAM_JSON_MAX_SIZE)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, "expected less than 4 GiB of JSON");
      return NULL;
    }
  if (!gstream_json_cursor_init (&cursor, json, size, GSTREAM_JSON_MAX_DEPTH))
    return fail (&cursor, error);
  start = *cursor.next;
  if (!gstream_json_cursor_skip (&cursor) || !gstream_json_cursor_end (&cursor))
    return fail (&cursor, error);
  slice = gstream_json_cursor_since (&cursor, start);
  return gstream_payload_new_checked (json + slice.start, slice.length);
}

/**
 * gstream_payload_new_variant:
 * @value: what to say in JSON; consumed if it is floating
 * @error: return location for an error
 *
 * Makes a payload from a #GVariant.
 *
 * Dictionaries with string keys become objects, other arrays and tuples arrays,
 * strings of all three kinds strings, all integers and doubles numbers; a variant is
 * what it holds, a maybe what it holds or null. What JSON cannot say (numbers that are
 * not finite, byte strings, handles, other dictionaries) fails with
 * %GSTREAM_ERROR_INVALID; the message has the JSON Pointer of the place.
 *
 * Returns: (transfer full): a payload, or %NULL on failure
 */
GstreamPayload *
gstream_payload_new_variant (GVariant  *value,
                             GError   **error)
{
  g_autoptr(GVariant) owned = NULL;
  g_autoptr(GString) json = NULL;

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
 */
GstreamPayload *
gstream_payload_new_string (const char *string)
{
  g_autofree char *valid = NULL;
  g_autoptr(GString) json = NULL;

  g_return_val_if_fail (string != NULL, NULL);

  if (!g_utf8_validate (string, -1, NULL))
    string = valid = g_utf8_make_valid (string, -1);
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
 */
GstreamPayload *
gstream_payload_ref (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, NULL);

  if (payload->event != NULL)
    gstream_event_ref (payload->event);
  else
    gstream_ref_count_inc (&payload->ref_count);
  return payload;
}

/**
 * gstream_payload_unref:
 * @payload: (transfer full): a payload
 *
 * Gives a reference back.
 */
void
gstream_payload_unref (GstreamPayload *payload)
{
  g_return_if_fail (payload != NULL);

  if (payload->event != NULL)
    {
      gstream_event_unref (payload->event);
      return;
    }
  if (!gstream_ref_count_dec (&payload->ref_count))
    return;
  g_clear_pointer (&payload->extras, gstream_payload_extras_free);
  g_clear_pointer (&payload->whole, gstream_payload_unref);
  g_free (payload);
}

/**
 * gstream_payload_get_json:
 * @payload: a payload
 * @length: (out) (optional): return location for the length in bytes
 *
 * The JSON text, as it was read or given.
 *
 * Returns: (transfer none): the text, ended by a NUL, which @payload keeps
 */
const char *
gstream_payload_get_json (GstreamPayload *payload,
                          gsize          *length)
{
  g_return_val_if_fail (payload != NULL, NULL);

  if (length != NULL)
    *length = payload->length;
  if (payload->event == NULL && payload->whole == NULL)
    return payload->json;
  return gstream_payload_extras_json (payload);
}

/**
 * gstream_payload_dup_json:
 * @payload: a payload
 *
 * The JSON text, as it was read or given, for oneself; unlike
 * [method@Payload.get_json] it leaves no copy with @payload.
 *
 * Returns: (transfer full): the text
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
 * The payload as a #GVariant, made when first asked for and kept: an object is
 * `a{sv}`, an array `av`, a string `s`, an integer `x`, another number `d`, a
 * boolean `b`, and null `mv` with nothing in it. An integer beyond int64 is `d`.
 *
 * GVariant allows about 40 levels of nesting once it is serialized; deeper
 * payloads are better read by JSON Pointer.
 *
 * Returns: (transfer none): the variant
 */
GVariant *
gstream_payload_get_variant (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, NULL);

  return gstream_payload_extras_variant (payload);
}

/**
 * gstream_payload_get_kind:
 * @payload: a payload
 *
 * What the payload is. A number is %GSTREAM_PAYLOAD_INTEGER if it is written as
 * one, without a point or exponent, and int64 can hold it.
 *
 * Returns: the kind
 */
GstreamPayloadKind
gstream_payload_get_kind (GstreamPayload *payload)
{
  g_return_val_if_fail (payload != NULL, GSTREAM_PAYLOAD_NULL);

  return gstream_json_kind (gstream_payload_value (payload));
}

/**
 * gstream_payload_equal:
 * @payload: a payload
 * @other: another
 *
 * Whether both mean the same: numbers compare as numbers (1 is 1.0), strings as
 * what they say, and the order of an object's members does not matter.
 *
 * Returns: %TRUE if they are equal
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
 * gstream_payload_get:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * A part of the payload, as a payload of its own that shares its text.
 *
 * Returns: (transfer full) (nullable): the part, or %NULL if there is none at @pointer
 */
GstreamPayload *
gstream_payload_get (GstreamPayload *payload,
                     const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  if (*pointer == '\0')
    return gstream_payload_ref (payload);
  if (!gstream_json_find (gstream_payload_value (payload), pointer, &value))
    return NULL;
  return gstream_payload_new_part (payload, value);
}
