/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message that comes in one event: one that a node of the graph returned (D1), or the end of one that is being
 * streamed (T2). Its content is a string or an array of strings and blocks; its tool calls are members of their own.
 */
#include "config.h"

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h> /* reads the event's text without payloads in between */
#include <gstream/projections/gstream-message-private.h>

/* The blocks of one type that have been streamed, and not been finished by the whole message yet. */
typedef struct
{
  GPtrArray *blocks; /* of GstreamBlock, in index order */
  guint      next;
} Streamed;

typedef struct
{
  GstreamMessage *message;
  gboolean        has_calls; /* tool calls, apart from the content */
  GHashTable     *by_type;   /* type -> Streamed; NULL: nothing has been streamed */
  GHashTable     *by_id;     /* type, a space and id -> GstreamBlock */
  GHashTable     *done;      /* a set of GstreamBlock */
} Whole;

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

static char *
dup_type (GstreamJsonValue part)
{
  GstreamJsonValue type;

  return gstream_json_find (part, "/type", &type) && is_string (type) ? gstream_json_dup_string (type) : NULL;
}

/* --- the blocks that have been streamed --- */

static void
streamed_free (gpointer data)
{
  Streamed *self = data;

  g_ptr_array_unref (self->blocks);
  g_free (self);
}

/* Chunks, calls and invalid calls are one type here. */
static const char *
type_of_kind (GstreamBlockKind kind,
              const char      *type)
{
  if (kind == GSTREAM_BLOCK_SERVER_CHUNK)
    return "server_tool_call";
  if (gstream_block_is_call (kind))
    return "tool_call";

  return kind == GSTREAM_BLOCK_OTHER && type != NULL ? type : gstream_block_types[kind];
}

static void
note_streamed (Whole        *self,
               GstreamBlock *block)
{
  g_autofree char *said = gstream_members_dup_string (&block->members, "type");
  const char      *type = type_of_kind (block->kind, said);
  Streamed        *streamed = g_hash_table_lookup (self->by_type, type);

  if (streamed == NULL)
    {
      streamed = g_new0 (Streamed, 1);
      streamed->blocks = g_ptr_array_new ();
      g_hash_table_insert (self->by_type, g_strdup (type), streamed);
    }
  g_ptr_array_add (streamed->blocks, block);
  if (block->id != NULL)
    g_hash_table_replace (self->by_id, g_strconcat (type, " ", block->id, NULL), block);
}

static void
whole_init (Whole          *self,
            GstreamMessage *message)
{
  GPtrArray *blocks = gstream_message_content_order (gstream_message_peek_content (message));

  *self = (Whole) { .message = message };
  if (blocks == NULL)
    return;

  self->by_type = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, streamed_free);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->done = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < blocks->len; i++)
    note_streamed (self, g_ptr_array_index (blocks, i));
}

static void
whole_clear (Whole *self)
{
  g_clear_pointer (&self->by_type, g_hash_table_unref);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
  g_clear_pointer (&self->done, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Whole, whole_clear)

/* The next block of that type; if @id is not %NULL, the next without an id. */
static GstreamBlock *
take_next (Whole      *self,
           Streamed   *streamed,
           const char *id)
{
  while (streamed != NULL && streamed->next < streamed->blocks->len)
    {
      GstreamBlock *block = g_ptr_array_index (streamed->blocks, streamed->next++);

      if (!g_hash_table_contains (self->done, block) && (id == NULL || block->id == NULL))
        return block;
    }

  return NULL;
}

/* The streamed block that @part completes: by type and id, else by type and order. */
static GstreamBlock *
find_streamed (Whole           *self,
               GstreamJsonValue part)
{
  g_autofree char *said = dup_type (part);
  g_autofree char *id = gstream_block_dup_id (part);
  const char      *type = type_of_kind (gstream_block_kind_of (part, GSTREAM_BLOCK_OTHER), said);
  g_autofree char *name = id ? g_strconcat (type, " ", id, NULL) : NULL;
  GstreamBlock    *block = name ? g_hash_table_lookup (self->by_id, name) : NULL;

  if (block == NULL || g_hash_table_contains (self->done, block))
    block = take_next (self, g_hash_table_lookup (self->by_type, type), id);

  return block;
}

/* --- the parts of the whole --- */

static void
put (Whole           *self,
     GstreamJsonValue part)
{
  GstreamBlock *block = self->by_type != NULL ? find_streamed (self, part) : NULL;

  if (block != NULL)
    g_hash_table_add (self->done, block);
  gstream_message_put_block (self->message, block, part);
}

/* A block of type @type whose only other member is @name. */
static void
add_made_block (Whole           *self,
                const char      *type,
                const char      *name,
                GstreamJsonValue value)
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

/* A provider's own block for a call that is also among the message's tool_calls. */
static gboolean
is_tool_use (const char *type)
{
  return strcmp (type, "tool_use") == 0 || strcmp (type, "input_json_delta") == 0 || strcmp (type, "tool_call") == 0;
}

/* A provider's own block for reasoning; its other members go to `extras`. */
static void
add_thinking (Whole           *self,
              GstreamJsonValue part)
{
  g_autoptr (GString) json = g_string_new ("{\"type\":\"reasoning\"");
  GstreamMembers   members = { NULL };
  GstreamMembers   extras = { NULL };
  GstreamJsonValue found;

  gstream_members_merge (&members, part);
  if (gstream_json_find (part, "/extras", &found) && *found.start == '{')
    gstream_members_merge (&extras, found);
  for (guint i = 0; i < gstream_members_count (&members); i++)
    {
      const char *name = gstream_members_name_at (&members, i);
      const char *value = gstream_members_get (&members, name);

      if (g_str_equal (name, "thinking"))
        gstream_json_write_member (json, "reasoning");
      else if (g_str_equal (name, "id"))
        gstream_json_write_member (json, "id");
      else if (!g_str_equal (name, "type") && !g_str_equal (name, "index") && !g_str_equal (name, "extras"))
        gstream_members_set_json (&extras, name, value);
      if (g_str_equal (name, "thinking") || g_str_equal (name, "id"))
        g_string_append (json, value);
    }
  if (gstream_members_count (&extras) > 0)
    {
      gstream_json_write_member (json, "extras");
      g_string_append_c (json, '{');
      gstream_members_write (&extras, json, NULL, NULL);
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, '}');
  put (self, value_of (json));
  gstream_members_clear (&members);
  gstream_members_clear (&extras);
}

static void
add_part (Whole           *self,
          GstreamJsonValue part)
{
  g_autofree char *type = *part.start == '{' ? dup_type (part) : NULL;
  GstreamJsonValue found;

  if (is_string (part))
    {
      if (!is_empty_string (part))
        add_made_block (self, "text", "text", part);
    }
  else if (*part.start != '{' || !gstream_json_find (part, "/type", &found))
    add_made_block (self, "non_standard", "value", part);
  else if (g_strcmp0 (type, "thinking") == 0)
    add_thinking (self, part);
  else if (!self->has_calls || type == NULL || !is_tool_use (type))
    put (self, part);
}

static void
add_content (Whole           *self,
             GstreamJsonValue content)
{
  GstreamJsonIter  iter;
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
add_call (Whole           *self,
          const char      *type,
          GstreamJsonValue call)
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
for_calls (Whole           *self,
           GstreamJsonValue message,
           const char      *pointer,
           const char      *type) /* NULL: only count them */
{
  GstreamJsonIter  iter;
  GstreamJsonValue calls;
  GstreamJsonValue call;
  guint            n = 0;

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
  g_auto (Whole) whole = { NULL };

  whole_init (&whole, self);
  whole.has_calls = for_calls (&whole, message, "/tool_calls", NULL) > 0;
  if (gstream_json_find (message, "/content", &content))
    add_content (&whole, content);
  for_calls (&whole, message, "/tool_calls", "tool_call");
  for_calls (&whole, message, "/invalid_tool_calls", "invalid_tool_call");
  gstream_message_take_usage (self, event, "/usage_metadata");
  gstream_message_finish (self, event);
}
