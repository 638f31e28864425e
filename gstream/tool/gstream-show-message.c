/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A message as it is said: its text, and set apart from it what the model
 * thinks; and when it is complete, what it holds besides.
 */
#include "config.h"

#include "gstream/tool/gstream-show-private.h"
#include "gstream/tool/gstream-state-text.h"
#include "gstream/tool/gstream-voice.h"

#include <string.h>

/* Who speaks where the source does not say. */
#define NOBODY "model"

typedef struct
{
  GstreamShow    *show;
  GstreamMessage *message;
  const char     *name;      /* of the speaker; the show's string */
  const char     *style;     /* of the speaker */
  GstreamVoice   *text;
  GstreamVoice   *reasoning;
} Speech;

static void
take_text (const GValue *item,
           gpointer      user_data)
{
  Speech *self = user_data;

  gstream_voice_pause (self->reasoning);
  gstream_voice_say (self->text, g_value_get_string (item));
}

static void
take_reasoning (const GValue *item,
                gpointer      user_data)
{
  Speech *self = user_data;

  gstream_voice_pause (self->text);
  gstream_voice_say (self->reasoning, g_value_get_string (item));
}

/* --- what it holds besides --- */

static void
print_besides (Speech     *self,
               const char *after,
               const char *style,
               const char *text)
{
  g_autofree char *label = gstream_show_make_label (self->show, "", self->name, after);

  gstream_show_print (self->show, label, self->style, style, text);
}

/* Text and reasoning have been read, and tool calls are listed apart. */
static void
print_other_blocks (Speech *self)
{
  GstreamPayloadIter iter;
  GstreamPayload *next;

  gstream_payload_iter_init (&iter, gstream_message_get_content (self->message));
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) block = next;
      const char *type = gstream_payload_get_string (block, "/type");
      g_autofree char *text = g_strdup_printf ("(%s)", type);

      if (type != NULL && strcmp (type, "text") != 0 && strcmp (type, "reasoning") != 0 &&
          !g_str_has_suffix (type, "tool_call"))
        print_besides (self, ":", GSTREAM_STYLE_FAINT, text);
    }
}

static void
print_tool_calls (Speech         *self,
                  GstreamPayload *calls,
                  const char     *verb)
{
  GstreamPayloadIter iter;
  GstreamPayload *next;

  gstream_payload_iter_init (&iter, calls);
  while ((next = gstream_payload_iter_next_value (&iter)) != NULL)
    {
      g_autoptr (GstreamPayload) call = next;
      g_autoptr (GstreamPayload) args = gstream_payload_get (call, "/args");
      const char *name = gstream_payload_get_string (call, "/name");
      g_autofree char *after = g_strdup_printf (" %s %s", verb, name ? name : "a tool");
      g_autofree char *label = gstream_show_make_label (self->show, "", self->name, after);

      if (args != NULL)
        gstream_show_print_data (self->show, label, self->style, args);
      else
        gstream_show_print (self->show, label, self->style, NULL, "");
    }
}

static void
print_how_it_ended (Speech *self)
{
  const GError *error = gstream_message_get_error (self->message);

  if (error != NULL)
    print_besides (self, " fails:", GSTREAM_STYLE_BAD, error->message);
  else if (gstream_message_get_status (self->message) == GSTREAM_MESSAGE_STATUS_INCOMPLETE)
    print_besides (self, ":", GSTREAM_STYLE_FAINT, "(left incomplete)");
}

static void
on_ended (gpointer user_data)
{
  Speech *self = user_data;

  gstream_voice_end (self->reasoning, gstream_message_get_reasoning (self->message));
  gstream_voice_end (self->text, gstream_message_get_text (self->message));
  print_other_blocks (self);
  print_tool_calls (self, gstream_message_get_tool_calls (self->message), "calls");
  print_tool_calls (self, gstream_message_get_invalid_tool_calls (self->message), "cannot call");
  print_how_it_ended (self);

  g_hash_table_remove (self->show->speakers, self->name);
  g_object_unref (self->message);
  g_free (self);
}

/* --- its beginning --- */

static GstreamVoice *
make_voice (Speech     *self,
            const char *after,
            const char *style)
{
  g_autofree char *label = gstream_show_make_label (self->show, "", self->name, after);

  return gstream_voice_new (self->show->page, self->show->depth, label, self->style, style);
}

static const char *
get_style (Speech *self)
{
  g_autofree char *full = gstream_show_make_label (self->show, "", self->name, "");

  return gstream_page_get_style (self->show->page, full);
}

void
gstream_show_take_message (const GValue *item,
                           gpointer      show)
{
  Speech *self = g_new0 (Speech, 1);
  GstreamReader *reader;
  const char *node;

  self->show = show;
  self->message = g_value_dup_object (item);
  node = gstream_message_get_node (self->message);
  self->name = gstream_show_enter (self->show->speakers, node ? node : NOBODY);
  self->style = get_style (self);
  self->text = make_voice (self, ":", NULL);
  self->reasoning = make_voice (self, " thinks:", GSTREAM_STYLE_THINKING);

  reader = gstream_reader_new (self->show->reader, on_ended, self);
  gstream_reader_add (reader, gstream_message_get_text_deltas (self->message), take_text, self);
  gstream_reader_add (reader, gstream_message_get_reasoning_deltas (self->message), take_reasoning, self);
  gstream_reader_release (reader);
}
