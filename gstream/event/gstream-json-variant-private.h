/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON to GVariant and back (E2).
 */
#pragma once

#include <gstream/event/gstream-json-text-internal.h>

G_BEGIN_DECLS

/* Floating. */
GVariant *gstream_json_to_variant (GstreamJsonValue value);
/* Fails with GSTREAM_ERROR_INVALID where JSON cannot say what @value says; @out is then incomplete. */
gboolean gstream_json_write_variant (GString  *out,
                                     GVariant *value,
                                     GError  **error);

G_END_DECLS
