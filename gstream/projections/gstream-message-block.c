/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The members of a JSON object that is built step by step; and a content block of a message, which consists of these
 * and of a growing text: how deltas extend it, how it is finished, and how it is written as JSON.
 */
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload-internal.h>
#include <gstream/projections/gstream-message-block-private.h>

/* --- members --- */

typedef struct
{
  char *name;
  char *json;
} Member;

static void
member_free (gpointer data)
{
  Member *self = data;

  g_free (self->name);
  g_free (self->json);
  g_free (self);
}

/* Up to this number, members are searched without a hash table. */
#define FEW 16

void
gstream_members_clear (GstreamMembers *self)
{
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->list, g_ptr_array_unref);
}

static Member *
find (GstreamMembers *self,
      const char     *name)
{
  if (self->by_name != NULL)
    return g_hash_table_lookup (self->by_name, name);

  for (guint i = 0; self->list != NULL && i < self->list->len; i++)
    {
      Member *member = g_ptr_array_index (self->list, i);

      if (strcmp (member->name, name) == 0)
        return member;
    }

  return NULL;
}

static void
add_to_table (GstreamMembers *self,
              Member         *member)
{
  if (self->by_name != NULL)
    g_hash_table_insert (self->by_name, member->name, member);
  if (self->by_name != NULL || self->list->len <= FEW)
    return;

  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->list->len; i++)
    {
      Member *known = g_ptr_array_index (self->list, i);

      g_hash_table_insert (self->by_name, known->name, known);
    }
}

const char *
gstream_members_get (GstreamMembers *self,
                     const char     *name)
{
  Member *member = find (self, name);

  return member ? member->json : NULL;
}

char *
gstream_members_dup_string (GstreamMembers *self,
                            const char     *name)
{
  const char *json = gstream_members_get (self, name);

  if (json == NULL || *json != '"')
    return NULL;

  return gstream_json_dup_string ((GstreamJsonValue) { json, json + strlen (json) });
}

static void
take (GstreamMembers *self,
      const char     *name,
      char           *json)
{
  Member *member = find (self, name);

  if (member == NULL)
    {
      if (self->list == NULL)
        self->list = g_ptr_array_new_with_free_func (member_free);
      member = g_new0 (Member, 1);
      member->name = g_strdup (name);
      g_ptr_array_add (self->list, member);
      add_to_table (self, member);
    }
  g_free (member->json);
  member->json = json;
}

void
gstream_members_set (GstreamMembers  *self,
                     const char      *name,
                     GstreamJsonValue value)
{
  /* A null means that the value is not known; it does not replace a known value. */
  if (*value.start != 'n' || find (self, name) == NULL)
    take (self, name, g_strndup (value.start, value.end - value.start));
}

void
gstream_members_set_json (GstreamMembers *self,
                          const char     *name,
                          const char     *json)
{
  take (self, name, g_strdup (json));
}

void
gstream_members_set_string (GstreamMembers *self,
                            const char     *name,
                            const char     *string)
{
  GString *json = g_string_new (NULL);

  gstream_json_write_string (json, string);
  take (self, name, g_string_free (json, FALSE));
}

void
gstream_members_default (GstreamMembers *self,
                         const char     *name,
                         const char     *json)
{
  const char *known = gstream_members_get (self, name);

  if (known == NULL || *known == 'n')
    gstream_members_set_json (self, name, json);
}

guint
gstream_members_count (GstreamMembers *self)
{
  return self->list != NULL ? self->list->len : 0;
}

const char *
gstream_members_name_at (GstreamMembers *self,
                         guint           i)
{
  return ((Member *) g_ptr_array_index (self->list, i))->name;
}

void
gstream_members_merge (GstreamMembers  *self,
                       GstreamJsonValue object)
{
  GstreamJsonIter  iter;
  GstreamJsonValue raw;
  GstreamJsonValue value;

  gstream_json_iter_init (&iter, object);
  while (gstream_json_iter_member (&iter, &raw, &value))
    {
      g_autofree char *name = gstream_json_dup_raw (raw);

      gstream_members_set (self, name, value);
    }
}

void
gstream_members_write (GstreamMembers *self,
                       GString        *out,
                       const char     *but,
                       const char     *and_but)
{
  for (guint i = 0; self->list != NULL && i < self->list->len; i++)
    {
      Member *member = g_ptr_array_index (self->list, i);

      if (g_strcmp0 (member->name, but) == 0 || g_strcmp0 (member->name, and_but) == 0)
        continue;
      gstream_json_write_member (out, member->name);
      g_string_append (out, member->json);
    }
}

GstreamPayload *
gstream_members_to_payload (GstreamMembers *self)
{
  g_autoptr (GString) json = NULL;

  if (self->list == NULL)
    return NULL;

  json = g_string_new ("{");
  gstream_members_write (self, json, NULL, NULL);
  g_string_append_c (json, '}');

  return gstream_payload_new_checked (json->str, json->len);
}

/* --- the block --- */

static const GstreamGrowth no_growth = { GSTREAM_BLOCK_OTHER, NULL, 0 };

const char *const gstream_block_types[] = {
  [GSTREAM_BLOCK_TEXT] = "text",
  [GSTREAM_BLOCK_REASONING] = "reasoning",
  [GSTREAM_BLOCK_CHUNK] = "tool_call_chunk",
  [GSTREAM_BLOCK_SERVER_CHUNK] = "server_tool_call_chunk",
  [GSTREAM_BLOCK_CALL] = "tool_call",
  [GSTREAM_BLOCK_INVALID_CALL] = "invalid_tool_call",
  [GSTREAM_BLOCK_OTHER] = "non_standard", /* if its type is unknown */
};

GstreamBlock *
gstream_block_new (GstreamBlockKind kind,
                   gint64           index,
                   const char      *key)
{
  GstreamBlock *self = g_new0 (GstreamBlock, 1);

  self->kind = kind;
  self->index = index;
  self->key = g_strdup (key);
  gstream_members_set_string (&self->members, "type", gstream_block_types[kind]);

  return self;
}

void
gstream_block_drop_stream (GstreamBlock *self)
{
  if (self->stream != NULL)
    g_string_free (g_steal_pointer (&self->stream), TRUE);
}

void
gstream_block_free (GstreamBlock *self)
{
  gstream_block_drop_stream (self);
  gstream_members_clear (&self->members);
  g_free (self->hint);
  g_free (self->id);
  g_free (self->key);
  g_free (self);
}

GstreamBlockKind
gstream_block_kind_of (GstreamJsonValue content,
                       GstreamBlockKind otherwise)
{
  GstreamJsonValue value;
  g_autofree char *type = NULL;

  if (!gstream_json_find (content, "/type", &value) || *value.start != '"')
    return otherwise;

  type = gstream_json_dup_string (value);
  for (guint i = 0; i < GSTREAM_BLOCK_OTHER; i++)
    if (strcmp (gstream_block_types[i], type) == 0)
      return i;

  return GSTREAM_BLOCK_OTHER;
}

gboolean
gstream_block_is_call (GstreamBlockKind kind)
{
  return kind == GSTREAM_BLOCK_CHUNK || kind == GSTREAM_BLOCK_SERVER_CHUNK || kind == GSTREAM_BLOCK_CALL ||
         kind == GSTREAM_BLOCK_INVALID_CALL;
}

static gboolean
is_call_kind (GstreamBlockKind kind)
{
  return kind == GSTREAM_BLOCK_CALL || kind == GSTREAM_BLOCK_INVALID_CALL;
}

gboolean
gstream_block_may_become (GstreamBlockKind from,
                          GstreamBlockKind to)
{
  if (from == to || to == GSTREAM_BLOCK_ANY)
    return TRUE;
  if (from == GSTREAM_BLOCK_SERVER_CHUNK)
    return to == GSTREAM_BLOCK_OTHER || to == GSTREAM_BLOCK_INVALID_CALL;

  return (from == GSTREAM_BLOCK_CHUNK || is_call_kind (from)) && is_call_kind (to);
}

gboolean
gstream_block_find_piece (GstreamBlockKind  kind,
                          GstreamJsonValue  piece,
                          GstreamJsonValue *raw)
{
  static const char *const pointers[] = {
    [GSTREAM_BLOCK_TEXT] = "/text",         [GSTREAM_BLOCK_REASONING] = "/reasoning", [GSTREAM_BLOCK_CHUNK] = "/args",
    [GSTREAM_BLOCK_SERVER_CHUNK] = "/args", [GSTREAM_BLOCK_OTHER] = "/data",          [GSTREAM_BLOCK_ANY] = NULL,
  };

  if (pointers[kind] == NULL || !gstream_json_find (piece, pointers[kind], raw) || *raw->start != '"')
    return FALSE;
  *raw = (GstreamJsonValue) { raw->start + 1, raw->end - 1 };

  return TRUE;
}

static char *
read_id (GstreamJsonValue value)
{
  if (*value.start == 'n')
    return NULL;
  if (*value.start != '"')
    return g_strndup (value.start, value.end - value.start);

  return value.end - value.start > 2 ? gstream_json_dup_string (value) : NULL;
}

char *
gstream_block_dup_id (GstreamJsonValue content)
{
  GstreamJsonValue value;

  return gstream_json_find (content, "/id", &value) ? read_id (value) : NULL;
}

static void
set_id (GstreamBlock    *self,
        GstreamJsonValue value)
{
  char *id = read_id (value);

  if (id == NULL)
    return;
  g_free (self->id);
  self->id = id;
}

/* --- the member that grows --- */

/* Base64 data is appended to the member that already has some, otherwise to the one that the protocol defines. */
static const char *
data_name (GstreamBlock *self)
{
  if (gstream_members_get (&self->members, "base64") == NULL && gstream_members_get (&self->members, "data") != NULL)
    return "data";

  return "base64";
}

static const char *
stream_name (GstreamBlock *self)
{
  switch (self->kind)
    {
    case GSTREAM_BLOCK_TEXT:
      return "text";
    case GSTREAM_BLOCK_REASONING:
      return "reasoning";
    case GSTREAM_BLOCK_CHUNK:
    case GSTREAM_BLOCK_SERVER_CHUNK:
      return "args";
    case GSTREAM_BLOCK_OTHER:
      return self->stream != NULL ? data_name (self) : NULL;
    case GSTREAM_BLOCK_CALL:
    case GSTREAM_BLOCK_INVALID_CALL:
    default:
      return NULL;
    }
}

static void
start_stream (GstreamBlock *self)
{
  g_autofree char *begun = NULL;

  if (self->kind == GSTREAM_BLOCK_OTHER)
    begun = gstream_members_dup_string (&self->members, data_name (self));
  self->stream = g_string_new (begun);
}

void
gstream_block_append_slowly (GstreamBlock *self,
                             const char   *text,
                             gsize         length)
{
  if (self->stream == NULL)
    start_stream (self);
  g_string_append_len (self->stream, text, length);
}

GstreamGrowth
gstream_block_append_halves (GstreamBlock *self,
                             guint16       low,
                             const char   *text,
                             gsize         length,
                             guint16       high)
{
  gsize before;

  if (self->stream == NULL)
    start_stream (self);
  before = self->stream->len;
  gstream_json_join_halves (self->stream, self->half, low);
  g_string_append_len (self->stream, text, length);
  self->half = high;

  return (GstreamGrowth) { self->kind, self->stream->str + before, self->stream->len - before };
}

GstreamGrowth
gstream_block_end_half (GstreamBlock *self)
{
  return self->half != 0 ? gstream_block_append_halves (self, 0, "", 0, 0) : no_growth;
}

/* Sets the whole text. If it begins with the text so far, the rest is added; otherwise it replaces that. */
static GstreamGrowth
set_stream (GstreamBlock *self,
            const char   *text)
{
  gsize length = strlen (text);
  gsize before = self->stream ? self->stream->len : 0;

  if (length >= before && (before == 0 || memcmp (text, self->stream->str, before) == 0))
    return gstream_block_append (self, text + before, length - before);
  /* An empty text does not replace what was streamed. */
  if (length > 0)
    g_string_assign (self->stream, text);

  return no_growth;
}

/* --- merging --- */

static void
set_kind (GstreamBlock    *self,
          GstreamBlockKind kind)
{
  if (kind == self->kind)
    return;

  gstream_block_drop_stream (self);
  self->half = 0;
  self->kind = kind;
}

static GstreamGrowth
set_stream_value (GstreamBlock    *self,
                  GstreamJsonValue value)
{
  g_autoptr (GString) text = NULL;
  g_autofree char *middle = NULL;
  guint16          low;
  guint16          high;

  if (value.start == NULL || *value.start != '"')
    return no_growth; /* missing, null, or no string */

  value = (GstreamJsonValue) { value.start + 1, value.end - 1 };
  if (value.start == value.end)
    return set_stream (self, "");
  gstream_json_trim_halves (&value, &low, &high);
  middle = gstream_json_dup_raw (value);
  text = g_string_new (NULL);
  gstream_json_join_halves (text, 0, low);
  g_string_append (text, middle);
  self->half = self->finished ? 0 : high;
  if (self->finished)
    gstream_json_join_halves (text, high, 0);

  return set_stream (self, text->str);
}

GstreamGrowth
gstream_block_merge (GstreamBlock    *self,
                     GstreamJsonValue fields)
{
  GstreamJsonValue stream = { NULL, NULL }; /* the last of duplicate members */
  GstreamJsonIter  iter;
  GstreamJsonValue raw;
  GstreamJsonValue value;

  set_kind (self, gstream_block_kind_of (fields, self->kind));
  gstream_json_iter_init (&iter, fields);
  while (gstream_json_iter_member (&iter, &raw, &value))
    {
      g_autofree char *name = gstream_json_dup_raw (raw);

      if (g_strcmp0 (name, stream_name (self)) == 0)
        stream = value;
      else
        gstream_members_set (&self->members, name, value);
      if (strcmp (name, "id") == 0)
        set_id (self, value);
    }

  return set_stream_value (self, stream);
}

/* --- its end --- */

/*
 * A block ends with its content-block-finish, which has its whole content, or with its message. A tool call chunk then
 * becomes a tool call or, if its arguments are not a JSON object, an invalid one.
 */
static gboolean
is_json_object (const char *text)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (text, -1, NULL);

  return payload != NULL && gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_KIND_OBJECT;
}

static void
become_call (GstreamBlock *self,
             const char   *args)
{
  gboolean is_server = self->kind == GSTREAM_BLOCK_SERVER_CHUNK;

  self->kind = is_server ? GSTREAM_BLOCK_OTHER : GSTREAM_BLOCK_CALL;
  gstream_members_set_string (&self->members, "type",
                              is_server ? "server_tool_call" : gstream_block_types[GSTREAM_BLOCK_CALL]);
  gstream_members_default (&self->members, "id", "\"\"");
  gstream_members_default (&self->members, "name", "\"\"");
  gstream_members_set_json (&self->members, "args", args);
}

static void
become_invalid (GstreamBlock *self,
                const char   *args)
{
  g_autoptr (GstreamPayload) json = gstream_payload_new (args, -1, NULL);

  self->kind = GSTREAM_BLOCK_INVALID_CALL;
  gstream_members_set_string (&self->members, "type", gstream_block_types[GSTREAM_BLOCK_INVALID_CALL]);
  gstream_members_default (&self->members, "id", "null");
  gstream_members_default (&self->members, "name", "null");
  gstream_members_set_string (&self->members, "args", args);
  gstream_members_default (&self->members, "error",
                           json == NULL ? "\"Failed to parse tool call arguments as JSON\""
                                        : "\"Tool call arguments are not a JSON object\"");
}

static void
resolve_args (GstreamBlock *self,
              const char   *args)
{
  if (is_json_object (args))
    become_call (self, args);
  else
    become_invalid (self, args);
}

void
gstream_block_resolve (GstreamBlock *self)
{
  GString *stream = self->stream;

  if (self->kind != GSTREAM_BLOCK_CHUNK && self->kind != GSTREAM_BLOCK_SERVER_CHUNK)
    return;

  self->stream = NULL;
  resolve_args (self, stream != NULL && stream->len > 0 ? stream->str : "{}");
  if (stream != NULL)
    g_string_free (stream, TRUE);
}

/* The arguments of a finished call may still be text, or missing. */
static void
check_args (GstreamBlock *self)
{
  const char      *json = gstream_members_get (&self->members, "args");
  g_autofree char *text = gstream_members_dup_string (&self->members, "args");
  g_autofree char *args = text == NULL && json != NULL && *json != 'n' ? g_strdup (json) : NULL;

  if (text != NULL && *text != '\0')
    resolve_args (self, text);
  else
    resolve_args (self, args ? args : "{}");
}

/* The finish of a call need not contain its id and name. */
static void
keep_members (GstreamBlock   *self,
              GstreamMembers *before)
{
  static const char *const names[] = { "id", "name" };

  if (self->kind > GSTREAM_BLOCK_INVALID_CALL || self->kind < GSTREAM_BLOCK_CHUNK)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *json = gstream_members_get (before, names[i]);

      if (json != NULL && *json != 'n')
        gstream_members_default (&self->members, names[i], json);
    }
}

static void
prepare_finish (GstreamBlock    *self,
                GstreamBlockKind kind,
                GstreamJsonValue content)
{
  GstreamJsonValue data;
  gboolean is_whole = kind == GSTREAM_BLOCK_OTHER &&
                      (gstream_json_find (content, "/base64", &data) || gstream_json_find (content, "/data", &data));

  if (is_whole || (self->stream != NULL && self->stream->len == 0))
    gstream_block_drop_stream (self);
  set_kind (self, kind);
  self->finished = TRUE;
}

GstreamGrowth
gstream_block_finish (GstreamBlock    *self,
                      GstreamJsonValue content)
{
  GstreamMembers before = self->members;
  GstreamGrowth  growth;

  prepare_finish (self, gstream_block_kind_of (content, self->kind), content);
  self->members = (GstreamMembers) { NULL };
  gstream_members_set_string (&self->members, "type", gstream_block_types[self->kind]);
  growth = gstream_block_merge (self, content);
  keep_members (self, &before);
  gstream_members_clear (&before);

  if (self->kind == GSTREAM_BLOCK_CALL)
    check_args (self);

  return growth.length > 0 ? growth : gstream_block_end_half (self);
}

/* --- writing --- */

static void
write_stream (GstreamBlock *self,
              GString      *out)
{
  const char *name = stream_name (self);

  /* Reasoning that is not shown has no text member. */
  if (name == NULL || (self->kind == GSTREAM_BLOCK_REASONING && self->stream == NULL))
    return;

  gstream_json_write_member (out, name);
  if (self->stream != NULL)
    gstream_json_write_string_len (out, self->stream->str, self->stream->len);
  else
    gstream_json_write_string (out, "");
}

static void
write_index (GstreamBlock *self,
             GString      *out)
{
  gstream_json_write_member (out, "index");
  if (self->key != NULL)
    g_string_append (out, self->key);
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, self->index);
}

void
gstream_block_write (GstreamBlock *self,
                     GString      *out)
{
  gboolean    is_call = self->kind == GSTREAM_BLOCK_CALL || self->kind == GSTREAM_BLOCK_INVALID_CALL;
  const char *index = gstream_members_get (&self->members, "index");
  gboolean    says_index = index != NULL && *index != 'n' && !is_call;

  g_string_append_c (out, '{');
  gstream_members_write (&self->members, out, stream_name (self), says_index ? NULL : "index");
  write_stream (self, out);
  if (!is_call && !says_index)
    write_index (self, out);
  g_string_append_c (out, '}');
}

static void
write_named (GstreamBlock *self,
             const char   *name,
             GString      *out)
{
  const char *json = gstream_members_get (&self->members, name);

  gstream_json_write_member (out, name);
  g_string_append (out, json ? json : "null");
}

void
gstream_block_write_call (GstreamBlock *self,
                          GString      *out)
{
  g_string_append_c (out, '{');
  write_named (self, "id", out);
  write_named (self, "name", out);
  write_named (self, "args", out);
  g_string_append_c (out, '}');
}
