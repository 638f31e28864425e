/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The inside of a tool call, shared by its files: its properties and its life (gstream-tool-call.c),
 * what comes (gstream-tool-call-intake.c), what is shown (gstream-tool-call-getters.c), and its end
 * (gstream-tool-call-finished.c); and what the tool calls transformer does with it.
 */
#pragma once

#include <gstream/event/gstream-event-internal.h>
#include <gstream/projections/gstream-deltas-private.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-latch-private.h>

G_BEGIN_DECLS

struct _GstreamToolCall
{
  GObject                parent_instance;

  GstreamPump           *pump;          /* a reference; the run's */
  char                  *id;            /* or NULL */
  char                  *name;          /* or NULL */
  GstreamNamespace      *namespace_;
  GstreamToolCallStatus  status;
  GstreamPayload        *input;         /* or NULL */
  GstreamPayload        *output;        /* NULL until it is there */
  GError                *error;         /* why it failed */
  GString               *progress;      /* the output deltas so far; NULL: there were none */
  guint16                half;          /* of a surrogate pair, the first half of which came last; 0: none */
  GstreamDeltas          output_deltas;
  GstreamLatch           ended;         /* who waits for the end */
  GstreamNotifier       notifier;       /* notifies progress and the end */
};

/* From the event that says that it has started, or the first that speaks of it. */
GstreamToolCall *gstream_tool_call_new         (GstreamPump           *pump,
                                                GstreamEvent          *event);
void             gstream_tool_call_take_delta  (GstreamToolCall       *self,
                                                GstreamEvent          *event);
void             gstream_tool_call_take_output (GstreamToolCall       *self,
                                                GstreamEvent          *event);
void             gstream_tool_call_end         (GstreamToolCall       *self,
                                                GstreamToolCallStatus  status,
                                                const GError          *error);

G_END_DECLS
