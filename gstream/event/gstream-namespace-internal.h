/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A namespace path, shared by the events that occur at it: its strings, and its hash, which is computed once.
 *
 * For streams and projections too: whatever belongs to a namespace is kept in a hash table by it, and looked up for every event.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  gatomicrefcount ref_count;
  guint           hash;       /* of all segments, in order */
  guint           length;     /* segments */
  const char     *segments[]; /* NULL-terminated; the strings follow in the same allocation */
} GstreamNamespace;

/* NULL or empty: the root, which is shared and never freed. */
GstreamNamespace *gstream_namespace_new (const char *const *segments);
GstreamNamespace *gstream_namespace_new_len (const char *const *segments,
                                             guint              length);
GstreamNamespace *gstream_namespace_ref (GstreamNamespace *self);
void              gstream_namespace_unref (GstreamNamespace *self);
guint             gstream_namespace_hash (gconstpointer self);
gboolean          gstream_namespace_equal (gconstpointer a,
                                           gconstpointer b);
/* Whether @self is @ancestor or below it. */
gboolean gstream_namespace_is_in (const GstreamNamespace *self,
                                  const GstreamNamespace *ancestor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamNamespace, gstream_namespace_unref)

G_END_DECLS
