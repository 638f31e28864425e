/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Recorded runs through a mux without built-ins: the main log is what their
 * digests say, but for what a projection takes out or adds (T5, T7). With the
 * built-ins, the whole digest is compared elsewhere.
 */
#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-sse-source.h>

#include "../support/calls.h"
#include "../support/transformers.h"

static gboolean
suppress (TestTransformer *transformer,
          GstreamEvent    *event,
          GError         **error)
{
  return FALSE;
}

static GstreamRunStream *
open_run (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  TestTransformer *tasks = test_transformer_new (NULL, "tasks");

  tasks->process = suppress;

  return test_run_new (g_str_has_suffix (path, ".sse") ? gstream_sse_source_new (file)
                                                       : gstream_json_lines_source_new (file),
                       test_mux_new (tasks, NULL));
}

/* "values [] / messages ["child:1"]", of all but the lifecycle that was inferred. */
static char *
read_log (GstreamRunStream *run)
{
  g_autoptr (GstreamCursor) log = test_subscribe (gstream_run_stream_get_log (run));
  g_autoptr (GString) story = g_string_new (NULL);
  g_auto (GValue) item = G_VALUE_INIT;
  guint64 seq = 0;

  while (gstream_cursor_next_sync (log, &item, NULL, NULL))
    {
      GstreamEvent    *event = g_value_get_boxed (&item);
      g_autofree char *path = test_event_path (event);

      g_assert_cmpuint (gstream_event_get_seq (event), ==, ++seq);
      g_string_append_printf (story, "%s %s\n", gstream_event_get_method (event), path);
    }

  return g_string_free (g_steal_pointer (&story), FALSE);
}

static char *
read_expected (const char *path,
               gboolean    inferred)
{
  g_autofree char *stem = g_strndup (path, strrchr (path, '.') - path);
  g_autofree char *name = g_strconcat (stem, ".expected.json", NULL);
  g_autofree char *json = NULL;
  g_autoptr (GstreamPayload) digest = NULL;
  g_autoptr (GString) story = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_file_get_contents (name, &json, NULL, &error);
  g_assert_no_error (error);
  digest = gstream_payload_new (json, -1, &error);
  g_assert_no_error (error);

  for (gsize i = 0; i < gstream_payload_get_size (digest, "/log"); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/log/%" G_GSIZE_FORMAT, i);
      g_autoptr (GstreamPayload) entry = gstream_payload_lookup (digest, pointer);
      g_autoptr (GString) namespace_ = g_string_new (NULL);

      if (inferred && g_str_equal (gstream_payload_get_string (entry, "/1"), "lifecycle"))
        continue;
      for (gsize j = 0; j < gstream_payload_get_size (entry, "/2"); j++)
        {
          g_autofree char *segment = g_strdup_printf ("/2/%" G_GSIZE_FORMAT, j);

          g_string_append_printf (namespace_, "%s%s", j > 0 ? "/" : "", gstream_payload_get_string (entry, segment));
        }
      g_string_append_printf (story, "%s %s\n", gstream_payload_get_string (entry, "/1"), namespace_->str);
    }

  return g_string_free (g_steal_pointer (&story), FALSE);
}

static void
test_log (gconstpointer data)
{
  const char *path = data;
  g_autoptr (GstreamRunStream) run = open_run (path);
  g_autofree char *log = read_log (run);
  g_autofree char *expected = read_expected (path, strstr (path, "inprocess") != NULL);

  g_assert_cmpstr (expected, !=, "");
  g_assert_cmpstr (log, ==, expected);
}

static void
add_runs (const char *folder)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", folder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strdup_printf ("/event/E4/recorded/%s/%s", folder, name);

      if (!g_str_has_suffix (name, ".json"))
        g_test_add_data_func_full (test, g_build_filename (path, name, NULL), test_log, g_free);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_runs ("python-inprocess");
  add_runs ("python-server");
  add_runs ("js-server");

  return g_test_run ();
}
