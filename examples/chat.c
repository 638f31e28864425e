/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The smallest chat: what the models of a run say, as they say it.
 *
 *     chat tests/runs/python-inprocess/chat.jsonl
 */
#include <gstream.h>
#include <locale.h>

static gboolean
print_text (GstreamMessage *message,
            GError        **error)
{
  g_autoptr (GstreamCursor) deltas = gstream_projection_subscribe (gstream_message_get_text_deltas (message), error);
  g_auto (GValue) delta = G_VALUE_INIT;
  GError *failure = NULL;

  while (deltas != NULL && gstream_cursor_next_sync (deltas, &delta, NULL, &failure))
    g_print ("%s", g_value_get_string (&delta));
  g_print ("\n");
  if (failure != NULL)
    g_propagate_error (error, failure);

  return deltas != NULL && failure == NULL;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[argc - 1]);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  g_auto (GValue) message = G_VALUE_INIT;

  setlocale (LC_ALL, "");
  while (error == NULL && gstream_cursor_next_sync (messages, &message, NULL, &error))
    print_text (g_value_get_object (&message), &error);

  if (error != NULL)
    g_printerr ("%s\n", error->message);

  return error != NULL;
}
