/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An event's payloads and fields, made when they are first asked for.
 */
#include "gstream/event/gstream-event-body-private.h"

/* The first to be done is kept, where two threads ask at once. */
static GstreamPayload *
publish (GstreamPayload **place,
         GstreamPayload  *payload)
{
  if (g_atomic_pointer_compare_and_exchange (place, NULL, payload))
    return payload;
  if (payload->event != NULL)
    gstream_payload_free_hosted (payload);
  else
    gstream_payload_unref (payload);
  return g_atomic_pointer_get (place);
}

/* The part @slice of @text, as a payload at @place. */
static GstreamPayload *
get_part (GstreamEvent      *event,
          GstreamPayload   **place,
          const char        *text,
          GstreamJsonSlice   slice)
{
  GstreamPayload *payload = g_atomic_pointer_get (place);

  if (payload != NULL)
    return payload;
  return publish (place, gstream_payload_new_hosted (gstream_event_host (event), text + slice.start, slice.length));
}

static GstreamPayload *
peek_data (GstreamEvent *event)
{
  GstreamEventBody *body = event->body;
  GstreamPayload *data = g_atomic_pointer_get (&body->data);

  if (data != NULL)
    return data;
  if (body->text != NULL)
    return get_part (event, &body->data, body->text->json, body->text->data);
  return publish (&body->data, gstream_event_write_data (body->view.fields));
}

const char *
gstream_event_peek_data_text (GstreamEvent *event,
                              gsize        *length)
{
  const GstreamEventText *text = event->body->text;
  GstreamPayload *data = text != NULL ? NULL : peek_data (event);

  *length = text != NULL ? text->data.length : data->length;
  return text != NULL ? text->json + text->data.start : data->json;
}

/* From data that an application made: checked, but not looked at yet. */
static GstreamEventFields *
read_fields (GstreamEventBody *body)
{
  GstreamPayload *data = body->data;
  GstreamJsonCursor cursor;
  GstreamEventFields *fields;
  GstreamFound found;
  gboolean done;

  done = gstream_json_cursor_init (&cursor, data->json, data->length, GSTREAM_JSON_MAX_DEPTH) &&
         gstream_found_read (&found, body->method, &cursor);
  g_assert (done);
  fields = g_malloc (sizeof *fields + gstream_found_get_size (&found));
  gstream_found_copy (&found, body->method, body->node, fields, (char *) (fields + 1));
  return fields;
}

const GstreamEventFields *
gstream_event_find_fields (GstreamEvent *event)
{
  GstreamEventBody *body = event->body;
  GstreamEventFields *fields = read_fields (body);

  if (g_atomic_pointer_compare_and_exchange (&body->view.fields, NULL, fields))
    {
      body->fields_apart = TRUE;
      return fields;
    }
  g_free (fields);
  return g_atomic_pointer_get (&body->view.fields);
}

static const GstreamEventFields *
get_fields (GstreamEvent *event)
{
  return (const GstreamEventFields *) gstream_event_get_fields (event);
}

GstreamPayload *
gstream_event_find_item (GstreamEvent *event)
{
  GstreamJsonSlice slice = get_fields (event)->item;
  GstreamPayload *item = peek_data (event);

  if (slice.length > 0)
    item = get_part (event, &event->body->item, item->json, slice);
  g_atomic_pointer_set (&event->body->view.item, item);
  return item;
}

GstreamPayload *
gstream_event_peek_metadata (GstreamEvent *event)
{
  GstreamJsonSlice slice = get_fields (event)->metadata;

  if (slice.length == 0)
    return NULL;
  return get_part (event, &event->body->metadata, peek_data (event)->json, slice);
}

/**
 * gstream_event_get_data:
 * @event: an event
 *
 * What the event says, as its source said it.
 *
 * Returns: (transfer none): the data
 */
GstreamPayload *
gstream_event_get_data (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return peek_data (event);
}

/**
 * gstream_event_get_interrupts:
 * @event: an event
 *
 * The interrupts that came with it, as its source said them: usually an array.
 *
 * Returns: (transfer none) (nullable): the interrupts, or %NULL if it says nothing of them
 */
GstreamPayload *
gstream_event_get_interrupts (GstreamEvent *event)
{
  GstreamEventBody *body;

  g_return_val_if_fail (event != NULL, NULL);

  body = event->body;
  if (body->text == NULL || body->text->interrupts.length == 0)
    return body->interrupts;
  return get_part (event, &body->interrupts, body->text->json, body->text->interrupts);
}
