/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The events of a run in a child process as a source, and the run that has it.
 */
#pragma once

#include <gstream/remote/gstream-process-private.h>
#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/* Takes @run. @cancel_on_abort: aborting it ends the run in the process, too (N7). */
GstreamRunStream *gstream_process_source_new_run (GstreamProcessRun *run,
                                                  GstreamStreamMux  *mux,
                                                  gboolean           cancel_on_abort);

G_END_DECLS
