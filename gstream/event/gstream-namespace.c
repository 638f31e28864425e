/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Namespaces, each one allocation with its hash; and the table by which a reader makes each distinct one once.
 */
#include "gstream/event/gstream-namespace-private.h"

#include <string.h>

#include "gstream/event/gstream-json-text-internal.h"
#include "gstream/event/gstream-ref-count-private.h"

#define EXPECTED "params.namespace, a list of strings"

static gsize
size_of (const char *const *segments,
         guint              length)
{
  gsize size = sizeof (GstreamNamespace) + (length + 1) * sizeof (char *);

  for (guint i = 0; i < length; i++)
    size += strlen (segments[i]) + 1;
  return size;
}

static GstreamNamespace *
build (const char *const *segments,
       guint              length)
{
  GstreamNamespace *self = g_malloc (size_of (segments, length));
  char             *string = (char *) &self->segments[length + 1];

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;
  self->hash = length;
  for (guint i = 0; i < length; i++)
    {
      self->segments[i] = string;
      self->hash = self->hash * 31 + g_str_hash (segments[i]);
      string = g_stpcpy (string, segments[i]) + 1;
    }
  self->segments[length] = NULL;
  return self;
}

/* Most events are at the root: its namespace is made once, never freed, and its references are not counted. */
static GstreamNamespace *
root (void)
{
  static gsize             made = 0;
  static GstreamNamespace *the_root;

  if (g_once_init_enter (&made))
    {
      the_root = build (NULL, 0);
      g_once_init_leave (&made, 1);
    }
  return the_root;
}

GstreamNamespace *
gstream_namespace_new_len (const char *const *segments,
                           guint              length)
{
  return length == 0 ? root () : build (segments, length);
}

GstreamNamespace *
gstream_namespace_new (const char *const *segments)
{
  return gstream_namespace_new_len (segments, segments != NULL ? g_strv_length ((char **) segments) : 0);
}

GstreamNamespace *
gstream_namespace_ref (GstreamNamespace *self)
{
  if (self->length > 0)
    gstream_ref_count_inc (&self->ref_count);
  return self;
}

void
gstream_namespace_unref (GstreamNamespace *self)
{
  if (self->length > 0 && gstream_ref_count_dec (&self->ref_count))
    g_free (self);
}

guint
gstream_namespace_hash (gconstpointer self)
{
  return ((const GstreamNamespace *) self)->hash;
}

static gboolean
starts_alike (const GstreamNamespace *a,
              const GstreamNamespace *b,
              guint                   length)
{
  for (guint i = 0; i < length; i++)
    if (strcmp (a->segments[i], b->segments[i]) != 0)
      return FALSE;
  return TRUE;
}

gboolean
gstream_namespace_equal (gconstpointer a,
                         gconstpointer b)
{
  const GstreamNamespace *namespace_a = a;
  const GstreamNamespace *namespace_b = b;

  if (a == b)
    return TRUE;
  return namespace_a->hash == namespace_b->hash && namespace_a->length == namespace_b->length &&
         starts_alike (namespace_a, namespace_b, namespace_a->length);
}

gboolean
gstream_namespace_is_in (const GstreamNamespace *self,
                         const GstreamNamespace *ancestor)
{
  return self == ancestor || (self->length >= ancestor->length && starts_alike (self, ancestor, ancestor->length));
}

/* --- the table --- */

typedef struct
{
  GstreamNamespace *namespace_;
  guint             length; /* bytes of the text */
  const char       *text;   /* behind the entry; in a key to look up by, anywhere */
} NamespaceEntry;

static guint
entry_hash (gconstpointer data)
{
  const NamespaceEntry *entry = data;
  guint                 hash = entry->length;

  for (guint i = 0; i < entry->length; i++)
    hash = hash * 31 + (guchar) entry->text[i];
  return hash;
}

static gboolean
entry_equal (gconstpointer a,
             gconstpointer b)
{
  const NamespaceEntry *entry_a = a;
  const NamespaceEntry *entry_b = b;

  return entry_a->length == entry_b->length && memcmp (entry_a->text, entry_b->text, entry_a->length) == 0;
}

static void
entry_free (gpointer data)
{
  NamespaceEntry *entry = data;

  gstream_namespace_unref (entry->namespace_);
  g_free (entry);
}

void
gstream_namespace_table_clear (GstreamNamespaceTable *self)
{
  g_clear_pointer (&self->entries, g_hash_table_unref);
}

static GstreamNamespace *
namespace_from_text (const char *text,
                     gsize       length)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) segments = NULL;
  GstreamJsonValue value;
  GstreamJsonIter  iter;

  gstream_json_iter_init (&iter, (GstreamJsonValue) { text, text + length });
  while (gstream_json_iter_element (&iter, &value))
    {
      g_autofree char *segment = gstream_json_dup_string (value);

      g_strv_builder_add (builder, segment);
    }
  segments = g_strv_builder_end (builder);
  return gstream_namespace_new ((const char *const *) segments);
}

static NamespaceEntry *
add_entry (GstreamNamespaceTable *self,
           const NamespaceEntry  *key)
{
  NamespaceEntry *entry = g_malloc (sizeof *entry + key->length);

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

GstreamNamespace *
gstream_namespace_table_read (GstreamNamespaceTable *self,
                              GstreamJsonCursor     *cursor)
{
  guint32         start = *cursor->next;
  NamespaceEntry  key = { 0 };
  NamespaceEntry *entry;

  if (!pass_list (cursor))
    return NULL;

  key.length = gstream_json_cursor_since (cursor, start).length;
  key.text = cursor->json + start;
  entry = self->entries != NULL ? g_hash_table_lookup (self->entries, &key) : NULL;
  if (entry == NULL)
    entry = add_entry (self, &key);
  return entry->namespace_;
}
