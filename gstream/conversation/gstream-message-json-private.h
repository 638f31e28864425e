/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading a message as it stands in the JSON of a thread's state, in any of the forms that LangChain writes.
 */
#pragma once

#include <gstream/conversation/gstream-conversation-row.h>
#include <gstream/event/gstream-json-text-internal.h> /* rows read messages where they stand in a state's text */

G_BEGIN_DECLS

/* The members that are known, where they stand in the text; start NULL: it is not there, or null. */
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

/* Never fails: what is no object has content alone. */
void gstream_message_json_read (GstreamMessageJson *self,
                                GstreamJsonValue    message);
/* NULL: it is not there, or empty. One that is no string counts by its JSON. */
char *gstream_message_json_dup (GstreamJsonValue value);
/* What its content says in words, and what its reasoning; the latter NULL: none. */
char *gstream_message_json_dup_text (const GstreamMessageJson *self);
char *gstream_message_json_dup_reasoning (const GstreamMessageJson *self);
/* Its content as an array of blocks. */
GstreamPayload *gstream_message_json_dup_blocks (const GstreamMessageJson *self);
/* Of an object, the value of that member; start NULL: none. */
GstreamJsonValue gstream_message_json_member (GstreamJsonValue object,
                                              const char      *name);

G_END_DECLS
