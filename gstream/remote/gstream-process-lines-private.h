/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines of a child process's standard output: read without waiting, some 64 KiB at a time, and only when they are
 * asked for (N6). Lines that begin with "{" may be the protocol's; all else is its log, and is not collected.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  GSTREAM_PROCESS_LINE_NONE,     /* no whole line has come */
  GSTREAM_PROCESS_LINE_OBJECT,   /* a whole line that begins with "{", with its line feed */
  GSTREAM_PROCESS_LINE_LOG,      /* a line, or a piece of one, that does not; with its line feed, if that has come */
  GSTREAM_PROCESS_LINE_TOO_LONG, /* such an object has more bytes than may be; what follows of it is passed over */
} GstreamProcessLineKind;

typedef struct
{
  int                    fd; /* not owned; does not block */
  gsize                  max_size;
  GBytes                *owner;      /* owns @bytes; events keep it, too; NULL: nothing has been read */
  char                  *bytes;      /* events may point to those before @end: only those after it are written to */
  gsize                  size;       /* of @bytes */
  gsize                  start;      /* offset of what has not been taken */
  gsize                  end;        /* offset of what has not been read */
  gsize                  searched;   /* bytes from @start on that have no line feed */
  gboolean               at_end;     /* nothing more can be read */
  GstreamProcessLineKind unfinished; /* LOG or TOO_LONG: of the line whose end has not come; or NONE */
} GstreamProcessLines;

typedef struct
{
  const char *text; /* valid until more is read; as long as @owner, whose reference is the lines' */
  gsize       length;
} GstreamProcessLine;

void gstream_process_lines_init (GstreamProcessLines *self,
                                 int                  fd,
                                 gsize                max_size);
void gstream_process_lines_clear (GstreamProcessLines *self);
/* Takes the next line of what was read. */
GstreamProcessLineKind gstream_process_lines_take (GstreamProcessLines *self,
                                                   GstreamProcessLine  *line);
/* Reads once. FALSE: there is nothing now, or nothing will come (@at_end). */
gboolean gstream_process_lines_fill (GstreamProcessLines *self);

G_END_DECLS
