/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parts of `gstream show` share: one run on a page.
 */
#pragma once

#include "gstream/tool/gstream-page.h"
#include "gstream/tool/gstream-show.h"

G_BEGIN_DECLS

typedef struct _GstreamShow GstreamShow;

struct _GstreamShow
{
  GstreamRunStream *run;
  GstreamPage      *page;
  GstreamReader    *reader;    /* of all that the run shows */
  GstreamShow      *parent;    /* NULL: the root */
  const char       *name;      /* among its siblings, the parent's string; NULL: the root */
  char             *path;      /* names from the root's child down; NULL: the root */
  guint             depth;
  GHashTable       *speakers;  /* sets of strings: who is there at this moment */
  GHashTable       *tools;
  GHashTable       *subgraphs;
  GstreamPayload   *state;     /* the newest; NULL: none yet */
  GstreamEndedFunc  ended;     /* of the root */
  gpointer          user_data;
};

/* Names in a set differ: the second one is NAME#2. The string is the set's. */
const char *gstream_show_enter      (GHashTable     *present,
                                     const char     *name);
/* With the path before it: "PATH/NAME", between two other texts. */
char       *gstream_show_make_label (GstreamShow    *self,
                                     const char     *before,
                                     const char     *name,
                                     const char     *after);
void        gstream_show_print      (GstreamShow    *self,
                                     const char     *label,
                                     const char     *label_style,
                                     const char     *style,
                                     const char     *text);
/* As much as fits on the line. */
void        gstream_show_print_data (GstreamShow    *self,
                                     const char     *label,
                                     const char     *label_style,
                                     GstreamPayload *data);

/* For gstream_reader_add(); a nested handle is shown to its end. */
void  gstream_show_take_state     (const GValue   *item,
                                   gpointer        show);
void  gstream_show_take_custom    (const GValue   *item,
                                   gpointer        show);
void  gstream_show_take_extension (const GValue   *item,
                                   gpointer        show);
void  gstream_show_take_message   (const GValue   *item,
                                   gpointer        show);
void  gstream_show_take_tool_call (const GValue   *item,
                                   gpointer        show);

G_END_DECLS
