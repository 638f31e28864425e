/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events: how an application makes them, their references, their parts.
 */
#include "gstream/event/gstream-event-body-private.h"
#include "gstream/event/gstream-ref-count-private.h"

/**
 * GstreamEvent:
 *
 * What a source yields and a run passes on: something that happened, at a place in
 * the run, as the agents' streaming protocol says it (E1).
 *
 * Its *method* says what kind of thing (`values`, `messages`, `custom:NAME` …), its
 * *namespace* where: empty at the root, otherwise a segment for each sub-graph on the way
 * down. Its *data* is a [struct@Payload]. An application that is its own source makes them:
 *
 * ```c
 * const char *here[] = { "research:1", NULL };
 * g_autoptr(GstreamPayload) data = gstream_payload_new ("{\"percent\": 25}", -1, NULL);
 * g_autoptr(GstreamEvent) event = gstream_event_new ("custom", here, data);
 * ```
 *
 * Events are immutable and may be used from any thread. What a getter returns belongs
 * to the event.
 */
G_DEFINE_BOXED_TYPE (GstreamEvent, gstream_event, gstream_event_ref, gstream_event_unref)

static gsize
size_of (const char *string)
{
  return string != NULL ? strlen (string) + 1 : 0;
}

static const char *
copy_string (const char  *string,
             char       **room)
{
  gsize size = size_of (string);

  if (string == NULL)
    return NULL;
  memcpy (*room, string, size);
  *room += size;
  return *room - size;
}

/* Where the method says it all there is nothing to be looked for in the data. */
static void
set_plain_fields (GstreamEventBody  *body,
                 GstreamEventFields *fields)
{
  gstream_event_fields_init (fields, body->method);
  fields->node = body->node;
  body->view.fields = fields;
}

/**
 * gstream_event_new_full:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): where, or %NULL for the root
 * @data: what it says
 * @timestamp: when, in ms since the epoch, or -1 for now
 * @node: (nullable): the node of the graph that it comes from
 * @id: (nullable): the event's id
 * @interrupts: (nullable): the interrupts that come with a `values` event: an array of objects with `id` and `value`
 *
 * Makes an event with all its parts. Its seq is 0 until it enters a run's main log (E4).
 * All strings are UTF-8.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_event_new_full (const char         *method,
                        const char * const *namespace_,
                        GstreamPayload     *data,
                        gint64              timestamp,
                        const char         *node,
                        const char         *id,
                        GstreamPayload     *interrupts)
{
  GstreamMethod known;
  const char *other; /* the method, where it is not known */
  GstreamEventFields *fields;
  GstreamEvent *self;
  gpointer room;
  char *strings;

  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (data != NULL, NULL);

  known = gstream_method_from_name (method, strlen (method));
  other = known == GSTREAM_METHOD_OTHER ? method : NULL;
  self = gstream_event_alloc (sizeof *fields + size_of (other) + size_of (node) + size_of (id), &room);
  fields = room;
  strings = (char *) (fields + 1);
  self->body->method = known;
  self->body->method_name = other != NULL ? copy_string (other, &strings) : gstream_method_get_name (known);
  self->body->node = copy_string (node, &strings);
  self->body->id = copy_string (id, &strings);
  self->body->view.namespace_ = gstream_namespace_new (namespace_);
  self->body->timestamp = timestamp >= 0 ? timestamp : gstream_event_now ();
  self->body->data = gstream_payload_ref (data);
  if (interrupts != NULL)
    self->body->interrupts = gstream_payload_ref (interrupts);
  if (!gstream_found_reads (self->body->method))
    set_plain_fields (self->body, fields);
  return self;
}

/**
 * gstream_event_new:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): where, or %NULL for the root
 * @data: what it says
 *
 * Makes an event that happens now.
 *
 * Returns: (transfer full): an event
 */
GstreamEvent *
gstream_event_new (const char         *method,
                   const char * const *namespace_,
                   GstreamPayload     *data)
{
  return gstream_event_new_full (method, namespace_, data, -1, NULL, NULL, NULL);
}

/**
 * gstream_event_new_variant:
 * @method: what kind of event
 * @namespace_: (nullable) (array zero-terminated=1): where, or %NULL for the root
 * @data: what it says, as [ctor@Payload.new_variant] takes it; consumed if it is floating
 * @error: return location for an error
 *
 * Makes an event that happens now. Fails with %GSTREAM_ERROR_INVALID where JSON cannot
 * say what @data says.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_event_new_variant (const char          *method,
                           const char * const  *namespace_,
                           GVariant            *data,
                           GError             **error)
{
  g_autoptr(GstreamPayload) payload = NULL;

  g_return_val_if_fail (method != NULL && *method != '\0', NULL);
  g_return_val_if_fail (data != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  payload = gstream_payload_new_variant (data, error);
  return payload != NULL ? gstream_event_new (method, namespace_, payload) : NULL;
}

/**
 * gstream_event_ref:
 * @event: an event
 *
 * Takes a reference.
 *
 * Returns: (transfer full): @event
 */
GstreamEvent *
gstream_event_ref (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  gstream_ref_count_inc (&event->ref_count);
  return event;
}

/* An application may have given a payload of another event's. */
static void
release_payload (GstreamEvent   *self,
                 GstreamPayload *payload)
{
  if (payload == NULL)
    return;
  if (payload->event == self)
    gstream_payload_free_hosted (payload);
  else
    gstream_payload_unref (payload);
}

static void
clear_body (GstreamEvent *self)
{
  GstreamEventBody *body = self->body;

  /* The data goes last: others may be parts of its text. */
  release_payload (self, body->item);
  release_payload (self, body->metadata);
  release_payload (self, body->interrupts);
  release_payload (self, body->data);
  if (body->fields_apart)
    g_free ((gpointer) body->view.fields);
  if (body->text != NULL)
    g_clear_pointer (&body->text->owner, g_bytes_unref);
}

static void
event_free (GstreamEvent *self)
{
  if (self->host != NULL)
    gstream_event_unref (self->host);
  else
    {
      clear_body (self);
      if (self->body->page != NULL)
        {
          gstream_event_page_free (self->body->page, self);
          return;
        }
      gstream_namespace_unref (self->body->view.namespace_);
    }
  g_free (self);
}

/**
 * gstream_event_unref:
 * @event: (transfer full): an event
 *
 * Gives a reference back.
 */
void
gstream_event_unref (GstreamEvent *event)
{
  g_return_if_fail (event != NULL);

  if (gstream_ref_count_dec (&event->ref_count))
    event_free (event);
}

/* In exchange for the reference to @event. */
static GstreamEvent *
take_host (GstreamEvent *event)
{
  GstreamEvent *host = event->host;

  if (host == NULL)
    return event;
  gstream_event_ref (host);
  gstream_event_unref (event);
  return host;
}

GstreamEvent *
gstream_event_copy_with_seq (GstreamEvent *event,
                             guint64       seq)
{
  GstreamEvent *copy = g_malloc (sizeof *copy);

  *copy = (GstreamEvent) { .ref_count = 1, .seq = seq, .body = event->body };
  copy->host = take_host (event);
  return copy;
}

/**
 * gstream_event_get_id:
 * @event: an event
 *
 * The id by which the source knows the event, if it gives ids.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL
 */
const char *
gstream_event_get_id (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->id;
}

/**
 * gstream_event_get_seq:
 * @event: an event
 *
 * The event's place in the log. In a run's main log that is the run's own count,
 * from 1 and without gaps (E4); before, whatever the source says.
 *
 * Returns: the seq, or 0 if it has none
 */
guint64
gstream_event_get_seq (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, 0);

  return event->seq;
}

/**
 * gstream_event_get_method:
 * @event: an event
 *
 * What kind of event it is: `values`, `messages`, `custom:NAME` …
 *
 * Returns: (transfer none): the method
 */
const char *
gstream_event_get_method (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->method_name;
}

/**
 * gstream_event_get_namespace:
 * @event: an event
 *
 * Where in the run it happened. Empty at the root.
 *
 * Returns: (transfer none) (array zero-terminated=1): the namespace
 */
const char * const *
gstream_event_get_namespace (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return event->body->view.namespace_->segments;
}

/**
 * gstream_event_get_timestamp:
 * @event: an event
 *
 * When it happened, by the clock of whoever sent it. Not for ordering.
 *
 * Returns: milliseconds since the epoch, or 0 if the source does not say
 */
gint64
gstream_event_get_timestamp (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, 0);

  return event->body->timestamp;
}

/**
 * gstream_event_get_node:
 * @event: an event
 *
 * The node of the graph that it comes from, where the source says so, in
 * whichever way (D1).
 *
 * Returns: (transfer none) (nullable): the node's name, or %NULL
 */
const char *
gstream_event_get_node (GstreamEvent *event)
{
  g_return_val_if_fail (event != NULL, NULL);

  return gstream_event_get_fields (event)->node;
}
