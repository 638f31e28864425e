/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of an event's data that the pipeline needs, in whichever of the
 * dialects they are written; and how they come to be fields (D5).
 */
#include "gstream/event/gstream-event-body-private.h"
#include "gstream/event/gstream-json-text-internal.h"

#define is gstream_json_string_is

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

/* Some send numbers: what is no string counts by its JSON (T4). */
static gboolean
read_tool_id (GstreamFound      *self,
              GstreamJsonCursor *cursor)
{
  guint32 start = *cursor->next;
  gboolean is_other = gstream_json_cursor_peek (cursor) != '"' && gstream_json_cursor_peek (cursor) != 'n';
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
read_tool_member (GstreamFound            *self,
                  GstreamJsonCursor       *cursor,
                  const GstreamJsonString *name)
{
  GstreamJsonString word;

  if (is (name, "tool_call_id") || is (name, "toolCallId"))
    return read_tool_id (self, cursor);
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
            self->item = gstream_json_slice_within (gstream_json_cursor_since (cursor, value), start);
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
      return gstream_found_read_message (self, cursor);
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

  if (string->escaped)
    length = gstream_json_unescape (copy, string->start, length);
  else
    memcpy (copy, string->start, length);
  copy[length] = '\0';
  *room = copy + length + 1;
  return copy;
}

/* Half a surrogate pair at its ends may go with what comes before or after (T3). */
G_GNUC_NO_INLINE static const char *
copy_escaped_text (const GstreamFound  *self,
                   GstreamEventFields        *fields,
                   char               **room)
{
  GstreamJsonValue raw = { self->text.start, self->text.start + self->text.length };
  guint16 low;
  guint16 high;

  gstream_json_trim_halves (&raw, &low, &high);
  fields->halves = low | (guint32) high << 16;

  return gstream_found_copy_string (&(GstreamJsonString) { raw.start, raw.end - raw.start, TRUE }, room);
}

char *
gstream_found_copy (const GstreamFound *self,
                    GstreamMethod       method,
                    const char         *node,
                    GstreamEventFields  *fields,
                    char               *room)
{
  const char *own_node;

  fields->method = method;
  fields->step = self->step;
  fields->delta = self->delta;
  fields->tool_role = self->tool_role;
  fields->index = self->index;
  fields->message_id = gstream_found_copy_if_any (&self->message_id, &room);
  fields->run_id = gstream_found_copy_if_any (&self->run_id, &room);
  own_node = gstream_found_copy_if_any (&self->node, &room);
  fields->node = node != NULL ? node : own_node;
  fields->halves = 0;
  fields->text = G_UNLIKELY (self->text.escaped) ? copy_escaped_text (self, fields, &room)
                                                      : gstream_found_copy_if_any (&self->text, &room);
  fields->text_length = fields->text != NULL ? room - fields->text - 1 : 0;
  fields->key = gstream_found_copy_if_any (&self->key, &room);
  fields->name = gstream_found_copy_if_any (&self->name, &room);
  fields->item = self->item;
  fields->metadata = self->metadata;
  return room;
}
