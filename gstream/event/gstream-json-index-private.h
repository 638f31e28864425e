/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the tokens of a JSON text start. The one door to simdjson: it finds
 * them at some bytes a cycle, and refuses what is not UTF-8, strings that do
 * not end and control characters in strings. Grammar is the cursor's business.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstreamJsonIndex GstreamJsonIndex;

/* The calling thread's own: memory to work in, worth keeping from one text to the next. */
GstreamJsonIndex *gstream_json_index_get  (void);

/*
 * Of brackets, commas, colons, strings (their opening quote) and other scalars
 * the first byte's position, in order, then @length once more.
 * Nothing behind @length is read. Valid until the next call in this thread.
 */
gboolean          gstream_json_index_scan (GstreamJsonIndex  *self,
                                           const char        *json,
                                           gsize              length,
                                           const guint32    **positions,
                                           gsize             *n_positions);

G_END_DECLS
