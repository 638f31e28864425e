/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An event's JSON, read but not yet made an event. For gstream/event/ alone.
 */
#pragma once

#include <gstream/event/gstream-event-body-private.h>
#include <gstream/event/gstream-namespace-table-private.h>

G_BEGIN_DECLS

typedef enum
{
  GSTREAM_ENVELOPE_NONE,
  GSTREAM_ENVELOPE_EVENT,
  GSTREAM_ENVELOPE_ERROR,
  GSTREAM_ENVELOPE_OTHER,
} GstreamEnvelopeType;

/* Strings and slices are of the text that was read. */
typedef struct
{
  GstreamNamespaceTable *namespaces;
  GstreamJsonSlice       root;        /* the document, without white space around it */
  GstreamEnvelopeType    type;
  guint32                type_at;      /* byte */
  GstreamJsonString      id;
  GstreamJsonString      method_name;
  GstreamMethod          method;
  GstreamJsonSlice       seq_slice;
  gint64                 seq;
  const guint32         *params;      /* the token where they start; NULL: there are none */
  gboolean               params_read; /* with the method that counts */

  GstreamNamespace      *namespace_;  /* held; NULL until there is one */
  gint64                 timestamp;
  guint32                timestamp_at; /* byte; 0: it is not there */
  GstreamJsonString      node;
  GstreamJsonSlice       data;
  GstreamJsonSlice       interrupts;

  GstreamFound           found;       /* set with data; all before this starts as 0 */
  GstreamJsonCursor      cursor;
} GstreamEnvelope;

/*
 * FALSE: the cursor knows why. TRUE: type is EVENT and all parts are there, or ERROR.
 * Cleared in either case.
 */
gboolean gstream_envelope_read  (GstreamEnvelope       *self,
                                 GstreamNamespaceTable *namespaces,
                                 const char            *json,
                                 gsize                  length,
                                 guint                  max_depth);
void     gstream_envelope_clear (GstreamEnvelope       *self);

G_END_DECLS
