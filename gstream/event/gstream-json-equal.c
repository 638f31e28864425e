/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether two checked JSON texts mean the same, and a hash that is the same where they do.
 */
#include "gstream/event/gstream-json-text-internal.h"

#include <string.h>

static gboolean
equal_strings (GstreamJsonValue a,
               GstreamJsonValue b)
{
  g_autofree char *string_a = gstream_json_dup_string (a);
  g_autofree char *string_b = gstream_json_dup_string (b);

  return strcmp (string_a, string_b) == 0;
}

static gboolean
is_whole (GstreamJsonValue number)
{
  const char *p = number.start + (*number.start == '-');

  while (p < number.end && g_ascii_isdigit (*p))
    p++;
  return p == number.end;
}

static gboolean
equal_texts (GstreamJsonValue a,
             GstreamJsonValue b)
{
  gsize length = a.end - a.start;

  return length == (gsize) (b.end - b.start) && memcmp (a.start, b.start, length) == 0;
}

static gboolean
equal_numbers (GstreamJsonValue a,
               GstreamJsonValue b)
{
  gint64 integer_a;
  gint64 integer_b;
  gboolean exact_a = gstream_json_read_integer (a, &integer_a);
  gboolean exact_b = gstream_json_read_integer (b, &integer_b);

  if (exact_a && exact_b)
    return integer_a == integer_b;
  if (is_whole (a) && is_whole (b)) /* beyond int64, written as only they can be */
    return equal_texts (a, b);
  return exact_a == exact_b && gstream_json_read_double (a) == gstream_json_read_double (b);
}

static gboolean
equal_arrays (GstreamJsonValue a,
              GstreamJsonValue b)
{
  GstreamJsonIter iter_a;
  GstreamJsonIter iter_b;

  gstream_json_iter_init (&iter_a, a);
  gstream_json_iter_init (&iter_b, b);
  while (gstream_json_iter_element (&iter_a, &a))
    if (!gstream_json_iter_element (&iter_b, &b) || !gstream_json_equal (a, b))
      return FALSE;
  return !gstream_json_iter_element (&iter_b, &b);
}

static int
compare_members (gconstpointer a,
                 gconstpointer b)
{
  const GstreamJsonMember *member_a = a;
  const GstreamJsonMember *member_b = b;

  return strcmp (member_a->name, member_b->name);
}

static gboolean
equal_objects (GstreamJsonValue a,
               GstreamJsonValue b)
{
  g_autoptr(GArray) members_a = gstream_json_members (a);
  g_autoptr(GArray) members_b = gstream_json_members (b);

  if (members_a->len != members_b->len)
    return FALSE;
  g_array_sort (members_a, compare_members);
  g_array_sort (members_b, compare_members);
  for (guint i = 0; i < members_a->len; i++)
    {
      GstreamJsonMember *member_a = &g_array_index (members_a, GstreamJsonMember, i);
      GstreamJsonMember *member_b = &g_array_index (members_b, GstreamJsonMember, i);

      if (compare_members (member_a, member_b) != 0 || !gstream_json_equal (member_a->value, member_b->value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_number (GstreamPayloadKind kind)
{
  return kind == GSTREAM_PAYLOAD_INTEGER || kind == GSTREAM_PAYLOAD_DOUBLE;
}

gboolean
gstream_json_equal (GstreamJsonValue a,
                    GstreamJsonValue b)
{
  GstreamPayloadKind kind = gstream_json_kind (a);
  GstreamPayloadKind other = gstream_json_kind (b);

  if (is_number (kind) && is_number (other))
    return equal_numbers (a, b);
  if (kind != other)
    return FALSE;
  if (equal_texts (a, b))
    return TRUE;

  switch (kind)
    {
    case GSTREAM_PAYLOAD_STRING:
      return equal_strings (a, b);
    case GSTREAM_PAYLOAD_ARRAY:
      return equal_arrays (a, b);
    case GSTREAM_PAYLOAD_OBJECT:
      return equal_objects (a, b);
    default:
      return FALSE;
    }
}

static guint
hash_number (GstreamJsonValue number)
{
  gint64 integer;
  double real;

  if (gstream_json_read_integer (number, &integer))
    return g_int64_hash (&integer);
  real = gstream_json_read_double (number);
  return g_double_hash (&real);
}

static guint
hash_string (GstreamJsonValue string)
{
  g_autofree char *text = gstream_json_dup_string (string);

  return g_str_hash (text);
}

static guint
hash_array (GstreamJsonValue array)
{
  GstreamJsonValue element;
  GstreamJsonIter iter;
  guint hash = GSTREAM_PAYLOAD_ARRAY;

  gstream_json_iter_init (&iter, array);
  while (gstream_json_iter_element (&iter, &element))
    hash = hash * 31 + gstream_json_hash (element);
  return hash;
}

/* The order of members means nothing. */
static guint
hash_object (GstreamJsonValue object)
{
  g_autoptr(GArray) members = gstream_json_members (object);
  guint hash = GSTREAM_PAYLOAD_OBJECT;

  for (guint i = 0; i < members->len; i++)
    {
      GstreamJsonMember *member = &g_array_index (members, GstreamJsonMember, i);

      hash += g_str_hash (member->name) * 31 ^ gstream_json_hash (member->value);
    }
  return hash;
}

guint
gstream_json_hash (GstreamJsonValue value)
{
  GstreamPayloadKind kind = gstream_json_kind (value);

  if (is_number (kind))
    return hash_number (value);
  switch (kind)
    {
    case GSTREAM_PAYLOAD_STRING:
      return hash_string (value);
    case GSTREAM_PAYLOAD_ARRAY:
      return hash_array (value);
    case GSTREAM_PAYLOAD_OBJECT:
      return hash_object (value);
    default:
      return *value.start; /* null, true, false */
    }
}
