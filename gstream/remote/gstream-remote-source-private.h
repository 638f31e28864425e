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
#include <gstream/sources/gstream-pending-next-internal.h>
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
  GSTREAM_REMOTE_IN_DOUBT,    /* it ended, and the run was interrupted: is that over? */
  GSTREAM_REMOTE_INTERRUPTED, /* the run is over and has asked; what is pending is not known yet */
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
  gboolean            again;      /* it is not the first */
  gboolean            was_inside; /* events of the run have come, over whichever */
  gboolean            known;      /* since it was opened the server has said that it knows the run */
  GstreamEventSource *beside;     /* opened anew because that is silent, and silent itself; NULL: none is */
  guint               n_beside;   /* how often that was done since an event came */
  GPtrArray          *left;       /* connections whose place another took, and which stay open */
  GSource            *silence;    /* runs while the connection is read */
  gint64              waiting;    /* monotonic µs: since then */
  guint64             heard;      /* how much that had brought when it began, events or not */
  gboolean            checking;   /* it has been silent, and the server is being asked how the run is */
  GSource            *pause;
  GError             *broken;     /* why the connection is none any more */
  GstreamRetry        retry;
  GCancellable       *closing;    /* ends the requests under way */

  GstreamRunWindow   *window;
  GHashTable         *interrupts; /* ids of those that events have told */
  gint64              end_time;   /* the timestamp of the run's own end, or of its being interrupted */
  gboolean            over;       /* it was interrupted, and the server says that it is over */
  gboolean            verified;   /* another connection was asked for what this one, long silent, may have missed */
  gboolean            asking;     /* which is being asked */
  GSource            *ask_again;  /* until that is */
  guint               n_asked;    /* times in a row */
  GQueue              late;       /* events of what else is pending */
  GError             *error;      /* the run's, once there is no help */
  GstreamPendingNext  pending;
};

/* Through @first, or through a new connection where that is NULL. */
void gstream_remote_source_connect       (GstreamRemoteSource *self,
                                          GstreamEventSource  *first);
/* Another connection instead of that which is there: what that gave has to come again. */
void gstream_remote_source_replace       (GstreamRemoteSource *self);
/* Another one beside that which is there, until one of them has something to say. */
void gstream_remote_source_open_beside   (GstreamRemoteSource *self);
void gstream_remote_source_drop_beside   (GstreamRemoteSource *self);
/* It takes the other's place. */
void gstream_remote_source_adopt_beside  (GstreamRemoteSource *self);
/* Its last reference. */
void gstream_remote_source_close_connection (gpointer          connection);
/* All of them are closed. */
void gstream_remote_source_leave         (GstreamRemoteSource *self);
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
/* The run was interrupted: asks the server until it says that it is over. */
void gstream_remote_source_see_to_end    (GstreamRemoteSource *self);
/* It is over, and nothing more of it comes. */
void gstream_remote_source_end           (GstreamRemoteSource *self);
/* For what the run has stopped to ask. */
void gstream_remote_source_ask_for_state (GstreamRemoteSource *self);
void gstream_remote_source_cancel_run    (GstreamRemoteSource *self);
/* Reads the connection, which has nothing now. */
void gstream_remote_source_read          (GstreamRemoteSource *self,
                                          GstreamEventSource  *connection);
/* Moves on whatever has to wait for something; not from inside a caller. */
void gstream_remote_source_go_on         (GstreamRemoteSource *self);
/* Is the server's answer about a run that the run goes on? */
gboolean gstream_remote_run_is_pending   (GstreamPayload      *run);
gboolean gstream_remote_run_is_under_way (GstreamPayload      *run);

G_END_DECLS
