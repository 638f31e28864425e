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

GstreamPayload *
gstream_data_get_member (GstreamPayload *data,
                         const char     *key)
{
  GString *pointer = g_string_new (key);
  GstreamPayload *member;

  g_string_replace (pointer, "~", "~0", 0);
  g_string_replace (pointer, "/", "~1", 0);
  g_string_prepend_c (pointer, '/');
  member = gstream_payload_get (data, pointer->str);
  g_string_free (pointer, TRUE);

  return member;
}

static char *
to_json (GstreamPayload *data)
{
  return gstream_json_compact (gstream_payload_get_json (data, NULL));
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

static char **
get_keys (GstreamPayload *state)
{
  char **keys = state ? gstream_payload_get_keys (state, "") : NULL;

  return keys ? keys : g_new0 (char *, 1);
}

static void
add_changes (GPtrArray      *changes,
             char          **keys,
             GstreamPayload *old,
             GstreamPayload *new)
{
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GstreamPayload) before = old ? gstream_data_get_member (old, keys[i]) : NULL;
      g_autoptr (GstreamPayload) after = gstream_data_get_member (new, keys[i]);

      if (before == NULL || after == NULL || !gstream_payload_equal (before, after))
        g_ptr_array_add (changes, describe_change (keys[i], before, after));
    }
}

/* Keys of @old that @new does not have. */
static char **
get_gone (GstreamPayload *old,
          GstreamPayload *new)
{
  g_auto (GStrv) keys = get_keys (old);
  g_autoptr (GStrvBuilder) gone = g_strv_builder_new ();

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GstreamPayload) member = gstream_data_get_member (new, keys[i]);

      if (member == NULL)
        g_strv_builder_add (gone, keys[i]);
    }

  return g_strv_builder_end (gone);
}

char *
gstream_state_describe_changes (GstreamPayload *old,
                                GstreamPayload *new)
{
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) keys = get_keys (new);
  g_auto (GStrv) gone = get_gone (old, new);

  if (gstream_payload_get_kind (new) != GSTREAM_PAYLOAD_OBJECT)
    return old != NULL && gstream_payload_equal (old, new) ? NULL : gstream_data_summarize (new, VALUE_WIDTH);

  add_changes (changes, keys, old, new);
  add_changes (changes, gone, old, new);
  if (changes->len == 0)
    return NULL;
  g_ptr_array_add (changes, NULL);

  return g_strjoinv (", ", (char **) changes->pdata);
}
