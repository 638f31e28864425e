/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The protocol of an agent in a child process (H1): the process is started with the first command; commands are written
 * to it, each answered by its id; the events of its runs, one run after the other, go to whoever reads them. While
 * nobody waits for any of that, nothing is read (N6).
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

/* Takes what is in @settings. @on_log is called when more of the log has come; never once it was unref'd by its owner. */
GstreamProcess *gstream_process_new (const GstreamProcessSettings *settings,
                                     GMainContext                 *context,
                                     GSourceOnceFunc               on_log,
                                     gpointer                      user_data);
GstreamProcess *gstream_process_ref (GstreamProcess *self);
void            gstream_process_unref (GstreamProcess *self);
/* Its owner goes, and takes no more calls. The process ends with the runs that are still held. */
void gstream_process_leave (GstreamProcess *self);

/* Which thread it is to serve, told by the environment when it is started next (nullable). */
void  gstream_process_set_thread_id (GstreamProcess *self,
                                     const char     *thread_id);
char *gstream_process_dup_log (GstreamProcess *self);

/* Starts the process where there is none, and sends @command, JSON that begins with an id, which is replaced. */
void gstream_process_command (GstreamProcess     *self,
                              const char         *command,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data);
/* Returns: (transfer full): the answer, whose `result` it is. */
GstreamPayload *gstream_process_command_finish (GAsyncResult *result,
                                                GError      **error);
/* The same of a command that starts a run. One that is given up is cancelled. */
void gstream_process_start_run (GstreamProcess     *self,
                                const char         *command,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
/* Returns: (transfer full): the run, to be closed. */
GstreamProcessRun *gstream_process_start_run_finish (GAsyncResult *result,
                                                     GError      **error);

/* --- runs --- */

/*
 * The one of that id, or the newest, that is not over; NULL, with an error: there is none, or somebody reads it. It
 * gives the events that come from now on.
 */
GstreamProcessRun *gstream_process_attach (GstreamProcess *self,
                                           const char     *run_id,
                                           GError        **error);
/* The id of the one of that id, or of the newest; NULL, with an error: there is none. */
const char *gstream_process_find_run (GstreamProcess *self,
                                      const char     *run_id,
                                      GError        **error);

/* The thread that the process says it is of; NULL: it does not say. */
const char *gstream_process_run_get_thread_id (GstreamProcessRun *run);
/*
 * Makes it a run stream, and takes it. @cancel_on_abort: aborting that ends the run in the process, too (N7). Until then, or
 * where it is dropped before, its events are kept.
 */
GstreamRunStream *gstream_process_run_open (GstreamProcessRun *run,
                                            GstreamStreamMux  *mux,
                                            gboolean           cancel_on_abort);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamProcess, gstream_process_unref)

G_END_DECLS
