/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A namespace in one allocation, its hash taken.
 */
#include "gstream/event/gstream-namespace-internal.h"

#include <string.h>

#include "gstream/event/gstream-ref-count-private.h"

static gsize
size_of (const char * const *segments,
         guint               length)
{
  gsize size = sizeof (GstreamNamespace) + (length + 1) * sizeof (char *);

  for (guint i = 0; i < length; i++)
    size += strlen (segments[i]) + 1;
  return size;
}

static GstreamNamespace *
build (const char * const *segments,
       guint               length)
{
  GstreamNamespace *self = g_malloc (size_of (segments, length));
  char *string = (char *) &self->segments[length + 1];

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

/* Most events are at the root: theirs is made once and kept for good, and nobody counts who holds it. */
static GstreamNamespace *
root (void)
{
  static gsize made = 0;
  static GstreamNamespace *the_root;

  if (g_once_init_enter (&made))
    {
      the_root = build (NULL, 0);
      g_once_init_leave (&made, 1);
    }
  return the_root;
}

GstreamNamespace *
gstream_namespace_new_len (const char * const *segments,
                           guint               length)
{
  return length == 0 ? root () : build (segments, length);
}

GstreamNamespace *
gstream_namespace_new (const char * const *segments)
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
  return self == ancestor ||
         (self->length >= ancestor->length && starts_alike (self, ancestor, ancestor->length));
}
