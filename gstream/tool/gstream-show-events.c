/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run, event by event.
 */
#include "config.h"

#include "gstream/tool/gstream-json-out.h"
#include "gstream/tool/gstream-show.h"
#include "gstream/tool/gstream-text.h"

typedef struct
{
  GstreamRunStream *run;
  FILE             *out;
  GstreamEndedFunc  ended;
  gpointer          user_data;
} ShowEvents;

static void
print_payload (ShowEvents     *self,
               GstreamPayload *payload)
{
  g_autofree char *json = gstream_json_readable (payload ? gstream_payload_get_json (payload, NULL) : "null");

  fprintf (self->out, "\t%s\n", json);
  fflush (self->out);
}

static void
print_event (const GValue *item,
             gpointer      user_data)
{
  ShowEvents *self = user_data;
  GstreamEvent *event = g_value_get_boxed (item);
  g_autofree char *path = g_strjoinv ("/", (char **) gstream_event_get_namespace (event));
  g_autofree char *clean_path = gstream_text_clean (path);
  g_autofree char *method = gstream_text_clean (gstream_event_get_method (event));

  fprintf (self->out, "%" G_GUINT64_FORMAT "\t%s\t/%s", gstream_event_get_seq (event), method, clean_path);
  print_payload (self, gstream_event_get_data (event));
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  ShowEvents *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (self->run, result, &error);

  if (error == NULL)
    {
      fputs ("output", self->out);
      print_payload (self, output);
    }
  self->ended (self->user_data);
  g_object_unref (self->run);
  g_free (self);
}

static void
on_log_ended (gpointer user_data)
{
  ShowEvents *self = user_data;

  gstream_run_stream_output (self->run, NULL, on_output, self);
}

void
gstream_show_events (GstreamRunStream *run,
                     FILE             *out,
                     GstreamEndedFunc  ended,
                     gpointer          user_data)
{
  ShowEvents *self = g_new (ShowEvents, 1);
  GstreamReader *reader = gstream_reader_new (NULL, on_log_ended, self);

  *self = (ShowEvents) { g_object_ref (run), out, ended, user_data };
  gstream_reader_add (reader, gstream_run_stream_get_log (run), print_event, self);
  gstream_reader_release (reader);
}
