/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Messages in the JSON of a state: as dumped by LangChain ({"type": "human", …}), as written by hand ({"role": "user",
 * …}), and as written by its serializer ({"lc": 1, "id": […, "HumanMessage"], "kwargs": {…}}).
 */
#include <gstream/conversation/gstream-message-json-private.h>
#include <gstream/event/gstream-json-writer-internal.h> /* for writing a text as a block */
#include <gstream/event/gstream-payload-internal.h>     /* for payloads of text that is known to be JSON */
#include <gstream/projections/gstream-provider-form-internal.h>
#include <string.h>

typedef struct
{
  const char             *word;
  GstreamConversationRole role;
} Word;

static const Word words[] = {
  { "human", GSTREAM_CONVERSATION_ROLE_HUMAN },
  { "user", GSTREAM_CONVERSATION_ROLE_HUMAN },
  { "HumanMessage", GSTREAM_CONVERSATION_ROLE_HUMAN },
  { "HumanMessageChunk", GSTREAM_CONVERSATION_ROLE_HUMAN },
  { "ai", GSTREAM_CONVERSATION_ROLE_AI },
  { "assistant", GSTREAM_CONVERSATION_ROLE_AI },
  { "AIMessage", GSTREAM_CONVERSATION_ROLE_AI },
  { "AIMessageChunk", GSTREAM_CONVERSATION_ROLE_AI },
  { "tool", GSTREAM_CONVERSATION_ROLE_TOOL },
  { "function", GSTREAM_CONVERSATION_ROLE_TOOL },
  { "ToolMessage", GSTREAM_CONVERSATION_ROLE_TOOL },
  { "ToolMessageChunk", GSTREAM_CONVERSATION_ROLE_TOOL },
  { "system", GSTREAM_CONVERSATION_ROLE_SYSTEM },
  { "developer", GSTREAM_CONVERSATION_ROLE_SYSTEM },
  { "SystemMessage", GSTREAM_CONVERSATION_ROLE_SYSTEM },
  { "SystemMessageChunk", GSTREAM_CONVERSATION_ROLE_SYSTEM },
};

static gboolean
is_string (GstreamJsonValue value)
{
  return value.start != NULL && *value.start == '"';
}

static gboolean
is_raw (GstreamJsonValue raw,
        const char      *word)
{
  gsize length = strlen (word);

  return (gsize) (raw.end - raw.start) == length && memcmp (raw.start, word, length) == 0;
}

/* Whether it is a string that equals @word bytewise. */
static gboolean
says (GstreamJsonValue value,
      const char      *word)
{
  return is_string (value) && is_raw ((GstreamJsonValue) { value.start + 1, value.end - 1 }, word);
}

static GstreamConversationRole
read_role (GstreamJsonValue value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (says (value, words[i].word))
      return words[i].role;

  return GSTREAM_CONVERSATION_ROLE_OTHER;
}

GstreamJsonValue
gstream_message_json_member (GstreamJsonValue object,
                             const char      *name)
{
  GstreamJsonValue raw, value, found = { NULL, NULL };
  GstreamJsonIter  iter;

  if (object.start == NULL || *object.start != '{')
    return found;

  gstream_json_iter_init (&iter, object);
  while (gstream_json_iter_member (&iter, &raw, &value))
    if (is_raw (raw, name))
      found = value;

  return found.start != NULL && *found.start == 'n' ? (GstreamJsonValue) { NULL, NULL } : found;
}

static GstreamJsonValue
last_element (GstreamJsonValue array)
{
  GstreamJsonValue element, last = { NULL, NULL };
  GstreamJsonIter  iter;

  gstream_json_iter_init (&iter, array);
  while (gstream_json_iter_element (&iter, &element))
    last = element;

  return last;
}

/* --- the members --- */

typedef struct
{
  const char *name;
  gsize       offset; /* in GstreamMessageJson */
} Member;

static const Member members[] = {
  { "id", G_STRUCT_OFFSET (GstreamMessageJson, id) },
  { "content", G_STRUCT_OFFSET (GstreamMessageJson, content) },
  { "name", G_STRUCT_OFFSET (GstreamMessageJson, name) },
  { "tool_calls", G_STRUCT_OFFSET (GstreamMessageJson, tool_calls) },
  { "invalid_tool_calls", G_STRUCT_OFFSET (GstreamMessageJson, invalid_tool_calls) },
  { "tool_call_id", G_STRUCT_OFFSET (GstreamMessageJson, tool_call_id) },
  { "status", G_STRUCT_OFFSET (GstreamMessageJson, status) },
  { "additional_kwargs", G_STRUCT_OFFSET (GstreamMessageJson, more) },
};

static void
take_member (GstreamMessageJson *self,
             GstreamJsonValue    raw,
             GstreamJsonValue    value)
{
  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    if (is_raw (raw, members[i].name))
      *(GstreamJsonValue *) G_STRUCT_MEMBER_P (self, members[i].offset) = value;
}

static void
read_object (GstreamMessageJson *self,
             GstreamJsonValue    object)
{
  GstreamJsonValue raw, value, type = { NULL, NULL }, kwargs = { NULL, NULL };
  GstreamJsonIter  iter;

  gstream_json_iter_init (&iter, object);
  while (gstream_json_iter_member (&iter, &raw, &value))
    if (*value.start == 'n')
      continue;
    else if (is_raw (raw, "type") || (is_raw (raw, "role") && type.start == NULL))
      type = value;
    else if (is_raw (raw, "kwargs"))
      kwargs = value;
    else
      take_member (self, raw, value);

  if (says (type, "constructor") && kwargs.start != NULL && *kwargs.start == '{')
    {
      GstreamJsonValue class_name = self->id;

      self->id = (GstreamJsonValue) { NULL, NULL };
      read_object (self, kwargs);
      if (class_name.start != NULL && *class_name.start == '[')
        type = last_element (class_name);
      self->role = read_role (type);
    }
  else
    self->role = read_role (type);
}

void
gstream_message_json_read (GstreamMessageJson *self,
                           GstreamJsonValue    message)
{
  *self = (GstreamMessageJson) { .role = GSTREAM_CONVERSATION_ROLE_OTHER };
  if (*message.start == '{')
    read_object (self, message);
  else
    self->content = message;
}

char *
gstream_message_json_dup (GstreamJsonValue value)
{
  if (value.start == NULL || says (value, ""))
    return NULL;

  return is_string (value) ? gstream_json_dup_string (value) : g_strndup (value.start, value.end - value.start);
}

/* --- the content --- */

static void
append_string (GString         *out,
               GstreamJsonValue value)
{
  g_autofree char *string = is_string (value) ? gstream_json_dup_string (value) : NULL;

  if (string != NULL)
    g_string_append (out, string);
}

static void
append_block_text (GString         *out,
                   GstreamJsonValue block)
{
  GstreamJsonValue type;

  if (is_string (block))
    append_string (out, block);
  if (*block.start != '{')
    return;

  type = gstream_message_json_member (block, "type");
  if (type.start == NULL || says (type, "text") || says (type, "output_text") || says (type, "input_text"))
    append_string (out, gstream_message_json_member (block, "text"));
}

static void
append_blocks (GString         *out,
               GstreamJsonValue content,
               void (*append) (GString *,
                               GstreamJsonValue))
{
  GstreamJsonValue block;
  GstreamJsonIter  iter;

  if (content.start == NULL || *content.start != '[')
    return;

  gstream_json_iter_init (&iter, content);
  while (gstream_json_iter_element (&iter, &block))
    append (out, block);
}

char *
gstream_message_json_dup_text (const GstreamMessageJson *self)
{
  GString *out;

  if (self->content.start == NULL)
    return g_strdup ("");
  if (is_string (self->content))
    return gstream_json_dup_string (self->content);
  if (*self->content.start != '[')
    return g_strndup (self->content.start, self->content.end - self->content.start);

  out = g_string_new (NULL);
  append_blocks (out, self->content, append_block_text);
  return g_string_free (out, FALSE);
}

char *
gstream_message_json_dup_reasoning (const GstreamMessageJson *self)
{
  g_autoptr (GString) raw = g_string_new (NULL);
  GstreamJsonValue kept = gstream_provider_form_get_kept_reasoning (self->more);

  append_blocks (raw, self->content, gstream_provider_form_append_reasoning);
  if (raw->len == 0 && kept.start != NULL)
    return gstream_json_dup_string (kept);

  return raw->len > 0 ? gstream_json_dup_raw ((GstreamJsonValue) { raw->str, raw->str + raw->len }) : NULL;
}

GstreamPayload *
gstream_message_json_dup_blocks (const GstreamMessageJson *self)
{
  g_autoptr (GString) json = NULL;
  GstreamJsonValue content = self->content;

  if (content.start != NULL && *content.start == '[')
    return gstream_payload_new_checked (content.start, content.end - content.start);
  if (!is_string (content) || content.end - content.start == 2)
    return gstream_payload_new_checked ("[]", 2);

  json = g_string_new ("[{\"type\":\"text\",\"text\":");
  g_string_append_len (json, content.start, content.end - content.start);
  g_string_append (json, "}]");
  return gstream_payload_new_checked (json->str, json->len);
}
