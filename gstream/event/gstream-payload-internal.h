/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Payloads within events, and from text that is known to be JSON.
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h>
#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

typedef struct _GstreamEvent GstreamEvent;
typedef struct _GstreamPayloadExtras GstreamPayloadExtras;

struct _GstreamPayload
{
  gatomicrefcount       ref_count; /* unused where @event is set */
  const char           *json;      /* not ended by a NUL, unless it is the payload's own */
  gsize                 length;    /* bytes */
  GstreamEvent         *event;     /* lives within it: its references are the event's; or NULL */
  GstreamPayload       *whole;     /* the payload whose text this is a part of, held; or NULL */
  GstreamPayloadExtras *extras;    /* atomic; what getters made of the text so far */
};

/* A copy of checked JSON. */
GstreamPayload  *gstream_payload_new_checked (const char     *json,
                                              gsize           length);
/* A part of @payload's text, which is held if it is not small. */
GstreamPayload  *gstream_payload_new_part    (GstreamPayload *payload,
                                              GstreamJsonValue value);
/*
 * Within @event, which keeps @json: lives as long as the event, which calls
 * free_hosted with its own end, and takes references for it until then.
 */
GstreamPayload  *gstream_payload_new_hosted  (GstreamEvent   *event,
                                              const char     *json,
                                              gsize           length);
void             gstream_payload_free_hosted (GstreamPayload *payload);

static inline GstreamJsonValue
gstream_payload_value (const GstreamPayload *payload)
{
  return (GstreamJsonValue) { payload->json, payload->json + payload->length };
}

/*
 * What is made of a payload when it is first asked for, and kept. Two threads
 * that ask at once may both make it; the first to be done is kept.
 */
struct _GstreamPayloadExtras
{
  char     *json;      /* atomic; with a NUL behind it */
  GVariant *variant;   /* atomic */
  GArray   *members;   /* atomic; of an object: GstreamJsonMember */
  guint     n_strings; /* slots, a power of two */
  gpointer  strings[]; /* atomic; each a list of the strings that fall on it */
};

void        gstream_payload_extras_free   (GstreamPayloadExtras *extras);
const char *gstream_payload_extras_json   (GstreamPayload       *payload);
GVariant   *gstream_payload_extras_variant (GstreamPayload      *payload);
/* Of a payload that is an object. */
const GArray *gstream_payload_extras_members (GstreamPayload    *payload);
/* The string at a JSON Pointer, if there is one. */
const char *gstream_payload_extras_string (GstreamPayload       *payload,
                                           const char           *pointer);

G_END_DECLS
