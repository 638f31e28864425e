/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds where the tokens of a JSON text start, by simdjson's first stage: with SIMD, at some bytes a cycle. It refuses
 * what is not UTF-8, strings that do not end, and control characters in strings, so that the cursor need not look at
 * each byte of a string. The grammar is checked by the cursor.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstreamJsonIndex GstreamJsonIndex;

/* The calling thread's own: memory to work in, worth keeping from one text to the next. */
GstreamJsonIndex *gstream_json_index_get (void);

/*
 * Of brackets, commas, colons, strings (their opening quote) and other scalars
 * the first byte's position, in order, then @length once more.
 * Nothing behind @length is read. Valid until the next call in this thread.
 */
gboolean gstream_json_index_scan (GstreamJsonIndex *self,
                                  const char       *json,
                                  gsize             length,
                                  const guint32   **positions,
                                  gsize            *n_positions);

G_END_DECLS
