/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The commands of `gstream`, and what they share.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

/* What a command exits with. */
#define GSTREAM_EXIT_OK     0
#define GSTREAM_EXIT_FAILED 1 /* the run failed, or what was read is none */
#define GSTREAM_EXIT_USAGE  2

/* A command: its name and what follows it, as main() gets them; gives the exit status. */
typedef int (*GstreamCommandFunc) (int argc, char **argv);

int                 gstream_digest_command (int           argc,
                                            char        **argv);
int                 gstream_show_command   (int           argc,
                                            char        **argv);

/* Takes the options out of @argv, which leaves what is not one. Says on stderr what is wrong with them. */
gboolean            gstream_command_parse  (const char   *usage,
                                            const char   *summary,
                                            GOptionEntry *options,
                                            int          *argc,
                                            char       ***argv);
/* "gstream: " and the text, on stderr. */
void                gstream_command_warn   (const char   *format,
                                            ...) G_GNUC_PRINTF (1, 2);
/* A recording: JSON Lines or Server-Sent Events, whichever it is; "-" is stdin. */
GstreamEventSource *gstream_command_open   (const char   *name,
                                            GError      **error);

G_END_DECLS
