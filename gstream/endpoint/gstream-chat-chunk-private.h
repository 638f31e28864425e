/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What one chunk of an answer says, or a whole answer, in whichever dialect of the OpenAI chat-completions protocol.
 *
 * Strings and values are parts of the chunk's text, as they are written there.
 */
#pragma once

#include <gstream/event/gstream-json-cursor-internal.h>

G_BEGIN_DECLS

typedef struct
{
  gboolean is_document; /* the whole answer, instead of a part of it */

  GstreamJsonString id;          /* of the answer */
  GstreamJsonString model;       /* that gave it */
  GstreamJsonString fingerprint; /* of the server's set-up: `system_fingerprint` */
  GstreamJsonValue  usage;       /* of tokens: an object */
  GstreamJsonValue  error;       /* the `error` member, in any format */
  gboolean          is_error;    /* the chunk itself is an error */
  GstreamJsonString message;     /* a string, as errors have it; not empty */

  /* there is a `choices` member, so it is this protocol; it may be empty, for example with the usage */
  gboolean          has_choices;
  guint             n_choices;
  gboolean          is_other;      /* there is a choice with an index other than 0 */
  GstreamJsonString finish_reason; /* not empty */
  GstreamJsonValue  choice_error;  /* its `error` member, in any format */
  gboolean          has_said;      /* there is the one of `delta` and `message` that counts, if there are both */

  /* Of the choice's `delta` or `message`, to the end of the struct. */
  GstreamJsonString content;        /* not empty */
  GstreamJsonValue  parts;          /* content that is an array */
  const char       *reasoning_name; /* static: the name of the member that it was in */
  GstreamJsonString reasoning;      /* not empty; of the first such member */
  GstreamJsonValue  details;        /* `reasoning_details`: an array */
  GstreamJsonString refusal;        /* not empty */
  GstreamJsonValue  calls;          /* of tools: an array */
  GstreamJsonValue  function;       /* a call in the older form of the protocol, `function_call`: an object */
  GstreamJsonValue  images;         /* an array */
  GstreamJsonValue  annotations;    /* of the content, such as the pages that it cites: an array */
} GstreamChatChunk;

/* Returns FALSE with an error whose message says what was expected, and where. */
gboolean gstream_chat_chunk_read (GstreamChatChunk *self,
                                  const char       *json,
                                  gsize             length,
                                  gboolean          is_document,
                                  guint             max_depth,
                                  GError          **error);

/* A part of a call. */
typedef struct
{
  gint64            index;      /* among the calls; -1: not known */
  GstreamJsonString id;         /* not empty */
  GstreamJsonString name;       /* not empty */
  GstreamJsonString type;       /* not empty */
  GstreamJsonString arguments;  /* more of their text; of a custom tool: of its input */
  GstreamJsonValue  object;     /* the arguments, if they are not a string */
  gboolean          is_custom;  /* a `custom` tool, instead of a `function` */
  gboolean          has_others; /* members that are not known */
} GstreamChatCall;

/* @value: of any kind. */
void gstream_chat_call_read (GstreamChatCall *self,
                             GstreamJsonValue value);
/* Whether a member of a call with @name is one of those above. */
gboolean gstream_chat_call_is_known (GstreamJsonValue name);

/* Returns a string in escaped form; empty if @value is not a string. */
GstreamJsonString gstream_chat_string (GstreamJsonValue value);
/* The same of a member of @object. */
GstreamJsonString gstream_chat_member (GstreamJsonValue object,
                                       const char      *pointer);

G_END_DECLS
