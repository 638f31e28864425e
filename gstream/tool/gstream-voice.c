/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Somebody who speaks, on a page: a line is printed when it is finished.
 */
#include "config.h"

#include "gstream/tool/gstream-voice.h"

#include <string.h>

struct _GstreamVoice
{
  GstreamPage *page;
  GstreamLead  lead;
  GString     *said;
  gsize        n_printed; /* bytes of it */
  gboolean     paragraph; /* empty lines stand before the next one */
};

GstreamVoice *
gstream_voice_new (GstreamPage *page,
                   guint        depth,
                   const char  *label,
                   const char  *label_style,
                   const char  *style)
{
  GstreamVoice *self = g_new0 (GstreamVoice, 1);

  self->page = page;
  self->lead = (GstreamLead) { depth, g_strdup (label), label_style, style, TRUE };
  self->said = g_string_new (NULL);

  return self;
}

static void
print_line (GstreamVoice *self,
            const char   *line)
{
  gboolean is_empty = line[strspn (line, " \t\r")] == '\0';

  if (!is_empty && self->paragraph)
    gstream_page_print_gap (self->page, &self->lead);
  if (!is_empty)
    gstream_page_print (self->page, &self->lead, line);
  self->paragraph = is_empty;
}

/* Lines whose end stands from the byte @from on. */
static void
print_finished_lines (GstreamVoice *self,
                      gsize         from)
{
  const char *end;

  while ((end = strchr (self->said->str + from, '\n')) != NULL)
    {
      const char *start = self->said->str + self->n_printed;
      g_autofree char *line = g_strndup (start, end - start);

      from = self->n_printed = end + 1 - self->said->str;
      print_line (self, line);
    }
}

void
gstream_voice_say (GstreamVoice *self,
                   const char   *text)
{
  gsize from = self->said->len;

  g_string_append (self->said, text);
  print_finished_lines (self, from);
  gstream_page_set_live (self->page, &self->lead, self->said->str + self->n_printed);
}

void
gstream_voice_pause (GstreamVoice *self)
{
  if (self->n_printed == self->said->len)
    return;

  print_line (self, self->said->str + self->n_printed);
  self->n_printed = self->said->len;
  gstream_page_set_live (self->page, &self->lead, "");
}

/* Most often that is nothing. */
static void
say_what_is_missing (GstreamVoice *self,
                     const char   *whole)
{
  if (!g_str_has_prefix (whole, self->said->str))
    {
      gstream_voice_pause (self);
      gstream_page_print (self->page, &self->lead, "(no, this:)");
      g_string_truncate (self->said, 0);
      self->n_printed = 0;
    }
  gstream_voice_say (self, whole + self->said->len);
}

void
gstream_voice_end (GstreamVoice *self,
                   const char   *whole)
{
  if (whole != NULL)
    say_what_is_missing (self, whole);
  gstream_voice_pause (self);
  gstream_page_forget (self->page, &self->lead);
  g_string_free (self->said, TRUE);
  g_free ((char *) self->lead.label);
  g_free (self);
}
