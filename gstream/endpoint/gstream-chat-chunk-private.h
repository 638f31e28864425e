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
  GstreamJsonString id;          /* of the answer */
  GstreamJsonString model;       /* that gave it */
  GstreamJsonString fingerprint; /* of the server's set-up: `system_fingerprint` */
  GstreamJsonValue  usage;       /* of tokens: an object */
  GstreamJsonValue  error;       /* what went wrong, in whichever shape: a member of its own */
  gboolean          is_error;    /* the chunk itself says what went wrong */

  gboolean          has_choices; /* the chunk is one of this protocol; there may be none, as beside the usage */
  guint             n_choices;
  gboolean          is_other;      /* a choice is not the first one of several */
  GstreamJsonString finish_reason; /* not empty */

  /* Of the choice's `delta` or `message`. */
  GstreamJsonString content;        /* not empty */
  GstreamJsonValue  parts;          /* content that is an array */
  const char       *reasoning_name; /* static: under which name that came */
  GstreamJsonString reasoning;      /* not empty; of the first such member */
  GstreamJsonValue  details;        /* `reasoning_details`: an array */
  GstreamJsonString refusal;        /* not empty */
  GstreamJsonValue  calls;          /* of tools: an array */
  GstreamJsonValue  function;       /* a call in the protocol's first form, `function_call`: an object */
  GstreamJsonValue  images;         /* an array */
  GstreamJsonValue  annotations;    /* of the content, such as the pages that it cites: an array */
} GstreamChatChunk;

/* FALSE, with an error whose message says what was expected and where. */
gboolean gstream_chat_chunk_read (GstreamChatChunk *self,
                                  const char       *json,
                                  gsize             length,
                                  guint             max_depth,
                                  GError          **error);

/* A piece of a call. */
typedef struct
{
  gint64            index;     /* among the calls; -1: not said */
  GstreamJsonString id;        /* not empty */
  GstreamJsonString name;      /* not empty */
  GstreamJsonString arguments; /* more of their text */
  GstreamJsonValue  object;    /* the arguments, where they are no text */
} GstreamChatCall;

/* @value: of any kind. */
void gstream_chat_call_read (GstreamChatCall *self,
                             GstreamJsonValue value);

/* A string value as it is written; nothing where it is none. */
GstreamJsonString gstream_chat_string (GstreamJsonValue value);
/* The same of a member of @object. */
GstreamJsonString gstream_chat_member (GstreamJsonValue object,
                                       const char      *pointer);

G_END_DECLS
