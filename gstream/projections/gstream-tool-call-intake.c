/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What comes to a tool call from its events.
 */
#include "config.h"

#include <gstream/event/gstream-json-text-internal.h> /* halves of characters */
#include <gstream/projections/gstream-tool-call-private.h>

GstreamToolCall *
gstream_tool_call_new (GstreamPump  *pump,
                       GstreamEvent *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamToolCall *self = g_object_new (GSTREAM_TYPE_TOOL_CALL, NULL);

  self->pump = gstream_pump_ref (pump);
  gstream_deltas_init (&self->output_deltas, "output_deltas", pump);
  self->id = g_strdup (fields->key);
  self->name = g_strdup (fields->name);
  self->namespace_ = gstream_namespace_ref (gstream_event_peek_namespace (event));
  self->input = gstream_payload_get (gstream_event_peek_item (event), "/input");

  return self;
}

static void
add_progress (GstreamToolCall *self,
              const char      *text,
              gsize            length,
              guint32          halves)
{
  gsize before;

  if (self->progress == NULL)
    self->progress = g_string_new (NULL);
  before = self->progress->len;
  gstream_json_join_halves (self->progress, self->half, (guint16) halves);
  g_string_append_len (self->progress, text, length);
  self->half = halves >> 16;
  if (self->progress->len > before || halves == 0)
    gstream_deltas_push (&self->output_deltas, self->progress->str + before, self->progress->len - before);
  if (self->notifier.queue == NULL)
    gstream_pump_notify_slowly (self->pump, &self->notifier);
}

void
gstream_tool_call_take_delta (GstreamToolCall *self,
                              GstreamEvent    *event)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  g_autoptr (GstreamPayload) delta = NULL;
  const char *json;
  gsize length;

  if (fields->text != NULL)
    {
      add_progress (self, fields->text, fields->text_length, fields->halves);
      return;
    }

  /* What is no string is told as its JSON. */
  delta = gstream_payload_get (gstream_event_peek_item (event), "/delta");
  if (delta == NULL)
    return;
  json = gstream_payload_get_json (delta, &length);
  add_progress (self, json, length, 0);
}

void
gstream_tool_call_take_output (GstreamToolCall *self,
                               GstreamEvent    *event)
{
  self->output = gstream_payload_get (gstream_event_peek_item (event), "/output");
  gstream_tool_call_end (self, GSTREAM_TOOL_CALL_STATUS_FINISHED, NULL);
}

void
gstream_tool_call_end (GstreamToolCall       *self,
                       GstreamToolCallStatus  status,
                       const GError          *error)
{
  g_assert (self->status == GSTREAM_TOOL_CALL_STATUS_RUNNING);

  if (self->half != 0)
    add_progress (self, "", 0, 0);
  self->status = status;
  self->error = error ? g_error_copy (error) : NULL;
  gstream_deltas_end (&self->output_deltas, error);
  gstream_pump_cancel_notify (self->pump, &self->notifier);
  gstream_pump_notify_soon (self->pump, &self->notifier);
  gstream_latch_open (&self->ended);
}
