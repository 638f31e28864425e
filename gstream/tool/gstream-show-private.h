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
  char             *name;      /* among its siblings; NULL: the root */
  char             *path;      /* names from the root's child down; NULL: the root */
  guint             depth;
  GHashTable       *names;     /* set of strings: who speaks, runs or is called at this moment */
  GstreamPayload   *state;     /* the newest; NULL: none yet */
  GstreamEndedFunc  ended;     /* of the root */
  gpointer          user_data;
};

/* Names of those who are there at the same time differ: the second one is NAME#2. To be given back. */
char *gstream_show_take_name    (GstreamShow    *self,
                                 const char     *name);
/* Takes @name. */
void  gstream_show_give_back    (GstreamShow    *self,
                                 char           *name);
/* With the path before it. */
char *gstream_show_get_full     (GstreamShow    *self,
                                 const char     *name);
void  gstream_show_print        (GstreamShow    *self,
                                 const char     *label,
                                 const char     *label_style,
                                 const char     *style,
                                 const char     *text);
/* As much as fits on the line. */
void  gstream_show_print_data   (GstreamShow    *self,
                                 const char     *label,
                                 const char     *label_style,
                                 GstreamPayload *data);

/* Nested handles, from where they come to their end. */
void  gstream_show_message      (GstreamShow     *self,
                                 GstreamMessage  *message);
void  gstream_show_tool_call    (GstreamShow     *self,
                                 GstreamToolCall *call);

G_END_DECLS
