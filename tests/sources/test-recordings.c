/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The recorded runs: every event of each comes, unchanged, however the bytes do.
 */
#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-sse-source.h>

#include <string.h>

#include "support.h"

typedef struct
{
  char      *text;
  gsize      length;
  GType      type;   /* of the source */
  GPtrArray *events; /* the text of each, found by hand */
  char      *error;  /* the message that the run fails with; NULL: it does not */
} Recording;

/* "message" of a line of type "error", where the text is one. */
static char *
error_message (const char *json)
{
  g_autoptr (GstreamPayload) line = gstream_payload_new (json, -1, NULL);

  if (g_strcmp0 (gstream_payload_get_string (line, "/type"), "error") != 0)
    return NULL;

  return g_strdup (gstream_payload_get_string (line, "/message"));
}

static void
find_events (Recording *self)
{
  g_auto (GStrv) lines = g_strsplit_set (self->text, "\r\n", -1);
  const char *prefix = self->type == GSTREAM_TYPE_SSE_SOURCE ? "data: " : "";

  self->events = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *json = lines[i] + strlen (prefix);

      if (*lines[i] == '\0' || !g_str_has_prefix (lines[i], prefix))
        continue;
      g_assert_null (self->error);
      self->error = error_message (json);
      if (self->error == NULL)
        g_ptr_array_add (self->events, g_strdup (json));
    }
  g_assert_cmpuint (self->events->len, >, 4);
}

static void
recording_clear (Recording *self)
{
  g_free (self->text);
  g_free (self->error);
  g_ptr_array_unref (self->events);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Recording, recording_clear)

static void
recording_load (Recording  *self,
                const char *path)
{
  GError *error = NULL;

  g_file_get_contents (path, &self->text, &self->length, &error);
  g_assert_no_error (error);
  self->type = g_str_has_suffix (path, ".sse") ? GSTREAM_TYPE_SSE_SOURCE : GSTREAM_TYPE_JSON_LINES_SOURCE;
  find_events (self);
}

static void
check (Recording          *self,
       GstreamEventSource *source)
{
  g_autoptr (GPtrArray) got = NULL;
  g_autoptr (GError) error = NULL;

  got = test_drain (source, &error);
  if (self->error != NULL)
    {
      g_assert_error (error, GSTREAM_ERROR, GSTREAM_ERROR_FAILED);
      g_assert_cmpstr (error->message, ==, self->error);
    }
  else
    g_assert_no_error (error);

  g_assert_cmpuint (got->len, ==, self->events->len);
  for (guint i = 0; i < got->len; i++)
    {
      g_autofree char *json = gstream_event_to_json (got->pdata[i]);
      g_autoptr (GstreamPayload) is = gstream_payload_new (json, -1, NULL);
      g_autoptr (GstreamPayload) was = gstream_payload_new (self->events->pdata[i], -1, NULL);

      g_assert_true (gstream_payload_equal (is, was));
    }
}

static void
test_file (gconstpointer path)
{
  g_auto (Recording) recording = {
    NULL,
  };
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GstreamEventSource) source = NULL;

  recording_load (&recording, path);
  source = g_object_new (recording.type, "file", file, NULL);
  check (&recording, source);
}

static void
test_pieces (gconstpointer path)
{
  const gsize max_pieces[] = { 5, 100, 5000, 100000 };
  g_auto (Recording) recording = {
    NULL,
  };

  recording_load (&recording, path);
  for (guint i = 0; i < G_N_ELEMENTS (max_pieces); i++)
    {
      g_autoptr (TestStream) stream = test_stream_new (recording.text, recording.length, max_pieces[i], 4711 + i);
      g_autoptr (GstreamEventSource) source = g_object_new (recording.type, "stream", stream, NULL);

      check (&recording, source);
    }
}

static guint
add_folder (const char *name)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "runs", name, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;
  guint       n = 0;

  g_assert_nonnull (dir);
  while ((entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (entry, ".jsonl") || g_str_has_suffix (entry, ".sse"))
      {
        g_autofree char *file = g_strdup_printf ("/sources/recordings/%s/%s/file", name, entry);
        g_autofree char *pieces = g_strdup_printf ("/sources/recordings/%s/%s/pieces", name, entry);

        g_test_add_data_func_full (file, g_build_filename (folder, entry, NULL), test_file, g_free);
        g_test_add_data_func_full (pieces, g_build_filename (folder, entry, NULL), test_pieces, g_free);
        n++;
      }

  return n;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_assert_cmpuint (add_folder ("python-inprocess"), >=, 10);
  g_assert_cmpuint (add_folder ("python-server"), >=, 10);
  g_assert_cmpuint (add_folder ("js-server"), >=, 6);

  return g_test_run ();
}
