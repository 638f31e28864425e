/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A tool call: its input, its progress, and what became of it.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-voice.h"

typedef struct
{
  GstreamShow     *show;
  GstreamToolCall *call;
  const char      *name;     /* the show's string */
  const char      *style;
  GstreamVoice    *progress;
} Call;

static void
take_progress (const GValue *item,
               gpointer      user_data)
{
  Call *self = user_data;

  gstream_voice_say (self->progress, g_value_get_string (item));
}

static void
print_data (Call           *self,
            const char     *before,
            const char     *after,
            GstreamPayload *data)
{
  g_autofree char *label = gstream_show_make_label (self->show, before, self->name, after);

  if (data != NULL)
    gstream_show_print_data (self->show, label, self->style, data);
  else
    gstream_show_print (self->show, label, self->style, NULL, "");
}

/* A tool often answers with a whole message, as one object or inside one; what counts is its content. */
static GstreamPayload *
get_answer (GstreamPayload *output)
{
  static const char *const places[] = { "/content", "/kwargs/content" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (gstream_payload_get_string (output, places[i]) != NULL)
      return gstream_payload_get (output, places[i]);

  return gstream_payload_ref (output);
}

static void
print_result (Call *self)
{
  const GError *error = gstream_tool_call_get_error (self->call);
  GstreamPayload *output = gstream_tool_call_get_output (self->call);
  g_autoptr (GstreamPayload) answer = output ? get_answer (output) : NULL;
  g_autofree char *label = gstream_show_make_label (self->show, "← ", self->name, " fails:");

  if (error != NULL)
    gstream_show_print (self->show, label, self->style, GSTREAM_STYLE_BAD, error->message);
  else
    print_data (self, "← ", ":", answer);
}

static void
on_ended (gpointer user_data)
{
  Call *self = user_data;

  gstream_voice_end (self->progress, NULL);
  print_result (self);
  g_hash_table_remove (self->show->tools, self->name);
  g_object_unref (self->call);
  g_free (self);
}

void
gstream_show_take_tool_call (const GValue *item,
                             gpointer      show)
{
  Call *self = g_new0 (Call, 1);
  GstreamReader *reader;
  g_autofree char *full = NULL;
  g_autofree char *label = NULL;

  self->show = show;
  self->call = g_value_dup_object (item);
  self->name = gstream_show_enter (self->show->tools, gstream_tool_call_get_name (self->call));
  full = gstream_show_make_label (show, "", self->name, "");
  label = gstream_show_make_label (show, "… ", self->name, ":");
  self->style = gstream_page_get_style (self->show->page, full);
  self->progress = gstream_voice_new (self->show->page, self->show->depth, label, self->style, NULL);
  print_data (self, "→ ", "", gstream_tool_call_get_input (self->call));

  reader = gstream_reader_new (self->show->reader, on_ended, self);
  gstream_reader_add (reader, gstream_tool_call_get_output_deltas (self->call), take_progress, self);
  gstream_reader_release (reader);
}
