/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An agent of the application's own: it pushes what it does into a source, and
 * whoever holds the run sees it like any other. Both live on one main loop.
 *
 *     agent "Where is the station?"
 */
#include <gstream.h>

/* --- the agent: says a word every few milliseconds, then ends with its state --- */

typedef struct
{
  GstreamPushSource    *source;
  GstreamMessageWriter *message;
  const char           *question;
  guint                 n_said; /* words of the answer */
} Agent;

static const char *const answer[] = { "Down", " the", " road,", " then", " left.", NULL };

static void
push (Agent        *self,
      GstreamEvent *event)
{
  gstream_push_source_push (self->source, event, NULL); /* fails when the run is over: nothing is left to do then */
  gstream_event_unref (event);
}

static GstreamEvent *
make_state (Agent *self)
{
  GVariantDict state;

  g_variant_dict_init (&state, NULL);
  g_variant_dict_insert (&state, "question", "s", self->question);
  g_variant_dict_insert (&state, "words", "x", (gint64) self->n_said);

  return gstream_event_new_variant ("values", NULL, g_variant_dict_end (&state), NULL);
}

static gboolean
say_next (gpointer user_data)
{
  Agent *self = user_data;

  if (self->n_said == 0)
    push (self, gstream_message_writer_start (self->message));
  if (answer[self->n_said] != NULL)
    {
      push (self, gstream_message_writer_text (self->message, answer[self->n_said++]));
      return G_SOURCE_CONTINUE;
    }

  push (self, gstream_message_writer_finish (self->message, NULL, "stop"));
  push (self, make_state (self));
  gstream_push_source_finish (self->source);

  return G_SOURCE_REMOVE;
}

/* --- the application: shows the answer as it grows, then the state --- */

static void
on_text (GstreamMessage *message)
{
  g_print ("%s: %s\n", gstream_message_get_node (message), gstream_message_get_text (message));
}

static void
on_message (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_auto (GValue) item = G_VALUE_INIT;

  if (gstream_cursor_next_finish (GSTREAM_CURSOR (object), result, &item, NULL))
    g_signal_connect (g_value_get_object (&item), "notify::text", G_CALLBACK (on_text), NULL);
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GstreamPayload) state = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, NULL);

  g_print ("%s\n", gstream_payload_get_json (state, NULL));
  g_main_loop_quit (user_data);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstreamPushSource) source = gstream_push_source_new ();
  g_autoptr (GstreamMessageWriter) message = gstream_message_writer_new (NULL, "guide", NULL);
  g_autoptr (GstreamRunStream) run = gstream_run_stream_new (GSTREAM_EVENT_SOURCE (source), NULL);
  g_autoptr (GstreamCursor) messages = gstream_projection_subscribe (gstream_run_stream_get_messages (run), NULL);
  Agent agent = { source, message, argv[argc - 1], 0 };

  g_timeout_add (40, say_next, &agent);
  gstream_cursor_next (messages, NULL, on_message, NULL);
  gstream_run_stream_output (run, NULL, on_output, loop);
  g_main_loop_run (loop);

  return 0;
}
