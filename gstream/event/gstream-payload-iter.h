/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Going over the members of an object, or the elements of an array.
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

#define GSTREAM_TYPE_PAYLOAD_ITER (gstream_payload_iter_get_type ())

typedef struct _GstreamPayloadIter GstreamPayloadIter;

struct _GstreamPayloadIter
{
  /*< private >*/
  gpointer reserved[8];
};

GSTREAM_EXPORT GType               gstream_payload_iter_get_type   (void);
GSTREAM_EXPORT void                gstream_payload_iter_init       (GstreamPayloadIter  *iter,
                                                                    GstreamPayload      *payload);
GSTREAM_EXPORT gboolean            gstream_payload_iter_next       (GstreamPayloadIter  *iter,
                                                                    const char         **key,
                                                                    GstreamPayload     **value);
GSTREAM_EXPORT GstreamPayload     *gstream_payload_iter_next_value (GstreamPayloadIter  *iter);

GSTREAM_EXPORT GstreamPayloadIter *gstream_payload_iterator        (GstreamPayload      *payload);
GSTREAM_EXPORT GstreamPayloadIter *gstream_payload_iter_copy       (GstreamPayloadIter  *iter);
GSTREAM_EXPORT void                gstream_payload_iter_free       (GstreamPayloadIter  *iter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstreamPayloadIter, gstream_payload_iter_free)

G_END_DECLS
