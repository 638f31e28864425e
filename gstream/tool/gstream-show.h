/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Shows a run to a person.
 */
#pragma once

#include "gstream/tool/gstream-reader.h"

#include <stdio.h>

G_BEGIN_DECLS

/*
 * Prints the run to @out as it goes, with colours and unfinished lines if that is a terminal, and how it ended, with the
 * message of an error. Then calls @ended; until then nobody else may write to @out.
 */
void gstream_show_run (GstreamRunStream *run,
                       FILE             *out,
                       GstreamEndedFunc  ended,
                       gpointer          user_data);
/*
 * Prints a line for each event of the main log, "SEQ\tMETHOD\t/NAMESPACE\tDATA", and then "output\tDATA"; no error. Then
 * calls @ended.
 */
void gstream_show_events (GstreamRunStream *run,
                          FILE             *out,
                          GstreamEndedFunc  ended,
                          gpointer          user_data);

G_END_DECLS
