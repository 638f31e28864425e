/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server: a run stream whose source follows the run through as many connections as that takes (N3), up to
 * its own end and what it asks then (N4).
 */
#pragma once

#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/* What a run needs of its connection to a thread's events, which is a source of them, besides these events. */
typedef struct
{
  /* Makes one; called again each time that one breaks. */
  GstreamEventSource *(*open) (GstreamOrigin       *origin,
                               const char          *thread_id,
                               GstreamSubscription *wanted);
  /* A number that grows with all that comes, events or not. */
  guint64 (*get_progress) (GstreamEventSource *connection);
  /* The pause that the server asks for before the next connection, in ms; -1, or NULL: it asks for none. */
  gint64 (*get_retry) (GstreamEventSource *connection);
  /* To be called before it is closed where it may be dead. NULL: that makes no difference. */
  void (*give_up) (GstreamEventSource *connection);
  /*
   * Asks for the thread's run, where the server has not granted the subscription to the thread's events: that there is none
   * is then an error of the connection. Returns: whether it has. NULL: the subscription is granted with the connection.
   */
  gboolean (*ask_for_run) (GstreamEventSource *connection);
  gboolean stays_open; /* closing it while another one is open would end that, too */
} GstreamConnectionFuncs;

/* @first: (nullable): a connection that exists already. @applied_seq: see gstream_run_filter_new(). */
GstreamRunStream *gstream_remote_run_new (GstreamOrigin                *origin,
                                          const char                   *thread_id,
                                          const char                   *run_id,
                                          gint64                        applied_seq,
                                          GstreamSubscription          *wanted,
                                          const GstreamConnectionFuncs *funcs,
                                          GstreamEventSource           *first,
                                          GstreamStreamMux             *mux);

G_END_DECLS
