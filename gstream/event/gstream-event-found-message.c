/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of a messages event: of the message's step, a delta in it, and the
 * metadata beside it (D1, D3).
 */
#include "gstream/event/gstream-event-body-private.h"

#define is gstream_json_string_is

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

/* What decides the step of a message's event, once all members are read. */
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
      kind->is_removal = is (&word, "remove");
    }
  return TRUE;
}

static gboolean
read_message_member (GstreamFound            *self,
                     MessageKind             *kind,
                     GstreamJsonCursor       *cursor,
                     const GstreamJsonString *name)
{
  switch (name->length)
    {
    case 2:
      if (is (name, "id"))
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    case 4:
      if (is (name, "role") || is (name, "type"))
        return read_message_word (kind, cursor, name);
      break;
    case 5:
      if (is (name, "event"))
        return read_message_word (kind, cursor, name);
      if (is (name, "index"))
        return gstream_json_cursor_count_if_any (cursor, &self->index);
      if (is (name, "delta"))
        return read_delta (self, cursor);
      break;
    default:
      if (is (name, "run_id"))
        return gstream_json_cursor_string_if_any (cursor, &self->run_id);
      if (is (name, "message_id") && self->message_id.start == NULL)
        return gstream_json_cursor_string_if_any (cursor, &self->message_id);
      break;
    }
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
    self->step = kind.is_removal ? GSTREAM_STEP_MESSAGE_REMOVE : GSTREAM_STEP_MESSAGE_WHOLE;
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
  self->item = gstream_json_slice_within (parts[0], start);
  self->metadata = gstream_json_slice_within (parts[1], start);
  return TRUE;
}

gboolean
gstream_found_read_message (GstreamFound      *self,
                            GstreamJsonCursor *cursor)
{
  return gstream_json_cursor_peek (cursor) == '[' ? read_pair (self, cursor) : read_message (self, cursor);
}
