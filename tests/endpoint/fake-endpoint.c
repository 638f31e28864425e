/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An endpoint that says byte for byte what it is told to.
 */
#include "fake-endpoint.h"

#include <string.h>

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/projections/gstream-message.h>

static void
write_framed (FakeExchange *exchange,
              const char   *body)
{
  g_autofree char *size = g_strdup_printf ("%zx\r\n", strlen (body));

  fake_exchange_write (exchange, size, -1);
  fake_exchange_write (exchange, body, -1);
  fake_exchange_write (exchange, "\r\n0\r\n\r\n", -1);
}

static void
answer (FakeEndpoint *self,
        FakeExchange *exchange)
{
  g_autofree char *head =
      g_strdup_printf ("HTTP/1.1 %s\r\n%s%s\r\n", self->status != NULL ? self->status : "200 OK",
                       self->headers != NULL ? self->headers : "Content-Type: text/event-stream\r\n",
                       self->is_framed ? "Transfer-Encoding: chunked\r\n" : "Connection: close\r\n");

  exchange->cut_at = self->cut_at > 0 ? self->cut_at : G_MAXSIZE;
  exchange->piece = self->piece > 0 ? self->piece : G_MAXSIZE;
  exchange->stall = self->stall;
  fake_exchange_write (exchange, head, -1);
  if (self->is_framed)
    write_framed (exchange, self->body);
  else
    {
      fake_exchange_write (exchange, self->body, -1);
      fake_exchange_close (exchange);
    }
}

static void
on_request (FakeExchange *exchange,
            gpointer      user_data)
{
  FakeEndpoint *self = user_data;

  self->n_requests++;
  g_free (self->path);
  self->path = g_strdup (exchange->path);
  g_free (self->head);
  self->head = g_strdup (exchange->head);
  g_free (self->asked);
  self->asked = g_strdup (exchange->body);

  if (self->n_requests <= self->n_refusals)
    fake_exchange_answer (exchange, self->refusal, "", "{\"error\":{\"message\":\"busy\"}}");
  else
    answer (self, exchange);
}

FakeEndpoint *
fake_endpoint_new (const char *body)
{
  FakeEndpoint *self = g_new0 (FakeEndpoint, 1);

  self->server = fake_server_new (on_request, self);
  self->body = g_strdup (body);

  return self;
}

void
fake_endpoint_free (FakeEndpoint *self)
{
  fake_server_free (self->server);
  g_free (self->body);
  g_free (self->path);
  g_free (self->head);
  g_free (self->asked);
  g_free (self);
}

GstreamEventSource *
fake_endpoint_new_source (FakeEndpoint *self)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", fake_server_get_port (self->server));
  g_autoptr (GstreamPayload) messages = gstream_payload_new (MESSAGES, -1, NULL);

  return g_object_new (GSTREAM_TYPE_CHAT_SOURCE, "url", url, "model", "m", "messages", messages, "retry-pause", 0,
                       "retry-pause-max", 0, NULL);
}

char *
drain_source (GstreamEventSource *source,
              GError            **error)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) log = gstream_projection_subscribe (gstream_run_stream_get_log (run), NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  GValue item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (log, &item, NULL, error))
    {
      g_autofree char *json = gstream_event_to_json (g_value_get_boxed (&item));

      g_string_append_printf (text, "%s\n", json);
      g_value_unset (&item);
    }
  g_string_append_printf (text, "%d", gstream_run_stream_get_status (run));

  return g_strdup (text->str);
}

/* The text as it came: deltas joined by |. */
static void
add_deltas (GString           *out,
            const char        *name,
            GstreamProjection *deltas)
{
  g_autoptr (GstreamCursor) cursor = gstream_projection_subscribe (deltas, NULL);
  g_autoptr (GString) all = g_string_new (NULL);
  GValue item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (cursor, &item, NULL, NULL))
    {
      g_string_append_printf (all, "%s%s", all->len > 0 ? "|" : "", g_value_get_string (&item));
      g_value_unset (&item);
    }
  gstream_json_add_string (out, name, all->str);
}

static void
add_message (GString        *out,
             GstreamMessage *message)
{
  add_deltas (out, "text", gstream_message_get_text_deltas (message));
  gstream_json_add_string (out, "reasoning", gstream_message_get_reasoning (message));
  gstream_json_add_string (out, "reason", gstream_message_get_finish_reason (message));
  gstream_json_add_integer (out, "status", gstream_message_get_status (message));
  gstream_json_add_payload (out, "content", gstream_message_get_content (message));
  gstream_json_add_payload (out, "tool_calls", gstream_message_get_tool_calls (message));
  gstream_json_add_payload (out, "invalid", gstream_message_get_invalid_tool_calls (message));
  gstream_json_add_payload (out, "usage", gstream_message_get_usage (message));
}

char *
digest_source (GstreamEventSource *source,
               GError            **error)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  g_autoptr (GString) out = g_string_new ("{");
  g_autoptr (GstreamPayload) output = NULL;
  g_autoptr (GstreamPayload) last = NULL;
  GValue item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (messages, &item, NULL, NULL))
    {
      add_message (out, g_value_get_object (&item));
      g_value_unset (&item);
    }
  output = gstream_run_stream_output_sync (run, NULL, error);
  if (output == NULL)
    return NULL;

  g_assert_cmpint (gstream_run_stream_get_status (run), ==, GSTREAM_RUN_STATUS_COMPLETED);
  g_assert_cmpuint (gstream_payload_get_size (output, "/messages"), ==, 2);
  last = gstream_payload_lookup (output, "/messages/1");
  gstream_json_add_payload (out, "next", last);
  g_string_append_c (out, '}');

  return g_strdup (out->str);
}
