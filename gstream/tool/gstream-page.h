/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a run is shown: lines that stay, one after another, and on a terminal,
 * below them, what is still being said.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

typedef struct _GstreamPage GstreamPage;

/* How lines begin. A style is one of those below; NULL: none. */
typedef struct
{
  guint       depth;       /* of indentation */
  const char *label;       /* who or what: stands before the text; NULL: nobody */
  const char *label_style;
  const char *style;       /* of the text */
  gboolean    once;        /* lines that follow each other bear the label once */
} GstreamLead;

#define GSTREAM_STYLE_FAINT    "2"
#define GSTREAM_STYLE_THINKING "2;3"
#define GSTREAM_STYLE_GOOD     "1;32"
#define GSTREAM_STYLE_BAD      "1;31"
#define GSTREAM_STYLE_ASKING   "1;33"

GstreamPage *gstream_page_new        (FILE              *out);
/* Writes what is left. */
void         gstream_page_free       (GstreamPage       *self);
/* A style for @speaker, the same each time. */
const char  *gstream_page_get_style  (GstreamPage       *self,
                                      const char        *speaker);
/* Columns for data, which is cut where speech is not. */
guint        gstream_page_get_width  (GstreamPage       *self);
/* A line that stays. */
void         gstream_page_print      (GstreamPage       *self,
                                      const GstreamLead *lead,
                                      const char        *text);
/* An empty line, if the last line has the same lead. */
void         gstream_page_print_gap  (GstreamPage       *self,
                                      const GstreamLead *lead);
/* What is being said with that lead; "": nothing now. Seen on a terminal alone. @text must stay until the next one. */
void         gstream_page_set_live   (GstreamPage       *self,
                                      const GstreamLead *lead,
                                      const char        *text);
/* Before a lead that was once or live goes. */
void         gstream_page_forget     (GstreamPage       *self,
                                      const GstreamLead *lead);

G_END_DECLS
