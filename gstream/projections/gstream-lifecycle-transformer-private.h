/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `lifecycle`: the state changes of each namespace below the scope (T5).
 */
#pragma once

#include <gstream/stream/gstream-transformer-internal.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_LIFECYCLE_TRANSFORMER (gstream_lifecycle_transformer_get_type ())
G_DECLARE_FINAL_TYPE (GstreamLifecycleTransformer, gstream_lifecycle_transformer,
                     GSTREAM,
                     LIFECYCLE_TRANSFORMER,
                     GstreamTransformer)

G_END_DECLS
