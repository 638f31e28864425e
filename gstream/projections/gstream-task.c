/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Information about subgraphs in `tasks` events (D1).
 */
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/projections/gstream-task-private.h>
#include <gstream/stream/gstream-run-stream-internal.h>

char *
gstream_task_dup_name (const GstreamNamespace *ns,
                       guint                   index)
{
  return g_strndup (ns->segments[index], strcspn (ns->segments[index], ":"));
}

GstreamRunStatus
gstream_task_get_outcome (GstreamEvent *event,
                          char        **error)
{
  GstreamPayload *data = gstream_event_peek_item (event);

  *error = NULL;
  /* An interrupt is also raised as an error, so it is checked first. */
  if (gstream_payload_get_size (data, "/interrupts") > 0)
    return GSTREAM_RUN_STATUS_INTERRUPTED;

  *error = gstream_run_error_dup_text (data);

  return *error != NULL ? GSTREAM_RUN_STATUS_FAILED : GSTREAM_RUN_STATUS_COMPLETED;
}

const char *
gstream_task_get_agent_name (GstreamEvent *event)
{
  return gstream_payload_get_string (gstream_event_peek_item (event), "/metadata/lc_agent_name");
}

GstreamPayload *
gstream_task_get_cause (GstreamEvent *event)
{
  GstreamPayload *data = gstream_event_peek_item (event);
  const char     *id = gstream_payload_get_string (data, "/input/tool_call/id");
  g_autoptr (GString) json = NULL;

  if (id == NULL)
    id = gstream_payload_get_string (data, "/input/0/id");
  if (id == NULL)
    return NULL;

  json = g_string_new ("{\"type\":\"toolCall\",\"tool_call_id\":");
  gstream_json_write_string (json, id);
  g_string_append_c (json, '}');

  return gstream_payload_new (json->str, json->len, NULL);
}
