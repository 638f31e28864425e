/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run that stops to ask, and what to do with it: put the question to the user,
 * and start the run that goes on with the answer.
 *
 *     echo yes | interrupt
 *
 * The agent here is a few lines of this program. One on a server is started with
 * gstream_thread_start() and goes on with gstream_thread_respond(); the rest is
 * the same.
 */
#include <gstream.h>
#include <stdio.h>

/* --- the agent: asks, unless it has an answer --- */

static GstreamEvent *
make_state (const char *json,
            const char *interrupts)
{
  g_autoptr (GstreamPayload) state = gstream_payload_new (json, -1, NULL);
  g_autoptr (GstreamPayload) questions = gstream_payload_new (interrupts, -1, NULL);

  return gstream_event_new_full ("values", NULL, state, -1, NULL, NULL, questions);
}

static GstreamEvent *
work (const char *answer)
{
  if (answer == NULL)
    return make_state ("{\"text\": \"Cats.\"}", "[{\"id\": \"q1\", \"value\": \"Publish it?\"}]");
  if (g_str_equal (answer, "yes"))
    return make_state ("{\"text\": \"Cats.\", \"published\": true}", "[]");

  return make_state ("{\"text\": \"Cats.\", \"published\": false}", "[]");
}

static GstreamRunStream *
start_agent (const char *answer)
{
  g_autoptr (GstreamEvent) event = work (answer);
  g_autoptr (GstreamEventSource) source = gstream_memory_source_new (&event, 1);

  return gstream_run_stream_new (source, NULL);
}

/* --- the application --- */

static char *
ask_user (GstreamInterrupt *interrupt)
{
  char line[80] = "";

  g_print ("%s\n> ", gstream_payload_get_string (gstream_interrupt_get_value (interrupt), ""));
  if (fgets (line, sizeof line, stdin) == NULL)
    g_print ("(no answer)\n");

  return g_strdup (g_strchomp (line));
}

/* The run that goes on where @run stopped to ask; NULL if it did not. */
static GstreamRunStream *
answer_questions (GstreamRunStream *run,
                  GError          **error)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_sync (run, NULL, error);
  g_autofree char *answer = NULL;

  if (interrupts == NULL || interrupts->len == 0)
    return NULL;

  answer = ask_user (g_ptr_array_index (interrupts, 0));

  return start_agent (answer);
}

int
main (void)
{
  g_autoptr (GstreamRunStream) run = start_agent (NULL);
  g_autoptr (GstreamPayload) state = NULL;
  g_autoptr (GError) error = NULL;
  GstreamRunStream *next;

  while ((next = answer_questions (run, &error)) != NULL)
    {
      g_object_unref (run);
      run = next;
    }
  if (error == NULL)
    state = gstream_run_stream_output_sync (run, NULL, &error);

  if (error != NULL)
    g_printerr ("%s\n", error->message);
  else
    g_print ("%s\n", gstream_payload_get_json (state, NULL));

  return error != NULL;
}
