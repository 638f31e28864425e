/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The items of the lifecycle projection.
 */
#include "config.h"

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/projections/gstream-lifecycle-item-private.h>
#include <gstream/stream/gstream-run-state-private.h>

static GString *
begin (const char             *event,
       const GstreamNamespace *ns)
{
  GString *json = g_string_new ("{");

  gstream_json_add_string (json, "event", event);
  gstream_json_write_member (json, "namespace");
  gstream_json_write_strv (json, (const char * const *) ns->segments);

  return json;
}

static GstreamPayload *
end (GString *json)
{
  GstreamPayload *payload;

  g_string_append_c (json, '}');
  payload = gstream_payload_new (json->str, json->len, NULL);
  g_string_free (json, TRUE);

  return payload;
}

GstreamPayload *
gstream_lifecycle_item_new (const char             *event,
                            const GstreamNamespace *ns,
                            const char             *graph_name,
                            const char             *trigger_call_id,
                            GstreamPayload         *cause,
                            const char             *error)
{
  GString *json = begin (event, ns);

  gstream_json_add_string (json, "graph_name", graph_name);
  gstream_json_add_string (json, "trigger_call_id", trigger_call_id);
  gstream_json_add_payload (json, "cause", cause);
  gstream_json_add_string (json, "error", error);

  return end (json);
}

/* Members that are written by name, or mean the namespace, which is the event's own. */
static gboolean
is_known (const char *key)
{
  static const char * const known[] = {
    "event", "namespace", "graph_name", "graphName", "trigger_call_id", "triggerCallId", "error", NULL,
  };

  return g_strv_contains (known, key);
}

static void
write_unknown (GString        *json,
               GstreamPayload *data)
{
  GstreamPayloadIter iter;
  const char *key;
  GstreamPayload *next;

  gstream_payload_iter_init (&iter, data);
  while (gstream_payload_iter_next (&iter, &key, &next))
    {
      g_autoptr (GstreamPayload) value = next;

      if (key != NULL && !is_known (key))
        gstream_json_add_payload (json, key, value);
    }
}

GstreamPayload *
gstream_lifecycle_item_from_event (GstreamEvent           *event,
                                   const GstreamNamespace *ns)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamPayload *data = gstream_event_peek_item (event);
  g_autofree char *error = gstream_run_error_dup_text (data);
  GString *json = begin (gstream_payload_get_string (data, "/event"), ns);

  gstream_json_add_string (json, "graph_name", fields->name);
  gstream_json_add_string (json, "trigger_call_id", fields->key);
  if (error != NULL)
    {
      g_autoptr (GError) meant = gstream_run_error_from_event (event);

      gstream_json_add_string (json, "error", meant->message);
    }
  write_unknown (json, data);

  return end (json);
}
