/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocol of an agent in a child process (H1). The process is started with the first command. Commands are written
 * to it, and their answers have the same id. It executes one run after the other, whose events are passed to their
 * readers. Nothing is read while nobody waits (N6).
 */
#pragma once

#include <gstream/event/gstream-event.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

typedef struct _GstreamProcess    GstreamProcess;
typedef struct _GstreamProcessRun GstreamProcessRun;

typedef struct
{
  char **argv;
  char **environment;    /* NULL: this process's own */
  char  *directory;      /* NULL: where this process works */
  gsize  max_event_size; /* bytes of a line */
  guint  max_depth;      /* nesting of its JSON */
  guint  answer_timeout; /* ms */
} GstreamProcessSettings;

/*
 * Takes ownership of the contents of @settings. @on_log is called when the log has changed, but not after
 * gstream_process_leave().
 */
GstreamProcess *gstream_process_new (const GstreamProcessSettings *settings,
                                     GMainContext                 *context,
                                     GSourceOnceFunc               on_log,
                                     gpointer                      user_data);
GstreamProcess *gstream_process_ref (GstreamProcess *self);
void            gstream_process_unref (GstreamProcess *self);
/*
 * Releases the owner's reference; @on_log is not called any more. The process ends with the last run that is still
 * referenced.
 */
void gstream_process_leave (GstreamProcess *self);

/* Sets the thread id (nullable), which is passed in the environment when the process is started the next time. */
void  gstream_process_set_thread_id (GstreamProcess *self,
                                     const char     *thread_id);
char *gstream_process_dup_log (GstreamProcess *self);

/* Starts the process if it is not running, and sends @command, JSON that begins with an id, which is replaced. */
void gstream_process_command (GstreamProcess     *self,
                              const char         *command,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
/* Returns: (transfer full): the whole answer, which has the member `result`. */
GstreamPayload *gstream_process_command_finish (GAsyncResult *result,
                                                GError      **error);
/* The same for a command that starts a run. If it is cancelled, the run is cancelled, too. */
void gstream_process_start_run (GstreamProcess     *self,
                                const char         *command,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
/* Returns: (transfer full): the run, to be passed to gstream_process_run_open(). */
GstreamProcessRun *gstream_process_start_run_finish (GAsyncResult *result,
                                                     GError      **error);

/* --- runs --- */

/*
 * Returns the run with that id, or the newest one, if it has not ended; NULL with an error if there is none, or if it
 * already has a reader. The run returns the events from now on.
 */
GstreamProcessRun *gstream_process_attach (GstreamProcess *self,
                                           const char     *run_id,
                                           GError        **error);
/* Returns the id of the run with that id, or of the newest one; NULL with an error if there is none. */
const char *gstream_process_find_run (GstreamProcess *self,
                                      const char     *run_id,
                                      GError        **error);

/* Returns the id of its thread according to the process; NULL: not known. */
const char *gstream_process_run_get_thread_id (GstreamProcessRun *run);
/*
 * Makes a run stream that reads the run, and consumes it. @cancel_on_abort: aborting the run stream also cancels the
 * run in the process (N7).
 */
GstreamRunStream *gstream_process_run_open (GstreamProcessRun *run,
                                            GstreamStreamMux  *mux,
                                            gboolean           cancel_on_abort);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamProcess, gstream_process_unref)

G_END_DECLS
