/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The internal interface of lifecycle rows, which are made from the items of the lifecycle projection.
 */
#pragma once

#include <gstream/model/gstream-lifecycle.h>

G_BEGIN_DECLS

GstreamLifecycle *gstream_lifecycle_new (GstreamPayload *item);
/* Updates it from a later item of the same namespace. */
void gstream_lifecycle_take (GstreamLifecycle *self,
                             GstreamPayload   *item);

G_END_DECLS
