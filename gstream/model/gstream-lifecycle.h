/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lifecycle of one namespace of a run, as a row of a model.
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_LIFECYCLE (gstream_lifecycle_get_type ())
GSTREAM_EXPORT
G_DECLARE_FINAL_TYPE (GstreamLifecycle, gstream_lifecycle, GSTREAM, LIFECYCLE, GObject)

GSTREAM_EXPORT const char *const *gstream_lifecycle_get_namespace (GstreamLifecycle *self);
GSTREAM_EXPORT const char        *gstream_lifecycle_get_graph_name (GstreamLifecycle *self);
GSTREAM_EXPORT GstreamRunStatus   gstream_lifecycle_get_status (GstreamLifecycle *self);
GSTREAM_EXPORT const char        *gstream_lifecycle_get_error (GstreamLifecycle *self);
GSTREAM_EXPORT GstreamPayload    *gstream_lifecycle_get_item (GstreamLifecycle *self);

G_END_DECLS
