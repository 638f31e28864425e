/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run told as a few short lines.
 */
#include "story.h"

#include <gstream/event/gstream-error.h>
#include <gstream/sources/gstream-memory-source.h>

typedef struct
{
  GPtrArray *lines; /* of what is still to be told, the next one first */
  guint      next;
} Story;

static GstreamEvent *
tell (const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", 3);
  g_auto (GStrv) path = g_strsplit (g_str_equal (parts[0], ".") ? "" : parts[0], "/", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) data = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  data = gstream_payload_new (parts[2], -1, &error);
  g_assert_no_error (error);

  return gstream_event_new (parts[1], (const char *const *) path, data);
}

static GstreamEvent *
next_event (gpointer user_data,
            GError **error)
{
  Story      *self = user_data;
  const char *line;

  if (self->next == self->lines->len)
    return NULL;

  line = g_ptr_array_index (self->lines, self->next++);
  if (!g_str_has_prefix (line, "! "))
    return tell (line);

  g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED, line + 2);

  return NULL;
}

static void
story_free (gpointer data)
{
  Story *self = data;

  g_ptr_array_unref (self->lines);
  g_free (self);
}

GstreamRunStream *
story_new (GstreamStreamMux  *mux,
           const char *const *lines)
{
  g_autoptr (GstreamEventSource) source = NULL;
  g_autoptr (GstreamStreamMux) own = mux;
  Story            *self = g_new0 (Story, 1);
  GstreamRunStream *run;

  self->lines = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; lines[i] != NULL; i++)
    g_ptr_array_add (self->lines, g_strdup (lines[i]));
  source = gstream_memory_source_new_func (next_event, self, story_free);

  run = gstream_run_stream_new (source, own);
  gstream_run_stream_set_turn_budget (run, 0);

  return run;
}

GstreamCursor *
story_subscribe (GstreamProjection *projection)
{
  g_autoptr (GError) error = NULL;
  GstreamCursor *cursor = gstream_projection_subscribe (projection, &error);

  g_assert_no_error (error);

  return cursor;
}

char *
story_read (GstreamCursor *cursor)
{
  GString *told = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  while (gstream_cursor_next_sync (cursor, &item, NULL, &error))
    g_string_append_printf (told, "%s\n",
                            G_VALUE_HOLDS_STRING (&item) ? g_value_get_string (&item)
                                                         : gstream_payload_get_json (g_value_get_boxed (&item), NULL));
  if (error != NULL)
    g_string_append_printf (told, "failed: %s", error->message);
  else
    g_string_append (told, "end");

  return g_string_free (told, FALSE);
}

gpointer
story_next (GstreamCursor *cursor)
{
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (gstream_cursor_next_sync (cursor, &item, NULL, &error));
  g_assert_no_error (error);

  return g_value_dup_object (&item);
}

char *
story_read_log (GstreamCursor *cursor)
{
  GString *told = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;

  while (gstream_cursor_next_sync (cursor, &item, NULL, NULL))
    {
      GstreamEvent    *event = g_value_get_boxed (&item);
      g_autofree char *path = g_strjoinv ("/", (char **) gstream_event_get_namespace (event));

      g_string_append_printf (told, "%" G_GUINT64_FORMAT " %s %s\n", gstream_event_get_seq (event), *path ? path : ".",
                              gstream_event_get_method (event));
    }

  return g_string_free (told, FALSE);
}
