/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events from JSON (E3): made of what the envelope holds.
 */
#include "gstream/event/gstream-error-internal.h"
#include "gstream/event/gstream-event-envelope-private.h"
#include "gstream/event/gstream-event-template-private.h"

#define DEFAULT_MAX_SIZE (64 * 1024 * 1024)

struct _GstreamEventReader
{
  gsize                 max_size;
  guint                 max_depth;
  GstreamNamespaceTable namespaces;
  GstreamEventTemplate     *template; /* NULL until a delta has come */
};

GstreamEventReader *
gstream_event_reader_new (void)
{
  GstreamEventReader *self = g_new0 (GstreamEventReader, 1);

  gstream_event_reader_set_limits (self, DEFAULT_MAX_SIZE, GSTREAM_JSON_DEFAULT_DEPTH);
  return self;
}

void
gstream_event_reader_free (GstreamEventReader *self)
{
  gstream_namespace_table_clear (&self->namespaces);
  gstream_event_template_free (self->template);
  g_free (self);
}

void
gstream_event_reader_set_limits (GstreamEventReader *self,
                                 gsize               max_size,
                                 guint               max_depth)
{
  self->max_size = MIN (max_size, GSTREAM_JSON_MAX_SIZE);
  self->max_depth = MIN (max_depth, GSTREAM_JSON_MAX_DEPTH);
  g_clear_pointer (&self->template, gstream_event_template_free); /* which may be deeper */
}

static gsize
string_size (const GstreamJsonString *string)
{
  return string->start != NULL ? string->length + 1 : 0;
}

/* The text, as a part of @owner or copied to @room. */
static void
set_text (GstreamEventText *text,
          const GstreamEnvelope *self,
          GBytes           *owner,
          char             *room)
{
  text->json = self->cursor.json + self->root.start;
  text->length = self->root.length;
  text->owner = owner != NULL ? g_bytes_ref (owner) : NULL;
  if (owner == NULL)
    text->json = memcpy (room, text->json, text->length);
  text->data = gstream_json_slice_within (self->data, self->root.start);
  text->interrupts = gstream_json_slice_within (self->interrupts, self->root.start);
  text->seq = gstream_json_slice_within (self->seq_slice, self->root.start);
  text->read_seq = self->seq;
}

static GstreamEvent *
make_event (GstreamEnvelope *self,
            GBytes  *owner)
{
  gboolean is_known = self->method != GSTREAM_METHOD_OTHER;
  gsize size = sizeof (GstreamEventFields) + sizeof (GstreamEventText) + gstream_found_get_size (&self->found) +
               string_size (&self->id) + string_size (&self->node);
  GstreamEventFields *fields;
  GstreamEventBody *body;
  GstreamEvent *event;
  gpointer start;
  char *room;

  if (self->root.length <= GSTREAM_EVENT_LARGEST_EMBEDDED)
    owner = NULL;
  if (!is_known)
    size += string_size (&self->method_name);
  if (owner == NULL)
    size += self->root.length;

  event = gstream_event_alloc (size, &start);
  event->seq = self->seq;
  body = event->body;
  fields = start;
  body->text = (GstreamEventText *) (fields + 1);
  room = (char *) (body->text + 1);
  body->method = self->method;
  body->method_name = is_known ? gstream_method_get_name (self->method) : gstream_found_copy_string (&self->method_name, &room);
  body->view.namespace_ = g_steal_pointer (&self->namespace_);
  body->timestamp = self->timestamp;
  body->id = gstream_found_copy_if_any (&self->id, &room);
  body->node = gstream_found_copy_if_any (&self->node, &room);
  body->view.fields = fields;
  room = gstream_found_copy (&self->found, self->method, body->node, fields, room);
  set_text (body->text, self, owner, room);
  return event;
}

/* The run's own failure, in its own words (R5). */
static void
set_failure (GstreamEnvelope  *self,
             GError          **error)
{
  g_autoptr(GstreamPayload) failure = gstream_payload_new_checked (self->cursor.json + self->root.start, self->root.length);
  g_autofree char *words = gstream_error_dup_words_in (failure);

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED,
                       words != NULL ? words : "The run failed, and its source does not say why");
}

GstreamEvent *
gstream_event_reader_read (GstreamEventReader  *self,
                           GBytes              *owner,
                           const char          *json,
                           gsize                length,
                           GError             **error)
{
  GstreamEnvelope envelope;
  GstreamEvent *event = NULL;

  if (length > self->max_size)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                   "expected an event of at most %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, self->max_size, length);
      return NULL;
    }
  if (gstream_event_template_read (self->template, &envelope, json, length))
    event = make_event (&envelope, owner);
  else if (!gstream_envelope_read (&envelope, &self->namespaces, json, length, self->max_depth))
    gstream_json_cursor_set_error (&envelope.cursor, error);
  else if (envelope.type == GSTREAM_ENVELOPE_ERROR)
    set_failure (&envelope, error);
  else
    {
      self->template = gstream_event_template_learn (self->template, &envelope);
      event = make_event (&envelope, owner);
    }
  gstream_envelope_clear (&envelope);
  return event;
}

static GstreamEventReader *
get_reader_of_thread (void)
{
  static GPrivate reader_of_thread = G_PRIVATE_INIT ((GDestroyNotify) gstream_event_reader_free);
  GstreamEventReader *reader = g_private_get (&reader_of_thread);

  if (reader == NULL)
    {
      reader = gstream_event_reader_new ();
      g_private_set (&reader_of_thread, reader);
    }
  return reader;
}

/**
 * gstream_event_new_from_json:
 * @json: an event as the protocol writes it, UTF-8
 * @length: bytes of @json, or -1 if it ends with a NUL
 * @error: return location for an error
 *
 * Reads an event from its JSON (E3), which may have up to 64 MiB and 128 levels of
 * nesting (else %GSTREAM_ERROR_TOO_LARGE).
 *
 * Fails with %GSTREAM_ERROR_INVALID where @json is not JSON or not an event; the message
 * says at which byte and what was expected there. An object of type `error` is not an event
 * but the failure of a run: that fails with %GSTREAM_ERROR_FAILED and its message.
 *
 * Returns: (transfer full): an event, or %NULL on failure
 */
GstreamEvent *
gstream_event_new_from_json (const char  *json,
                             gssize       length,
                             GError     **error)
{
  g_return_val_if_fail (json != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_event_reader_read (get_reader_of_thread (), NULL, json, length < 0 ? strlen (json) : (gsize) length, error);
}
