/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pollable stream that reads only as many bytes from another one as it was allowed to, and none ahead.
 * This is what makes back pressure possible (N6): libsoup's WebSocket connection reads for as long as bytes come. The
 * signal `used-up` is emitted when the last of the allowed bytes has been read.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_THROTTLED_INPUT_STREAM (gstream_throttled_input_stream_get_type ())
G_DECLARE_FINAL_TYPE (GstreamThrottledInputStream, gstream_throttled_input_stream, GSTREAM, THROTTLED_INPUT_STREAM, GInputStream)

/* @first: bytes that were read from @base already. No bytes are allowed at first. */
GstreamThrottledInputStream *gstream_throttled_input_stream_new (GPollableInputStream *base,
                                                                 GBytes               *first);
/* Allows @bytes from now on, whatever was left before. */
void gstream_throttled_input_stream_allow (GstreamThrottledInputStream *self,
                                           gsize                        bytes);
/* Whether any of the allowed bytes are left. */
gboolean gstream_throttled_input_stream_may_read (GstreamThrottledInputStream *self);
/* The end of what was read last, 127 bytes at most: a WebSocket's closing frame, where that ended it. */
const guint8 *gstream_throttled_input_stream_get_tail (GstreamThrottledInputStream *self,
                                                       gsize                       *length);
/* How many bytes were read in all. */
guint64 gstream_throttled_input_stream_get_passed (GstreamThrottledInputStream *self);

G_END_DECLS
