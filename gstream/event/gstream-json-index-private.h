/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the positions of the tokens in a JSON text with simdjson's first stage, which uses SIMD and processes several
 * bytes per cycle. It rejects invalid UTF-8, unterminated strings, and control characters in strings, so that the
 * cursor need not look at each byte of a string. The grammar is checked by the cursor.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _GstreamJsonIndex GstreamJsonIndex;

/* Returns the index of the calling thread, whose memory is reused for each text. */
GstreamJsonIndex *gstream_json_index_get (void);

/*
 * Sets @positions to the offsets of the first bytes of brackets, commas, colons, strings (the opening quote) and other
 * scalars, in order, followed by @length. Does not read beyond @length. Valid until the next call in this thread.
 */
gboolean gstream_json_index_scan (GstreamJsonIndex *self,
                                  const char       *json,
                                  gsize             length,
                                  const guint32   **positions,
                                  gsize            *n_positions);

G_END_DECLS
