/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run from the inside, shared by its files: the class, its course and its state
 * (gstream-run-stream.c), waiting for its end (gstream-run-output.c), and the run of a
 * subgraph (gstream-subgraph-run-stream.c).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-private.h>
#include <gstream/stream/gstream-pump-internal.h>

G_BEGIN_DECLS

/*
 * What a run knows of itself without any projection: its newest state, its interrupts, and
 * what the source said of its end (R4, R10, T8).
 */
typedef struct
{
  GstreamPayload *values;     /* of the newest `values` event; NULL: there was none */
  GPtrArray      *interrupts; /* of GstreamInterrupt, each question once, in the order they were asked */
  GHashTable *questions;   /* those of them that have an id, by id and value -> their index; NULL until there is one */
  gboolean    is_begun;    /* the source has said that the run begins: it will say how it ends (R8) */
  gboolean    is_stated;   /* the source has said how the run ended */
  GstreamRunStatus stated; /* what it said */
  GError          *error;  /* where it said failed */
} GstreamRunState;

/* Told of each event at the run's own scope that its state is told of. */
typedef void (*GstreamRunObserver) (GstreamRunStream *self,
                                    GstreamEvent     *event);

typedef struct
{
  GstreamStreamMux   *mux;              /* made when the run is, where none was given */
  GstreamRunStatus    status;           /* as it is; notified from the main loop */
  GstreamRunState     state;            /* what its events have told */
  GstreamRunStream   *self;             /* what this is the inside of */
  GstreamRunObserver  observe;          /* a subgraph's own; NULL: it has none */
  GstreamEventSource *source;           /* NULL for a subgraph: its root's */
  GstreamPump        *pump;             /* the root's, shared by all below it */
  GstreamLatch        ended;            /* who waits for output, interrupted or interrupts */
  GstreamNotifier     notifier;         /* notifies status and held-by */
  GList               watch;            /* among those that the pump tells what holds it; no data: it is not */
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
