/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The terminal, pipe or file in which a run is shown.
 *
 * Without a terminal each line is written as soon as it is finished. On a terminal, the lines that have been finished
 * since the last frame and the current state of the unfinished ones are written together, a few times a second: the
 * cursor goes up to the first row of the unfinished lines, which are then overwritten.
 */
#include "gstream/tool/gstream-screen.h"
#include "gstream/tool/gstream-text.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns for data, off a terminal. */
#define PLAIN_WIDTH 100
/* Milliseconds from one writing to the next, on a terminal. */
#define FRAME 33
/* The most rows shown of one unfinished line, and a bound in bytes that so many rows never exceed. */
#define MAX_LIVE_ROWS 6
#define MAX_LIVE_BYTES 8192

typedef struct
{
  const GstreamLead *lead;
  const char        *text; /* of a GstreamLiveText, not owned */
} Live;

struct _GstreamScreen
{
  FILE              *out;
  GString           *text;        /* to be written */
  GPtrArray         *lives;       /* of Live: unfinished lines, in the order in which they began */
  GHashTable        *styles;      /* name of a speaker -> style */
  const GstreamLead *last;        /* lead of the last line that stays; only compared */
  guint              frame;       /* id of the timeout that writes; 0: nothing to write */
  guint              n_live_rows; /* on the screen now */
  guint              width;       /* of the screen; 0: no screen */
  guint              height;
  gboolean           has_styles;
};

struct _GstreamLiveText
{
  GstreamScreen *screen;
  GstreamLead    lead; /* its label is owned */
  GString       *said;
  gsize          n_printed; /* bytes of @said that have been printed as lines */
  gboolean       paragraph; /* an empty line comes before the next one */
};

static void
measure (GstreamScreen *self)
{
  struct winsize size;

  if (ioctl (fileno (self->out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    size = (struct winsize) { .ws_row = 24, .ws_col = 80 };
  self->width = MAX (size.ws_col, 20);
  self->height = MAX (size.ws_row, 4);
}

GstreamScreen *
gstream_screen_new (FILE *out)
{
  GstreamScreen *self = g_new0 (GstreamScreen, 1);
  const char    *no_color = g_getenv ("NO_COLOR");

  self->out = out;
  self->text = g_string_new (NULL);
  self->lives = g_ptr_array_new_with_free_func (g_free);
  self->styles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (isatty (fileno (out)) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0)
    {
      measure (self);
      self->has_styles = no_color == NULL || *no_color == '\0';
    }

  return self;
}

guint
gstream_screen_get_width (GstreamScreen *self)
{
  return self->width > 0 ? self->width : PLAIN_WIDTH;
}

const char *
gstream_screen_get_style (GstreamScreen *self,
                          const char    *speaker)
{
  static const char *const styles[] = { "1;36", "1;35", "1;34", "1;32", "1;33", "1;96" };
  const char              *style = g_hash_table_lookup (self->styles, speaker);

  if (style == NULL)
    {
      style = styles[g_hash_table_size (self->styles) % G_N_ELEMENTS (styles)];
      g_hash_table_insert (self->styles, g_strdup (speaker), (gpointer) style);
    }

  return style;
}

/* --- rows --- */

static void
append_styled (GstreamScreen *self,
               const char    *style,
               const char    *text,
               gsize          length)
{
  gboolean styled = style != NULL && self->has_styles && length > 0;

  if (styled)
    g_string_append_printf (self->text, "\033[%sm", style);
  g_string_append_len (self->text, text, length);
  if (styled)
    g_string_append (self->text, "\033[0m");
}

/* Labels contain names from the run, which may hold control characters. Transfer full. */
static char *
get_label (const GstreamLead *lead)
{
  return lead->label ? gstream_text_clean (lead->label) : g_strdup ("");
}

static guint
get_margin (const GstreamLead *lead)
{
  g_autofree char *label = get_label (lead);

  return 2 * lead->depth + gstream_text_width (label, -1);
}

static void
append_margin (GstreamScreen     *self,
               const GstreamLead *lead,
               gboolean           labelled)
{
  g_autofree char *label = get_label (lead);

  if (!labelled || lead->label == NULL)
    {
      g_string_append_printf (self->text, "%*s", (int) get_margin (lead), "");
      return;
    }

  g_string_append_printf (self->text, "%*s", (int) (2 * lead->depth), "");
  append_styled (self, lead->label_style, label, strlen (label));
}

/* The columns for text in a row. The last column of the screen is left empty, so that the terminal never wraps. */
static guint
get_measure (GstreamScreen     *self,
             const GstreamLead *lead)
{
  guint margin = get_margin (lead) + 2;

  return self->width > margin + 10 ? self->width - margin : 10;
}

/* Appends the rows of @text from the row @from on; returns how many rows @text has in all. */
static guint
append_rows (GstreamScreen     *self,
             const GstreamLead *lead,
             const char        *text,
             gboolean           labelled,
             guint              from)
{
  guint row = 0;

  do
    {
      gsize length = self->width > 0 ? gstream_text_fit (text, get_measure (self, lead)) : strlen (text);

      if (row >= from)
        {
          append_margin (self, lead, labelled && row == from);
          if (length > 0 && lead->label != NULL)
            g_string_append_c (self->text, ' ');
          append_styled (self, lead->style, text, length);
          g_string_append_c (self->text, '\n');
        }
      text += length;
      text += strspn (text, " ");
      row++;
    }
  while (*text != '\0');

  return row;
}

static guint
count_rows (GstreamScreen     *self,
            const GstreamLead *lead,
            const char        *text)
{
  return append_rows (self, lead, text, FALSE, G_MAXUINT);
}

/* --- writing --- */

static void
write_text (GstreamScreen *self)
{
  fwrite (self->text->str, 1, self->text->len, self->out);
  fflush (self->out);
  g_string_truncate (self->text, 0);
}

static const char *
get_tail (const char *text)
{
  gsize length = strlen (text);

  return length <= MAX_LIVE_BYTES ? text : g_utf8_find_next_char (text + length - MAX_LIVE_BYTES, NULL);
}

static void
append_live (GstreamScreen *self,
             Live          *live)
{
  g_autofree char *text = gstream_text_clean (get_tail (live->text));
  guint            n = *text != '\0' ? count_rows (self, live->lead, text) : 0;
  guint            shown = MIN (n, MAX_LIVE_ROWS);

  if (shown == 0 || self->n_live_rows + shown > self->height - 2)
    return;

  append_rows (self, live->lead, text, self->n_live_rows > 0 || live->lead != self->last, n - shown);
  self->n_live_rows += shown;
}

static void
write_frame (GstreamScreen *self)
{
  if (self->n_live_rows > 0)
    {
      g_autofree char *up = g_strdup_printf ("\033[%uF\033[J", self->n_live_rows);

      g_string_prepend (self->text, up);
    }
  measure (self);
  self->n_live_rows = 0;
  for (guint i = 0; i < self->lives->len; i++)
    append_live (self, g_ptr_array_index (self->lives, i));
  write_text (self);
}

static gboolean
on_frame (gpointer user_data)
{
  GstreamScreen *self = user_data;

  self->frame = 0;
  write_frame (self);

  return G_SOURCE_REMOVE;
}

static void
write_soon (GstreamScreen *self)
{
  if (self->width == 0)
    write_text (self);
  else if (self->frame == 0)
    self->frame = g_timeout_add (FRAME, on_frame, self);
}

/* Prints a line that stays. */
void
gstream_screen_print (GstreamScreen     *self,
                      const GstreamLead *lead,
                      const char        *text)
{
  g_autofree char *clean = gstream_text_clean (text);
  gboolean         goes_on = lead->once && lead == self->last;

  append_rows (self, lead, clean, !goes_on, 0);
  self->last = lead;
  write_soon (self);
}

/* Prints an empty line, if the line printed last has the same lead. */
static void
print_gap (GstreamScreen     *self,
           const GstreamLead *lead)
{
  if (lead == self->last)
    g_string_append_c (self->text, '\n');
}

static gboolean
has_lead (gconstpointer live,
          gconstpointer lead)
{
  return ((const Live *) live)->lead == lead;
}

static void
remove_live (GstreamScreen     *self,
             const GstreamLead *lead)
{
  guint index;

  if (g_ptr_array_find_with_equal_func (self->lives, lead, has_lead, &index))
    g_ptr_array_remove_index (self->lives, index);
}

static Live *
ensure_live (GstreamScreen     *self,
             const GstreamLead *lead)
{
  Live *live;
  guint index;

  if (g_ptr_array_find_with_equal_func (self->lives, lead, has_lead, &index))
    return g_ptr_array_index (self->lives, index);

  live = g_new0 (Live, 1);
  live->lead = lead;
  g_ptr_array_add (self->lives, live);

  return live;
}

/* Shows @text below the lines that stay, on a terminal only; "": removes it. @text must live until the next call. */
static void
set_live (GstreamScreen     *self,
          const GstreamLead *lead,
          const char        *text)
{
  if (self->width == 0)
    return;

  ensure_live (self, lead)->text = text;
  write_soon (self);
}

/* Must be called before a lead that was live, or has `once` set, is freed. */
static void
forget_lead (GstreamScreen     *self,
             const GstreamLead *lead)
{
  if (self->last == lead)
    self->last = NULL;
  remove_live (self, lead);
}

void
gstream_screen_free (GstreamScreen *self)
{
  if (self->frame > 0)
    {
      g_source_remove (self->frame);
      write_frame (self);
    }
  g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->lives);
  g_hash_table_unref (self->styles);
  g_free (self);
}

/* --- text that grows --- */

GstreamLiveText *
gstream_live_text_new (GstreamScreen *screen,
                       guint          depth,
                       const char    *label,
                       const char    *label_style,
                       const char    *style)
{
  GstreamLiveText *self = g_new0 (GstreamLiveText, 1);

  self->screen = screen;
  self->lead = (GstreamLead) { depth, g_strdup (label), label_style, style, TRUE };
  self->said = g_string_new (NULL);

  return self;
}

static void
print_line (GstreamLiveText *self,
            const char      *line)
{
  gboolean is_empty = line[strspn (line, " \t\r")] == '\0';

  if (!is_empty && self->paragraph)
    print_gap (self->screen, &self->lead);
  if (!is_empty)
    gstream_screen_print (self->screen, &self->lead, line);
  self->paragraph = is_empty;
}

/* Prints the lines that end at or after the byte @from. */
static void
print_finished_lines (GstreamLiveText *self,
                      gsize            from)
{
  const char *end;

  while ((end = strchr (self->said->str + from, '\n')) != NULL)
    {
      const char      *start = self->said->str + self->n_printed;
      g_autofree char *line = g_strndup (start, end - start);

      from = self->n_printed = end + 1 - self->said->str;
      print_line (self, line);
    }
}

void
gstream_live_text_append (GstreamLiveText *self,
                          const char      *text)
{
  gsize from = self->said->len;

  g_string_append (self->said, text);
  print_finished_lines (self, from);
  set_live (self->screen, &self->lead, self->said->str + self->n_printed);
}

void
gstream_live_text_end_line (GstreamLiveText *self)
{
  if (self->n_printed == self->said->len)
    return;

  print_line (self, self->said->str + self->n_printed);
  self->n_printed = self->said->len;
  set_live (self->screen, &self->lead, "");
}

/* Shows what of @whole was not streamed, usually nothing. Where it contradicts what was, it is shown from the start. */
static void
complete (GstreamLiveText *self,
          const char      *whole)
{
  if (!g_str_has_prefix (whole, self->said->str))
    {
      gstream_live_text_end_line (self);
      gstream_screen_print (self->screen, &self->lead, _ ("(no, this:)"));
      g_string_truncate (self->said, 0);
      self->n_printed = 0;
    }
  gstream_live_text_append (self, whole + self->said->len);
}

void
gstream_live_text_finish (GstreamLiveText *self,
                          const char      *whole)
{
  if (whole != NULL)
    complete (self, whole);
  gstream_live_text_end_line (self);
  forget_lead (self->screen, &self->lead);
  g_string_free (self->said, TRUE);
  g_free ((char *) self->lead.label);
  g_free (self);
}
