/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every recorded run gives its digest (T1-T9, D1-D6), however its bytes come and
 * however it is read (P3, P6, P11).
 */
#include "gstream/tool/gstream-digest.h"
#include "tests/sources/support.h"

/* --- comparing: what an expected record leaves out is not compared --- */

static void
compare_values (GstreamPayload *expected,
                GstreamPayload *actual,
                const char     *where)
{
  if (gstream_payload_equal (expected, actual))
    return;

  g_test_message ("%s\n  expected %s\n  got      %s", where, gstream_payload_get_json (expected, NULL),
                  gstream_payload_get_json (actual, NULL));
  g_test_fail ();
}

static void compare_member (GstreamPayload *expected,
                            GstreamPayload *actual,
                            const char     *key,
                            gboolean        of_run,
                            const char     *where);

static void
compare_members (GstreamPayload *expected,
                 GstreamPayload *actual,
                 gboolean        of_run,
                 const char     *where)
{
  g_auto (GStrv) keys = gstream_payload_dup_keys (expected, "");

  g_assert_nonnull (keys);
  for (guint i = 0; keys[i] != NULL; i++)
    compare_member (expected, actual, keys[i], of_run, where);
}

static void
compare_records (GstreamPayload *expected,
                 GstreamPayload *actual,
                 const char     *where)
{
  gsize n = gstream_payload_get_size (expected, "");

  g_assert_cmpuint (gstream_payload_get_size (actual, ""), ==, n);
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);
      g_autofree char *there = g_strconcat (where, pointer, NULL);
      g_autoptr (GstreamPayload) expected_record = gstream_payload_lookup (expected, pointer);
      g_autoptr (GstreamPayload) record = gstream_payload_lookup (actual, pointer);

      compare_members (expected_record, record, FALSE, there);
    }
}

static void
compare_member (GstreamPayload *expected,
                GstreamPayload *actual,
                const char     *key,
                gboolean        of_run,
                const char     *where)
{
  static const char *const records[] = { "messages", "tool_calls", "subgraphs", NULL };
  g_autofree char         *pointer = g_strconcat ("/", key, NULL);
  g_autofree char         *there = g_strconcat (where, pointer, NULL);
  g_autoptr (GstreamPayload) expected_member = gstream_payload_lookup (expected, pointer);
  g_autoptr (GstreamPayload) member = gstream_payload_lookup (actual, pointer);

  if (member == NULL)
    g_error ("%s is not there", there);
  if (of_run && g_strv_contains (records, key))
    compare_records (expected_member, member, there);
  else if (!of_run && g_str_equal (key, "run"))
    compare_members (expected_member, member, TRUE, there);
  else
    compare_values (expected_member, member, there);
}

static void
assert_digest (const char *recording,
               const char *json)
{
  g_autofree char *stem = g_strndup (recording, strrchr (recording, '.') - recording);
  g_autofree char *file = g_strconcat (stem, ".expected.json", NULL);
  g_autofree char *expected_json = NULL;
  g_autoptr (GstreamPayload) expected = NULL;
  g_autoptr (GstreamPayload) actual = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (file, &expected_json, NULL, &error);
  g_assert_no_error (error);
  expected = gstream_payload_new (expected_json, -1, &error);
  g_assert_no_error (error);
  actual = gstream_payload_new (json, -1, &error);
  g_assert_no_error (error);

  compare_members (expected, actual, TRUE, "");
}

/* --- reading a run --- */

static void
on_ended (gpointer ended)
{
  *(gboolean *) ended = TRUE;
}

/* By default, everything at once, without bounds. */
typedef struct
{
  guint           max_buffered;
  GstreamReadFunc read;
  void (*work) (gpointer data); /* reads, having subscribed; NULL: the main loop does */
  gpointer data;                /* of both */
} Way;

static void
check_run (GstreamRunStream *run,
           const char       *recording,
           const Way        *way)
{
  gboolean         ended = FALSE;
  GstreamReader   *reader = gstream_reader_new (NULL, on_ended, &ended);
  GstreamDigest   *digest;
  g_autofree char *json = NULL;

  gstream_reader_set_max_buffered (reader, way->max_buffered);
  if (way->read != NULL)
    gstream_reader_set_read_func (reader, way->read, way->data);
  digest = gstream_digest_new (run, reader);
  gstream_reader_release (reader);
  if (way->work != NULL)
    way->work (way->data);
  while (!ended)
    g_main_context_iteration (NULL, TRUE);

  json = gstream_digest_to_json (digest);
  assert_digest (recording, json);
  gstream_digest_free (digest);
}

static void
check_source (GstreamEventSource *source,
              const char         *recording,
              const Way          *way)
{
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);

  check_run (run, recording, way);
}

static void
check_file (const char *recording,
            const Way  *way)
{
  g_autoptr (GFile) file = g_file_new_for_path (recording);
  g_autoptr (GstreamEventSource) source =
      g_str_has_suffix (recording, ".sse") ? gstream_sse_source_new (file) : gstream_json_lines_source_new (file);

  check_source (source, recording, way);
}

static void
check_pieces (const char *recording,
              gsize       max_piece,
              guint32     seed,
              const Way  *way)
{
  g_autofree char *bytes = NULL;
  gsize            length;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GstreamEventSource) source = NULL;

  g_assert_true (g_file_get_contents (recording, &bytes, &length, NULL));
  stream = G_INPUT_STREAM (test_stream_new (bytes, length, max_piece, seed));
  source = g_str_has_suffix (recording, ".sse") ? gstream_sse_source_new_for_stream (stream)
                                                : gstream_json_lines_source_new_for_stream (stream);
  g_test_message ("pieces of up to %" G_GSIZE_FORMAT " bytes, seed %u", max_piece, seed);
  check_source (source, recording, way);
}

/* --- a consumer that takes turns: one item of one projection, then of the next --- */

static void
add_reading (GstreamReading *reading,
             gpointer        readings)
{
  g_ptr_array_add (readings, reading);
}

/* To the reading at @index, which goes if this is its end. */
static void
give (GPtrArray    *readings,
      guint         index,
      const GValue *item)
{
  GstreamReading *reading = g_ptr_array_index (readings, index);

  if (item == NULL)
    g_ptr_array_remove_index (readings, index);
  gstream_reading_give (reading, item);
}

static gboolean
wait_for_one (GPtrArray *readings,
              guint      index)
{
  GstreamCursor *cursor = gstream_reading_get_cursor (g_ptr_array_index (readings, index));
  g_auto (GValue) item = G_VALUE_INIT;
  gboolean found = gstream_cursor_next_sync (cursor, &item, NULL, NULL);

  give (readings, index, found ? &item : NULL);

  return found;
}

static GstreamTry
try_one (GPtrArray *readings,
         guint      index)
{
  GstreamCursor *cursor = gstream_reading_get_cursor (g_ptr_array_index (readings, index));
  g_auto (GValue) item = G_VALUE_INIT;
  GstreamTry tried = gstream_cursor_try_next (cursor, &item, NULL);

  if (tried != GSTREAM_TRY_PENDING)
    give (readings, index, tried == GSTREAM_TRY_ITEM ? &item : NULL);

  return tried;
}

/* Waits in every turn, whatever comes meanwhile for others. */
static void
take_turns_waiting (gpointer data)
{
  GPtrArray *readings = data;

  while (readings->len > 0)
    for (guint i = 0; i < readings->len;)
      i += wait_for_one (readings, i);
}

/* FALSE: nobody had anything. */
static gboolean
try_each (GPtrArray *readings)
{
  gboolean any = FALSE;

  for (guint i = 0; i < readings->len;)
    {
      GstreamTry tried = try_one (readings, i);

      any |= tried != GSTREAM_TRY_PENDING;
      i += tried == GSTREAM_TRY_ITEM || tried == GSTREAM_TRY_PENDING;
    }

  return any;
}

/* Waits only when nobody has anything. */
static void
take_turns_trying (gpointer data)
{
  GPtrArray *readings = data;

  while (readings->len > 0)
    if (!try_each (readings))
      wait_for_one (readings, 0);
}

/* --- the tests --- */

static void
test_whole (gconstpointer recording)
{
  const Way way = { 0 };

  check_file (recording, &way);
}

static void
test_pieces (gconstpointer recording)
{
  static const gsize sizes[] = { 1, 7, 100, 5000 };
  const Way          way = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint32 seed = 1; seed <= 3; seed++)
      check_pieces (recording, sizes[i], seed, &way);
}

static void
test_bounded (gconstpointer recording)
{
  const Way way = { .max_buffered = 1 };

  check_file (recording, &way);
  check_pieces (recording, 100, 4, &way);
}

static void
check_turns (const char *recording,
             void (*work) (gpointer data))
{
  g_autoptr (GPtrArray) readings = g_ptr_array_new ();
  const Way way = { .read = add_reading, .work = work, .data = readings };

  check_file (recording, &way);
  check_pieces (recording, 100, 5, &way);
}

static void
test_turns (gconstpointer recording)
{
  check_turns (recording, take_turns_trying);
}

static void
test_waits (gconstpointer recording)
{
  check_turns (recording, take_turns_waiting);
}

static const struct
{
  const char   *name;
  GTestDataFunc run;
} modes[] = {
  { "whole", test_whole }, { "pieces", test_pieces }, { "bounded", test_bounded },
  { "turns", test_turns }, { "waits", test_waits },
};

static void
add_recording (const char *folder,
               const char *name)
{
  g_autofree char *stem = g_strndup (name, strrchr (name, '.') - name);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autofree char *path = g_strconcat ("/digest/", folder, "/", stem, "/", modes[i].name, NULL);

      g_test_add_data_func_full (path, g_test_build_filename (G_TEST_DIST, "runs", folder, name, NULL), modes[i].run,
                                 g_free);
    }
}

static void
add_folder (const char *folder)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", folder, NULL);
  g_autoptr (GDir) files = g_dir_open (path, 0, NULL);
  const char *name;

  g_assert_nonnull (files);
  while ((name = g_dir_read_name (files)) != NULL)
    if (g_str_has_suffix (name, ".jsonl") || g_str_has_suffix (name, ".sse"))
      add_recording (folder, name);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_folder ("python-inprocess");
  add_folder ("python-server");
  add_folder ("js-server");

  return g_test_run ();
}
