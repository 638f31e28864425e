/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Conversion between JSON and GVariant (E2).
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

/* Returns a floating reference. */
GVariant *gstream_json_to_variant (GstreamJsonValue value);
/* Fails with GSTREAM_ERROR_INVALID if @value cannot be represented in JSON; @out is then incomplete. */
gboolean gstream_json_write_variant (GString  *out,
                                     GVariant *value,
                                     GError  **error);

G_END_DECLS
