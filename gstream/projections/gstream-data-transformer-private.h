/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plain projections: the payloads of one method's events (T1).
 */
#pragma once

#include <gstream/stream/gstream-stream-mux-internal.h>
#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_DATA_TRANSFORMER (gstream_data_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamDataTransformer, gstream_data_transformer, GSTREAM, DATA_TRANSFORMER, GstreamTransformer)

/* Makes the transformer of the method that has the name of @builtin. */
GstreamTransformer *gstream_data_transformer_make (const GstreamBuiltin *builtin);

G_END_DECLS
