/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message that comes whole: what a node of the graph, rather than a model, has
 * said (D1). Its content is text, or a list of text and blocks; its tool calls
 * are told apart from it.
 */
#include "config.h"

#include <gstream/event/gstream-json-private.h>
#include <gstream/event/gstream-payload-private.h> /* reads the event's text without payloads in between */
#include <gstream/projections/gstream-message-private.h>

/* Where the next block goes. */
typedef struct
{
  GstreamMessage *message;
  guint           n_blocks;  /* so far */
  gboolean        has_calls; /* tool calls, apart from the content */
} Whole;

static void
put (Whole            *self,
     GstreamJsonValue  block)
{
  gstream_message_put_block (self->message, self->n_blocks++, block);
}

static gboolean
is_string (GstreamJsonValue value)
{
  return *value.start == '"';
}

static GstreamJsonValue
value_of (GString *json)
{
  return (GstreamJsonValue) { json->str, json->str + json->len };
}

/* A block of type @type whose only other member is @name. */
static void
add_made_block (Whole            *self,
                const char       *type,
                const char       *name,
                GstreamJsonValue  value)
{
  g_autoptr (GString) json = g_string_new ("{");

  gstream_json_write_member (json, "type");
  gstream_json_write_string (json, type);
  gstream_json_write_member (json, name);
  g_string_append_len (json, value.start, value.end - value.start);
  g_string_append_c (json, '}');
  put (self, value_of (json));
}

static gboolean
is_empty_string (GstreamJsonValue value)
{
  return value.end - value.start == 2;
}

/* A provider's own shape of what the message's tool_calls say too. */
static gboolean
is_tool_use (GstreamJsonValue block)
{
  GstreamJsonValue type;
  g_autofree char *text = NULL;

  if (!gstream_json_find (block, "/type", &type) || !is_string (type))
    return FALSE;
  text = gstream_json_dup_string (type);

  return strcmp (text, "tool_use") == 0 || strcmp (text, "input_json_delta") == 0 || strcmp (text, "tool_call") == 0;
}

static void
add_part (Whole            *self,
          GstreamJsonValue  part)
{
  GstreamJsonValue type;

  if (is_string (part))
    {
      if (!is_empty_string (part))
        add_made_block (self, "text", "text", part);
    }
  else if (*part.start != '{' || !gstream_json_find (part, "/type", &type))
    add_made_block (self, "non_standard", "value", part);
  else if (!self->has_calls || !is_tool_use (part))
    put (self, part);
}

static void
add_content (Whole            *self,
             GstreamJsonValue  content)
{
  GstreamJsonIter iter;
  GstreamJsonValue part;

  if (*content.start != '[')
    {
      if (*content.start != 'n')
        add_part (self, content);
      return;
    }

  gstream_json_iter_init (&iter, content);
  while (gstream_json_iter_element (&iter, &part))
    add_part (self, part);
}

static void
add_call (Whole            *self,
          const char       *type,
          GstreamJsonValue  call)
{
  GstreamMembers members = { NULL };
  g_autoptr (GString) json = g_string_new ("{");

  gstream_members_merge (&members, call);
  gstream_members_set_string (&members, "type", type);
  gstream_members_write (&members, json, NULL, NULL);
  g_string_append_c (json, '}');
  put (self, value_of (json));
  gstream_members_clear (&members);
}

/* How many calls there are. */
static guint
for_calls (Whole            *self,
           GstreamJsonValue  message,
           const char       *pointer,
           const char       *type) /* NULL: only count them */
{
  GstreamJsonIter iter;
  GstreamJsonValue calls;
  GstreamJsonValue call;
  guint n = 0;

  if (!gstream_json_find (message, pointer, &calls) || *calls.start != '[')
    return 0;

  gstream_json_iter_init (&iter, calls);
  while (gstream_json_iter_element (&iter, &call))
    {
      if (*call.start != '{')
        continue;
      if (type != NULL)
        add_call (self, type, call);
      n++;
    }

  return n;
}

void
gstream_message_take_whole (GstreamMessage *self,
                            GstreamEvent   *event)
{
  GstreamJsonValue message = gstream_payload_value (gstream_event_peek_item (event));
  GstreamJsonValue content;
  Whole whole = { self, 0, FALSE };

  whole.has_calls = for_calls (&whole, message, "/tool_calls", NULL) > 0;
  if (gstream_json_find (message, "/content", &content))
    add_content (&whole, content);
  for_calls (&whole, message, "/tool_calls", "tool_call");
  for_calls (&whole, message, "/invalid_tool_calls", "invalid_tool_call");
  gstream_message_take_usage (self, event, "/usage_metadata");
  gstream_message_finish (self, event);
}
