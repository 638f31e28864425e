/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parses a message in the JSON of a thread's state, in any of the formats of LangChain.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/event/gstream-json-text-internal.h> /* for reading messages in a state without copying them */

G_BEGIN_DECLS

/* The known members, as references into the text; start NULL: missing or null. */
typedef struct
{
  GstreamJsonValue        id;
  GstreamJsonValue        content;
  GstreamJsonValue        name;
  GstreamJsonValue        tool_calls;
  GstreamJsonValue        invalid_tool_calls;
  GstreamJsonValue        tool_call_id;
  GstreamJsonValue        status;
  GstreamJsonValue        more; /* additional_kwargs */
  GstreamConversationRole role;
} GstreamMessageJson;

/* Never fails: a value that is not an object is used as the content. */
void gstream_message_json_read (GstreamMessageJson *self,
                                GstreamJsonValue    message);
/* Returns NULL if it is missing or empty. A value that is not a string is returned as JSON. */
char *gstream_message_json_dup (GstreamJsonValue value);
/* Return the text of its content, and its reasoning (nullable). */
char *gstream_message_json_dup_text (const GstreamMessageJson *self);
char *gstream_message_json_dup_reasoning (const GstreamMessageJson *self);
/* Returns its content as an array of blocks. */
GstreamPayload *gstream_message_json_dup_blocks (const GstreamMessageJson *self);
/* Returns the value of that member of an object; start NULL: none. */
GstreamJsonValue gstream_message_json_member (GstreamJsonValue object,
                                              const char      *name);

G_END_DECLS
