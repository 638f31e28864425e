/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses a chunk of an answer, or a whole answer.
 */
#include <gstream/endpoint/gstream-chat-chunk-private.h>

#include <gstream/event/gstream-i18n-internal.h>

/* --- values --- */

GstreamJsonString
gstream_chat_string (GstreamJsonValue value)
{
  GstreamJsonString string = { NULL, 0, FALSE };

  if (value.start == NULL || *value.start != '"')
    return string;

  string.start = value.start + 1;
  string.length = value.end - value.start - 2;
  string.escaped = memchr (string.start, '\\', string.length) != NULL;

  return string;
}

GstreamJsonString
gstream_chat_member (GstreamJsonValue object,
                     const char      *pointer)
{
  GstreamJsonValue value = { NULL, NULL };

  gstream_json_find (object, pointer, &value);

  return gstream_chat_string (value);
}

/* Parses any value, and returns it if it begins with @first. */
static gboolean
read_value (GstreamJsonCursor *cursor,
            char               first,
            GstreamJsonValue  *value)
{
  gboolean         is_wanted = gstream_json_cursor_peek (cursor) == first;
  guint32          start = *cursor->next;
  GstreamJsonSlice slice;

  if (!gstream_json_cursor_skip (cursor))
    return FALSE;
  if (is_wanted)
    {
      slice = gstream_json_cursor_since (cursor, start);
      *value = (GstreamJsonValue) { cursor->json + slice.start, cursor->json + slice.start + slice.length };
    }

  return TRUE;
}

/* Parses a string; null and an empty string are the same as no string. */
static gboolean
read_string (GstreamJsonCursor *cursor,
             GstreamJsonString *string)
{
  GstreamJsonString read = { NULL, 0, FALSE };

  if (!gstream_json_cursor_string_if_any (cursor, &read))
    return FALSE;
  if (read.start != NULL && read.length > 0)
    *string = read;

  return TRUE;
}

/* Parses a value of any kind except null. */
static gboolean
read_error (GstreamJsonCursor *cursor,
            GstreamJsonValue  *error)
{
  char first = gstream_json_cursor_peek (cursor);

  return first == 'n' ? gstream_json_cursor_skip (cursor) : read_value (cursor, first, error);
}

/* --- what the model says --- */

/* Some servers send the same under two names; the first one is used. */
static gboolean
read_reasoning (GstreamChatChunk  *self,
                GstreamJsonCursor *cursor,
                const char        *name)
{
  GstreamJsonString read = { NULL, 0, FALSE };

  if (!read_string (cursor, &read))
    return FALSE;
  if (read.start != NULL && self->reasoning.start == NULL)
    {
      self->reasoning = read;
      self->reasoning_name = name;
    }

  return TRUE;
}

static gboolean
read_content (GstreamChatChunk  *self,
              GstreamJsonCursor *cursor)
{
  if (gstream_json_cursor_peek (cursor) == '[')
    return read_value (cursor, '[', &self->parts);

  return read_string (cursor, &self->content);
}

static gboolean
read_message_member (GstreamChatChunk        *self,
                     GstreamJsonCursor       *cursor,
                     const GstreamJsonString *name)
{
  if (gstream_json_string_is (name, "content"))
    return read_content (self, cursor);
  if (gstream_json_string_is (name, "reasoning_content"))
    return read_reasoning (self, cursor, "reasoning_content");
  if (gstream_json_string_is (name, "reasoning"))
    return read_reasoning (self, cursor, "reasoning");
  if (gstream_json_string_is (name, "reasoning_details"))
    return read_value (cursor, '[', &self->details);
  if (gstream_json_string_is (name, "refusal"))
    return read_string (cursor, &self->refusal);
  if (gstream_json_string_is (name, "tool_calls"))
    return read_value (cursor, '[', &self->calls);
  if (gstream_json_string_is (name, "function_call"))
    return read_value (cursor, '{', &self->function);
  if (gstream_json_string_is (name, "images"))
    return read_value (cursor, '[', &self->images);
  if (gstream_json_string_is (name, "annotations"))
    return read_value (cursor, '[', &self->annotations);

  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_message (GstreamChatChunk  *self,
              GstreamJsonCursor *cursor)
{
  GstreamJsonString name;

  if (!gstream_json_cursor_open (cursor, '{', N_ ("an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_message_member (self, cursor, &name);

  return cursor->expected == NULL;
}

/*
 * Some servers send both `delta` and `message`: in a stream the one has what is new and the other all so far, in a document
 * the one may be empty. So only one of them counts, whichever comes first.
 */
static gboolean
read_said (GstreamChatChunk  *self,
           GstreamJsonCursor *cursor,
           gboolean           counts)
{
  if (gstream_json_cursor_peek (cursor) != '{' || (self->has_said && !counts))
    return gstream_json_cursor_skip (cursor);

  self->has_said = self->has_said || counts;
  memset (&self->content, 0, sizeof *self - G_STRUCT_OFFSET (GstreamChatChunk, content));

  return read_message (self, cursor);
}

static gboolean
read_choice_index (GstreamChatChunk  *self,
                   GstreamJsonCursor *cursor)
{
  gint64 index = -1;

  if (!gstream_json_cursor_count_if_any (cursor, &index))
    return FALSE;
  self->is_other = self->is_other || index > 0;

  return TRUE;
}

static gboolean
read_choice (GstreamChatChunk  *self,
             GstreamJsonCursor *cursor)
{
  GstreamJsonString name;

  self->n_choices++;
  if (!gstream_json_cursor_open (cursor, '{', N_ ("a choice, an object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    if (gstream_json_string_is (&name, "delta"))
      read_said (self, cursor, !self->is_document);
    else if (gstream_json_string_is (&name, "message"))
      read_said (self, cursor, self->is_document);
    else if (gstream_json_string_is (&name, "error"))
      read_error (cursor, &self->choice_error);
    else if (gstream_json_string_is (&name, "finish_reason"))
      read_string (cursor, &self->finish_reason);
    else if (gstream_json_string_is (&name, "index"))
      read_choice_index (self, cursor);
    else if (gstream_json_string_is (&name, "usage"))
      read_value (cursor, '{', &self->usage);
    else
      gstream_json_cursor_skip (cursor);

  return cursor->expected == NULL;
}

/* --- the chunk --- */

static gboolean
read_choices (GstreamChatChunk  *self,
              GstreamJsonCursor *cursor)
{
  if (gstream_json_cursor_peek (cursor) == 'n')
    return gstream_json_cursor_skip (cursor);
  if (!gstream_json_cursor_open (cursor, '[', N_ ("choices, a list")))
    return FALSE;

  self->has_choices = TRUE;
  while (gstream_json_cursor_element (cursor))
    read_choice (self, cursor);

  return cursor->expected == NULL;
}

static gboolean
read_object_type (GstreamChatChunk  *self,
                  GstreamJsonCursor *cursor)
{
  GstreamJsonString type;

  if (!gstream_json_cursor_word_if_any (cursor, &type))
    return FALSE;
  self->is_error = self->is_error || gstream_json_string_is (&type, "error");

  return TRUE;
}

static gboolean
read_member (GstreamChatChunk        *self,
             GstreamJsonCursor       *cursor,
             const GstreamJsonString *name)
{
  if (gstream_json_string_is (name, "choices"))
    return read_choices (self, cursor);
  if (gstream_json_string_is (name, "id"))
    return read_string (cursor, &self->id);
  if (gstream_json_string_is (name, "model"))
    return read_string (cursor, &self->model);
  if (gstream_json_string_is (name, "usage"))
    return read_value (cursor, '{', &self->usage);
  if (gstream_json_string_is (name, "error") || gstream_json_string_is (name, "detail"))
    return read_error (cursor, &self->error);
  if (gstream_json_string_is (name, "message"))
    return read_string (cursor, &self->message);
  if (gstream_json_string_is (name, "object") || gstream_json_string_is (name, "type"))
    return read_object_type (self, cursor);
  if (gstream_json_string_is (name, "system_fingerprint"))
    return read_string (cursor, &self->fingerprint);

  return gstream_json_cursor_skip (cursor);
}

static gboolean
read_root (GstreamChatChunk  *self,
           GstreamJsonCursor *cursor)
{
  GstreamJsonString name;

  if (!gstream_json_cursor_open (cursor, '{', N_ ("a chunk of an answer, a JSON object")))
    return FALSE;
  while (gstream_json_cursor_member (cursor, &name))
    read_member (self, cursor, &name);

  return gstream_json_cursor_end (cursor);
}

gboolean
gstream_chat_chunk_read (GstreamChatChunk *self,
                         const char       *json,
                         gsize             length,
                         gboolean          is_document,
                         guint             max_depth,
                         GError          **error)
{
  GstreamJsonCursor cursor;

  *self = (GstreamChatChunk) { .is_document = is_document };
  if (gstream_json_cursor_init (&cursor, json, length, max_depth) && read_root (self, &cursor))
    return TRUE;

  gstream_json_cursor_set_error (&cursor, error);

  return FALSE;
}

/* --- calls --- */

static GstreamJsonString
said (GstreamJsonValue value)
{
  GstreamJsonString string = gstream_chat_string (value);

  return string.length > 0 ? string : (GstreamJsonString) { NULL, 0, FALSE };
}

static gboolean
is_name (GstreamJsonValue name,
         const char      *literal)
{
  gsize length = strlen (literal);

  return (gsize) (name.end - name.start) == length && memcmp (name.start, literal, length) == 0;
}

/* Handles what is in a `function`, or stands beside the call's id. */
static void
read_function_member (GstreamChatCall *self,
                      GstreamJsonValue name,
                      GstreamJsonValue value)
{
  if (is_name (name, "name"))
    self->name = said (value);
  else if (is_name (name, "arguments") && *value.start == '"')
    self->arguments = said (value);
  else if (is_name (name, "arguments") && *value.start != 'n')
    self->object = value;
}

static void
read_function (GstreamChatCall *self,
               GstreamJsonValue function)
{
  GstreamJsonIter  members;
  GstreamJsonValue name;
  GstreamJsonValue value;

  gstream_json_iter_init (&members, function);
  while (gstream_json_iter_member (&members, &name, &value))
    read_function_member (self, name, value);
}

/* A tool whose input is any text. */
static void
read_custom (GstreamChatCall *self,
             GstreamJsonValue custom)
{
  GstreamJsonValue name = { NULL, NULL };
  GstreamJsonValue input = { NULL, NULL };

  gstream_json_find (custom, "/name", &name);
  gstream_json_find (custom, "/input", &input);
  self->is_custom = TRUE;
  self->name = said (name);
  self->arguments = said (input);
}

static void
read_index (GstreamChatCall *self,
            GstreamJsonValue value)
{
  if (!gstream_json_is_number (value) || !gstream_json_read_integer (value, &self->index) || self->index < 0)
    self->index = -1;
}

static void
read_call_member (GstreamChatCall *self,
                  GstreamJsonValue name,
                  GstreamJsonValue value)
{
  if (is_name (name, "function") && *value.start == '{')
    read_function (self, value);
  else if (is_name (name, "custom") && *value.start == '{')
    read_custom (self, value);
  else if (is_name (name, "index"))
    read_index (self, value);
  else if (is_name (name, "id"))
    self->id = said (value);
  else if (is_name (name, "type"))
    self->type = said (value);
  else
    read_function_member (self, name, value);
}

gboolean
gstream_chat_call_is_known (GstreamJsonValue name)
{
  static const char *const names[] = { "function", "custom", "index", "id", "type", "name", "arguments" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_name (name, names[i]))
      return TRUE;

  return FALSE;
}

void
gstream_chat_call_read (GstreamChatCall *self,
                        GstreamJsonValue value)
{
  GstreamJsonIter  members;
  GstreamJsonValue name;

  *self = (GstreamChatCall) { .index = -1 };
  if (*value.start != '{')
    return;

  gstream_json_iter_init (&members, value);
  while (gstream_json_iter_member (&members, &name, &value))
    {
      read_call_member (self, name, value);
      self->has_others = self->has_others || !gstream_chat_call_is_known (name);
    }
}
