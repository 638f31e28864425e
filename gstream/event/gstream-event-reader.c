/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Events from JSON (E3): the envelope. The data is the business of found.
 */
#include "gstream/event/gstream-event-body-private.h"
#include "gstream/event/gstream-namespace-table-private.h"

#define is gstream_json_string_is
#define DEFAULT_MAX_SIZE (64 * 1024 * 1024)

struct _GstreamEventReader
{
  gsize                 max_size;
  guint                 max_depth;
  GstreamNamespaceTable namespaces;
};

typedef enum
{
  TYPE_NONE,
  TYPE_EVENT,
  TYPE_ERROR,
  TYPE_OTHER,
} Type;

/* One event, as far as it has been read. */
typedef struct
{
  GstreamJsonCursor  cursor;
  GstreamEventReader *reader;

  GstreamJsonSlice   root;        /* the document, without white space around it */
  Type               type;
  guint32            type_at;     /* byte */
  GstreamJsonString  id;
  GstreamJsonString  method_name;
  GstreamMethod      method;
  GstreamJsonString  message;     /* of an error */
  GstreamJsonSlice   seq;
  gint64             read_seq;
  const guint32     *params;      /* NULL: there are none */
  gboolean           params_read; /* with the method that counts */

  GstreamNamespace  *namespace_;  /* held; NULL until there is one */
  gint64             timestamp;
  GstreamJsonString  node;
  GstreamJsonSlice   data;
  GstreamJsonSlice   interrupts;
  GstreamFound       found;
} Reading;

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
  g_free (self);
}

void
gstream_event_reader_set_limits (GstreamEventReader *self,
                                 gsize               max_size,
                                 guint               max_depth)
{
  self->max_size = MIN (max_size, GSTREAM_JSON_MAX_SIZE);
  self->max_depth = MIN (max_depth, GSTREAM_JSON_MAX_DEPTH);
}

/* What the protocol has as optional may as well be null. */
static gboolean
read_optional_string (GstreamJsonCursor *cursor,
                      GstreamJsonString *string,
                      const char        *expected)
{
  char c = gstream_json_cursor_peek (cursor);

  if (c != '"' && c != 'n')
    return gstream_json_cursor_fail (cursor, *cursor->next, expected);
  return gstream_json_cursor_string_if_any (cursor, string);
}

static gboolean
read_seq (Reading *self)
{
  guint32 start = *self->cursor.next;

  self->read_seq = 0;
  if (gstream_json_cursor_peek (&self->cursor) == 'n' ? !gstream_json_cursor_skip (&self->cursor)
                                                      : !gstream_json_cursor_count (&self->cursor, &self->read_seq, "seq, an integer"))
    return FALSE;
  self->seq = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

static gboolean
read_namespace (Reading *self)
{
  GstreamNamespace *namespace_ = gstream_namespace_table_read (&self->reader->namespaces, &self->cursor);

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  if (namespace_ != NULL)
    self->namespace_ = gstream_namespace_ref (namespace_);
  return namespace_ != NULL;
}

static gboolean
read_data (Reading *self)
{
  guint32 start = *self->cursor.next;

  if (!gstream_found_read (&self->found, self->method, &self->cursor))
    return FALSE;
  self->data = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

static gboolean
read_interrupts (Reading *self)
{
  guint32 start = *self->cursor.next;
  gboolean none = gstream_json_cursor_peek (&self->cursor) == 'n';

  self->interrupts.length = 0;
  if (!gstream_json_cursor_skip (&self->cursor))
    return FALSE;
  if (!none)
    self->interrupts = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

static gboolean
read_param (Reading                 *self,
            const GstreamJsonString *name)
{
  if (is (name, "namespace"))
    return read_namespace (self);
  if (is (name, "timestamp"))
    return gstream_json_cursor_count (&self->cursor, &self->timestamp, "params.timestamp, an integer: ms since the epoch");
  if (is (name, "data"))
    return read_data (self);
  if (is (name, "node"))
    return read_optional_string (&self->cursor, &self->node, "params.node, a string");
  if (is (name, "interrupts"))
    return read_interrupts (self);
  return gstream_json_cursor_skip (&self->cursor);
}

static gboolean
read_params (Reading *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = *cursor->next;
  GstreamJsonString name;

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  self->timestamp = 0;
  self->node.start = NULL;
  self->data.length = 0;
  self->interrupts.length = 0;
  if (!gstream_json_cursor_open (cursor, '{', "params, an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_param (self, &name);

  if (cursor->expected == NULL && self->namespace_ == NULL)
    return gstream_json_cursor_fail (cursor, start, "params to have namespace, a list of strings");
  if (cursor->expected == NULL && self->data.length == 0)
    return gstream_json_cursor_fail (cursor, start, "params to have data");
  return cursor->expected == NULL;
}

/* Params are read at once where the method is known by then; else once it is. */
static gboolean
meet_params (Reading *self)
{
  self->params = self->cursor.next;
  self->params_read = self->method_name.start != NULL;
  return self->params_read ? read_params (self) : gstream_json_cursor_skip (&self->cursor);
}

static gboolean
read_method (Reading *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  GstreamJsonString *name = &self->method_name;

  if (gstream_json_cursor_peek (cursor) != '"')
    return gstream_json_cursor_fail (cursor, *cursor->next, "method, a string");
  if (!gstream_json_cursor_string (cursor, name))
    return FALSE;
  self->params_read = FALSE;
  if (name->escaped && name->length <= sizeof cursor->word)
    self->method = gstream_method_from_name (cursor->word, gstream_json_unescape (cursor->word, name->start, name->length));
  else
    self->method = gstream_method_from_name (name->start, name->length);
  return TRUE;
}

static gboolean
read_type (Reading *self)
{
  GstreamJsonString word;

  self->type_at = *self->cursor.next;
  if (!gstream_json_cursor_word_if_any (&self->cursor, &word))
    return FALSE;
  self->type = is (&word, "event") ? TYPE_EVENT : is (&word, "error") ? TYPE_ERROR : TYPE_OTHER;
  return TRUE;
}

static gboolean
read_member (Reading                 *self,
             const GstreamJsonString *name)
{
  GstreamJsonCursor *cursor = &self->cursor;

  if (is (name, "type"))
    return read_type (self);
  if (is (name, "method"))
    return read_method (self);
  if (is (name, "params"))
    return meet_params (self);
  if (is (name, "seq"))
    return read_seq (self);
  if (is (name, "event_id") || is (name, "eventId"))
    return read_optional_string (cursor, &self->id, "the event's id, a string");
  if (is (name, "message"))
    return gstream_json_cursor_string_if_any (cursor, &self->message);
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_root (Reading *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = *cursor->next;
  GstreamJsonString name;

  if (!gstream_json_cursor_open (cursor, '{', "an event, a JSON object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_member (self, &name);
  if (!gstream_json_cursor_end (cursor))
    return FALSE;
  self->root = gstream_json_cursor_since (cursor, start);
  return TRUE;
}

/* After the root: the whole is JSON, and what it says of an event is of the right kind. */
static gboolean
check_event (Reading *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = self->root.start;

  if (self->type == TYPE_NONE)
    return gstream_json_cursor_fail (cursor, start, "the event to have type \"event\"");
  if (self->type == TYPE_OTHER)
    return gstream_json_cursor_fail (cursor, self->type_at, "type to be \"event\"");
  if (self->method_name.start == NULL || self->method_name.length == 0)
    return gstream_json_cursor_fail (cursor, start, "the event to have method, a string that is not empty");
  if (self->params == NULL)
    return gstream_json_cursor_fail (cursor, start, "the event to have params, an object");
  if (self->params_read)
    return TRUE;

  gstream_json_cursor_move (cursor, self->params);
  cursor->depth = 1;
  return read_params (self);
}

static gsize
string_size (const GstreamJsonString *string)
{
  return string->start != NULL ? string->length + 1 : 0;
}

static GstreamJsonSlice
within_root (const Reading    *self,
             GstreamJsonSlice  slice)
{
  slice.start -= self->root.start;
  return slice;
}

/* The text, as a part of @owner or copied to @room. */
static void
set_text (GstreamEventBody *body,
          const Reading    *self,
          GBytes           *owner,
          char             *room)
{
  body->json = self->cursor.json + self->root.start;
  body->json_length = self->root.length;
  if (owner != NULL)
    body->owner = g_bytes_ref (owner);
  else
    body->json = memcpy (room, body->json, body->json_length);
  body->json_data = within_root (self, self->data);
  body->json_interrupts = within_root (self, self->interrupts);
  body->json_seq = within_root (self, self->seq);
  body->read_seq = self->read_seq;
}

static GstreamEvent *
make_event (Reading *self,
            GBytes  *owner)
{
  gboolean is_known = self->method != GSTREAM_METHOD_OTHER;
  gsize size = sizeof (GstreamEventFacts) + gstream_found_get_size (&self->found) +
               string_size (&self->id) + string_size (&self->node);
  GstreamEventFacts *facts;
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
  event->seq = self->read_seq;
  body = event->body;
  facts = start;
  room = (char *) (facts + 1);
  body->method = self->method;
  body->method_name = is_known ? gstream_method_get_name (self->method) : gstream_found_copy_string (&self->method_name, &room);
  body->namespace_ = g_steal_pointer (&self->namespace_);
  body->timestamp = self->timestamp;
  body->id = gstream_found_copy_string (&self->id, &room);
  body->node = gstream_found_copy_string (&self->node, &room);
  body->facts = facts;
  room = gstream_found_copy (&self->found, self->method, body->node, facts, room);
  set_text (body, self, owner, room);
  return event;
}

/* The run's own failure, in its own words (R5). */
static void
set_failure (Reading  *self,
             GError  **error)
{
  g_autofree char *message = NULL;
  GstreamJsonString text = self->message;

  if (text.start == NULL)
    {
      gstream_json_cursor_fail (&self->cursor, self->root.start, "the error to have message, a string");
      gstream_json_cursor_set_error (&self->cursor, error);
      return;
    }
  message = gstream_json_dup_raw ((GstreamJsonValue) { text.start, text.start + text.length });
  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED, message);
}

GstreamEvent *
gstream_event_reader_read (GstreamEventReader  *self,
                           GBytes              *owner,
                           const char          *json,
                           gsize                length,
                           GError             **error)
{
  Reading reading;
  GstreamEvent *event = NULL;

  if (length > self->max_size)
    {
      g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE,
                   "expected an event of at most %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, self->max_size, length);
      return NULL;
    }
  memset (&reading, 0, sizeof reading);
  reading.reader = self;
  if (!gstream_json_cursor_init (&reading.cursor, json, length, self->max_depth) || !read_root (&reading))
    gstream_json_cursor_set_error (&reading.cursor, error);
  else if (reading.type == TYPE_ERROR)
    set_failure (&reading, error);
  else if (!check_event (&reading))
    gstream_json_cursor_set_error (&reading.cursor, error);
  else
    event = make_event (&reading, owner);
  g_clear_pointer (&reading.namespace_, gstream_namespace_unref);
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
