/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading the envelope: what is the same for events of every method (E3).
 */
#include "gstream/event/gstream-event-envelope-private.h"

#define is gstream_json_string_is

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
read_seq (GstreamEnvelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = *cursor->next;
  gboolean is_null = gstream_json_cursor_peek (cursor) == 'n';

  self->seq = 0;
  if (is_null ? !gstream_json_cursor_skip (cursor) : !gstream_json_cursor_count (cursor, &self->seq, "seq, an integer"))
    return FALSE;
  self->seq_slice = gstream_json_cursor_since (cursor, start);
  return TRUE;
}

static gboolean
read_namespace (GstreamEnvelope *self)
{
  GstreamNamespace *namespace_ = gstream_namespace_table_read (self->namespaces, &self->cursor);

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  if (namespace_ != NULL)
    self->namespace_ = gstream_namespace_ref (namespace_);
  return namespace_ != NULL;
}

static gboolean
read_data (GstreamEnvelope *self)
{
  guint32 start = *self->cursor.next;

  if (!gstream_found_read (&self->found, self->method, &self->cursor))
    return FALSE;
  self->data = gstream_json_cursor_since (&self->cursor, start);
  return TRUE;
}

static gboolean
read_timestamp (GstreamEnvelope *self)
{
  self->timestamp_at = *self->cursor.next;
  return gstream_json_cursor_count (&self->cursor, &self->timestamp, "params.timestamp, an integer: ms since the epoch");
}

static gboolean
read_interrupts (GstreamEnvelope *self)
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

/* By length first (as elsewhere where names are many): few names then need a look. */
static gboolean
read_param (GstreamEnvelope         *self,
            const GstreamJsonString *name)
{
  GstreamJsonCursor *cursor = &self->cursor;

  switch (name->length)
    {
    case 4:
      if (is (name, "data"))
        return read_data (self);
      if (is (name, "node"))
        return read_optional_string (cursor, &self->node, "params.node, a string");
      break;
    case 9:
      if (is (name, "namespace"))
        return read_namespace (self);
      if (is (name, "timestamp"))
        return read_timestamp (self);
      break;
    default:
      if (is (name, "interrupts"))
        return read_interrupts (self);
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_params (GstreamEnvelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = *cursor->next;
  GstreamJsonString name;

  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
  self->timestamp = 0;
  self->timestamp_at = 0;
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
meet_params (GstreamEnvelope *self)
{
  self->params = self->cursor.next;
  self->params_read = self->method_name.start != NULL;
  return self->params_read ? read_params (self) : gstream_json_cursor_skip (&self->cursor);
}

static gboolean
read_method (GstreamEnvelope *self)
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
read_type (GstreamEnvelope *self)
{
  GstreamJsonString word;

  self->type_at = *self->cursor.next;
  if (!gstream_json_cursor_word_if_any (&self->cursor, &word))
    return FALSE;
  if (is (&word, "event"))
    self->type = GSTREAM_ENVELOPE_EVENT;
  else
    self->type = is (&word, "error") ? GSTREAM_ENVELOPE_ERROR : GSTREAM_ENVELOPE_OTHER;
  return TRUE;
}

static gboolean
read_member (GstreamEnvelope         *self,
             const GstreamJsonString *name)
{
  GstreamJsonCursor *cursor = &self->cursor;

  switch (name->length)
    {
    case 3:
      if (is (name, "seq"))
        return read_seq (self);
      break;
    case 4:
      if (is (name, "type"))
        return read_type (self);
      break;
    case 6:
      if (is (name, "method"))
        return read_method (self);
      if (is (name, "params"))
        return meet_params (self);
      break;
    default:
      if (is (name, "event_id") || is (name, "eventId"))
        return read_optional_string (cursor, &self->id, "the event's id, a string");
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_root (GstreamEnvelope *self)
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
check_event (GstreamEnvelope *self)
{
  GstreamJsonCursor *cursor = &self->cursor;
  guint32 start = self->root.start;

  if (self->type == GSTREAM_ENVELOPE_NONE)
    return gstream_json_cursor_fail (cursor, start, "the event to have type \"event\"");
  if (self->type == GSTREAM_ENVELOPE_OTHER)
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

gboolean
gstream_envelope_read (GstreamEnvelope       *self,
                       GstreamNamespaceTable *namespaces,
                       const char            *json,
                       gsize                  length,
                       guint                  max_depth)
{
  memset (self, 0, G_STRUCT_OFFSET (GstreamEnvelope, found));
  self->namespaces = namespaces;
  if (!gstream_json_cursor_init (&self->cursor, json, length, max_depth) || !read_root (self))
    return FALSE;
  return self->type == GSTREAM_ENVELOPE_ERROR || check_event (self);
}

void
gstream_envelope_clear (GstreamEnvelope *self)
{
  g_clear_pointer (&self->namespace_, gstream_namespace_unref);
}
