/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a run for a list of rows: its messages, tool calls and states, and its subgraphs, which are reported.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

G_BEGIN_DECLS

typedef struct _GstreamRunReader GstreamRunReader;

/* All are called from the main loop, and may call any function. */
typedef struct
{
  gboolean (*accept) (gpointer        owner,
                      GstreamPayload *messages); /* nullable: whether the rows of a state are to be used */
  void (*values) (
      gpointer owner,
      GstreamPayload
          *values); /* nullable: called for a state, after its messages were set on the rows if they were accepted */
  void (*subgraph) (
      gpointer                  owner,
      GstreamSubgraphRunStream *run); /* a subgraph's run has begun, which must be subscribed to at once (P11) */
  void (*ended) (gpointer owner);     /* nullable: the run has ended; the last call */
} GstreamRunReaderFuncs;

/* @messages_key: the member of the state that has the message list. Drives the run while it reads. */
GstreamRunReader *gstream_run_reader_new (GstreamRunStream            *run,
                                          GstreamConversationRows     *rows,
                                          const char                  *messages_key,
                                          const GstreamRunReaderFuncs *funcs,
                                          gpointer                     owner);
/* Stops reading; no function is called any more. */
void gstream_run_reader_stop (GstreamRunReader *self);

/* Returns the message list of a state; NULL: it has none. (transfer full) */
GstreamPayload *gstream_run_reader_get_messages (GstreamPayload *values,
                                                 const char     *messages_key);

G_END_DECLS
