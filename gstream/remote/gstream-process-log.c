/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last lines of what a child process says beside its protocol.
 */
#include <gstream/remote/gstream-process-log-private.h>

#include <string.h>

#define MOST_LINES 100
#define MOST_BYTES 2000 /* of a line; what is longer is cut */

void
gstream_process_log_init (GstreamProcessLog *self)
{
  g_queue_init (&self->lines);
  self->line = g_string_new (NULL);
  self->n_new = 0;
}

void
gstream_process_log_clear (GstreamProcessLog *self)
{
  g_queue_clear_full (&self->lines, g_free);
  g_string_free (self->line, TRUE);
  self->line = NULL;
}

static void
add_piece (GString    *line,
           const char *text,
           gsize       length)
{
  g_string_append_len (line, text, MIN (length, MOST_BYTES - line->len));
}

static char *
dup_line (GString *line)
{
  g_autofree char *valid = g_utf8_make_valid (line->str, line->len);

  return g_strdup (g_strchomp (valid));
}

void
gstream_process_log_end_line (GstreamProcessLog *self)
{
  if (self->line->len == 0)
    return;

  g_queue_push_tail (&self->lines, dup_line (self->line));
  self->n_new++;
  g_string_truncate (self->line, 0);
  if (self->lines.length > MOST_LINES)
    g_free (g_queue_pop_head (&self->lines));
}

void
gstream_process_log_add (GstreamProcessLog *self,
                         const char        *text,
                         gsize              length)
{
  const char *end;

  while ((end = memchr (text, '\n', length)) != NULL)
    {
      add_piece (self->line, text, end - text);
      gstream_process_log_end_line (self);
      length -= end + 1 - text;
      text = end + 1;
    }
  add_piece (self->line, text, length);
}

char *
gstream_process_log_dup (GstreamProcessLog *self,
                         guint              n_lines)
{
  GString *text = g_string_new (NULL);
  guint    n_whole = self->line->len > 0 ? n_lines - 1 : n_lines;
  GList   *first = g_queue_peek_nth_link (&self->lines, self->lines.length - MIN (self->lines.length, n_whole));

  for (; first != NULL; first = first->next)
    g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", (char *) first->data);
  if (self->line->len > 0)
    {
      g_autofree char *last = dup_line (self->line);

      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", last);
    }

  return g_string_free (text, FALSE);
}

void
gstream_process_log_mark (GstreamProcessLog *self)
{
  gstream_process_log_end_line (self);
  self->n_new = 0;
}

char *
gstream_process_log_dup_new (GstreamProcessLog *self,
                             guint              n_lines)
{
  guint n_new = self->n_new + (self->line->len > 0 ? 1 : 0);

  return n_new > 0 ? gstream_process_log_dup (self, MIN (n_lines, n_new)) : g_strdup ("");
}
