/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Going through a checked JSON text: values, elements, members.
 */
#include "gstream/event/gstream-json-text-internal.h"

#include <string.h>

/* By an odd number of backslashes. */
static gboolean
is_escaped (const char *quote,
            const char *start)
{
  const char *p = quote;

  while (p > start && p[-1] == '\\')
    p--;
  return (quote - p) % 2 == 1;
}

const char *
gstream_json_find_far_quote (const char *p,
                             const char *end)
{
  const char *quote = memchr (p, '"', end - p);

  while (quote[-1] == '\\' && is_escaped (quote, p))
    quote = memchr (quote + 1, '"', end - quote - 1);
  return quote;
}

const char *
gstream_json_pass_scalar (const char *p,
                          const char *end)
{
  while (p < end && *p > ' ' && *p != ',' && (*p | 0x20) != '}')
    p++;
  return p;
}

GstreamPayloadKind
gstream_json_kind (GstreamJsonValue value)
{
  gint64 integer;

  switch (*value.start)
    {
    case '{':
      return GSTREAM_PAYLOAD_OBJECT;
    case '[':
      return GSTREAM_PAYLOAD_ARRAY;
    case '"':
      return GSTREAM_PAYLOAD_STRING;
    case 't':
    case 'f':
      return GSTREAM_PAYLOAD_BOOLEAN;
    case 'n':
      return GSTREAM_PAYLOAD_NULL;
    default:
      for (const char *p = value.start; p < value.end; p++)
        if (*p == '.' || *p == 'e' || *p == 'E')
          return GSTREAM_PAYLOAD_DOUBLE;
      return gstream_json_read_integer (value, &integer) ? GSTREAM_PAYLOAD_INTEGER : GSTREAM_PAYLOAD_DOUBLE;
    }
}

void
gstream_json_iter_init (GstreamJsonIter  *iter,
                        GstreamJsonValue  container)
{
  iter->at = container.start + 1;
  iter->end = container.end;
}

gboolean
gstream_json_iter_step (GstreamJsonIter *iter)
{
  iter->at = gstream_json_pass_space (iter->at);
  if (*iter->at == ',')
    iter->at = gstream_json_pass_space (iter->at + 1);
  return *iter->at != ']' && *iter->at != '}';
}

static GstreamJsonValue
take (GstreamJsonIter *iter)
{
  GstreamJsonValue value = { iter->at, gstream_json_pass (iter->at, iter->end) };

  iter->at = value.end;
  return value;
}

gboolean
gstream_json_iter_element (GstreamJsonIter  *iter,
                           GstreamJsonValue *element)
{
  if (!gstream_json_iter_step (iter))
    return FALSE;
  *element = take (iter);
  return TRUE;
}

gboolean
gstream_json_iter_name (GstreamJsonIter  *iter,
                        GstreamJsonValue *name)
{
  if (!gstream_json_iter_step (iter))
    return FALSE;
  *name = take (iter);
  name->start++;
  name->end--;
  iter->at = gstream_json_pass_space (iter->at) + 1; /* the colon */
  iter->at = gstream_json_pass_space (iter->at);
  return TRUE;
}

gboolean
gstream_json_iter_member (GstreamJsonIter  *iter,
                          GstreamJsonValue *name,
                          GstreamJsonValue *value)
{
  if (!gstream_json_iter_name (iter, name))
    return FALSE;
  *value = take (iter);
  return TRUE;
}

static void
clear_member (gpointer data)
{
  GstreamJsonMember *member = data;

  g_free (member->name);
}

GArray *
gstream_json_members (GstreamJsonValue object)
{
  GArray *members = g_array_new (FALSE, FALSE, sizeof (GstreamJsonMember));
  g_autoptr(GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  GstreamJsonValue raw;
  GstreamJsonMember member;
  GstreamJsonIter iter;
  gpointer place;

  g_array_set_clear_func (members, clear_member);
  gstream_json_iter_init (&iter, object);
  while (gstream_json_iter_member (&iter, &raw, &member.value))
    {
      member.name = gstream_json_dup_raw (raw);
      if (g_hash_table_lookup_extended (places, member.name, NULL, &place))
        {
          g_array_index (members, GstreamJsonMember, GPOINTER_TO_UINT (place)).value = member.value;
          g_free (member.name);
          continue;
        }
      g_hash_table_insert (places, member.name, GUINT_TO_POINTER (members->len));
      g_array_append_val (members, member);
    }
  return members;
}
