/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the messages of a run come to.
 */
#include "hearing.h"

static void
heard_free (gpointer data)
{
  Heard *self = data;

  g_object_unref (self->message);
  g_free (self->text);
  g_free (self->reasoning);
  g_free (self);
}

static char *
read_deltas (GstreamCursor *cursor)
{
  GString *deltas = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  while (gstream_cursor_next_sync (cursor, &item, NULL, &error))
    g_string_append_printf (deltas, "%s|", g_value_get_string (&item));
  g_string_append (deltas, error ? error->message : "end");

  return g_string_free (deltas, FALSE);
}

static Heard *
hear_message (GstreamMessage *message)
{
  g_autoptr (GstreamCursor) text = story_subscribe (gstream_message_get_text_deltas (message));
  g_autoptr (GstreamCursor) reasoning = story_subscribe (gstream_message_get_reasoning_deltas (message));
  Heard *self = g_new0 (Heard, 1);

  self->message = message;
  self->text = read_deltas (text);
  self->reasoning = read_deltas (reasoning);

  return self;
}

GPtrArray *
hear_cursor (GstreamCursor *messages)
{
  GPtrArray *heard = g_ptr_array_new_with_free_func (heard_free);
  g_auto (GValue) item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (messages, &item, NULL, NULL))
    g_ptr_array_add (heard, hear_message (g_value_dup_object (&item)));

  return heard;
}

GPtrArray *
hear (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) messages = story_subscribe (gstream_run_stream_get_messages (run));

  return hear_cursor (messages);
}

char *
heard_tell (GPtrArray *heard,
            guint      i)
{
  GstreamMessage  *message = heard_message (heard, i);
  const char      *id = gstream_message_get_id (message);
  g_autofree char *status = g_enum_to_string (GSTREAM_TYPE_MESSAGE_STATUS, gstream_message_get_status (message));

  return g_strdup_printf ("%s %s %s", id ? id : "-", strrchr (status, '_') + 1, gstream_message_get_text (message));
}

void
assert_json (GstreamPayload *payload,
             const char     *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) expected = gstream_payload_new (json, -1, &error);
  const char *actual = payload ? gstream_payload_get_json (payload, NULL) : "null";
  g_autoptr (GstreamPayload) valid = gstream_payload_new (actual, -1, NULL);

  g_assert_no_error (error);
  g_assert_nonnull (valid);
  if (!gstream_payload_equal (valid, expected))
    g_error ("expected %s, got %s", json, actual);
}

void
heard_assert_content (GPtrArray  *heard,
                      guint       i,
                      const char *json)
{
  g_assert_cmpuint (heard->len, >, i);
  assert_json (gstream_message_get_content (heard_message (heard, i)), json);
}
