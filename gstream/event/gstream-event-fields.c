/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Finds the fields of an event's data that the library needs, in whichever dialect it is written (D1, D3, D5).
 */
#include "gstream/event/gstream-event-fields-private.h"

#include <string.h>

/* --- messages --- */

static GstreamStep
message_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "content-block-delta"))
    return GSTREAM_STEP_BLOCK_DELTA;
  if (gstream_json_string_is (event, "content-block-start"))
    return GSTREAM_STEP_BLOCK_START;
  if (gstream_json_string_is (event, "content-block-finish"))
    return GSTREAM_STEP_BLOCK_FINISH;
  if (gstream_json_string_is (event, "message-start"))
    return GSTREAM_STEP_MESSAGE_START;
  if (gstream_json_string_is (event, "message-finish"))
    return GSTREAM_STEP_MESSAGE_FINISH;
  if (gstream_json_string_is (event, "error"))
    return GSTREAM_STEP_MESSAGE_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamDelta
delta_kind (const GstreamJsonString *type)
{
  if (gstream_json_string_is (type, "text-delta"))
    return GSTREAM_DELTA_TEXT;
  if (gstream_json_string_is (type, "reasoning-delta"))
    return GSTREAM_DELTA_REASONING;
  if (gstream_json_string_is (type, "tool-call-delta"))
    return GSTREAM_DELTA_TOOL_CALL;
  if (gstream_json_string_is (type, "data-delta"))
    return GSTREAM_DELTA_DATA;
  if (gstream_json_string_is (type, "block-delta"))
    return GSTREAM_DELTA_BLOCK;
  return GSTREAM_DELTA_OTHER;
}

/* The strings that a delta may have. Its kind, which may be read after them, says which one counts. */
typedef struct
{
  GstreamJsonString text;
  GstreamJsonString reasoning;
  GstreamJsonString data;
  GstreamJsonString args;
} DeltaStrings;

static GstreamJsonString
delta_text (const DeltaStrings *strings,
            GstreamDelta        kind)
{
  switch (kind)
    {
    case GSTREAM_DELTA_TEXT:
      return strings->text;
    case GSTREAM_DELTA_REASONING:
      return strings->reasoning;
    case GSTREAM_DELTA_DATA:
      return strings->data;
    case GSTREAM_DELTA_TOOL_CALL:
      return strings->args;
    case GSTREAM_DELTA_OTHER:
    case GSTREAM_DELTA_BLOCK:
    default:
      return (GstreamJsonString) { NULL, 0, FALSE };
    }
}

static gboolean
read_delta_member (GstreamRawFields        *self,
                   DeltaStrings            *strings,
                   GstreamJsonCursor       *cursor,
                   const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "text"))
    return gstream_json_cursor_string_if_any (cursor, &strings->text);
  if (gstream_json_string_is (name, "reasoning"))
    return gstream_json_cursor_string_if_any (cursor, &strings->reasoning);
  if (gstream_json_string_is (name, "data"))
    return gstream_json_cursor_string_if_any (cursor, &strings->data);
  if (gstream_json_string_is (name, "args"))
    return gstream_json_cursor_string_if_any (cursor, &strings->args);
  if (!gstream_json_string_is (name, "type"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->delta = delta_kind (&word);
  return TRUE;
}

static gboolean
read_delta (GstreamRawFields  *self,
            GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  DeltaStrings      strings = { 0 };

  self->delta = GSTREAM_DELTA_OTHER;
  self->text = (GstreamJsonString) { NULL, 0, FALSE };
  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_delta_member (self, &strings, cursor, &name);
  self->text = delta_text (&strings, self->delta);
  return cursor->expected == NULL;
}

/* What decides the step of a message's event. It may be read in any order, so that the step is known after all members. */
typedef struct
{
  gboolean    has_event;
  gboolean    is_tool;   /* by its role */
  gboolean    is_result; /* of a tool, by its type */
  gboolean    is_chunk;  /* one of a whole message's kinds that is left out (D1) */
  gboolean    is_removal;
  GstreamStep step;
} MessageKind;

static gboolean
read_message_word (MessageKind             *kind,
                   GstreamJsonCursor       *cursor,
                   const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  if (gstream_json_string_is (name, "event"))
    {
      kind->has_event = TRUE;
      kind->step = message_step (&word);
    }
  else if (gstream_json_string_is (name, "role"))
    {
      kind->is_tool = gstream_json_string_is (&word, "tool");
    }
  else
    {
      kind->is_result = gstream_json_string_is (&word, "tool");
      kind->is_chunk = gstream_json_string_is (&word, "AIMessageChunk");
      kind->is_removal = gstream_json_string_is (&word, "remove");
    }
  return TRUE;
}

static gboolean
read_message_member (GstreamRawFields        *self,
                     MessageKind             *kind,
                     GstreamJsonCursor       *cursor,
                     const GstreamJsonString *name)
{
  switch (name->length)
    {
    case 2:
      if (gstream_json_string_is (name, "id"))
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    case 4:
      if (gstream_json_string_is (name, "role") || gstream_json_string_is (name, "type"))
        return read_message_word (kind, cursor, name);
      break;
    case 5:
      if (gstream_json_string_is (name, "event"))
        return read_message_word (kind, cursor, name);
      if (gstream_json_string_is (name, "index"))
        return gstream_json_cursor_count_if_any (cursor, &self->index);
      if (gstream_json_string_is (name, "delta"))
        return read_delta (self, cursor);
      break;
    default:
      if (gstream_json_string_is (name, "run_id"))
        return gstream_json_cursor_string_if_any (cursor, &self->run_id);
      if (gstream_json_string_is (name, "message_id") && self->message_id.start == NULL)
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    }
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_message (GstreamRawFields  *self,
              GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  MessageKind       kind = { 0 };

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_message_member (self, &kind, cursor, &name);

  self->tool_role = kind.is_tool || kind.is_result;
  self->step = kind.step;
  if (!kind.has_event && !kind.is_chunk)
    self->step = kind.is_removal ? GSTREAM_STEP_MESSAGE_REMOVE : GSTREAM_STEP_MESSAGE_WHOLE;
  return cursor->expected == NULL;
}

/* The run id of the message itself, which is read before, takes precedence. */
static gboolean
read_metadata (GstreamRawFields  *self,
               GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  GstreamJsonString run_id = { 0 };

  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    if (gstream_json_string_is (&name, "langgraph_node"))
      gstream_json_cursor_string_if_any (cursor, &self->node);
    else if (gstream_json_string_is (&name, "run_id"))
      gstream_json_cursor_string_if_any (cursor, &run_id);
    else
      gstream_json_cursor_skip (cursor);
  if (self->run_id.start == NULL)
    self->run_id = run_id;
  return cursor->expected == NULL;
}

static gboolean
is_pair (guint       n,
         const char *first,
         const char *second)
{
  return n == 2 && *first == '{' && *second == '{';
}

/* An array is a pair of a message and its metadata (D1); any other has no fields. */
static gboolean
read_pair (GstreamRawFields  *self,
           GstreamJsonCursor *cursor)
{
  guint32          start = *cursor->next;
  GstreamJsonSlice parts[2] = { { 0 } };
  guint            n = 0;

  if (!gstream_json_cursor_open (cursor, '[', "a list"))
    return FALSE;
  for (; gstream_json_cursor_element (cursor); n++)
    {
      guint32 part = *cursor->next;

      if (n == 0)
        read_message (self, cursor);
      else if (n == 1 && gstream_json_cursor_peek (cursor) == '{')
        read_metadata (self, cursor);
      else
        gstream_json_cursor_skip (cursor);
      if (n < 2 && cursor->expected == NULL)
        parts[n] = gstream_json_cursor_since (cursor, part);
    }
  if (cursor->expected != NULL)
    return FALSE;

  if (!is_pair (n, cursor->json + parts[0].start, cursor->json + parts[1].start))
    {
      *self = (GstreamRawFields) { .index = -1 };
      return TRUE;
    }
  self->item = gstream_json_slice_within (parts[0], start);
  return TRUE;
}

/* --- other methods --- */

static GstreamStep
tool_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "tool-output-delta"))
    return GSTREAM_STEP_TOOL_DELTA;
  if (gstream_json_string_is (event, "tool-started"))
    return GSTREAM_STEP_TOOL_STARTED;
  if (gstream_json_string_is (event, "tool-finished"))
    return GSTREAM_STEP_TOOL_FINISHED;
  if (gstream_json_string_is (event, "tool-error"))
    return GSTREAM_STEP_TOOL_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamStep
lifecycle_step (const GstreamJsonString *event)
{
  if (gstream_json_string_is (event, "started"))
    return GSTREAM_STEP_STARTED;
  if (gstream_json_string_is (event, "running"))
    return GSTREAM_STEP_RUNNING;
  if (gstream_json_string_is (event, "completed"))
    return GSTREAM_STEP_COMPLETED;
  if (gstream_json_string_is (event, "failed"))
    return GSTREAM_STEP_FAILED;
  if (gstream_json_string_is (event, "interrupted"))
    return GSTREAM_STEP_INTERRUPTED;
  if (gstream_json_string_is (event, "drained"))
    return GSTREAM_STEP_DRAINED;
  return GSTREAM_STEP_NONE;
}

/* Some agents send numbers: what is not a string is known by its JSON text (T4). */
static gboolean
read_tool_id (GstreamRawFields  *self,
              GstreamJsonCursor *cursor)
{
  guint32          start = *cursor->next;
  gboolean         is_other = gstream_json_cursor_peek (cursor) != '"' && gstream_json_cursor_peek (cursor) != 'n';
  GstreamJsonSlice slice;

  if (!gstream_json_cursor_string_if_any (cursor, &self->key))
    return FALSE;
  if (is_other)
    {
      slice = gstream_json_cursor_since (cursor, start);
      self->key = (GstreamJsonString) { cursor->json + slice.start, slice.length, FALSE };
    }
  return TRUE;
}

static gboolean
read_tool_member (GstreamRawFields        *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "tool_call_id") || gstream_json_string_is (name, "toolCallId"))
    return read_tool_id (self, cursor);
  if (gstream_json_string_is (name, "tool_name") || gstream_json_string_is (name, "toolName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (gstream_json_string_is (name, "delta"))
    return gstream_json_cursor_string_if_any (cursor, &self->text);
  if (!gstream_json_string_is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = tool_step (&word);
  return TRUE;
}

static gboolean
read_lifecycle_member (GstreamRawFields        *self,
                       GstreamJsonCursor       *cursor,
                       const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (gstream_json_string_is (name, "trigger_call_id") || gstream_json_string_is (name, "triggerCallId"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (gstream_json_string_is (name, "graph_name") || gstream_json_string_is (name, "graphName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (!gstream_json_string_is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = lifecycle_step (&word);
  return TRUE;
}

static gboolean
read_task_member (GstreamRawFields        *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  if (self->step == GSTREAM_STEP_NONE)
    self->step = GSTREAM_STEP_TASK_START;
  if (gstream_json_string_is (name, "result"))
    self->step = GSTREAM_STEP_TASK_RESULT;
  if (gstream_json_string_is (name, "id"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (gstream_json_string_is (name, "name"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  return gstream_json_cursor_skip (cursor);
}

typedef gboolean (*ReadMember) (GstreamRawFields        *self,
                                GstreamJsonCursor       *cursor,
                                const GstreamJsonString *name);

static gboolean
read_members (GstreamRawFields  *self,
              GstreamJsonCursor *cursor,
              ReadMember         read_member)
{
  GstreamJsonString name;

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_member (self, cursor, &name);
  return cursor->expected == NULL;
}

/* Exactly {payload} or {name, payload}, the name being a string, is an envelope (D5). */
static gboolean
read_custom (GstreamRawFields  *self,
             GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  guint32           start = *cursor->next;
  gboolean          is_envelope = TRUE;

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    {
      guint32 value = *cursor->next;

      if (gstream_json_string_is (&name, "payload"))
        {
          if (gstream_json_cursor_skip (cursor))
            self->item = gstream_json_slice_within (gstream_json_cursor_since (cursor, value), start);
        }
      else if (gstream_json_string_is (&name, "name") && gstream_json_cursor_peek (cursor) == '"')
        gstream_json_cursor_string (cursor, &self->key);
      else
        is_envelope = gstream_json_cursor_skip (cursor) && FALSE;
    }
  if (!is_envelope || self->item.length == 0)
    *self = (GstreamRawFields) { .index = -1 };
  return cursor->expected == NULL;
}

gboolean
gstream_method_has_fields (GstreamMethod method)
{
  return method == GSTREAM_METHOD_MESSAGES || method == GSTREAM_METHOD_TOOLS || method == GSTREAM_METHOD_LIFECYCLE ||
         method == GSTREAM_METHOD_TASKS || method == GSTREAM_METHOD_CUSTOM;
}

gboolean
gstream_raw_fields_read (GstreamRawFields  *self,
                         GstreamMethod      method,
                         GstreamJsonCursor *cursor)
{
  *self = (GstreamRawFields) { .index = -1 };
  switch ((int) method)
    {
    case GSTREAM_METHOD_MESSAGES:
      return gstream_json_cursor_peek (cursor) == '[' ? read_pair (self, cursor) : read_message (self, cursor);
    case GSTREAM_METHOD_TOOLS:
      return read_members (self, cursor, read_tool_member);
    case GSTREAM_METHOD_LIFECYCLE:
      return read_members (self, cursor, read_lifecycle_member);
    case GSTREAM_METHOD_TASKS:
      return read_members (self, cursor, read_task_member);
    case GSTREAM_METHOD_CUSTOM:
      return read_custom (self, cursor);
    default:
      return gstream_json_cursor_skip (cursor);
    }
}

static gsize
size_of (const GstreamJsonString *string)
{
  return string->start != NULL ? string->length + 1 : 0;
}

gsize
gstream_raw_fields_get_size (const GstreamRawFields *self)
{
  return size_of (&self->message_id) + size_of (&self->run_id) + size_of (&self->node) + size_of (&self->text) +
         size_of (&self->key) + size_of (&self->name);
}

const char *
gstream_json_string_copy (const GstreamJsonString *string,
                          char                   **room)
{
  char *copy = *room;
  gsize length = string->length;

  if (string->escaped)
    length = gstream_json_unescape (copy, string->start, length);
  else
    memcpy (copy, string->start, length);
  copy[length] = '\0';
  *room = copy + length + 1;
  return copy;
}

/* Half a surrogate pair at an end of the text may belong together with the end of the delta before or after (T3). */
G_GNUC_NO_INLINE static const char *
copy_escaped_text (const GstreamRawFields *self,
                   GstreamEventFields     *fields,
                   char                  **room)
{
  GstreamJsonValue raw = { self->text.start, self->text.start + self->text.length };
  guint16          low;
  guint16          high;

  gstream_json_trim_halves (&raw, &low, &high);
  fields->halves = low | (guint32) high << 16;

  return gstream_json_string_copy (&(GstreamJsonString) { raw.start, raw.end - raw.start, TRUE }, room);
}

char *
gstream_raw_fields_copy (const GstreamRawFields *self,
                         GstreamMethod           method,
                         const char             *node,
                         GstreamEventFields     *fields,
                         char                   *room)
{
  const char *own_node;

  fields->method = method;
  fields->step = self->step;
  fields->delta = self->delta;
  fields->tool_role = self->tool_role;
  fields->index = self->index;
  fields->message_id = gstream_json_string_copy_if_any (&self->message_id, &room);
  fields->run_id = gstream_json_string_copy_if_any (&self->run_id, &room);
  own_node = gstream_json_string_copy_if_any (&self->node, &room);
  fields->node = node != NULL ? node : own_node;
  fields->halves = 0;
  fields->text = G_UNLIKELY (self->text.escaped) ? copy_escaped_text (self, fields, &room)
                                                 : gstream_json_string_copy_if_any (&self->text, &room);
  fields->text_length = fields->text != NULL ? room - fields->text - 1 : 0;
  fields->key = gstream_json_string_copy_if_any (&self->key, &room);
  fields->name = gstream_json_string_copy_if_any (&self->name, &room);
  fields->item = self->item;
  return room;
}
