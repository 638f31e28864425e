/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run, for a person to read.
 */
#pragma once

#include "gstream/tool/gstream-reader.h"

#include <stdio.h>

G_BEGIN_DECLS

/* Prints the run to @out as it goes, with colours and live lines if that is a terminal; how it ended too.
 * Calls @ended then, without which nothing may happen to @out. The error of a failed run is the caller's to tell. */
void gstream_show_run    (GstreamRunStream *run,
                          FILE             *out,
                          GstreamEndedFunc  ended,
                          gpointer          user_data);
/* The same, with a line for each event of the main log: seq, method, namespace, data; and then the output. */
void gstream_show_events (GstreamRunStream *run,
                          FILE             *out,
                          GstreamEndedFunc  ended,
                          gpointer          user_data);

G_END_DECLS
