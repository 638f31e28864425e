/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What `tasks` events say of subgraphs (D1).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

/* What comes before the task's id in a segment of a namespace. */
char *gstream_task_dup_name (const GstreamNamespace *ns,
                             guint                   index);
/* How the subgraph that a task was ended, by the event of its result; @error is set where it failed. */
GstreamRunStatus gstream_task_get_outcome (GstreamEvent *event,
                                           char        **error);
/* The name of an agent of its own, where the start of a task says it; the event's. */
const char *gstream_task_get_agent_name (GstreamEvent *event);
/* What caused the subgraph of a task that a tool call started, or NULL. */
GstreamPayload *gstream_task_get_cause (GstreamEvent *event);

G_END_DECLS
