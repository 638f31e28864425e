/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One start of a run, one answer, one attaching: a task of the thread's, on its way to the run.
 */
#pragma once

#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-thread-private.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamServer      *server;
  char               *thread_id;
  char              **channels;
  GstreamStreamMux   *mux;
  char               *command;        /* NULL: there is a run already */
  GstreamEventSource *connection;     /* a WebSocket that the command was sent through; or NULL */
  gboolean            is_waiting;     /* for the answer, over that: ... */
  GSource            *doubt;          /* ... until it is asked whether there is such an assistant */
  GError             *doubted;        /* that there is none; NULL: it is not known */
  GstreamAnswer       answer;

  void              (*refused)       (GTask    *task,
                                      GError   *error); /* takes it; NULL: a refused command is the operation's end */
  gpointer            fallback;       /* what @refused needs */
  GDestroyNotify      free_fallback;
} GstreamThreadOperation;

/* The operation is the task's data. NULL: it has failed already. */
GTask *gstream_thread_operation_begin    (GstreamThread       *self,
                                          GstreamStreamMux    *mux,
                                          gpointer             tag,
                                          GCancellable        *cancellable,
                                          GAsyncReadyCallback  callback,
                                          gpointer             user_data);
/* Sends the command, and goes on with the run that its answer names. */
void   gstream_thread_operation_send     (GTask               *task);
/* Completes the task with the run that the answer names; it names none: with the thread's newest. */
void   gstream_thread_operation_find_run (GTask               *task);

G_END_DECLS
