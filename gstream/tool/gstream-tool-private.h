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
void gstream_tool_complain (const char *format,
                            ...) G_GNUC_PRINTF (1,
                                                2);

/* Prints "MESSAGE" on standard error. Both remove control characters. */
void gstream_tool_tell (const char *format,
                        ...) G_GNUC_PRINTF (1,
                                            2);

/* Parses the options of a command. FALSE: they are wrong; complains. @data: for the entries' callbacks. */
gboolean gstream_tool_parse (const char         *summary,
                             const GOptionEntry *entries,
                             gpointer            data,
                             int                 argc,
                             char              **argv);
/* Flushes standard output. FALSE: not everything could be written; complains. */
gboolean gstream_tool_flush (void);

/* What a command prints of a run. */
typedef enum
{
  GSTREAM_TOOL_TEXT,           /* for a person */
  GSTREAM_TOOL_EVENTS,         /* a line for each event */
  GSTREAM_TOOL_DIGEST,         /* JSON with everything that the run shows, indented */
  GSTREAM_TOOL_COMPACT_DIGEST, /* the same on one line */
} GstreamToolFormat;

/* Prints the run to standard output; returns when it has ended. */
void gstream_tool_print_run (GstreamRunStream *run,
                             GstreamToolFormat format);

#define GSTREAM_TOOL_API_KEY "GSTREAM_API_KEY"
#define GSTREAM_TOOL_CA "SSL_CERT_FILE"

/* @ca, @headers: (nullable): of --ca and --header. NULL: they are wrong; complains. */
GstreamServer *gstream_tool_open_server (const char        *url,
                                         const char        *ca,
                                         const char *const *headers,
                                         GstreamTransport   transport);

/* The commands. argv[0] is the command's name; the result is the exit status. */
int gstream_tool_connect (int    argc,
                          char **argv);
int gstream_tool_digest (int    argc,
                         char **argv);
int gstream_tool_show (int    argc,
                       char **argv);
int gstream_tool_threads (int    argc,
                          char **argv);
int gstream_tool_history (int    argc,
                          char **argv);

G_END_DECLS
