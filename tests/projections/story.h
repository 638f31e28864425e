/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run told as a few short lines, and what comes out of its projections as text.
 */
#pragma once

#include <gstream/stream/gstream-run-stream.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

/*
 * A run with the built-in transformers, of events that are each
 *   "PATH METHOD DATA"
 * where PATH is the namespace with `/` between its segments, `.` for the root,
 * and DATA is JSON; "! MESSAGE" is the failure of the source. What is told in one
 * turn of the main loop does not depend on how fast the machine is (R11). Takes @mux.
 */
GstreamRunStream *story_new (GstreamStreamMux  *mux,
                             const char *const *lines);
/* The same from an array written in place. */
#define story(...) story_new (NULL, (const char *const[]) { __VA_ARGS__, NULL })

/* All that is left in a cursor of payloads, a line each, and how it ended: "end", or "failed: MESSAGE". */
char *story_read (GstreamCursor *cursor);
/* The next handle of a cursor, which must have one; a reference. */
gpointer       story_next (GstreamCursor *cursor);
GstreamCursor *story_subscribe (GstreamProjection *projection);
/* The main log: "SEQ PATH METHOD", a line each. */
char *story_read_log (GstreamCursor *cursor);

#define story_assert(cursor, expected)           \
  G_STMT_START                                   \
  {                                              \
    g_autofree char *told = story_read (cursor); \
    g_assert_cmpstr (told, ==, expected);        \
  }                                              \
  G_STMT_END
