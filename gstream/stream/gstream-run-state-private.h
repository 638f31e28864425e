/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a run knows of itself without any projection: its newest state, its
 * interrupts, and what the source said of its end (R4, R10, T8).
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/stream/gstream-run-stream.h>

G_BEGIN_DECLS

typedef struct
{
  GstreamPayload  *values;     /* of the newest `values` event; NULL: there was none */
  GPtrArray       *interrupts; /* of GstreamInterrupt, each question once, in the order they were asked */
  GHashTable      *questions;  /* those of them that have an id, by id and value -> their index; NULL until there is one */
  gboolean         is_begun;   /* the source has said that the run begins: it will say how it ends (R8) */
  gboolean         is_stated;  /* the source has said how the run ended */
  GstreamRunStatus stated;     /* what it said */
  GError          *error;      /* where it said failed */
} GstreamRunState;

void             gstream_run_state_init       (GstreamRunState  *self);
void             gstream_run_state_clear      (GstreamRunState  *self);
/* @own: the event is at the run's own scope. */
void             gstream_run_state_observe    (GstreamRunState  *self,
                                               GstreamEvent     *event,
                                               gboolean          own);
/* How a run that did not fail has ended. */
GstreamRunStatus gstream_run_state_get_status (GstreamRunState  *self);
/* The error of a failure whose source gives this reason; NULL or empty: none. */
GError          *gstream_run_error_new        (const char       *text);
/* The words of @data's member `error`; NULL: it says nothing. */
char            *gstream_run_error_dup_text   (GstreamPayload   *data);
/* The error that a `lifecycle` event states: a JavaScript server writes a document into a string, whose `message` it is (D3). */
GError          *gstream_run_error_from_event (GstreamEvent     *event);

G_END_DECLS
