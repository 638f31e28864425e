/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runs of subgraphs (T6).
 */
#pragma once

#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_SUBGRAPHS_TRANSFORMER (gstream_subgraphs_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamSubgraphsTransformer, gstream_subgraphs_transformer,
                     GSTREAM,
                     SUBGRAPHS_TRANSFORMER,
                     GstreamTransformer)

G_END_DECLS
