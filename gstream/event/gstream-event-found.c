/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of an event's data that the pipeline needs, in whichever of the
 * dialects they are written (D1, D3, D5).
 */
#include "gstream/event/gstream-event-body-private.h"

#define is gstream_json_string_is

static GstreamJsonSlice
relative (GstreamJsonSlice slice,
          guint32          start)
{
  slice.start -= start;
  return slice;
}

/* An index that is none, such as a string, is allowed but of no use. */
static gboolean
index_if_any (GstreamJsonCursor *cursor,
              gint64            *index)
{
  const guint32 *start = cursor->next;

  if (gstream_json_cursor_count (cursor, index, "an index"))
    return TRUE;
  *index = -1;
  cursor->expected = NULL;
  gstream_json_cursor_move (cursor, start);
  return gstream_json_cursor_skip (cursor);
}

static GstreamStep
message_step (const GstreamJsonString *event)
{
  if (is (event, "content-block-delta"))
    return GSTREAM_STEP_BLOCK_DELTA;
  if (is (event, "content-block-start"))
    return GSTREAM_STEP_BLOCK_START;
  if (is (event, "content-block-finish"))
    return GSTREAM_STEP_BLOCK_FINISH;
  if (is (event, "message-start"))
    return GSTREAM_STEP_MESSAGE_START;
  if (is (event, "message-finish"))
    return GSTREAM_STEP_MESSAGE_FINISH;
  if (is (event, "error"))
    return GSTREAM_STEP_MESSAGE_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamStep
tool_step (const GstreamJsonString *event)
{
  if (is (event, "tool-output-delta"))
    return GSTREAM_STEP_TOOL_DELTA;
  if (is (event, "tool-started"))
    return GSTREAM_STEP_TOOL_STARTED;
  if (is (event, "tool-finished"))
    return GSTREAM_STEP_TOOL_FINISHED;
  if (is (event, "tool-error"))
    return GSTREAM_STEP_TOOL_ERROR;
  return GSTREAM_STEP_NONE;
}

static GstreamStep
lifecycle_step (const GstreamJsonString *event)
{
  if (is (event, "started"))
    return GSTREAM_STEP_STARTED;
  if (is (event, "running"))
    return GSTREAM_STEP_RUNNING;
  if (is (event, "completed"))
    return GSTREAM_STEP_COMPLETED;
  if (is (event, "failed"))
    return GSTREAM_STEP_FAILED;
  if (is (event, "interrupted"))
    return GSTREAM_STEP_INTERRUPTED;
  if (is (event, "drained"))
    return GSTREAM_STEP_DRAINED;
  return GSTREAM_STEP_NONE;
}

static GstreamDelta
delta_kind (const GstreamJsonString *type)
{
  if (is (type, "text-delta"))
    return GSTREAM_DELTA_TEXT;
  if (is (type, "reasoning-delta"))
    return GSTREAM_DELTA_REASONING;
  if (is (type, "tool-call-delta"))
    return GSTREAM_DELTA_TOOL_CALL;
  if (is (type, "data-delta"))
    return GSTREAM_DELTA_DATA;
  if (is (type, "block-delta"))
    return GSTREAM_DELTA_BLOCK;
  return GSTREAM_DELTA_OTHER;
}

/* The string that a delta of that kind carries, of those that it may have. */
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
read_delta_member (GstreamFound            *self,
                   DeltaStrings            *strings,
                   GstreamJsonCursor       *cursor,
                   const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (is (name, "text"))
    return gstream_json_cursor_string_if_any (cursor, &strings->text);
  if (is (name, "reasoning"))
    return gstream_json_cursor_string_if_any (cursor, &strings->reasoning);
  if (is (name, "data"))
    return gstream_json_cursor_string_if_any (cursor, &strings->data);
  if (is (name, "args"))
    return gstream_json_cursor_string_if_any (cursor, &strings->args);
  if (!is (name, "type"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->delta = delta_kind (&word);
  return TRUE;
}

static gboolean
read_delta (GstreamFound      *self,
            GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  DeltaStrings strings = { 0 };

  self->delta = GSTREAM_DELTA_OTHER;
  self->text.start = NULL;
  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_delta_member (self, &strings, cursor, &name);
  self->text = delta_text (&strings, self->delta);
  return cursor->expected == NULL;
}

/* What decides the step of a message's event, once all members are read. */
typedef struct
{
  gboolean    has_event;
  gboolean    is_tool;   /* by its role */
  gboolean    is_result; /* of a tool, by its type */
  gboolean    is_chunk;  /* one of a whole message's kinds that is left out (D1) */
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
  if (is (name, "event"))
    {
      kind->has_event = TRUE;
      kind->step = message_step (&word);
    }
  else if (is (name, "role"))
    {
      kind->is_tool = is (&word, "tool");
    }
  else
    {
      kind->is_result = is (&word, "tool");
      kind->is_chunk = is (&word, "AIMessageChunk");
    }
  return TRUE;
}

static gboolean
read_message_member (GstreamFound            *self,
                     MessageKind             *kind,
                     GstreamJsonCursor       *cursor,
                     const GstreamJsonString *name)
{
  if (is (name, "event") || is (name, "role") || is (name, "type"))
    return read_message_word (kind, cursor, name);
  if (is (name, "index"))
    return index_if_any (cursor, &self->index);
  if (is (name, "delta"))
    return read_delta (self, cursor);
  if (is (name, "id"))
    return gstream_json_cursor_string_if_any (cursor, &self->message_id);
  if (is (name, "run_id"))
    return gstream_json_cursor_string_if_any (cursor, &self->run_id);
  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_message (GstreamFound      *self,
              GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  MessageKind kind = { 0 };

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_message_member (self, &kind, cursor, &name);

  self->tool_role = kind.is_tool || kind.is_result;
  self->step = kind.step;
  if (!kind.has_event && !kind.is_chunk)
    self->step = GSTREAM_STEP_MESSAGE_WHOLE;
  if (self->step != GSTREAM_STEP_MESSAGE_START && self->step != GSTREAM_STEP_MESSAGE_WHOLE)
    self->message_id.start = NULL;
  return cursor->expected == NULL;
}

/* The message's own run id goes before the metadata's. */
static gboolean
read_metadata (GstreamFound      *self,
               GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  GstreamJsonString run_id = { 0 };

  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    if (is (&name, "langgraph_node"))
      gstream_json_cursor_string_if_any (cursor, &self->node);
    else if (is (&name, "run_id"))
      gstream_json_cursor_string_if_any (cursor, &run_id);
    else
      gstream_json_cursor_skip (cursor);
  if (self->run_id.start == NULL)
    self->run_id = run_id;
  return cursor->expected == NULL;
}

static gboolean
is_pair (guint            n,
         const char      *first,
         const char      *second)
{
  return n == 2 && *first == '{' && *second == '{';
}

/* A list is a pair of a message and its metadata (D1), or says nothing. */
static gboolean
read_pair (GstreamFound      *self,
           GstreamJsonCursor *cursor)
{
  guint32 start = *cursor->next;
  GstreamJsonSlice parts[2] = { { 0 } };
  guint n = 0;

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
      *self = (GstreamFound) { .index = -1 };
      return TRUE;
    }
  self->item = relative (parts[0], start);
  self->metadata = relative (parts[1], start);
  return TRUE;
}

static gboolean
read_tool_member (GstreamFound            *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (is (name, "tool_call_id") || is (name, "toolCallId"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (is (name, "tool_name") || is (name, "toolName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (is (name, "delta"))
    return gstream_json_cursor_string_if_any (cursor, &self->text);
  if (!is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = tool_step (&word);
  return TRUE;
}

static gboolean
read_lifecycle_member (GstreamFound            *self,
                       GstreamJsonCursor       *cursor,
                       const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (is (name, "trigger_call_id") || is (name, "triggerCallId"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (is (name, "graph_name") || is (name, "graphName"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  if (!is (name, "event"))
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_word_if_any (cursor, &word))
    return FALSE;
  self->step = lifecycle_step (&word);
  return TRUE;
}

static gboolean
read_task_member (GstreamFound            *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  if (self->step == GSTREAM_STEP_NONE)
    self->step = GSTREAM_STEP_TASK_START;
  if (is (name, "result"))
    self->step = GSTREAM_STEP_TASK_RESULT;
  if (is (name, "id"))
    return gstream_json_cursor_string_if_any (cursor, &self->key);
  if (is (name, "name"))
    return gstream_json_cursor_string_if_any (cursor, &self->name);
  return gstream_json_cursor_skip (cursor);
}

typedef gboolean (*ReadMember) (GstreamFound            *self,
                                GstreamJsonCursor       *cursor,
                                const GstreamJsonString *name);

static gboolean
read_members (GstreamFound      *self,
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
read_custom (GstreamFound      *self,
             GstreamJsonCursor *cursor)
{
  GstreamJsonString name;
  guint32 start = *cursor->next;
  gboolean is_envelope = TRUE;

  if (gstream_json_cursor_peek (cursor) != '{')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '{', "an object"))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    {
      guint32 value = *cursor->next;

      if (is (&name, "payload"))
        {
          if (gstream_json_cursor_skip (cursor))
            self->item = relative (gstream_json_cursor_since (cursor, value), start);
        }
      else if (is (&name, "name") && gstream_json_cursor_peek (cursor) == '"')
        gstream_json_cursor_string (cursor, &self->key);
      else
        is_envelope = gstream_json_cursor_skip (cursor) && FALSE;
    }
  if (!is_envelope || self->item.length == 0)
    *self = (GstreamFound) { .index = -1 };
  return cursor->expected == NULL;
}

gboolean
gstream_found_reads (GstreamMethod method)
{
  return method == GSTREAM_METHOD_MESSAGES || method == GSTREAM_METHOD_TOOLS || method == GSTREAM_METHOD_LIFECYCLE ||
         method == GSTREAM_METHOD_TASKS || method == GSTREAM_METHOD_CUSTOM;
}

gboolean
gstream_found_read (GstreamFound      *self,
                    GstreamMethod      method,
                    GstreamJsonCursor *cursor)
{
  *self = (GstreamFound) { .index = -1 };
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
gstream_found_get_size (const GstreamFound *self)
{
  return size_of (&self->message_id) + size_of (&self->run_id) + size_of (&self->node) +
         size_of (&self->text) + size_of (&self->key) + size_of (&self->name);
}

const char *
gstream_found_copy_string (const GstreamJsonString  *string,
                           char                    **room)
{
  char *copy = *room;
  gsize length = string->length;

  if (string->start == NULL)
    return NULL;
  if (string->escaped)
    length = gstream_json_unescape (copy, string->start, length);
  else
    memcpy (copy, string->start, length);
  copy[length] = '\0';
  *room = copy + length + 1;
  return copy;
}

char *
gstream_found_copy (const GstreamFound *self,
                    GstreamMethod       method,
                    const char         *node,
                    GstreamEventFacts  *facts,
                    char               *room)
{
  const char *own_node;

  facts->facts.method = method;
  facts->facts.step = self->step;
  facts->facts.delta = self->delta;
  facts->facts.tool_role = self->tool_role;
  facts->facts.index = self->index;
  facts->facts.message_id = gstream_found_copy_string (&self->message_id, &room);
  facts->facts.run_id = gstream_found_copy_string (&self->run_id, &room);
  own_node = gstream_found_copy_string (&self->node, &room);
  facts->facts.node = node != NULL ? node : own_node;
  facts->facts.text = gstream_found_copy_string (&self->text, &room);
  facts->facts.text_length = facts->facts.text != NULL ? room - facts->facts.text - 1 : 0;
  facts->facts.key = gstream_found_copy_string (&self->key, &room);
  facts->facts.name = gstream_found_copy_string (&self->name, &room);
  facts->item = self->item;
  facts->metadata = self->metadata;
  return room;
}
