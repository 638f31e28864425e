/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes payloads from text that is known to be valid JSON, and gives access to a payload's text.
 *
 * For projections, streams, endpoint/ and conversation/ too: they make payloads from parts of events and from text that
 * they have written, which need not be checked again, and read a payload's text without copying it.
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h>
#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

typedef struct _GstreamPayloadExtras GstreamPayloadExtras;

struct _GstreamPayload
{
  gatomicrefcount ref_count; /* must be the first member; unused if the payload has a host */
  const char     *json;      /* not NUL-terminated, unless the payload has neither host nor whole */
  gsize           length;    /* bytes */
  /* the object that it is part of, whose reference count it uses, or itself; begins with a gatomicrefcount */
  gpointer              host;
  GDestroyNotify        free_host; /* called when the host's last reference is released */
  GstreamPayload       *whole;     /* held; the payload whose text this one is a part of; or NULL */
  GstreamPayloadExtras *extras;    /* atomic; values that have been made from the text; NULL: none */
  /* of the text, which owns it, or of the text that this one is a part of; NULL: there is none */
  GstreamJsonOutline *outline;
};

/* Copies JSON that has been checked. */
GstreamPayload *gstream_payload_new_checked (const char *json,
                                             gsize       length);
/* Makes a payload of a part of @payload's text. A small part is copied; for a larger one, @payload is held. */
GstreamPayload *gstream_payload_new_part (GstreamPayload  *payload,
                                          GstreamJsonValue value);
/*
 * Used only by gstream-event.c: makes a payload that is part of @host, which keeps @json alive, and calls free_hosted
 * when it is freed. References to the payload are references to the host, so that there is no reference cycle between
 * an event and its payloads. @outline: as in GstreamPayload.
 */
GstreamPayload *gstream_payload_new_hosted (gpointer            host,
                                            GDestroyNotify      free_host,
                                            const char         *json,
                                            gsize               length,
                                            GstreamJsonOutline *outline);
void            gstream_payload_free_hosted (GstreamPayload *payload);

static inline GstreamJsonValue
gstream_payload_value (const GstreamPayload *payload)
{
  return (GstreamJsonValue) { payload->json, payload->json + payload->length };
}

/* Initializes @iter, before the first element or member of @payload, which must be an array or an object. */
static inline void
gstream_payload_init_elements (const GstreamPayload *payload,
                               GstreamJsonIter      *iter)
{
  gstream_json_iter_init_outlined (iter, gstream_payload_value (payload), payload->outline);
}

G_END_DECLS
