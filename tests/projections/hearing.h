/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the messages of a run come to, for a consumer that reads each of them.
 */
#pragma once

#include <gstream/projections/gstream-message.h>

#include "story.h"

/* Lines of a story: the events of a message that say their run, as RUN, or nothing (""). */
#define RUN(id) ",\"run_id\":\"" id "\""
#define EVENT(path, event, more) path " messages {\"event\":\"" event "\"" more "}"
#define START(path, id, run) EVENT (path, "message-start", ",\"role\":\"ai\",\"id\":\"" id "\"" run)
#define BLOCK(path, index, content, run) \
  EVENT (path, "content-block-start", ",\"index\":" #index ",\"content\":" content run)
#define DELTA(path, index, delta, run) EVENT (path, "content-block-delta", ",\"index\":" #index ",\"delta\":" delta run)
#define DONE(path, index, content, run) \
  EVENT (path, "content-block-finish", ",\"index\":" #index ",\"content\":" content run)
#define FINISH(path, more) EVENT (path, "message-finish", more)

#define TEXT_BLOCK(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define TEXT_DELTA(text) "{\"type\":\"text-delta\",\"text\":\"" text "\"}"
#define ARGS_DELTA(args) "{\"type\":\"tool-call-delta\",\"args\":\"" args "\"}"
#define CHUNK_BLOCK(id, name) "{\"type\":\"tool_call_chunk\",\"id\":\"" id "\",\"name\":\"" name "\",\"args\":\"\"}"
#define CALL_BLOCK(id, name, args) "{\"type\":\"tool_call\",\"id\":\"" id "\",\"name\":\"" name "\",\"args\":" args "}"

typedef struct
{
  GstreamMessage *message;
  char           *text;      /* its text deltas, a `|` behind each, and how they ended */
  char           *reasoning; /* likewise */
} Heard;

/* All messages of @run, one after the other, each to its end. */
GPtrArray *hear (GstreamRunStream *run);
/* The same of a cursor of messages. */
GPtrArray *hear_cursor (GstreamCursor *messages);

/* "ID STATUS TEXT", ID being - for none. */
char *heard_tell (GPtrArray *heard,
                  guint      i);
void  heard_assert_content (GPtrArray  *heard,
                            guint       i,
                            const char *json);

#define heard_assert(heard, i, expected)   \
  G_STMT_START                             \
  {                                        \
    g_autofree char *told = NULL;          \
    g_assert_cmpuint ((heard)->len, >, i); \
    told = heard_tell (heard, i);          \
    g_assert_cmpstr (told, ==, expected);  \
  }                                        \
  G_STMT_END
#define heard_at(heard, i) ((Heard *) g_ptr_array_index (heard, i))
#define heard_message(heard, i) (heard_at (heard, i)->message)

/* That both mean the same; @payload may be NULL, for `null`. */
void assert_json (GstreamPayload *payload,
                  const char     *json);
