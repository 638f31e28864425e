/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The named custom projections of the source (T9).
 */
#pragma once

#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_EXTENSIONS_TRANSFORMER (gstream_extensions_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamExtensionsTransformer, gstream_extensions_transformer,
                     GSTREAM,
                     EXTENSIONS_TRANSFORMER,
                     GstreamTransformer)

G_END_DECLS
