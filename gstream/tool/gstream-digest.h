/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a consumer of everything that a run shows ends up with, as JSON.
 */
#pragma once

#include "gstream/tool/gstream-reader.h"

G_BEGIN_DECLS

typedef struct _GstreamDigest GstreamDigest;

/* Whose is @reader, waits for its end, and then takes the JSON. */
GstreamDigest *gstream_digest_new     (GstreamRunStream *run,
                                       GstreamReader    *reader);
void           gstream_digest_free    (GstreamDigest    *self);
char          *gstream_digest_to_json (GstreamDigest    *self);

G_END_DECLS
