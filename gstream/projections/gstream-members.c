/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members of a JSON object that is put together piece by piece.
 */
#include "config.h"

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-members-private.h>

typedef struct
{
  char *name;
  char *json;
} Member;

static void
member_free (gpointer data)
{
  Member *self = data;

  g_free (self->name);
  g_free (self->json);
  g_free (self);
}

/* As many are found without a table. */
#define FEW 16

void
gstream_members_clear (GstreamMembers *self)
{
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->list, g_ptr_array_unref);
}

static Member *
find (GstreamMembers *self,
      const char     *name)
{
  if (self->by_name != NULL)
    return g_hash_table_lookup (self->by_name, name);

  for (guint i = 0; self->list != NULL && i < self->list->len; i++)
    {
      Member *member = g_ptr_array_index (self->list, i);

      if (strcmp (member->name, name) == 0)
        return member;
    }

  return NULL;
}

static void
add_to_table (GstreamMembers *self,
              Member         *member)
{
  if (self->by_name != NULL)
    g_hash_table_insert (self->by_name, member->name, member);
  if (self->by_name != NULL || self->list->len <= FEW)
    return;

  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->list->len; i++)
    {
      Member *known = g_ptr_array_index (self->list, i);

      g_hash_table_insert (self->by_name, known->name, known);
    }
}

const char *
gstream_members_get (GstreamMembers *self,
                     const char     *name)
{
  Member *member = find (self, name);

  return member ? member->json : NULL;
}

char *
gstream_members_dup_string (GstreamMembers *self,
                            const char     *name)
{
  const char *json = gstream_members_get (self, name);

  if (json == NULL || *json != '"')
    return NULL;

  return gstream_json_dup_string ((GstreamJsonValue) { json, json + strlen (json) });
}

static void
take (GstreamMembers *self,
      const char     *name,
      char           *json)
{
  Member *member = find (self, name);

  if (member == NULL)
    {
      if (self->list == NULL)
        self->list = g_ptr_array_new_with_free_func (member_free);
      member = g_new0 (Member, 1);
      member->name = g_strdup (name);
      g_ptr_array_add (self->list, member);
      add_to_table (self, member);
    }
  g_free (member->json);
  member->json = json;
}

void
gstream_members_set (GstreamMembers  *self,
                     const char      *name,
                     GstreamJsonValue value)
{
  /* null says that nothing is known of it, not that what was known is wrong. */
  if (*value.start != 'n' || find (self, name) == NULL)
    take (self, name, g_strndup (value.start, value.end - value.start));
}

void
gstream_members_set_json (GstreamMembers *self,
                          const char     *name,
                          const char     *json)
{
  take (self, name, g_strdup (json));
}

void
gstream_members_set_string (GstreamMembers *self,
                            const char     *name,
                            const char     *string)
{
  GString *json = g_string_new (NULL);

  gstream_json_write_string (json, string);
  take (self, name, g_string_free (json, FALSE));
}

void
gstream_members_default (GstreamMembers *self,
                         const char     *name,
                         const char     *json)
{
  const char *known = gstream_members_get (self, name);

  if (known == NULL || *known == 'n')
    gstream_members_set_json (self, name, json);
}

guint
gstream_members_count (GstreamMembers *self)
{
  return self->list != NULL ? self->list->len : 0;
}

const char *
gstream_members_name_at (GstreamMembers *self,
                         guint           i)
{
  return ((Member *) g_ptr_array_index (self->list, i))->name;
}

void
gstream_members_merge (GstreamMembers  *self,
                       GstreamJsonValue object)
{
  GstreamJsonIter  iter;
  GstreamJsonValue raw;
  GstreamJsonValue value;

  gstream_json_iter_init (&iter, object);
  while (gstream_json_iter_member (&iter, &raw, &value))
    {
      g_autofree char *name = gstream_json_dup_raw (raw);

      gstream_members_set (self, name, value);
    }
}

void
gstream_members_write (GstreamMembers *self,
                       GString        *out,
                       const char     *but,
                       const char     *and_but)
{
  for (guint i = 0; self->list != NULL && i < self->list->len; i++)
    {
      Member *member = g_ptr_array_index (self->list, i);

      if (g_strcmp0 (member->name, but) == 0 || g_strcmp0 (member->name, and_but) == 0)
        continue;
      gstream_json_write_member (out, member->name);
      g_string_append (out, member->json);
    }
}

GstreamPayload *
gstream_members_to_payload (GstreamMembers *self)
{
  g_autoptr (GString) json = NULL;

  if (self->list == NULL)
    return NULL;

  json = g_string_new ("{");
  gstream_members_write (self, json, NULL, NULL);
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}
