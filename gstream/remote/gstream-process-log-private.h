/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The last lines of what a child process says beside its protocol: its standard error, and what is printed on its
 * standard output (H1). Bounded, whatever it says.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  GQueue   lines; /* char *, valid UTF-8, without their ends; the newest is the last */
  GString *line;  /* the one that has no end yet */
  guint    n_new; /* lines since it was marked */
} GstreamProcessLog;

void gstream_process_log_init (GstreamProcessLog *self);
void gstream_process_log_clear (GstreamProcessLog *self);
/* Text as it comes: lines, or pieces of them. */
void gstream_process_log_add (GstreamProcessLog *self,
                              const char        *text,
                              gsize              length);
/* What comes next is a new line. */
void gstream_process_log_end_line (GstreamProcessLog *self);
/* What comes next is of another process. */
void gstream_process_log_mark (GstreamProcessLog *self);
/* Returns: (transfer full): the last @n_lines lines, each with an end but the last one; "": there are none. */
char *gstream_process_log_dup (GstreamProcessLog *self,
                               guint              n_lines);
/* Returns: (transfer full): the same of those since it was marked. */
char *gstream_process_log_dup_new (GstreamProcessLog *self,
                                   guint              n_lines);

G_END_DECLS
