/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A view of one's own: a transformer makes a projection `percent` of the custom
 * events of a run.
 *
 *     transformer tests/runs/python-inprocess/custom.jsonl
 */
#include <gstream.h>

/* --- the transformer --- */

struct _Progress
{
  GstreamTransformer parent_instance;

  GstreamProjection *percent; /* the transformer's own; not a reference */
};

#define PROGRESS_TYPE (progress_get_type ())
G_DECLARE_FINAL_TYPE (Progress, progress, EXAMPLE, PROGRESS, GstreamTransformer)
G_DEFINE_FINAL_TYPE (Progress, progress, GSTREAM_TYPE_TRANSFORMER)

static gboolean
progress_process (GstreamTransformer *transformer,
                  GstreamEvent       *event,
                  GError            **error)
{
  Progress       *self = EXAMPLE_PROGRESS (transformer);
  GstreamPayload *data = gstream_event_get_data (event);
  g_auto (GValue) percent = G_VALUE_INIT;

  if (!gstream_payload_has (data, "/ratio"))
    return TRUE;

  g_value_init (&percent, G_TYPE_INT);
  g_value_set_int (&percent, 100 * gstream_payload_get_double (data, "/ratio"));

  return gstream_projection_push (self->percent, &percent, error);
}

static void
progress_class_init (ProgressClass *klass)
{
  GSTREAM_TRANSFORMER_CLASS (klass)->process = progress_process;
}

static void
progress_init (Progress *self)
{
  gstream_transformer_set_wants (GSTREAM_TRANSFORMER (self), (const char *[]) { "custom", NULL });
  self->percent = gstream_transformer_add_projection (GSTREAM_TRANSFORMER (self), "percent", G_TYPE_INT);
}

/* --- the run --- */

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (argv[argc - 1]);
  g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
  g_autoptr (GstreamStreamMux) mux = gstream_stream_mux_new (NULL);
  g_autoptr (GstreamRunStream) run = NULL;
  g_autoptr (GstreamCursor) cursor = NULL;
  g_auto (GValue) percent = G_VALUE_INIT;

  gstream_stream_mux_add_type (mux, PROGRESS_TYPE, NULL);
  run = gstream_run_stream_new (source, mux);
  cursor = gstream_projection_subscribe (gstream_run_stream_get_projection (run, "percent", NULL), NULL);

  while (gstream_cursor_next_sync (cursor, &percent, NULL, &error))
    g_print ("%d %%\n", g_value_get_int (&percent));

  if (error != NULL)
    g_printerr ("%s\n", error->message);

  return error != NULL;
}
