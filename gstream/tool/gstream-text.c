/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in the columns of a terminal.
 */
#include "gstream/tool/gstream-text.h"

#include <string.h>

/* Marks that change the direction of what stands around them. */
static gboolean
is_bidi (gunichar c)
{
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

gboolean
gstream_text_is_plain (gunichar c)
{
  return !g_unichar_iscntrl (c) && !is_bidi (c) && c != 0x2028 && c != 0x2029;
}

char *
gstream_text_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString         *clean = g_string_sized_new (strlen (valid));

  for (text = valid; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (g_unichar_isspace (c))
        g_string_append_c (clean, ' ');
      else if (gstream_text_is_plain (c))
        g_string_append_unichar (clean, c);
    }

  return g_string_free (clean, FALSE);
}

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;

  return g_unichar_iswide (c) ? 2 : 1;
}

/* The end of what fits, and the columns it takes. */
static const char *
measure (const char *text,
         const char *end,
         guint       most,
         guint      *width)
{
  *width = 0;
  while (text < end)
    {
      guint more = char_width (g_utf8_get_char (text));

      if (*width + more > most)
        break;
      *width += more;
      text = g_utf8_next_char (text);
    }

  return text;
}

guint
gstream_text_width (const char *text,
                    gssize      length)
{
  guint width;

  measure (text, text + (length < 0 ? strlen (text) : (gsize) length), G_MAXUINT / 2, &width);

  return width;
}

char *
gstream_text_cut (const char *text,
                  guint       width)
{
  const char *end = text + strlen (text);
  const char *cut;
  guint       used;

  if (measure (text, end, width, &used) == end)
    return g_strdup (text);

  cut = measure (text, end, width - 1, &used);

  return g_strdup_printf ("%.*s…", (int) (cut - text), text);
}

gsize
gstream_text_fit (const char *text,
                  guint       width)
{
  const char *end = text + strlen (text);
  guint       used;
  const char *cut = measure (text, end, width, &used);
  const char *space;

  if (cut == end)
    return cut - text;
  if (cut == text)
    return g_utf8_next_char (text) - text;

  space = *cut == ' ' ? cut : g_strrstr_len (text, cut - text, " ");

  return space != NULL && space > text ? space - text : cut - text;
}
