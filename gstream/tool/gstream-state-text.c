/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * States and other data, in a few words.
 */
#include "config.h"

#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-state-text.h"
#include "gstream/tool/gstream-text.h"

#include <string.h>

/* Columns for one value among others. */
#define VALUE_WIDTH 40

static char *
to_json (GstreamPayload *data)
{
  return gstream_json_readable (gstream_payload_get_json (data, NULL));
}

char *
gstream_data_describe (GstreamPayload *data,
                       guint           width)
{
  const char *string = gstream_payload_get_string (data, "");
  g_autofree char *json = string ? NULL : to_json (data);

  return gstream_text_cut (string ? string : json, width);
}

char *
gstream_data_summarize (GstreamPayload *data,
                        guint           width)
{
  GstreamPayloadKind kind = gstream_payload_get_kind (data);
  gsize size = gstream_payload_get_size (data, "");
  g_autofree char *json = to_json (data);

  if (gstream_text_width (json, -1) <= width)
    return g_steal_pointer (&json);
  if (kind == GSTREAM_PAYLOAD_ARRAY)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " items", size);
  if (kind == GSTREAM_PAYLOAD_OBJECT)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " members", size);

  return gstream_text_cut (json, width);
}

/* What an item of a list is about: a string itself; of a message, who says what. */
static char *
describe_item (GstreamPayload *item)
{
  const char *type = gstream_payload_get_string (item, "/type");
  g_autoptr (GstreamPayload) content = gstream_payload_get (item, "/content");
  g_autofree char *text = NULL;

  if (gstream_payload_get_string (item, "") != NULL)
    return gstream_data_summarize (item, VALUE_WIDTH);
  if (type == NULL)
    return NULL;
  if (content == NULL || gstream_payload_get_string (content, "") == NULL)
    return g_strdup (type);

  text = gstream_data_summarize (content, VALUE_WIDTH);

  return g_strconcat (type, " ", text, NULL);
}

static char *
describe_growth (const char     *key,
                 GstreamPayload *list,
                 gsize           n_before)
{
  gsize n = gstream_payload_get_size (list, "");
  g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, n - 1);
  g_autoptr (GstreamPayload) last = gstream_payload_get (list, pointer);
  g_autofree char *item = n == n_before + 1 ? describe_item (last) : NULL;

  if (item != NULL)
    return g_strdup_printf ("%s + %s", key, item);

  return g_strdup_printf ("%s +%" G_GSIZE_FORMAT, key, n - n_before);
}

static char *
describe_change (const char     *key,
                 GstreamPayload *old,
                 GstreamPayload *new)
{
  gsize n_before = old ? gstream_payload_get_size (old, "") : 0;
  gboolean was_list = old == NULL || gstream_payload_get_kind (old) == GSTREAM_PAYLOAD_ARRAY;
  g_autofree char *value = NULL;

  if (new == NULL)
    return g_strdup_printf ("%s is gone", key);
  if (was_list && gstream_payload_get_kind (new) == GSTREAM_PAYLOAD_ARRAY &&
      gstream_payload_get_size (new, "") > n_before)
    return describe_growth (key, new, n_before);

  value = gstream_data_summarize (new, VALUE_WIDTH);

  return g_strdup_printf ("%s = %s", key, value);
}

/* The members of an object, by name; the names are @state's. None where it is NULL. */
static GHashTable *
get_members (GstreamPayload *state)
{
  GHashTable *members = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gstream_payload_unref);
  GstreamPayloadIter iter;
  const char *key;
  GstreamPayload *value;

  gstream_payload_iter_init (&iter, state);
  while (gstream_payload_iter_next (&iter, &key, &value))
    g_hash_table_insert (members, (gpointer) key, value);

  return members;
}

static void
add_changes (GPtrArray      *changes,
             GstreamPayload *old,
             GstreamPayload *new)
{
  g_autoptr (GHashTable) members = get_members (old);
  GstreamPayloadIter iter;
  const char *key;
  GstreamPayload *after;

  gstream_payload_iter_init (&iter, new);
  while (gstream_payload_iter_next (&iter, &key, &after))
    {
      GstreamPayload *before = g_hash_table_lookup (members, key);

      if (before == NULL || !gstream_payload_equal (before, after))
        g_ptr_array_add (changes, describe_change (key, before, after));
      gstream_payload_unref (after);
    }
}

/* Members of @old that @new does not have. */
static void
add_gone (GPtrArray      *changes,
          GstreamPayload *old,
          GstreamPayload *new)
{
  g_autoptr (GHashTable) members = get_members (new);
  GstreamPayloadIter iter;
  const char *key;

  gstream_payload_iter_init (&iter, old);
  while (gstream_payload_iter_next (&iter, &key, NULL))
    if (!g_hash_table_contains (members, key))
      g_ptr_array_add (changes, describe_change (key, NULL, NULL));
}

char *
gstream_state_describe_changes (GstreamPayload *old,
                                GstreamPayload *new)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (g_free);

  if (gstream_payload_get_kind (new) != GSTREAM_PAYLOAD_OBJECT)
    return old != NULL && gstream_payload_equal (old, new) ? NULL : gstream_data_summarize (new, VALUE_WIDTH);

  if (old != NULL && gstream_payload_get_kind (old) != GSTREAM_PAYLOAD_OBJECT)
    old = NULL;
  add_changes (changes, old, new);
  add_gone (changes, old, new);
  if (changes->len == 0)
    return NULL;
  g_ptr_array_add (changes, NULL);

  return g_strjoinv (", ", (char **) changes->pdata);
}
