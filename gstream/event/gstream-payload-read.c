/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Typed reading of a payload by JSON Pointer.
 */
#include "gstream/event/gstream-payload-internal.h"

/* Finds a value that begins with that byte. */
static gboolean
find (GstreamPayload   *payload,
      const char       *pointer,
      char              first,
      GstreamJsonValue *value)
{
  return gstream_json_find (gstream_payload_value (payload), pointer, value) && *value->start == first;
}

static gboolean
find_number (GstreamPayload   *payload,
             const char       *pointer,
             GstreamJsonValue *value)
{
  return gstream_json_find (gstream_payload_value (payload), pointer, value) && gstream_json_is_number (*value);
}

/**
 * gstream_payload_has:
 * @payload: a payload
 * @pointer: a JSON Pointer: "" is the payload itself, "/messages/0/content" a part
 *   of it; ~1 stands for a slash in a name and ~0 for a tilde
 *
 * Whether there is anything at @pointer. A null is something. What is no JSON
 * Pointer points at nothing.
 *
 * Returns: %TRUE if there is
 */
gboolean
gstream_payload_has (GstreamPayload *payload,
                     const char     *pointer)
{
  GstreamJsonValue value;

  g_return_val_if_fail (payload != NULL, FALSE);
  g_return_val_if_fail (pointer != NULL, FALSE);

  return gstream_json_find (gstream_payload_value (payload), pointer, &value);
}

/**
 * gstream_payload_get_string:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * The string at @pointer. Every call for the same place gives the same pointer.
 *
 * Returns: (transfer none) (nullable): the string, which @payload keeps, or %NULL if there is no
 *   string at @pointer
 */
const char *
gstream_payload_get_string (GstreamPayload *payload,
                            const char     *pointer)
{
  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  return gstream_payload_extras_string (payload, pointer);
}

/**
 * gstream_payload_get_integer:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * The integer at @pointer. A number such as 5.0 or 1e3 that is one counts too.
 *
 * Returns: the integer, or 0 if there is none that int64 can hold
 */
gint64
gstream_payload_get_integer (GstreamPayload *payload,
                             const char     *pointer)
{
  GstreamJsonValue value;
  gint64 integer;

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
 * The number at @pointer, whole or not. One beyond the range of a double is infinite.
 *
 * Returns: the number, or 0 if there is none
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
 * The boolean at @pointer.
 *
 * Returns: %TRUE if there is a true; %FALSE if there is a false, or no boolean
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
count_elements (GstreamJsonValue array)
{
  GstreamJsonValue element;
  GstreamJsonIter iter;
  gsize size = 0;

  gstream_json_iter_init (&iter, array);
  while (gstream_json_iter_element (&iter, &element))
    size++;
  return size;
}

/**
 * gstream_payload_get_size:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * How many elements the array, or members the object at @pointer has.
 *
 * Returns: the number, 0 also if there is neither
 */
gsize
gstream_payload_get_size (GstreamPayload *payload,
                          const char     *pointer)
{
  GstreamJsonValue value;
  g_autoptr(GArray) members = NULL;

  g_return_val_if_fail (payload != NULL, 0);
  g_return_val_if_fail (pointer != NULL, 0);

  if (find (payload, pointer, '[', &value))
    return count_elements (value);
  if (value.start == NULL || *value.start != '{')
    return 0;
  members = gstream_json_members (value);
  return members->len;
}

/**
 * gstream_payload_get_keys:
 * @payload: a payload
 * @pointer: a JSON Pointer
 *
 * The names of the members of the object at @pointer, each once, in the order of
 * the text.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the names, or %NULL if there is
 *   no object at @pointer
 */
char **
gstream_payload_get_keys (GstreamPayload *payload,
                          const char     *pointer)
{
  GstreamJsonValue value;
  g_autoptr(GArray) members = NULL;
  char **keys;

  g_return_val_if_fail (payload != NULL, NULL);
  g_return_val_if_fail (pointer != NULL, NULL);

  if (!find (payload, pointer, '{', &value))
    return NULL;
  members = gstream_json_members (value);
  keys = g_new0 (char *, members->len + 1);
  for (guint i = 0; i < members->len; i++)
    keys[i] = g_steal_pointer (&g_array_index (members, GstreamJsonMember, i).name);
  return keys;
}
