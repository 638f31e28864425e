/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a digest is made of. A list is JSON: its items, without brackets.
 */
#pragma once

#include "gstream/tool/gstream-digest.h"

G_BEGIN_DECLS

/* The projections whose items are payloads and nothing more. */
#define GSTREAM_N_DIGEST_LISTS 7
extern const char *const gstream_digest_lists[GSTREAM_N_DIGEST_LISTS];

typedef struct
{
  GstreamMessage *message;
  GString        *text_deltas;
  GString        *reasoning_deltas;
} MessageDigest;

typedef struct
{
  GstreamToolCall *call;
  GString         *output_deltas;
} ToolCallDigest;

typedef struct
{
  GstreamProjection *projection;
  GString           *items;
} ExtensionDigest;

struct _GstreamDigest
{
  GstreamRunStream *run;
  GstreamReader    *reader;
  GString          *log;
  GString          *lists[GSTREAM_N_DIGEST_LISTS];
  GstreamPayload   *state;      /* the newest; NULL: none yet */
  GPtrArray        *messages;   /* of MessageDigest */
  GPtrArray        *tool_calls; /* of ToolCallDigest */
  GPtrArray        *extensions; /* of ExtensionDigest */
  GPtrArray        *subgraphs;  /* of GstreamDigest */
  GstreamPayload   *output;     /* NULL: none */
  gboolean          interrupted;
  GPtrArray        *interrupts; /* of GstreamInterrupt; NULL: the run failed */
};

G_END_DECLS
