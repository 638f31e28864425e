/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run's events from its server, through as many connections as that takes
 * (N3), to the run's own end and what is pending then (N4); and the inside, shared
 * by its files: the events (gstream-remote-source.c), the connection they come from
 * (gstream-remote-source-connection.c), its silence (gstream-remote-source-silence.c), and
 * the run's end (gstream-remote-source-end.c).
 */
#pragma once

#include <gstream/remote/gstream-retry-private.h>
#include <gstream/remote/gstream-run-window-private.h>
#include <gstream/sources/gstream-pending-next-private.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_REMOTE_SOURCE (gstream_remote_source_get_type ())
G_DECLARE_FINAL_TYPE (GstreamRemoteSource, gstream_remote_source, GSTREAM, REMOTE_SOURCE, GObject)

/* Makes a connection; called again for each that breaks. */
typedef GstreamEventSource *(*GstreamConnect) (GstreamServer      *server,
                                               const char         *thread_id,
                                               const char * const *channels);

/* @first: a connection that is there already, or NULL. @applied_seq: see GstreamRunWindow. */
GstreamEventSource *gstream_remote_source_new    (GstreamServer       *server,
                                                  const char          *thread_id,
                                                  const char          *run_id,
                                                  gint64               applied_seq,
                                                  const char * const  *channels,
                                                  GstreamConnect       connect,
                                                  GstreamEventSource  *first);
/* Whose source it is, to see whether it is closed because that was aborted (N7); NULL when that is dropped. */
void                gstream_remote_source_set_run (GstreamRemoteSource *self,
                                                   GstreamRunStream    *run);

/* --- from the inside --- */

/* What is being done. Things move on only while somebody waits (R1), but for what is under way. */
typedef enum
{
  GSTREAM_REMOTE_CONNECTED,   /* there is a connection, and events come from it */
  GSTREAM_REMOTE_BROKEN,      /* it broke, for the reason in `broken` */
  GSTREAM_REMOTE_PAUSING,     /* until it is opened again */
  GSTREAM_REMOTE_INTERRUPTED, /* the run has ended, to ask; what is pending is not known yet */
  GSTREAM_REMOTE_SETTLING,    /* that is being asked for */
  GSTREAM_REMOTE_ENDED,       /* nothing more comes but what is in `late` */
} GstreamRemoteState;

struct _GstreamRemoteSource
{
  GObject             parent_instance;

  GstreamServer      *server;
  char               *thread_id;
  char               *run_id;
  char              **channels;
  GstreamConnect      connect;

  GstreamRunStream   *run;        /* not held; NULL: dropped */
  GstreamRemoteState  state;
  GstreamEventSource *connection; /* while connected */
  GstreamEventSourceInterface *connection_iface; /* its own: looked up once, not per event */
  gboolean            reading;    /* it is being waited for */
  GSource            *silence;    /* runs while it is */
  gboolean            checking;   /* it has been silent, and the server is being asked how the run is */
  GSource            *pause;
  GError             *broken;     /* why the connection is none any more */
  GstreamRetry        retry;
  GCancellable       *closing;    /* ends the requests under way */

  GstreamRunWindow   *window;
  GHashTable         *interrupts; /* ids of those that events have told */
  gint64              end_time;   /* the timestamp of the run's own end */
  GQueue              late;       /* events of what else is pending */
  GError             *error;      /* the run's, once there is no help */
  GstreamPendingNext  pending;
};

/* Through @first, or through a new connection where that is NULL. */
void gstream_remote_source_connect       (GstreamRemoteSource *self,
                                          GstreamEventSource  *first);
void gstream_remote_source_disconnect    (GstreamRemoteSource *self);
/* There is no connection any more, because of @reason, which is taken; NULL: it ended before the run did. */
void gstream_remote_source_broke         (GstreamRemoteSource *self,
                                          GError              *reason);
/* There will be none either; takes @error. */
void gstream_remote_source_give_up       (GstreamRemoteSource *self,
                                          GError              *error);
/* After a pause, unless it has been tried too often. */
void gstream_remote_source_connect_again (GstreamRemoteSource *self);
/* From now on it is noticed that nothing comes. */
void gstream_remote_source_start_silence (GstreamRemoteSource *self);
/* For what the run has stopped to ask. */
void gstream_remote_source_ask_for_state (GstreamRemoteSource *self);
void gstream_remote_source_cancel_run    (GstreamRemoteSource *self);
/* Moves on whatever has to wait for something; not from inside a caller. */
void gstream_remote_source_go_on         (GstreamRemoteSource *self);

G_END_DECLS
