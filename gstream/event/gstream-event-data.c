/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An event's payloads and facts, made when they are first asked for.
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
  if (body->json != NULL)
    return get_part (event, &body->data, body->json, body->json_data);
  return publish (&body->data, gstream_event_write_data (&body->facts->facts));
}

/* From data that an application made: checked, but not looked at yet. */
static GstreamEventFacts *
find_facts (GstreamEventBody *body)
{
  GstreamPayload *data = body->data;
  GstreamJsonCursor cursor;
  GstreamEventFacts *facts;
  GstreamFound found;
  gboolean done;

  done = gstream_json_cursor_init (&cursor, data->json, data->length, GSTREAM_JSON_MAX_DEPTH) &&
         gstream_found_read (&found, body->method, &cursor);
  g_assert (done);
  facts = g_malloc (sizeof *facts + gstream_found_get_size (&found));
  gstream_found_copy (&found, body->method, body->node, facts, (char *) (facts + 1));
  return facts;
}

static GstreamEventFacts *
get_facts (GstreamEventBody *body)
{
  GstreamEventFacts *facts = g_atomic_pointer_get (&body->facts);

  if (facts != NULL)
    return facts;
  facts = find_facts (body);
  if (g_atomic_pointer_compare_and_exchange (&body->facts, NULL, facts))
    {
      body->facts_apart = TRUE;
      return facts;
    }
  g_free (facts);
  return g_atomic_pointer_get (&body->facts);
}

const GstreamFacts *
gstream_event_get_facts (GstreamEvent *event)
{
  return &get_facts (event->body)->facts;
}

GstreamPayload *
gstream_event_peek_item (GstreamEvent *event)
{
  GstreamEventFacts *facts = get_facts (event->body);
  GstreamPayload *data = peek_data (event);

  if (facts->item.length == 0)
    return data;
  return get_part (event, &event->body->item, data->json, facts->item);
}

GstreamPayload *
gstream_event_peek_metadata (GstreamEvent *event)
{
  GstreamEventFacts *facts = get_facts (event->body);

  if (facts->metadata.length == 0)
    return NULL;
  return get_part (event, &event->body->metadata, peek_data (event)->json, facts->metadata);
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
  if (body->json_interrupts.length == 0)
    return body->interrupts;
  return get_part (event, &body->interrupts, body->json, body->json_interrupts);
}
