/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads a run into rows: its messages, tool calls and states as they come, and its subgraphs, which are told.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

G_BEGIN_DECLS

typedef struct _GstreamRunReader GstreamRunReader;

/* From the main loop; may do anything. */
typedef struct
{
  gboolean (*accept) (gpointer        owner,
                      GstreamPayload *messages); /* nullable: whether the rows are to be those of a state */
  void (*values) (
      gpointer owner,
      GstreamPayload
          *values); /* nullable: a state has come, and the rows have been given its messages, if any were accepted */
  void (*subgraph) (gpointer                  owner,
                    GstreamSubgraphRunStream *run); /* another run begins below it, and is to be read at once (P11) */
  void (*ended) (gpointer owner);                   /* nullable: the run has ended; the last call */
} GstreamRunReaderFuncs;

/* @messages_key: the member of the state that has the message list. Drives the run while it reads. */
GstreamRunReader *gstream_run_reader_new (GstreamRunStream            *run,
                                          GstreamConversationRows     *rows,
                                          const char                  *messages_key,
                                          const GstreamRunReaderFuncs *funcs,
                                          gpointer                     owner);
/* Lets go of the run; nothing more is called. */
void gstream_run_reader_stop (GstreamRunReader *self);

/* The message list of a state; NULL: it has none. (transfer full) */
GstreamPayload *gstream_run_reader_get_messages (GstreamPayload *values,
                                                 const char     *messages_key);

G_END_DECLS
