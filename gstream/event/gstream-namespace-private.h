/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The namespaces of a source, for its reader: each distinct one is made once, and found again by the JSON text
 * that names it, so that events at one namespace share it.
 */
#pragma once

#include <gstream/event/gstream-json-cursor-internal.h>
#include <gstream/event/gstream-namespace-internal.h>

G_BEGIN_DECLS

/* Entries. A run may go through any number of namespaces: a table that is full is emptied. */
#define GSTREAM_NAMESPACE_TABLE_MOST 4096

typedef struct
{
  GHashTable *entries; /* a set; NULL until there are any */
} GstreamNamespaceTable;

void gstream_namespace_table_clear (GstreamNamespaceTable *self);
/* Passes an array of strings; gives the namespace, the table's own. NULL: the next value is none, and @cursor has the error. */
GstreamNamespace *gstream_namespace_table_read (GstreamNamespaceTable *self,
                                                GstreamJsonCursor     *cursor);

G_END_DECLS
