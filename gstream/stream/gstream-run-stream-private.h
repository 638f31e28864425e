/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private data of a run, which its files share: the class and its state (gstream-run-stream.c), waiting for the end
 * (gstream-run-output.c), and the run of a subgraph (gstream-subgraph-run-stream.c).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-private.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/*
 * The state of a run, which needs no projections: its newest values, its interrupts, and how it ended according to the
 * source (R4, R10, T8).
 */
typedef struct
{
  GstreamPayload *values;     /* of the newest `values` event; NULL: there was none */
  GPtrArray      *interrupts; /* of GstreamInterrupt, each question once, in the order they were asked */
  GArray         *arrivals;   /* of guint64: the serial number of each of them among the items of the run */
  GHashTable *questions;   /* those of them that have an id, by id and value -> their index; NULL until there is one */
  gboolean    is_begun;    /* the source has said that the run has begun, so it must also say how it ends (R8) */
  gboolean    is_stated;   /* the source has said how the run ended */
  GstreamRunStatus stated; /* what it said */
  GError          *error;  /* if that is failed */
} GstreamRunState;

/* Called for each event at the run's own scope that may change its state. */
typedef void (*GstreamRunObserver) (GstreamRunStream *self,
                                    GstreamEvent     *event);
typedef void (*GstreamRunNotify) (GstreamRunStream *self);

typedef struct
{
  GstreamStreamMux   *mux;              /* made when the run is, where none was given */
  GstreamRunStatus    status;           /* as it is; notified from the main loop */
  GstreamRunState     state;            /* what its events have told */
  GstreamRunStream   *self;             /* the run that this is the private data of */
  GstreamRunObserver  observe;          /* a subgraph's own; NULL: it has none */
  GstreamRunNotify    notify;           /* of a subgraph's own properties; NULL: it has none */
  GstreamEventSource *source;           /* NULL for a subgraph: its root's */
  GstreamPump        *pump;             /* the root's, shared by all below it */
  GstreamLatch        ended;            /* who waits for output, interrupted or interrupts */
  GstreamNotifier     notifier;         /* notifies what has changed */
  GList               watch;            /* in the pump's list of watchers; without data: it is not */
  GstreamRunStatus    shown_status;     /* as last notified */
  gpointer            shown_held_by;    /* as last notified; only compared */
  guint               shown_interrupts; /* how many of them, as last notified */
  GError             *error;            /* why it failed */
  gboolean            wire_pump;        /* waiting for a projection's items drives the source */
  gboolean            closing;          /* the mux was told to close */
} GstreamRunStreamPrivate;

GstreamRunStreamPrivate *gstream_run_stream_peek (GstreamRunStream *self);
/* Those asked so far (transfer full). */
GPtrArray *gstream_run_stream_copy_interrupts (GstreamRunStreamPrivate *priv);

G_END_DECLS
