/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events to JSON (E3).
 */
#include "gstream/event/gstream-event-body-private.h"
#include "gstream/event/gstream-json-writer-internal.h"

/* As read, but for the seq that it got since. */
static char *
rewrite (GstreamEvent *event)
{
  const GstreamEventText *text = event->body->text;
  GstreamJsonSlice seq = text->seq;
  g_autoptr(GString) out = NULL;

  if (event->seq == text->read_seq)
    return g_strndup (text->json, text->length);

  out = g_string_sized_new (text->length + 32);
  if (seq.length > 0)
    {
      g_string_append_len (out, text->json, seq.start);
      g_string_append_printf (out, "%" G_GUINT64_FORMAT, event->seq);
      seq.start += seq.length;
    }
  else
    {
      seq.start = strlen ("{");
      g_string_append_printf (out, "{\"seq\":%" G_GUINT64_FORMAT ",", event->seq);
    }
  g_string_append_len (out, text->json + seq.start, text->length - seq.start);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
write_params (GString      *out,
              GstreamEvent *event)
{
  GstreamEventBody *body = event->body;

  gstream_json_write_member (out, "params");
  g_string_append_c (out, '{');
  gstream_json_write_member (out, "namespace");
  gstream_json_write_strv (out, body->view.namespace_->segments);
  gstream_json_add_integer (out, "timestamp", body->timestamp);
  gstream_json_add_string (out, "node", body->node);
  gstream_json_add_payload (out, "data", gstream_event_get_data (event));
  gstream_json_add_payload (out, "interrupts", body->interrupts);
  g_string_append_c (out, '}');
}

/**
 * gstream_event_to_json:
 * @event: an event
 *
 * The event as the protocol writes it, a JSON object. One that was read is given
 * back as it stood, members that gstream does not know included, but for its seq (E3).
 *
 * Returns: (transfer full): JSON text
 */
char *
gstream_event_to_json (GstreamEvent *event)
{
  GString *out;

  g_return_val_if_fail (event != NULL, NULL);

  if (event->body->text != NULL)
    return rewrite (event);

  out = g_string_new ("{");
  gstream_json_add_string (out, "type", "event");
  gstream_json_add_string (out, "event_id", event->body->id);
  if (event->seq != 0)
    gstream_json_add_integer (out, "seq", event->seq);
  gstream_json_add_string (out, "method", event->body->method_name);
  write_params (out, event);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

GstreamPayload *
gstream_event_write_data (const GstreamEventFields *fields)
{
  gboolean is_text = fields->delta == GSTREAM_DELTA_TEXT;
  g_autoptr(GString) out = g_string_new ("{");

  g_assert (is_text || fields->delta == GSTREAM_DELTA_REASONING);

  gstream_json_add_string (out, "event", "content-block-delta");
  gstream_json_add_integer (out, "index", fields->index);
  gstream_json_write_member (out, "delta");
  g_string_append_c (out, '{');
  gstream_json_add_string (out, "type", is_text ? "text-delta" : "reasoning-delta");
  gstream_json_add_string (out, is_text ? "text" : "reasoning", fields->text);
  g_string_append_c (out, '}');
  gstream_json_add_string (out, "run_id", fields->run_id);
  g_string_append_c (out, '}');
  return gstream_payload_new_checked (out->str, out->len);
}
