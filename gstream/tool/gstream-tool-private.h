/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the commands of the program `gstream` share.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

/* The exit status of every command. */
enum
{
  GSTREAM_TOOL_OK = 0,
  GSTREAM_TOOL_FAILED = 1, /* the run failed, or could not be read or shown */
  GSTREAM_TOOL_USAGE = 2,
  GSTREAM_TOOL_INTERRUPTED = 3, /* the run stopped to ask, and nobody answered */
};

/* Prints "gstream: MESSAGE" on standard error. */
void                gstream_tool_complain (const char    *format,
                                           ...) G_GNUC_PRINTF (1, 2);

/* Prints a line on standard error as it is. Both leave out what a terminal would take for a command. */
void                gstream_tool_tell     (const char    *format,
                                           ...) G_GNUC_PRINTF (1, 2);

/* Reads the options of a command out of its arguments. If they are wrong, says so and gives FALSE. @data: the callbacks'. */
gboolean            gstream_tool_parse    (const char          *summary,
                                           const GOptionEntry  *entries,
                                           gpointer             data,
                                           int                  argc,
                                           char               **argv);
/* Whether all that was printed could be written; if not, says so. */
gboolean            gstream_tool_flush    (void);

/*
 * The source of what a command line names: a recording, or "-" for standard input.
 * What it is says its suffix, .jsonl or .sse, or else its beginning.
 */
GstreamEventSource *gstream_tool_open     (const char    *argument,
                                           GError       **error);

/* The commands. Their arguments begin with their name. */
int                 gstream_tool_connect  (int            argc,
                                           char         **argv);
int                 gstream_tool_digest   (int            argc,
                                           char         **argv);
int                 gstream_tool_show     (int            argc,
                                           char         **argv);

G_END_DECLS
