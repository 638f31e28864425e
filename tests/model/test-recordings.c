/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The models of every recorded run have what its digest has (T2, T4-T6, T8).
 */
#include "shadow.h"

#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/sources/gstream-json-lines-source.h>
#include <gstream/sources/gstream-sse-source.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

#define ALL                                                                                  \
  (GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS | \
   GSTREAM_RUN_MODEL_INTERRUPTS | GSTREAM_RUN_MODEL_LIFECYCLE)

static GstreamRunStream *
open_run (const char *recording)
{
  g_autoptr (GFile) file = g_file_new_for_path (recording);
  g_autoptr (GstreamEventSource) source =
      g_str_has_suffix (recording, ".sse") ? gstream_sse_source_new (file) : gstream_json_lines_source_new (file);

  return gstream_run_stream_new (source, NULL);
}

static GstreamPayload *
load_expected (const char *recording)
{
  g_autoptr (GString) path = g_string_new (recording);
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;
  GstreamPayload *expected;

  g_string_truncate (path, strrchr (path->str, '.') - path->str);
  g_string_append (path, ".expected.json");
  g_file_get_contents (path->str, &json, NULL, &error);
  g_assert_no_error (error);
  expected = gstream_payload_new (json, -1, &error);
  g_assert_no_error (error);

  return expected;
}

/* The rows of one type. */
static GPtrArray *
list_rows (GListModel *model,
           GType       type)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (model, i);

      if (g_type_is_a (G_OBJECT_TYPE (row), type))
        g_ptr_array_add (rows, g_steal_pointer (&row));
    }

  return rows;
}

static GPtrArray *
list_expected (GstreamPayload *run,
               const char     *key)
{
  g_autofree char *pointer = g_strconcat ("/", key, NULL);
  gsize            n = gstream_payload_get_size (run, pointer);
  GPtrArray       *list = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *item = g_strdup_printf ("%s/%" G_GSIZE_FORMAT, pointer, i);

      g_ptr_array_add (list, gstream_payload_lookup (run, item));
    }

  return list;
}

static void
check_messages (GListModel     *model,
                GstreamPayload *expected)
{
  g_autoptr (GPtrArray) rows = list_rows (model, GSTREAM_TYPE_MESSAGE);
  g_autoptr (GPtrArray) messages = list_expected (expected, "messages");

  g_assert_cmpuint (rows->len, ==, messages->len);
  for (guint i = 0; i < rows->len; i++)
    {
      GstreamMessage *message = g_ptr_array_index (rows, i);

      g_assert_cmpstr (gstream_message_get_id (message), ==, gstream_payload_get_string (messages->pdata[i], "/id"));
      g_assert_cmpstr (gstream_message_get_text (message), ==,
                       gstream_payload_get_string (messages->pdata[i], "/text"));
    }
}

static void
check_tool_calls (GListModel     *model,
                  GstreamPayload *expected)
{
  g_autoptr (GPtrArray) rows = list_rows (model, GSTREAM_TYPE_TOOL_CALL);
  g_autoptr (GPtrArray) calls = list_expected (expected, "tool_calls");

  g_assert_cmpuint (rows->len, ==, calls->len);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpstr (gstream_tool_call_get_id (rows->pdata[i]), ==,
                     gstream_payload_get_string (calls->pdata[i], "/id"));
}

static void check_run (GListModel     *model,
                       GstreamPayload *expected);

static void
check_subgraphs (GListModel     *model,
                 GstreamPayload *expected)
{
  g_autoptr (GPtrArray) rows = list_rows (model, GSTREAM_TYPE_SUBGRAPH_RUN_STREAM);
  g_autoptr (GPtrArray) subgraphs = list_expected (expected, "subgraphs");

  g_assert_cmpuint (rows->len, ==, subgraphs->len);
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GListModel) child = gstream_run_model_create_child (rows->pdata[i], NULL);
      g_autoptr (GstreamPayload) run = gstream_payload_lookup (subgraphs->pdata[i], "/run");

      g_assert_cmpstr (gstream_subgraph_run_stream_get_graph_name (rows->pdata[i]), ==,
                       gstream_payload_get_string (subgraphs->pdata[i], "/graph_name"));
      check_run (child, run);
    }
}

static void
check_run (GListModel     *model,
           GstreamPayload *expected)
{
  check_messages (model, expected);
  check_tool_calls (model, expected);
  check_subgraphs (model, expected);
}

static void
check_interrupts (GListModel     *model,
                  GstreamPayload *expected)
{
  g_autoptr (GPtrArray) rows = list_rows (model, GSTREAM_TYPE_PENDING_INTERRUPT);
  g_autoptr (GPtrArray) interrupts = list_expected (expected, "interrupts");

  g_assert_cmpuint (rows->len, ==, interrupts->len);
  for (guint i = 0; i < rows->len; i++)
    g_assert_cmpstr (gstream_pending_interrupt_get_id (rows->pdata[i]), ==,
                     gstream_payload_get_string (interrupts->pdata[i], "/id"));
}

static char *
namespace_of (GstreamPayload *item)
{
  g_autoptr (GstreamPayload) namespace_ = gstream_payload_lookup (item, "/namespace");
  GString *path = g_string_new (NULL);

  for (gsize i = 0; i < gstream_payload_get_size (namespace_, ""); i++)
    {
      g_autofree char *pointer = g_strdup_printf ("/%" G_GSIZE_FORMAT, i);

      g_string_append_printf (path, "%s%s", i > 0 ? "/" : "", gstream_payload_get_string (namespace_, pointer));
    }

  return g_string_free (path, FALSE);
}

/* Each namespace once, as the newest of its items says. */
static void
check_lifecycle (GListModel     *model,
                 GstreamPayload *expected)
{
  g_autoptr (GPtrArray) rows = list_rows (model, GSTREAM_TYPE_LIFECYCLE);
  g_autoptr (GPtrArray) items = list_expected (expected, "lifecycle");
  g_autoptr (GHashTable) newest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < items->len; i++)
    g_hash_table_replace (newest, namespace_of (items->pdata[i]), items->pdata[i]);
  g_assert_cmpuint (rows->len, ==, g_hash_table_size (newest));
  for (guint i = 0; i < rows->len; i++)
    {
      g_autofree char *name = row_name (rows->pdata[i]);

      g_assert_nonnull (g_hash_table_lookup (newest, name));
      g_assert_true (
          gstream_payload_equal (gstream_lifecycle_get_item (rows->pdata[i]), g_hash_table_lookup (newest, name)));
    }
}

static void
test_tree (gconstpointer recording)
{
  g_autoptr (GstreamRunStream) run = open_run (recording);
  g_autoptr (GstreamRunModel) model = gstream_run_model_new (run, ALL, NULL);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamPayload) expected = load_expected (recording);

  play (run);
  check_run (G_LIST_MODEL (model), expected);
  check_interrupts (G_LIST_MODEL (model), expected);
  check_lifecycle (G_LIST_MODEL (model), expected);
}

static void
collect (GstreamPayload *run,
         const char     *key,
         GHashTable     *names)
{
  g_autoptr (GPtrArray) list = list_expected (run, key);
  g_autoptr (GPtrArray) subgraphs = list_expected (run, "subgraphs");

  for (guint i = 0; i < list->len; i++)
    g_hash_table_add (names, g_strdup (gstream_payload_get_string (list->pdata[i], "/id")));
  for (guint i = 0; i < subgraphs->len; i++)
    {
      g_autoptr (GstreamPayload) child = gstream_payload_lookup (subgraphs->pdata[i], "/run");

      collect (child, key, names);
    }
}

static void
test_deep (gconstpointer recording)
{
  g_autoptr (GstreamRunStream) run = open_run (recording);
  g_autoptr (GstreamRunModel) model =
      gstream_run_model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_DEEP,
                             NULL);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));
  g_autoptr (GstreamPayload) expected = load_expected (recording);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  shadow->unordered = TRUE;
  play (run);
  collect (expected, "messages", names);
  collect (expected, "tool_calls", names);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (model)), ==, g_hash_table_size (names));
  for (guint i = 0; i < shadow->rows->len; i++)
    {
      g_autofree char *name = row_name (g_ptr_array_index (shadow->rows, i));

      g_assert_true (g_hash_table_contains (names, name));
    }
}

static void
test_bounded (gconstpointer recording)
{
  g_autoptr (GstreamRunStream) run = open_run (recording);
  g_autoptr (GstreamRunModel) model =
      gstream_run_model_new (run, (ALL & ~GSTREAM_RUN_MODEL_INTERRUPTS) | GSTREAM_RUN_MODEL_DEEP, NULL);
  g_autoptr (Shadow) shadow = shadow_new (G_LIST_MODEL (model));

  shadow->unordered = TRUE;
  gstream_run_model_set_max_rows (model, 2);
  play (run);
  g_assert_cmpuint (shadow->rows->len, <=, 2);
}

/* Dropped after the first change, or, where there is none, at the end. */
static void
test_dropped (gconstpointer recording)
{
  g_autoptr (GstreamRunStream) run = open_run (recording);
  g_autoptr (GstreamRunModel) model = gstream_run_model_new (run, ALL, NULL);

  while (g_list_model_get_n_items (G_LIST_MODEL (model)) == 0 &&
         gstream_run_stream_get_status (run) <= GSTREAM_RUN_STATUS_RUNNING)
    turn (TRUE);
  g_assert_finalize_object (g_steal_pointer (&model));
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_messages (run)));
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_subgraphs (run)));
  g_assert_false (gstream_projection_get_subscribed (gstream_run_stream_get_lifecycle (run)));
  play (run);
}

static void
add_tests (const char *folder,
           const char *name)
{
  static const struct
  {
    const char   *path;
    GTestDataFunc test;
  } tests[] = {
    { "T6/tree", test_tree },
    { "T2/deep", test_deep },
    { "P3/bounded", test_bounded },
    { "P9/dropped", test_dropped },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/model/recordings/%s/%s/%s", tests[i].path, folder, name);

      g_test_add_data_func_full (path, g_test_build_filename (G_TEST_DIST, "runs", folder, name, NULL), tests[i].test,
                                 g_free);
    }
}

static void
add_folder (const char *folder)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "runs", folder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".jsonl") || g_str_has_suffix (name, ".sse"))
      add_tests (folder, name);
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
