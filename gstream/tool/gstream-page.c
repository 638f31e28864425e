/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a run is shown.
 *
 * Off a terminal each line is written as it comes. On one, what came is written
 * a few times a second, all at once: up to where what is still being said
 * stands, over it, the lines that stay, and it again.
 */
#include "config.h"

#include "gstream/tool/gstream-page.h"
#include "gstream/tool/gstream-text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns for data, off a terminal. */
#define PLAIN_WIDTH 100
/* Milliseconds from one writing to the next, on a terminal. */
#define FRAME 33
/* Rows that one speaker may take, while speaking; and more bytes than they ever hold. */
#define MAX_LIVE_ROWS 6
#define MAX_LIVE_BYTES 8192

typedef struct
{
  const GstreamLead *lead;
  const char        *text; /* the speaker's */
} Live;

struct _GstreamPage
{
  FILE              *out;
  GString           *text;        /* to be written */
  GPtrArray         *lives;       /* of Live, in the order in which they began */
  GHashTable        *styles;      /* speaker to its style */
  const GstreamLead *last;        /* lead of the last line that stays; only compared */
  guint              frame;       /* the timeout that writes; 0: nothing to be written */
  guint              n_live_rows; /* on the screen now */
  guint              width;       /* of the screen; 0: no screen */
  guint              height;
  gboolean           has_styles;
};

static void
measure_screen (GstreamPage *self)
{
  struct winsize size;

  if (ioctl (fileno (self->out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    size = (struct winsize) { .ws_row = 24, .ws_col = 80 };
  self->width = MAX (size.ws_col, 20);
  self->height = MAX (size.ws_row, 4);
}

GstreamPage *
gstream_page_new (FILE *out)
{
  GstreamPage *self = g_new0 (GstreamPage, 1);
  const char *no_color = g_getenv ("NO_COLOR");

  self->out = out;
  self->text = g_string_new (NULL);
  self->lives = g_ptr_array_new_with_free_func (g_free);
  self->styles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (isatty (fileno (out)) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0)
    {
      measure_screen (self);
      self->has_styles = no_color == NULL || *no_color == '\0';
    }

  return self;
}

guint
gstream_page_get_width (GstreamPage *self)
{
  return self->width > 0 ? self->width : PLAIN_WIDTH;
}

const char *
gstream_page_get_style (GstreamPage *self,
                        const char  *speaker)
{
  static const char *const styles[] = { "1;36", "1;35", "1;34", "1;32", "1;33", "1;96" };
  const char *style = g_hash_table_lookup (self->styles, speaker);

  if (style == NULL)
    {
      style = styles[g_hash_table_size (self->styles) % G_N_ELEMENTS (styles)];
      g_hash_table_insert (self->styles, g_strdup (speaker), (gpointer) style);
    }

  return style;
}

/* --- rows --- */

static void
append_styled (GstreamPage *self,
               const char  *style,
               const char  *text,
               gsize        length)
{
  gboolean styled = style != NULL && self->has_styles && length > 0;

  if (styled)
    g_string_append_printf (self->text, "\033[%sm", style);
  g_string_append_len (self->text, text, length);
  if (styled)
    g_string_append (self->text, "\033[0m");
}

/* Names, too, are a run's. */
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
append_margin (GstreamPage       *self,
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

/* Columns of a row for text; the last one of the screen stays empty, so that it never wraps by itself. */
static guint
get_measure (GstreamPage       *self,
             const GstreamLead *lead)
{
  guint margin = get_margin (lead) + 2;

  return self->width > margin + 10 ? self->width - margin : 10;
}

/* The rows that @text takes, from the row @from on. */
static guint
append_rows (GstreamPage       *self,
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
count_rows (GstreamPage       *self,
            const GstreamLead *lead,
            const char        *text)
{
  return append_rows (self, lead, text, FALSE, G_MAXUINT);
}

/* --- writing --- */

static void
write_text (GstreamPage *self)
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
append_live (GstreamPage *self,
             Live        *live)
{
  g_autofree char *text = gstream_text_clean (get_tail (live->text));
  guint n = *text != '\0' ? count_rows (self, live->lead, text) : 0;
  guint shown = MIN (n, MAX_LIVE_ROWS);

  if (shown == 0 || self->n_live_rows + shown > self->height - 2)
    return;

  append_rows (self, live->lead, text, self->n_live_rows > 0 || live->lead != self->last, n - shown);
  self->n_live_rows += shown;
}

static void
write_frame (GstreamPage *self)
{
  if (self->n_live_rows > 0)
    {
      g_autofree char *up = g_strdup_printf ("\033[%uF\033[J", self->n_live_rows);

      g_string_prepend (self->text, up);
    }
  measure_screen (self);
  self->n_live_rows = 0;
  for (guint i = 0; i < self->lives->len; i++)
    append_live (self, g_ptr_array_index (self->lives, i));
  write_text (self);
}

static gboolean
on_frame (gpointer user_data)
{
  GstreamPage *self = user_data;

  self->frame = 0;
  write_frame (self);

  return G_SOURCE_REMOVE;
}

static void
write_soon (GstreamPage *self)
{
  if (self->width == 0)
    write_text (self);
  else if (self->frame == 0)
    self->frame = g_timeout_add (FRAME, on_frame, self);
}

void
gstream_page_print (GstreamPage       *self,
                    const GstreamLead *lead,
                    const char        *text)
{
  g_autofree char *clean = gstream_text_clean (text);
  gboolean goes_on = lead->once && lead == self->last;

  append_rows (self, lead, clean, !goes_on, 0);
  self->last = lead;
  write_soon (self);
}

void
gstream_page_print_gap (GstreamPage       *self,
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
remove_live (GstreamPage       *self,
             const GstreamLead *lead)
{
  guint index;

  if (g_ptr_array_find_with_equal_func (self->lives, lead, has_lead, &index))
    g_ptr_array_remove_index (self->lives, index);
}

static Live *
ensure_live (GstreamPage       *self,
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

void
gstream_page_set_live (GstreamPage       *self,
                       const GstreamLead *lead,
                       const char        *text)
{
  if (self->width == 0)
    return;

  ensure_live (self, lead)->text = text;
  write_soon (self);
}

void
gstream_page_forget (GstreamPage       *self,
                     const GstreamLead *lead)
{
  if (self->last == lead)
    self->last = NULL;
  remove_live (self, lead);
}

void
gstream_page_free (GstreamPage *self)
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
