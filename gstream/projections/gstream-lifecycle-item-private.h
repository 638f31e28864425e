/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items of the lifecycle projection, alike whatever they come from (T5).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>

G_BEGIN_DECLS

/* One that is inferred; what is NULL is left out. */
GstreamPayload *gstream_lifecycle_item_new        (const char             *event,
                                                   const GstreamNamespace *ns,
                                                   const char             *graph_name,
                                                   const char             *trigger_call_id,
                                                   GstreamPayload         *cause,
                                                   const char             *error);
/* The one of a `lifecycle` event, which counts for @ns. */
GstreamPayload *gstream_lifecycle_item_from_event (GstreamEvent           *event,
                                                   const GstreamNamespace *ns);

G_END_DECLS
