/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Converts the chunks of a model's answer to the events of a run.
 *
 * The text of a block is stored in the escaped form in which it is in the JSON: so pieces can be concatenated, whatever
 * they end with, and written to the list of messages unchanged.
 */
#include <gstream/endpoint/gstream-chat-answer-private.h>

#include <gstream/endpoint/gstream-chat-details-private.h>
#include <gstream/event/gstream-error-internal.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-message-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h>

#define BLOCK_COST 256 /* bytes that are counted for a block, besides its text */

typedef enum
{
  BLOCK_TEXT,
  BLOCK_REASONING,
  BLOCK_REFUSAL,
  BLOCK_CALL,
  BLOCK_PART, /* a part of the content of a kind that is passed on unchanged */
} BlockKind;

/* A content block of the message. */
typedef struct
{
  BlockKind kind;
  gint64    place;       /* its position among the blocks, which is the index in its events */
  GString  *text;        /* the text, or a call's arguments, in escaped form; for a part, its JSON */
  GString  *annotations; /* of a text: JSON values separated by commas; NULL: none */

  /* For a call. */
  char      *id;          /* NULL: not known yet */
  char      *server_id;   /* what the server calls it; NULL: not known; it may come after @id was made */
  char      *name;        /* in escaped form; NULL: not known yet */
  guint      named_in;    /* the number of the chunk that had the name last */
  char      *type;        /* in escaped form; NULL: "function" */
  gint64     index;       /* among the calls; -1: not known */
  gboolean   is_function; /* a `function_call`, the older form of the protocol */
  gboolean   is_custom;   /* of a tool whose input is any text */
  GPtrArray *others;      /* what else the server wants back: members and values alternately, as JSON; NULL: nothing */

  /* The parser state of the arguments, to detect the end of a call if the server does not tell. */
  guint    depth;     /* brackets that are open */
  gboolean has_begun; /* there was one */
  gboolean in_string;
  gboolean in_escape;
} Block;

struct _GstreamChatAnswer
{
  GstreamPayload *messages;
  gsize           max_size;
  guint           max_depth;
  gsize           size;     /* of all blocks so far */
  guint           n_chunks; /* so far */

  GPtrArray *events;  /* that were made */
  guint      n_taken; /* of them */

  GstreamMessageWriter *writer;   /* of the deltas; NULL: the message has not begun */
  char                 *id;       /* of the message */
  GPtrArray            *blocks;   /* Block */
  Block                *text;     /* the latest of its kind; NULL: there is none */
  Block                *call;     /* likewise */
  GHashTable           *by_id;    /* of a call, char *: Block */
  GHashTable           *by_index; /* of a call, gint64 *: Block, the latest of that index */

  char               *model; /* in escaped form; NULL: not known; the same for those below */
  char               *fingerprint;
  char               *usage; /* an object */
  char               *finish_reason;
  const char         *reasoning_name; /* static; the member that had the reasoning; NULL: none */
  GstreamChatDetails *details;
  gboolean            over;
};

/* --- blocks --- */

static void
block_free (gpointer data)
{
  Block *self = data;

  g_string_free (self->text, TRUE);
  if (self->annotations != NULL)
    g_string_free (self->annotations, TRUE);
  g_free (self->id);
  g_free (self->server_id);
  g_free (self->name);
  g_free (self->type);
  g_clear_pointer (&self->others, g_ptr_array_unref);
  g_free (self);
}

/* Counts brackets outside of strings. @text: unescaped. */
static void
follow_arguments (Block      *self,
                  const char *text,
                  gsize       length)
{
  for (const char *c = text; c < text + length; c++)
    if (self->in_escape)
      self->in_escape = FALSE;
    else if (self->in_string)
      {
        self->in_escape = *c == '\\';
        self->in_string = *c != '"';
      }
    else if (*c == '"')
      self->in_string = TRUE;
    else if (*c == '{' || *c == '[')
      {
        self->has_begun = TRUE;
        self->depth++;
      }
    else if ((*c == '}' || *c == ']') && self->depth > 0)
      self->depth--;
}

static gboolean
has_all_arguments (const Block *self)
{
  return self->has_begun && self->depth == 0;
}

/* --- the object --- */

static void push_beginning (GstreamChatAnswer *self);

GstreamChatAnswer *
gstream_chat_answer_new (GstreamPayload *messages,
                         gsize           max_size,
                         guint           max_depth)
{
  GstreamChatAnswer *self = g_new0 (GstreamChatAnswer, 1);

  self->messages = gstream_payload_ref (messages);
  self->max_size = max_size;
  self->max_depth = MIN (max_depth, GSTREAM_JSON_MAX_DEPTH);
  self->events = g_ptr_array_new ();
  self->blocks = g_ptr_array_new_with_free_func (block_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_index = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->details = gstream_chat_details_new ();
  push_beginning (self);

  return self;
}

void
gstream_chat_answer_free (GstreamChatAnswer *self)
{
  while (self->n_taken < self->events->len)
    gstream_event_unref (self->events->pdata[self->n_taken++]);
  g_ptr_array_unref (self->events);
  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->by_index);
  g_ptr_array_unref (self->blocks);
  g_clear_object (&self->writer);
  gstream_payload_unref (self->messages);
  gstream_chat_details_free (self->details);
  g_free (self->id);
  g_free (self->model);
  g_free (self->fingerprint);
  g_free (self->usage);
  g_free (self->finish_reason);
  g_free (self);
}

GstreamEvent *
gstream_chat_answer_take (GstreamChatAnswer *self)
{
  if (self->n_taken < self->events->len)
    return self->events->pdata[self->n_taken++];

  g_ptr_array_set_size (self->events, 0);
  self->n_taken = 0;

  return NULL;
}

gboolean
gstream_chat_answer_is_over (GstreamChatAnswer *self)
{
  return self->over;
}

gboolean
gstream_chat_answer_has_stopped (GstreamChatAnswer *self)
{
  return self->finish_reason != NULL;
}

static gboolean
grow (GstreamChatAnswer *self,
      gsize              bytes,
      GError           **error)
{
  self->size += bytes;
  if (self->size <= self->max_size)
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_TOO_LARGE, _ ("expected an answer of at most %zu bytes"),
               self->max_size);

  return FALSE;
}

/* --- making events --- */

/* Writes a string in escaped form. */
static void
add_raw (GString    *out,
         const char *name,
         const char *raw)
{
  if (raw == NULL)
    return;
  gstream_json_write_member (out, name);
  g_string_append_c (out, '"');
  g_string_append (out, raw);
  g_string_append_c (out, '"');
}

static void
add_json (GString    *out,
          const char *name,
          const char *json)
{
  if (json == NULL)
    return;
  gstream_json_write_member (out, name);
  g_string_append (out, json);
}

/* Consumes @data, JSON. */
static void
push_event (GstreamChatAnswer *self,
            const char        *method,
            GString           *data)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new_checked (data->str, data->len);

  g_ptr_array_add (self->events, gstream_event_new_full (method, NULL, payload, -1, NULL, NULL, NULL));
  g_string_free (data, TRUE);
}

static void
push_lifecycle (GstreamChatAnswer *self,
                const char        *event)
{
  GString *data = g_string_new ("{");

  gstream_json_add_string (data, "event", event);
  g_string_append_c (data, '}');
  push_event (self, "lifecycle", data);
}

static GString *
begin_step (GstreamChatAnswer *self,
            const char        *event)
{
  GString *data = g_string_new ("{");

  gstream_json_add_string (data, "event", event);

  return data;
}

/* Consumes @data. */
static void
push_step (GstreamChatAnswer *self,
           GString           *data)
{
  gstream_json_add_string (data, "run_id", self->id);
  g_string_append_c (data, '}');
  push_event (self, "messages", data);
}

/* --- the beginning --- */

static void
push_beginning (GstreamChatAnswer *self)
{
  GString *values = g_string_new ("{");

  push_lifecycle (self, "running");
  gstream_json_add_payload (values, "messages", self->messages);
  g_string_append_c (values, '}');
  push_event (self, "values", values);
}

static char *
dup_raw (GstreamJsonString string)
{
  return string.start != NULL ? g_strndup (string.start, string.length) : NULL;
}

static char *
dup_plain (GstreamJsonString string)
{
  return string.start != NULL ? gstream_json_dup_raw ((GstreamJsonValue) { string.start, string.start + string.length })
                              : NULL;
}

static void
add_metadata (GstreamChatAnswer *self,
              GString           *data,
              gboolean           is_end)
{
  gstream_json_write_member (data, "metadata");
  g_string_append_c (data, '{');
  add_raw (data, "model", self->model);
  add_raw (data, "system_fingerprint", self->fingerprint);
  if (is_end)
    {
      add_raw (data, "finish_reason", self->finish_reason);
      add_json (data, "token_usage", self->usage);
    }
  g_string_append_c (data, '}');
}

static void
begin_message (GstreamChatAnswer      *self,
               const GstreamChatChunk *chunk)
{
  GString *data;

  self->id = dup_plain (chunk->id);
  if (self->id == NULL)
    self->id = g_uuid_string_random ();
  self->writer = gstream_message_writer_new (NULL, NULL, self->id);

  data = begin_step (self, "message-start");
  gstream_json_add_string (data, "role", "ai");
  gstream_json_add_string (data, "id", self->id);
  add_metadata (self, data, FALSE);
  push_step (self, data);
}

/* --- text --- */

static const char *
type_of (const Block *block)
{
  static const char *const types[] = {
    [BLOCK_TEXT] = "text",
    [BLOCK_REASONING] = "reasoning",
    [BLOCK_REFUSAL] = "refusal",
    [BLOCK_CALL] = "tool_call_chunk",
  };

  return types[block->kind];
}

/* Returns the member that the deltas of the block extend. */
static const char *
member_of (const Block *block)
{
  static const char *const members[] = {
    [BLOCK_TEXT] = "text",
    [BLOCK_REASONING] = "reasoning",
    [BLOCK_REFUSAL] = "refusal",
    [BLOCK_CALL] = "args",
  };

  return members[block->kind];
}

static void
push_block_start (GstreamChatAnswer *self,
                  const Block       *block)
{
  GString *data = begin_step (self, "content-block-start");

  gstream_json_add_integer (data, "index", block->place);
  gstream_json_write_member (data, "content");
  g_string_append_c (data, '{');
  gstream_json_add_string (data, "type", type_of (block));
  gstream_json_add_string (data, "id", block->id);
  add_raw (data, "name", block->name);
  add_raw (data, member_of (block), "");
  g_string_append_c (data, '}');
  push_step (self, data);
}

static Block *
add_block (GstreamChatAnswer *self,
           BlockKind          kind)
{
  Block *block = g_new0 (Block, 1);

  block->kind = kind;
  block->place = self->blocks->len;
  block->text = g_string_new (NULL);
  block->index = -1;
  g_ptr_array_add (self->blocks, block);

  return block;
}

/* Returns the current block of that kind; a new one if another kind of block came in between. */
static Block *
ensure_block (GstreamChatAnswer *self,
              BlockKind          kind)
{
  Block *block = self->blocks->len > 0 ? self->blocks->pdata[self->blocks->len - 1] : NULL;

  if (block != NULL && block->kind == kind)
    return block;

  self->size += BLOCK_COST;
  block = add_block (self, kind);
  if (kind == BLOCK_TEXT)
    self->text = block;
  push_block_start (self, block);

  return block;
}

/* Makes a delta of a kind that messages ignore, for consumers that read the events. */
static void
push_refusal (GstreamChatAnswer       *self,
              const Block             *block,
              const GstreamJsonString *text)
{
  GString *data = begin_step (self, "content-block-delta");

  gstream_json_add_integer (data, "index", block->place);
  gstream_json_write_member (data, "delta");
  g_string_append_printf (data, "{\"type\":\"refusal-delta\",\"refusal\":\"%.*s\"}", (int) text->length, text->start);
  push_step (self, data);
}

static gboolean
add_text (GstreamChatAnswer       *self,
          BlockKind                kind,
          const GstreamJsonString *text,
          GError                 **error)
{
  GstreamDelta delta = kind == BLOCK_TEXT ? GSTREAM_DELTA_TEXT : GSTREAM_DELTA_REASONING;
  Block       *block;

  if (text->length == 0)
    return TRUE;
  if (!grow (self, text->length, error))
    return FALSE;

  block = ensure_block (self, kind);
  g_string_append_len (block->text, text->start, text->length);
  if (kind == BLOCK_REFUSAL)
    push_refusal (self, block, text);
  else
    g_ptr_array_add (self->events, gstream_message_writer_delta (self->writer, delta, block->place, text));

  return TRUE;
}

/* --- content in parts --- */

/* Handles a `thinking` part, which one server sends: text, or parts with text. */
static gboolean
add_thinking (GstreamChatAnswer *self,
              GstreamJsonValue   thinking,
              GError           **error)
{
  GstreamJsonString text = gstream_chat_string (thinking);
  GstreamJsonIter   parts;
  GstreamJsonValue  part;

  if (*thinking.start != '[')
    return add_text (self, BLOCK_REASONING, &text, error);

  gstream_json_iter_init (&parts, thinking);
  while (gstream_json_iter_element (&parts, &part))
    {
      text = gstream_chat_member (part, "/text");
      if (!add_text (self, BLOCK_REASONING, &text, error))
        return FALSE;
    }

  return TRUE;
}

/* Handles a part of another kind, which becomes a block unchanged. */
static gboolean
add_other_part (GstreamChatAnswer *self,
                GstreamJsonValue   part,
                GError           **error)
{
  gsize    length = part.end - part.start;
  GString *data;
  Block   *block;

  if (*part.start != '{' || gstream_chat_member (part, "/type").start == NULL)
    return TRUE;
  if (!grow (self, length + BLOCK_COST, error))
    return FALSE;

  block = add_block (self, BLOCK_PART);
  g_string_append_len (block->text, part.start, length);
  data = begin_step (self, "content-block-finish");
  gstream_json_add_integer (data, "index", block->place);
  add_json (data, "content", block->text->str);
  push_step (self, data);

  return TRUE;
}

static gboolean
add_part (GstreamChatAnswer *self,
          GstreamJsonValue   part,
          GError           **error)
{
  GstreamJsonString type = { NULL, 0, FALSE };
  GstreamJsonString text;
  GstreamJsonValue  thinking;

  if (*part.start == '{')
    type = gstream_chat_member (part, "/type");
  if (gstream_json_string_is (&type, "text"))
    {
      text = gstream_chat_member (part, "/text");
      return add_text (self, BLOCK_TEXT, &text, error);
    }
  if (gstream_json_string_is (&type, "refusal"))
    {
      text = gstream_chat_member (part, "/refusal");
      return add_text (self, BLOCK_REFUSAL, &text, error);
    }
  if (gstream_json_string_is (&type, "thinking") && gstream_json_find (part, "/thinking", &thinking))
    return add_thinking (self, thinking, error);

  return add_other_part (self, part, error);
}

static gboolean
add_parts (GstreamChatAnswer *self,
           GstreamJsonValue   parts,
           GError           **error)
{
  GstreamJsonIter  iter;
  GstreamJsonValue part;

  if (parts.start == NULL)
    return TRUE;

  gstream_json_iter_init (&iter, parts);
  while (gstream_json_iter_element (&iter, &part))
    if (!add_part (self, part, error))
      return FALSE;

  return TRUE;
}

/* --- annotations --- */

/* A member of @object that is a string or a number, in the protocol's name. */
static void
copy_member (GString         *out,
             const char      *name,
             GstreamJsonValue object,
             const char      *pointer)
{
  GstreamJsonValue value;

  if (!gstream_json_find (object, pointer, &value) || (*value.start != '"' && !gstream_json_is_number (value)))
    return;
  gstream_json_write_member (out, name);
  g_string_append_len (out, value.start, value.end - value.start);
}

/* Converts a cited page to a citation of the protocol; other annotations are passed on unchanged. */
static void
write_annotation (GString         *out,
                  GstreamJsonValue annotation)
{
  GstreamJsonValue citation;

  g_string_append_c (out, '{');
  if (gstream_json_find (annotation, "/url_citation", &citation) && *citation.start == '{')
    {
      gstream_json_add_string (out, "type", "citation");
      copy_member (out, "url", citation, "/url");
      copy_member (out, "title", citation, "/title");
      copy_member (out, "startIndex", citation, "/start_index");
      copy_member (out, "endIndex", citation, "/end_index");
      copy_member (out, "citedText", citation, "/content");
    }
  else
    {
      gstream_json_add_string (out, "type", "non_standard_annotation");
      gstream_json_write_member (out, "value");
      g_string_append_len (out, annotation.start, annotation.end - annotation.start);
    }
  g_string_append_c (out, '}');
}

/* An annotation belongs to the previous text, even if a call came in between. */
static void
add_annotation (GstreamChatAnswer *self,
                GstreamJsonValue   annotation)
{
  Block *block = self->text != NULL ? self->text : ensure_block (self, BLOCK_TEXT);

  if (block->annotations == NULL)
    block->annotations = g_string_new (NULL);
  else
    g_string_append_c (block->annotations, ',');
  write_annotation (block->annotations, annotation);
}

static gboolean
add_annotations (GstreamChatAnswer *self,
                 GstreamJsonValue   annotations,
                 GError           **error)
{
  GstreamJsonIter  iter;
  GstreamJsonValue annotation;

  if (annotations.start == NULL)
    return TRUE;
  if (!grow (self, annotations.end - annotations.start, error))
    return FALSE;

  gstream_json_iter_init (&iter, annotations);
  while (gstream_json_iter_element (&iter, &annotation))
    if (*annotation.start == '{')
      add_annotation (self, annotation);

  return TRUE;
}

/* --- reasoning --- */

/* If there also is reasoning text, the details repeat it. */
static gboolean
add_details (GstreamChatAnswer      *self,
             const GstreamChatChunk *chunk,
             GError                **error)
{
  GstreamJsonIter  iter;
  GstreamJsonValue detail;

  if (chunk->details.start == NULL)
    return TRUE;
  if (!grow (self, chunk->details.end - chunk->details.start, error))
    return FALSE;

  gstream_json_iter_init (&iter, chunk->details);
  while (gstream_json_iter_element (&iter, &detail))
    {
      GstreamJsonString text = gstream_chat_detail_get_text (detail);

      gstream_chat_details_add (self->details, detail);
      if (chunk->reasoning.start == NULL && self->reasoning_name == NULL &&
          !add_text (self, BLOCK_REASONING, &text, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_reasoning (GstreamChatAnswer      *self,
               const GstreamChatChunk *chunk,
               GError                **error)
{
  if (chunk->reasoning.start != NULL)
    self->reasoning_name = chunk->reasoning_name;

  return add_text (self, BLOCK_REASONING, &chunk->reasoning, error) && add_details (self, chunk, error);
}

/* --- calls of tools --- */

static gboolean
is_named (const Block             *block,
          const GstreamJsonString *name)
{
  return strlen (block->name) == name->length && memcmp (block->name, name->start, name->length) == 0;
}

/*
 * Servers give calls a number, or an id, or both, or neither, and some repeat the name with each piece. If the same number
 * comes with another id, or with a name after the arguments are complete, or with two names in one chunk, it is another
 * call, because some servers use 0 for all calls.
 */
static gboolean
is_same_call (GstreamChatAnswer     *self,
              const Block           *block,
              const GstreamChatCall *call,
              const char            *id)
{
  if (call->index >= 0 && block->index >= 0 && call->index != block->index)
    return FALSE;
  if (id != NULL && block->server_id != NULL)
    return strcmp (id, block->server_id) == 0 || (call->index >= 0 && call->name.start == NULL);
  if (call->name.start == NULL || block->name == NULL)
    return TRUE;
  if (block->named_in == self->n_chunks || (id != NULL && !is_named (block, &call->name)))
    return FALSE;

  return call->index >= 0 ? !has_all_arguments (block) : block->has_begun && block->depth > 0;
}

static Block *
find_call (GstreamChatAnswer     *self,
           const GstreamChatCall *call,
           const char            *id)
{
  Block *found = NULL;

  if (self->call != NULL && is_same_call (self, self->call, call, id))
    return self->call;
  if (id != NULL)
    found = g_hash_table_lookup (self->by_id, id);
  if (found == NULL && call->index >= 0)
    found = g_hash_table_lookup (self->by_index, &call->index);

  return found != NULL && is_same_call (self, found, call, id) ? found : NULL;
}

/* An id that comes late does not replace the one that was made, which has been shown. */
static void
take_server_id (GstreamChatAnswer *self,
                Block             *block,
                const char        *id)
{
  if (id == NULL || block->server_id != NULL)
    return;
  block->server_id = g_strdup (id);
  g_hash_table_replace (self->by_id, block->server_id, block);
}

/* Makes an id if there is none, because the result of the tool has to refer to one. */
static Block *
new_call (GstreamChatAnswer     *self,
          const GstreamChatCall *call,
          const char            *id)
{
  Block *block = add_block (self, BLOCK_CALL);

  block->id = id != NULL ? g_strdup (id) : g_strdup_printf ("call_%" G_GINT64_FORMAT "_%s", block->place, self->id);
  block->name = dup_raw (call->name);
  block->index = call->index;
  take_server_id (self, block, id);
  if (block->index >= 0)
    g_hash_table_replace (self->by_index, &block->index, block);
  push_block_start (self, block);
  self->call = block;

  return block;
}

static void
add_arguments (GstreamChatAnswer       *self,
               Block                   *block,
               const GstreamJsonString *text)
{
  GstreamEvent             *event;
  const GstreamEventFields *fields;

  event = gstream_message_writer_delta (self->writer, GSTREAM_DELTA_TOOL_CALL, block->place, text);
  fields = gstream_event_get_fields (event);
  follow_arguments (block, fields->text, fields->text_length);
  g_string_append_len (block->text, text->start, text->length);
  g_ptr_array_add (self->events, event);
}

/* Handles arguments that are a JSON value instead of a string with JSON. */
static void
add_object (GstreamChatAnswer *self,
            Block             *block,
            GstreamJsonValue   object)
{
  g_autoptr (GString) quoted = g_string_new (NULL);

  gstream_json_write_string_len (quoted, object.start, object.end - object.start);
  add_arguments (self, block, &(GstreamJsonString) { quoted->str + 1, quoted->len - 2, TRUE });
}

/* Returns NULL if a new call would have nothing in it. */
static Block *
ensure_call (GstreamChatAnswer     *self,
             const GstreamChatCall *call)
{
  g_autofree char *id = dup_plain (call->id);
  Block           *block = find_call (self, call, id);

  if (block == NULL)
    {
      if (id == NULL && call->name.start == NULL && call->arguments.start == NULL && call->object.start == NULL)
        return NULL;
      self->size += BLOCK_COST;
      return new_call (self, call, id);
    }
  take_server_id (self, block, id);
  if (block->name == NULL)
    block->name = dup_raw (call->name);
  self->call = block;

  return block;
}

static void
set_other (GPtrArray       *others,
           GstreamJsonValue name,
           GstreamJsonValue value)
{
  g_autofree char *member = g_strndup (name.start, name.end - name.start);
  guint            i = 0;

  while (i < others->len && strcmp (others->pdata[i], member) != 0)
    i += 2;
  if (i == others->len)
    {
      g_ptr_array_add (others, g_steal_pointer (&member));
      g_ptr_array_add (others, NULL);
    }
  g_free (others->pdata[i + 1]);
  others->pdata[i + 1] = g_strndup (value.start, value.end - value.start);
}

/* Keeps members such as the signature of the thought that led to the call, without which one server refuses the result. */
static void
keep_others (Block           *block,
             GstreamJsonValue call)
{
  GstreamJsonIter  members;
  GstreamJsonValue name;
  GstreamJsonValue value;

  if (block->others == NULL)
    block->others = g_ptr_array_new_with_free_func (g_free);
  gstream_json_iter_init (&members, call);
  while (gstream_json_iter_member (&members, &name, &value))
    if (*value.start != 'n' && !gstream_chat_call_is_known (name))
      set_other (block->others, name, value);
}

static void
note_call (GstreamChatAnswer     *self,
           Block                 *block,
           const GstreamChatCall *call)
{
  if (call->name.start != NULL)
    block->named_in = self->n_chunks;
  if (block->type == NULL && call->type.start != NULL)
    block->type = dup_raw (call->type);
  block->is_custom = block->is_custom || call->is_custom;
}

static gboolean
add_call (GstreamChatAnswer *self,
          GstreamJsonValue   value,
          gboolean           is_function,
          GError           **error)
{
  GstreamChatCall call;
  Block          *block;

  if (!grow (self, value.end - value.start, error))
    return FALSE;

  gstream_chat_call_read (&call, value);
  block = ensure_call (self, &call);
  if (block == NULL)
    return TRUE;
  block->is_function = is_function;
  note_call (self, block, &call);
  if (call.has_others)
    keep_others (block, value);
  if (call.arguments.start != NULL)
    add_arguments (self, block, &call.arguments);
  if (call.object.start != NULL)
    add_object (self, block, call.object);

  return TRUE;
}

static gboolean
add_calls (GstreamChatAnswer      *self,
           const GstreamChatChunk *chunk,
           GError                **error)
{
  GstreamJsonIter  iter;
  GstreamJsonValue value;

  if (chunk->function.start != NULL && !add_call (self, chunk->function, TRUE, error))
    return FALSE;
  if (chunk->calls.start == NULL)
    return TRUE;

  gstream_json_iter_init (&iter, chunk->calls);
  while (gstream_json_iter_element (&iter, &value))
    if (!add_call (self, value, FALSE, error))
      return FALSE;

  return TRUE;
}

/* --- the end --- */

static char *
dup_block_text (const Block *block)
{
  return gstream_json_dup_raw ((GstreamJsonValue) { block->text->str, block->text->str + block->text->len });
}

/* Writes a call if the arguments are an object, otherwise an invalid call with the reason. */
static void
write_call (const Block *block,
            GString     *out)
{
  g_autofree char *text = dup_block_text (block);
  g_autoptr (GstreamPayload) args = gstream_payload_new (*text != '\0' ? text : "{}", -1, NULL);
  gboolean is_object = args != NULL && gstream_payload_get_kind (args) == GSTREAM_PAYLOAD_KIND_OBJECT;

  gstream_json_add_string (out, "type", is_object ? "tool_call" : "invalid_tool_call");
  gstream_json_add_string (out, "id", block->id);
  add_raw (out, "name", block->name);
  if (is_object)
    {
      gstream_json_add_payload (out, "args", args);
      return;
    }
  gstream_json_add_string (out, "args", text);
  gstream_json_add_string (out, "error",
                           args == NULL ? "Failed to parse tool call arguments as JSON"
                                        : "Tool call arguments are not a JSON object");
}

static void
add_annotation_list (GString     *out,
                     const Block *block)
{
  if (block->annotations == NULL)
    return;
  gstream_json_write_member (out, "annotations");
  g_string_append_printf (out, "[%s]", block->annotations->str);
}

static void
push_block_finish (GstreamChatAnswer *self,
                   const Block       *block)
{
  GString *data = begin_step (self, "content-block-finish");

  gstream_json_add_integer (data, "index", block->place);
  gstream_json_write_member (data, "content");
  g_string_append_c (data, '{');
  if (block->kind == BLOCK_CALL)
    write_call (block, data);
  else
    {
      gstream_json_add_string (data, "type", type_of (block));
      add_raw (data, member_of (block), block->text->str);
      add_annotation_list (data, block);
    }
  g_string_append_c (data, '}');
  push_step (self, data);
}

static void
add_number (GString         *out,
            const char      *name,
            GstreamJsonValue usage,
            const char      *pointer)
{
  GstreamJsonValue value;

  if (!gstream_json_find (usage, pointer, &value) || !gstream_json_is_number (value))
    return;
  gstream_json_write_member (out, name);
  g_string_append_len (out, value.start, value.end - value.start);
}

/* An object with the one member, or none. */
static void
add_detail (GString         *out,
            const char      *name,
            const char      *member,
            GstreamJsonValue usage,
            const char      *pointer)
{
  g_autoptr (GString) detail = g_string_new ("{");

  add_number (detail, member, usage, pointer);
  g_string_append_c (detail, '}');
  if (detail->len > strlen ("{}"))
    add_json (out, name, detail->str);
}

static void
add_total (GString         *out,
           GstreamJsonValue usage)
{
  GstreamJsonValue input;
  GstreamJsonValue output;
  gint64           n_in;
  gint64           n_out;

  if (gstream_json_find (usage, "/total_tokens", &input) && gstream_json_is_number (input))
    add_number (out, "total_tokens", usage, "/total_tokens");
  else if (gstream_json_find (usage, "/prompt_tokens", &input) && gstream_json_is_number (input) &&
           gstream_json_find (usage, "/completion_tokens", &output) && gstream_json_is_number (output) &&
           gstream_json_read_integer (input, &n_in) && gstream_json_read_integer (output, &n_out) &&
           n_in < G_MAXINT32 && n_out < G_MAXINT32)
    gstream_json_add_integer (out, "total_tokens", n_in + n_out);
}

/* Converts the reason to the protocol's names; the server's name is in the metadata. */
static void
add_usage (GstreamChatAnswer *self,
           GString           *out)
{
  GstreamJsonValue usage;

  if (self->usage == NULL)
    return;

  usage = (GstreamJsonValue) { self->usage, self->usage + strlen (self->usage) };
  gstream_json_write_member (out, "usage");
  g_string_append_c (out, '{');
  add_number (out, "input_tokens", usage, "/prompt_tokens");
  add_number (out, "output_tokens", usage, "/completion_tokens");
  add_total (out, usage);
  add_detail (out, "input_token_details", "cache_read", usage, "/prompt_tokens_details/cached_tokens");
  add_detail (out, "output_token_details", "reasoning", usage, "/completion_tokens_details/reasoning_tokens");
  g_string_append_c (out, '}');
}

static void
push_message_finish (GstreamChatAnswer *self)
{
  GString *data = begin_step (self, "message-finish");

  add_raw (data, "reason", self->finish_reason);
  add_usage (self, data);
  add_metadata (self, data, TRUE);
  push_step (self, data);
}

/* --- the message to go on with --- */

static guint
count_blocks (GstreamChatAnswer *self,
              BlockKind          kind)
{
  guint n = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    n += ((Block *) self->blocks->pdata[i])->kind == kind;

  return n;
}

/* Writes the text of all blocks of @kind, concatenated. */
static void
add_joined (GstreamChatAnswer *self,
            GString           *out,
            const char        *name,
            BlockKind          kind)
{
  gstream_json_write_member (out, name);
  g_string_append_c (out, '"');
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const Block *block = self->blocks->pdata[i];

      if (block->kind == kind)
        g_string_append_len (out, block->text->str, block->text->len);
    }
  g_string_append_c (out, '"');
}

/* Writes the content with parts of other kinds, in order. */
static void
add_all_parts (GstreamChatAnswer *self,
               GString           *out)
{
  gboolean any = FALSE;

  gstream_json_write_member (out, "content");
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const Block *block = self->blocks->pdata[i];

      if (block->kind != BLOCK_TEXT && block->kind != BLOCK_PART)
        continue;
      g_string_append (out, any ? "," : "");
      any = TRUE;
      if (block->kind == BLOCK_PART)
        g_string_append_len (out, block->text->str, block->text->len);
      else
        g_string_append_printf (out, "{\"type\":\"text\",\"text\":\"%s\"}", block->text->str);
    }
  g_string_append_c (out, ']');
}

static void
add_content (GstreamChatAnswer *self,
             GString           *out)
{
  if (count_blocks (self, BLOCK_PART) > 0)
    add_all_parts (self, out);
  else if (count_blocks (self, BLOCK_TEXT) > 0 || (self->call == NULL && count_blocks (self, BLOCK_REFUSAL) == 0))
    add_joined (self, out, "content", BLOCK_TEXT);
  else
    add_json (out, "content", "null");
}

static void
write_function (const Block *block,
                GString     *out)
{
  g_string_append_c (out, '{');
  add_raw (out, "name", block->name != NULL ? block->name : "");
  if (block->is_custom)
    add_raw (out, "input", block->text->str);
  else
    add_raw (out, "arguments", block->text->len > 0 ? block->text->str : "{}");
  g_string_append_c (out, '}');
}

static void
write_sent_call (const Block *block,
                 GString     *out)
{
  const char *kind = block->is_custom ? "custom" : "function";

  g_string_append_c (out, '{');
  gstream_json_add_string (out, "id", block->id);
  add_raw (out, "type", block->type != NULL ? block->type : kind);
  gstream_json_write_member (out, kind);
  write_function (block, out);
  for (guint i = 0; block->others != NULL && i < block->others->len; i += 2)
    g_string_append_printf (out, ",\"%s\":%s", (char *) block->others->pdata[i], (char *) block->others->pdata[i + 1]);
  g_string_append_c (out, '}');
}

static void
add_sent_calls (GstreamChatAnswer *self,
                GString           *out)
{
  gboolean any = FALSE;

  if (self->call == NULL)
    return;
  if (self->call->is_function)
    {
      gstream_json_write_member (out, "function_call");
      write_function (self->call, out);
      return;
    }

  gstream_json_write_member (out, "tool_calls");
  g_string_append_c (out, '[');
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const Block *block = self->blocks->pdata[i];

      if (block->kind != BLOCK_CALL)
        continue;
      g_string_append (out, any ? "," : "");
      any = TRUE;
      write_sent_call (block, out);
    }
  g_string_append_c (out, ']');
}

/*
 * Some servers need the reasoning that led to a call in the next request, and reject it if there was no call. Those
 * that sign the reasoning always need it.
 */
static void
add_sent_reasoning (GstreamChatAnswer *self,
                    GString           *out)
{
  if (!gstream_chat_details_is_empty (self->details))
    {
      gstream_json_write_member (out, "reasoning_details");
      gstream_chat_details_write (self->details, out);
    }
  else if (self->call != NULL && self->reasoning_name != NULL)
    add_joined (self, out, self->reasoning_name, BLOCK_REASONING);
}

static void
write_message (GstreamChatAnswer *self,
               GString           *out)
{
  g_string_append_c (out, '{');
  gstream_json_add_string (out, "role", "assistant");
  add_content (self, out);
  if (count_blocks (self, BLOCK_REFUSAL) > 0)
    add_joined (self, out, "refusal", BLOCK_REFUSAL);
  add_sent_calls (self, out);
  add_sent_reasoning (self, out);
  g_string_append_c (out, '}');
}

static void
push_values (GstreamChatAnswer *self)
{
  GString         *data = g_string_new ("{");
  GstreamJsonValue messages = gstream_payload_value (self->messages);
  gboolean         is_first = gstream_payload_get_size (self->messages, "") == 0;

  gstream_json_write_member (data, "messages");
  g_string_append_len (data, messages.start, messages.end - messages.start - 1);
  g_string_append (data, is_first ? "" : ",");
  write_message (self, data);
  g_string_append (data, "]}");
  push_event (self, "values", data);
}

static void
finish (GstreamChatAnswer *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    if (((Block *) self->blocks->pdata[i])->kind != BLOCK_PART)
      push_block_finish (self, self->blocks->pdata[i]);
  push_message_finish (self);
  push_values (self);
  push_lifecycle (self, "completed");
  self->over = TRUE;
}

/* --- errors --- */

/*
 * A numeric code is an HTTP status: the one that the server would have sent if the error had occurred before the
 * answer.
 */
static guint
find_status (GstreamPayload *said)
{
  static const char *const pointers[] = { "/error/code", "/code", "/error/status", "/status" };

  for (guint i = 0; i < G_N_ELEMENTS (pointers); i++)
    {
      gint64 status = gstream_payload_get_integer (said, pointers[i]);

      if (status >= 400 && status < 600)
        return status;
    }

  return 0;
}

static gboolean
fail_as_said (const char *data,
              gsize       length,
              GError    **error)
{
  g_autofree char *code = NULL;
  g_autofree char *words = gstream_error_find_words (data, length, &code);
  g_autoptr (GstreamPayload) said = gstream_payload_new (data, length, NULL);
  GError *failure =
      g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_FAILED,
                           words != NULL ? words : _ ("The model failed, and its server does not say why"));

  gstream_error_set_origin (failure, said != NULL ? find_status (said) : 0, code);
  g_propagate_error (error, failure);

  return FALSE;
}

static gboolean
check_choices (const GstreamChatChunk *chunk,
               GError                **error)
{
  if (!chunk->is_other && chunk->n_choices < 2)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_NOT_SUPPORTED,
                       _ ("The answer has several choices, and one was expected: ask for one (n)"));

  return FALSE;
}

/* Checks with the first chunk whether it is this protocol at all. */
static gboolean
check_kind (GstreamChatAnswer      *self,
            const GstreamChatChunk *chunk,
            GError                **error)
{
  if (chunk->has_choices || chunk->usage.start != NULL || self->writer != NULL)
    return TRUE;

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                       _ ("expected a chunk of a chat completion, an object with choices, a list"));

  return FALSE;
}

/* --- reading --- */

static void
note (char            **place,
      GstreamJsonString string)
{
  if (string.start == NULL)
    return;
  g_free (*place);
  *place = dup_raw (string);
}

/* Stores values that are the same in each chunk. */
static void
note_all (GstreamChatAnswer      *self,
          const GstreamChatChunk *chunk)
{
  if (self->model == NULL)
    note (&self->model, chunk->model);
  if (self->fingerprint == NULL)
    note (&self->fingerprint, chunk->fingerprint);
  note (&self->finish_reason, chunk->finish_reason);
  if (chunk->usage.start != NULL)
    {
      g_free (self->usage);
      self->usage = g_strndup (chunk->usage.start, chunk->usage.end - chunk->usage.start);
    }
}

static gboolean
add_all (GstreamChatAnswer      *self,
         const GstreamChatChunk *chunk,
         GError                **error)
{
  return add_reasoning (self, chunk, error) && add_text (self, BLOCK_TEXT, &chunk->content, error) &&
         add_parts (self, chunk->parts, error) && add_text (self, BLOCK_REFUSAL, &chunk->refusal, error) &&
         add_annotations (self, chunk->annotations, error) && add_parts (self, chunk->images, error) &&
         add_calls (self, chunk, error);
}

static gboolean
has_failed (const GstreamChatChunk *chunk)
{
  return chunk->error.start != NULL || chunk->choice_error.start != NULL || chunk->is_error ||
         (chunk->message.start != NULL && !chunk->has_choices && chunk->usage.start == NULL) ||
         gstream_json_string_is (&chunk->finish_reason, "error");
}

static gboolean
is_done (const char *data,
         gsize       length)
{
  while (length > 0 && g_ascii_isspace (data[length - 1]))
    length--;

  return length == strlen ("[DONE]") && memcmp (data, "[DONE]", length) == 0;
}

static gboolean
end_answer (GstreamChatAnswer *self,
            GError           **error)
{
  if (self->writer == NULL)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                           _ ("the stream ended before an answer began"));
      return FALSE;
    }
  if (!self->over)
    finish (self);

  return TRUE;
}

static gboolean
read_answer (GstreamChatAnswer *self,
             const char        *data,
             gsize              length,
             gboolean           is_document,
             GError           **error)
{
  GstreamChatChunk chunk;

  if (!gstream_chat_chunk_read (&chunk, data, length, is_document, self->max_depth, error))
    return FALSE;
  if (!has_failed (&chunk) && !check_kind (self, &chunk, error))
    return FALSE;

  self->n_chunks++;
  note_all (self, &chunk);
  if (self->writer == NULL && chunk.n_choices > 0)
    begin_message (self, &chunk);
  if (!check_choices (&chunk, error) || !add_all (self, &chunk, error))
    return FALSE;

  if (!has_failed (&chunk))
    return TRUE;
  if (chunk.error.start == NULL && chunk.choice_error.start != NULL)
    return fail_as_said (chunk.choice_error.start, chunk.choice_error.end - chunk.choice_error.start, error);

  return fail_as_said (data, length, error);
}

gboolean
gstream_chat_answer_read (GstreamChatAnswer *self,
                          const char        *data,
                          gsize              length,
                          GError           **error)
{
  return is_done (data, length) ? end_answer (self, error) : read_answer (self, data, length, FALSE, error);
}

gboolean
gstream_chat_answer_read_whole (GstreamChatAnswer *self,
                                const char        *data,
                                gsize              length,
                                GError           **error)
{
  return read_answer (self, data, length, TRUE, error) && end_answer (self, error);
}

gboolean
gstream_chat_answer_end (GstreamChatAnswer *self,
                         GError           **error)
{
  if (self->over || self->writer == NULL || self->finish_reason != NULL)
    return end_answer (self, error);

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INCOMPLETE,
                       _ ("the answer is cut off: expected a finish_reason, or [DONE]"));

  return FALSE;
}
