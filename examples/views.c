/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All views of a run at once: one cursor over several projections gives their
 * items in the order in which they arrive, each with the name of its projection.
 *
 *     views tests/runs/python-inprocess/tools.jsonl
 */
#include <gstream.h>
#include <locale.h>

static const char *const names[] = { "messages", "tool_calls", "values",    "updates",
                                     "custom",   "lifecycle",  "subgraphs", NULL };

static char *
describe_data (GstreamPayload *data)
{
  g_auto (GStrv) keys = gstream_payload_dup_keys (data, "");

  return keys ? g_strjoinv (", ", keys) : gstream_payload_dup_json (data);
}

static char *
describe (const GValue *item)
{
  if (G_VALUE_HOLDS (item, GSTREAM_TYPE_MESSAGE))
    return g_strdup_printf ("from %s", gstream_message_get_node (g_value_get_object (item)));
  if (G_VALUE_HOLDS (item, GSTREAM_TYPE_TOOL_CALL))
    return g_strdup (gstream_tool_call_get_name (g_value_get_object (item)));
  if (G_VALUE_HOLDS (item, GSTREAM_TYPE_SUBGRAPH_RUN_STREAM))
    return g_strdup (gstream_subgraph_run_stream_get_graph_name (g_value_get_object (item)));

  return describe_data (g_value_get_boxed (item));
}

static void
on_next (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GstreamCursor *cursor = GSTREAM_CURSOR (object);
  GMainLoop     *loop = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!gstream_cursor_next_finish (cursor, result, &item, &error))
    {
      g_print ("%s\n", error ? error->message : "It is over.");
      g_main_loop_quit (loop);
      return;
    }

  text = describe (&item);
  g_print ("%-10s  %s\n", gstream_cursor_get_item_name (cursor), text);
  gstream_cursor_next (cursor, NULL, on_next, loop);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[argc - 1]);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) cursor = gstream_run_stream_interleave (run, names, NULL);

  setlocale (LC_ALL, "");
  gstream_cursor_next (cursor, NULL, on_next, loop);
  g_main_loop_run (loop);

  return 0;
}
