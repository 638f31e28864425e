/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run on a server: a run stream whose source reads the run over as many connections as needed (N3), up to its end and
 * its interrupts (N4).
 */
#pragma once

#include <gstream/remote/gstream-commands-private.h>
#include <gstream/remote/gstream-http-private.h>
#include <gstream/thread/gstream-thread-run.h>

G_BEGIN_DECLS

/*
 * The functions of a kind of connection to a thread's events. A connection is a GstreamEventSource; these are what a
 * run needs besides.
 */
typedef struct
{
  /* Makes a connection; also called to replace one that broke. */
  GstreamEventSource *(*open) (GstreamOrigin       *origin,
                               const char          *thread_id,
                               GstreamSubscription *wanted);
  /* Returns a number that grows with everything that is received, events or not. */
  guint64 (*get_progress) (GstreamEventSource *connection);
  /* Whether a part of an event was received, and the rest was not. */
  gboolean (*is_within_event) (GstreamEventSource *connection);
  /* Returns the pause that the server asks for before the next connection, in ms; -1: none. NULL: never. */
  gint64 (*get_retry) (GstreamEventSource *connection);
  /* To be called before the connection is closed, if it may be dead. NULL: not needed. */
  void (*give_up) (GstreamEventSource *connection);
  /*
   * If the server has not granted the subscription to the thread's events, asks for the thread's run; if there is none,
   * the connection fails. Returns whether the subscription is granted. NULL: it is always granted.
   */
  gboolean (*ask_for_run) (GstreamEventSource *connection);
  gboolean opens_early; /* the first connection is opened before the server has the run, rather than by its command */
  gboolean stays_open;  /* must not be closed while another one is open, because the server would end that, too */
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
