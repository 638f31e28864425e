/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading namespaces, each distinct one once.
 */
#include "gstream/event/gstream-namespace-table-private.h"
#include "gstream/event/gstream-json-text-internal.h"

#define EXPECTED "params.namespace, a list of strings"

struct _GstreamNamespaceEntry
{
  GstreamNamespace *namespace_;
  guint             n_tokens; /* of the text */
  guint             length;   /* bytes of the text */
  const char       *text;     /* follows, but in a key to look up by */
};

static guint
entry_hash (gconstpointer data)
{
  const GstreamNamespaceEntry *entry = data;
  guint hash = entry->length;

  for (guint i = 0; i < entry->length; i++)
    hash = hash * 31 + (guchar) entry->text[i];
  return hash;
}

static gboolean
entry_equal (gconstpointer a,
             gconstpointer b)
{
  const GstreamNamespaceEntry *entry_a = a;
  const GstreamNamespaceEntry *entry_b = b;

  return entry_a->length == entry_b->length && memcmp (entry_a->text, entry_b->text, entry_a->length) == 0;
}

static void
entry_free (gpointer data)
{
  GstreamNamespaceEntry *entry = data;

  gstream_namespace_unref (entry->namespace_);
  g_free (entry);
}

void
gstream_namespace_table_clear (GstreamNamespaceTable *self)
{
  g_clear_pointer (&self->entries, g_hash_table_unref);
  self->last = NULL;
}

static GstreamNamespace *
namespace_from_text (const char *text,
                     gsize       length)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) segments = NULL;
  GstreamJsonValue value;
  GstreamJsonIter iter;

  gstream_json_iter_init (&iter, (GstreamJsonValue) { text, text + length });
  while (gstream_json_iter_element (&iter, &value))
    {
      g_autofree char *segment = gstream_json_dup_string (value);

      g_strv_builder_add (builder, segment);
    }
  segments = g_strv_builder_end (builder);
  return gstream_namespace_new ((const char * const *) segments);
}

static GstreamNamespaceEntry *
add_entry (GstreamNamespaceTable       *self,
           const GstreamNamespaceEntry *key)
{
  GstreamNamespaceEntry *entry = g_malloc (sizeof *entry + key->length);

  if (self->entries != NULL && g_hash_table_size (self->entries) == GSTREAM_NAMESPACE_TABLE_MOST)
    gstream_namespace_table_clear (self);
  if (self->entries == NULL)
    self->entries = g_hash_table_new_full (entry_hash, entry_equal, entry_free, NULL);

  *entry = *key;
  entry->text = memcpy (entry + 1, key->text, key->length);
  entry->namespace_ = namespace_from_text (key->text, key->length);
  g_hash_table_add (self->entries, entry);
  return entry;
}

static gboolean
pass_list (GstreamJsonCursor *cursor)
{
  GstreamJsonString string;

  if (!gstream_json_cursor_open (cursor, '[', EXPECTED))
    return FALSE;
  while (gstream_json_cursor_element (cursor))
    if (gstream_json_cursor_peek (cursor) != '"')
      gstream_json_cursor_fail (cursor, *cursor->next, EXPECTED);
    else
      gstream_json_cursor_string (cursor, &string);
  return cursor->expected == NULL;
}

/* A list that begins with the text of one is that one. */
static gboolean
is_next (const GstreamNamespaceEntry *entry,
         const GstreamJsonCursor     *cursor)
{
  guint32 at = *cursor->next;

  return cursor->length - at >= entry->length && memcmp (cursor->json + at, entry->text, entry->length) == 0;
}

GstreamNamespace *
gstream_namespace_table_read (GstreamNamespaceTable *self,
                              GstreamJsonCursor     *cursor)
{
  const guint32 *start = cursor->next;
  GstreamNamespaceEntry key = { 0 };

  if (self->last != NULL && is_next (self->last, cursor))
    {
      gstream_json_cursor_move (cursor, start + self->last->n_tokens);
      return self->last->namespace_;
    }
  if (!pass_list (cursor))
    return NULL;

  key.n_tokens = cursor->next - start;
  key.length = gstream_json_cursor_since (cursor, *start).length;
  key.text = cursor->json + *start;
  self->last = self->entries != NULL ? g_hash_table_lookup (self->entries, &key) : NULL;
  if (self->last == NULL)
    self->last = add_entry (self, &key);
  return self->last->namespace_;
}
