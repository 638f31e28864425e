/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The private interface of sub-agents, which are made from the runs of subgraphs.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-rows-private.h>
#include <gstream/conversation/gstream-subagent.h>

G_BEGIN_DECLS

/* Reads the run from now on. */
GstreamSubagent *gstream_subagent_new (GstreamSubgraphRunStream *run,
                                       const char               *messages_key);
/*
 * Adds it to the tool call among @rows that has started it, otherwise to the newest row. @outer: the sub-agent with these
 * rows, beside which it stands if there is no row; NULL: none.
 */
void gstream_subagent_place (GstreamSubagent         *self,
                             GstreamConversationRows *rows,
                             GstreamSubagent         *outer);

G_END_DECLS
