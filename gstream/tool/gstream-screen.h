/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The terminal, pipe or file in which a run is shown: lines that stay, one after another, and on a terminal, below
 * them, the lines that are not finished.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef struct _GstreamLiveText GstreamLiveText;
typedef struct _GstreamScreen   GstreamScreen;

/* What is printed before and around the text of a line. A style is one of those below; NULL: none. */
typedef struct
{
  guint       depth; /* of indentation */
  const char *label; /* printed before the text; NULL: none */
  const char *label_style;
  const char *style; /* of the text */
  gboolean    once;  /* of several such lines in a row only the first has the label */
} GstreamLead;

#define GSTREAM_STYLE_FAINT "2"
#define GSTREAM_STYLE_THINKING "2;3"
#define GSTREAM_STYLE_GOOD "1;32"
#define GSTREAM_STYLE_BAD "1;31"
#define GSTREAM_STYLE_ASKING "1;33"

GstreamScreen *gstream_screen_new (FILE *out);
/* Writes what has not been written yet. */
void gstream_screen_free (GstreamScreen *self);
/* The style in which @speaker is shown, the same each time. */
const char *gstream_screen_get_style (GstreamScreen *self,
                                      const char    *speaker);
/* In columns. Data is cut to it; text is wrapped and never cut. */
guint gstream_screen_get_width (GstreamScreen *self);
/* Prints a line that stays. */
void gstream_screen_print (GstreamScreen     *self,
                           const GstreamLead *lead,
                           const char        *text);

/* Text that grows, such as a message's. Finished lines are printed; on a terminal the unfinished one is shown, too. */
GstreamLiveText *gstream_live_text_new (GstreamScreen *screen,
                                        guint          depth,
                                        const char    *label,
                                        const char    *label_style,
                                        const char    *style);
void             gstream_live_text_append (GstreamLiveText *self,
                                           const char      *text);
/* Prints the unfinished line, so that other text can be printed after it. */
void gstream_live_text_end_line (GstreamLiveText *self);
/* Frees @self. @whole: the text as it was in the end, of which what is missing is shown; NULL: not known. */
void gstream_live_text_finish (GstreamLiveText *self,
                               const char      *whole);

G_END_DECLS
