/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Payloads of text that is known to be JSON, and the text itself.
 *
 * For projections, streams, endpoint/ and conversation/ too: they make payloads of parts of events and of text that they have written,
 * which need not be checked again, and read a payload's text where it stands.
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h>
#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

typedef struct _GstreamPayloadExtras GstreamPayloadExtras;

struct _GstreamPayload
{
  gatomicrefcount ref_count; /* comes first; unused where the payload has a host */
  const char     *json;      /* not ended by a NUL, unless the payload has neither host nor whole */
  gsize           length;    /* bytes */
  gpointer
      host; /* what it lives and dies with, and whose references it takes, or itself; begins with a gatomicrefcount */
  GDestroyNotify        free_host; /* for the host's last reference */
  GstreamPayload       *whole;     /* the payload whose text this is a part of, held; or NULL */
  GstreamPayloadExtras *extras;    /* atomic; what was made of the text so far */
};

/* A copy of checked JSON. */
GstreamPayload *gstream_payload_new_checked (const char *json,
                                             gsize       length);
/* A part of @payload's text, which is held if it is not small. */
GstreamPayload *gstream_payload_new_part (GstreamPayload  *payload,
                                          GstreamJsonValue value);
/*
 * For gstream-event.c alone: a part of @host, which keeps @json, and calls free_hosted at its own end. References to
 * the payload are references to the host, so that an event and its payloads need not hold each other.
 */
GstreamPayload *gstream_payload_new_hosted (gpointer       host,
                                            GDestroyNotify free_host,
                                            const char    *json,
                                            gsize          length);
void            gstream_payload_free_hosted (GstreamPayload *payload);

static inline GstreamJsonValue
gstream_payload_value (const GstreamPayload *payload)
{
  return (GstreamJsonValue) { payload->json, payload->json + payload->length };
}

G_END_DECLS
