/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A chat with an assistant on a server: each line that is typed becomes a run,
 * and what its models say is printed as they say it. What a run stops to ask is
 * put to the user.
 *
 *     GSTREAM_API_KEY=... chat-remote http://localhost:2024 agent
 */
#include <gstream.h>
#include <locale.h>
#include <stdio.h>

static char *
read_line (const char *prompt)
{
  char line[4096];

  g_print ("%s", prompt);
  if (fgets (line, sizeof line, stdin) == NULL)
    return NULL;

  return g_strchomp (g_strdup (line));
}

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

static gboolean
print_run (GstreamRunStream *run,
           GError          **error)
{
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), error);
  g_auto (GValue) message = G_VALUE_INIT;
  GError *failure = NULL;

  if (messages == NULL)
    return FALSE;
  while (gstream_cursor_next_sync (messages, &message, NULL, &failure))
    if (!print_text (g_value_get_object (&message), error))
      return FALSE;
  if (failure != NULL)
    g_propagate_error (error, failure);

  return failure == NULL;
}

/* The run that goes on with the answers; NULL without an error: nothing was asked. */
static GstreamRunStream *
answer (GstreamThread    *thread,
        GstreamRunStream *run,
        GError          **error)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_sync (run, NULL, error);
  g_autoptr (GPtrArray) responses = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_payload_unref);

  if (interrupts == NULL || interrupts->len == 0)
    return NULL;

  for (guint i = 0; i < interrupts->len; i++)
    {
      GstreamPayload  *question = gstream_interrupt_get_value (interrupts->pdata[i]);
      g_autofree char *prompt = g_strdup_printf ("%s ", gstream_payload_get_json (question, NULL));
      g_autofree char *line = read_line (prompt);

      g_ptr_array_add (responses, gstream_payload_new_string (line ? line : ""));
    }

  return gstream_thread_respond_all_sync (thread, interrupts, responses, NULL, NULL, error);
}

static GstreamPayload *
make_input (const char *line)
{
  GVariantDict message;
  GVariantDict input;
  GVariant    *messages = NULL;
  g_autoptr (GVariant) value = NULL;

  g_variant_dict_init (&message, NULL);
  g_variant_dict_insert (&message, "role", "s", "user");
  g_variant_dict_insert (&message, "content", "s", line);
  messages = g_variant_new_variant (g_variant_dict_end (&message));
  g_variant_dict_init (&input, NULL);
  g_variant_dict_insert_value (&input, "messages", g_variant_new_array (NULL, &messages, 1));
  value = g_variant_ref_sink (g_variant_dict_end (&input));

  return gstream_payload_new_variant (value, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GstreamServer) server = NULL;
  g_autoptr (GstreamThread) thread = NULL;
  g_autoptr (GError) error = NULL;
  char *line = NULL;

  setlocale (LC_ALL, "");
  if (argc != 3)
    {
      g_printerr ("Usage: chat-remote URL ASSISTANT\n");
      return 2;
    }

  server = gstream_server_new (argv[1]);
  gstream_server_set_api_key (server, g_getenv ("GSTREAM_API_KEY"));
  thread = gstream_server_create_thread (server, argv[2]);
  while (error == NULL && (line = read_line ("> ")) != NULL)
    {
      g_autofree char *typed = line;
      g_autoptr (GstreamPayload) input = make_input (typed);
      g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, NULL, NULL, &error);

      while (run != NULL && print_run (run, &error))
        {
          g_autoptr (GstreamRunStream) finished = g_steal_pointer (&run);

          run = answer (thread, finished, &error);
        }
    }
  if (error != NULL)
    g_printerr ("%s\n", error->message);

  return error != NULL;
}
