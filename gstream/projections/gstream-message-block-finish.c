/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a content block: its finish, which says all of it, or that of its
 * message, which leaves it as it is. What was a chunk of a tool call becomes a
 * call, or, where its arguments are no JSON object, an invalid one.
 */
#include "config.h"

#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/projections/gstream-message-block-private.h>

static gboolean
is_json_object (const char *text)
{
  g_autoptr (GstreamPayload) payload = gstream_payload_new (text, -1, NULL);

  return payload != NULL && gstream_payload_get_kind (payload) == GSTREAM_PAYLOAD_OBJECT;
}

static void
become_call (GstreamBlock *self,
             const char   *args)
{
  gboolean is_server = self->kind == GSTREAM_BLOCK_SERVER_CHUNK;

  self->kind = is_server ? GSTREAM_BLOCK_OTHER : GSTREAM_BLOCK_CALL;
  gstream_members_set_string (&self->members, "type", is_server ? "server_tool_call" : gstream_block_types[GSTREAM_BLOCK_CALL]);
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

/* A finished call: its arguments may be text after all, or missing. */
static void
check_args (GstreamBlock *self)
{
  const char *json = gstream_members_get (&self->members, "args");
  g_autofree char *text = gstream_members_dup_string (&self->members, "args");
  g_autofree char *args = text == NULL && json != NULL && *json != 'n' ? g_strdup (json) : NULL;

  if (text != NULL && *text != '\0')
    resolve_args (self, text);
  else
    resolve_args (self, args ? args : "{}");
}

/* What the finish of a call need not repeat. */
static void
keep_members (GstreamBlock   *self,
              GstreamMembers *before)
{
  static const char * const names[] = { "id", "name" };

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
prepare_finish (GstreamBlock     *self,
                GstreamBlockKind  kind,
                GstreamJsonValue  content)
{
  GstreamJsonValue data;
  gboolean is_whole = kind == GSTREAM_BLOCK_OTHER && (gstream_json_find (content, "/base64", &data) ||
                                                      gstream_json_find (content, "/data", &data));

  if (is_whole || (self->stream != NULL && self->stream->len == 0))
    gstream_block_drop_stream (self);
  gstream_block_set_kind (self, kind);
  self->finished = TRUE;
}

GstreamGrowth
gstream_block_finish (GstreamBlock     *self,
                      GstreamJsonValue  content)
{
  GstreamMembers before = self->members;
  GstreamGrowth growth;

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
