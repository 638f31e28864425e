/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A pollable stream that lets through only as many bytes as it was told to,
 * and reads none beyond that: back pressure (N6) on whoever reads it, which
 * libsoup's WebSocket connection would else do for as long as bytes come.
 * It emits `shut` when the last of those bytes has passed.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_GATE (gstream_gate_get_type ())
G_DECLARE_FINAL_TYPE (GstreamGate, gstream_gate, GSTREAM, GATE, GInputStream)

/* @first: bytes that were read from @base already; closed until it is opened. */
GstreamGate *gstream_gate_new     (GPollableInputStream *base,
                                   GBytes               *first);
/* From now on @bytes may pass, whatever was left before. */
void         gstream_gate_open    (GstreamGate          *self,
                                   gsize                 bytes);
/* Whether more may pass. */
gboolean     gstream_gate_is_open (GstreamGate          *self);
/* The last of those that passed, 127 at most: a WebSocket's closing frame, where that is what ended it. */
const guint8 *gstream_gate_get_tail (GstreamGate         *self,
                                     gsize               *length);
/* How many bytes have passed in all. */
guint64      gstream_gate_get_passed (GstreamGate       *self);

G_END_DECLS
