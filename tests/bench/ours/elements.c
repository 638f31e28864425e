/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run of one event that has many of something (KIND-COUNT): members of a state, interrupts, members of a message's
 * metadata, parts of a whole message, tool calls of one.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *method;
  const char *before;
  const char *element; /* with its number in it */
  const char *after;
} Kind;

static const Kind kinds[] = {
  { "members", "values", "\"data\":{", "\"key%u\":{\"n\":1}", "}" },
  { "elements", "values", "\"data\":[", "{\"key\":%u}", "]" },
  { "interrupts", "values", "\"data\":{},\"interrupts\":[", "{\"id\":\"i%u\",\"value\":{\"n\":1}}", "]" },
  { "metadata", "messages", "\"data\":{\"event\":\"message-start\",\"id\":\"m\",\"metadata\":{", "\"key%u\":{\"n\":1}",
    "}}" },
  { "parts", "messages", "\"data\":[{\"type\":\"ai\",\"id\":\"m\",\"content\":[",
    "{\"type\":\"text\",\"text\":\"word %u \"}", "]},{}]" },
  { "calls", "messages", "\"data\":[{\"type\":\"ai\",\"id\":\"m\",\"content\":\"\",\"tool_calls\":[",
    "{\"name\":\"t\",\"id\":\"c%u\",\"args\":{\"n\":1}}", "]},{}]" },
};

#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* of a kind's element */

static GstreamEvent *
make_event (const char *size)
{
  const char *count = strrchr (size, '-');
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  const Kind   *kind = kinds;
  GstreamEvent *event;

  while (strncmp (kind->name, size, count - size) != 0)
    g_assert (++kind < kinds + G_N_ELEMENTS (kinds));
  g_string_printf (json, "{\"type\":\"event\",\"method\":\"%s\",\"params\":{\"namespace\":[],%s", kind->method,
                   kind->before);
  for (guint i = 0; i < (guint) atoi (count + 1); i++)
    {
      g_string_append (json, i > 0 ? "," : "");
      g_string_append_printf (json, kind->element, i);
    }
  g_string_append_printf (json, "%s}}", kind->after);
  event = gstream_event_new_from_json (json->str, json->len, &error);
  bench_check (g_steal_pointer (&error));
  return event;
}

/* The text was read before: what is counted is what becomes of it. */
static GstreamEvent *
get_event (const char *size)
{
  static GstreamEvent *event;
  g_autofree char     *json = NULL;

  if (event == NULL)
    event = make_event (size);
  json = gstream_event_to_json (event);
  return gstream_event_new_from_json (json, -1, NULL);
}

static void
go_over (GstreamPayload *payload,
         BenchTotal     *total)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *value;

  gstream_payload_iter_init (&iter, payload);
  while (gstream_payload_iter_next (&iter, &key, &value))
    {
      total->items++;
      total->sum += key != NULL ? strlen (key) : 0;
      gstream_payload_unref (value);
    }
}

static void
read_message (GstreamRunStream *run,
              BenchTotal       *total)
{
  g_autoptr (GstreamCursor) messages = bench_subscribe (gstream_run_stream_get_messages (run));
  gpointer message;

  while (gstream_cursor_try_next_object (messages, &message, NULL) == GSTREAM_TRY_ITEM)
    {
      go_over (gstream_message_get_metadata (message), total);
      go_over (gstream_message_get_content (message), total);
      go_over (gstream_message_get_tool_calls (message), total);
      g_object_unref (message);
    }
}

static void
once (const char *size,
      BenchTotal *total)
{
  g_autoptr (GstreamEvent) event = get_event (size);
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (&event, 1);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GError) error = NULL;

  gstream_run_stream_set_turn_budget (run, 0);
  read_message (run, total);
  output = gstream_run_stream_output_sync (run, NULL, &error);
  bench_check (g_steal_pointer (&error));
  if (output != NULL)
    go_over (output, total);
}

int
main (int    argc,
      char **argv)
{
  return bench_measure (argc, argv, once, bench_wall_seconds);
}
