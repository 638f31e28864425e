/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * All that a run's projections show, as JSON.
 */
#pragma once

#include "gstream/tool/gstream-reader.h"

G_BEGIN_DECLS

typedef struct _GstreamDigest GstreamDigest;

/* The caller waits until @reader has ended and takes the JSON then. */
GstreamDigest *gstream_digest_new (GstreamRunStream *run,
                                   GstreamReader    *reader);
void           gstream_digest_free (GstreamDigest *self);
char          *gstream_digest_to_json (GstreamDigest *self);

G_END_DECLS
