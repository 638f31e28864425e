/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Information about subgraphs in `tasks` events (D1).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

/* Returns the part of a namespace segment before the task id. */
char *gstream_task_dup_name (const GstreamNamespace *ns,
                             guint                   index);
/* Returns how the subgraph of a task ended, according to its result event; sets @error if it failed. */
GstreamRunStatus gstream_task_get_outcome (GstreamEvent *event,
                                           char        **error);
/* Returns the name of a separate agent, if the start event of a task has it; owned by the event. */
const char *gstream_task_get_agent_name (GstreamEvent *event);
/* Returns the cause of the subgraph of a task that a tool call has started, or NULL. */
GstreamPayload *gstream_task_get_cause (GstreamEvent *event);

G_END_DECLS
