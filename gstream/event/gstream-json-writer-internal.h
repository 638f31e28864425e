/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON to a GString. What is not UTF-8 in a string becomes U+FFFD, so that the JSON can be read again (E2).
 *
 * For projections, streams, thread/, the remote client, endpoint/ and conversation/ too, which build states, items and requests from parts.
 */
#pragma once

#include <gstream/event/gstream-payload.h>

G_BEGIN_DECLS

void gstream_json_write_string (GString    *out,
                                const char *string); /* quoted and escaped */
void gstream_json_write_string_len (GString    *out,
                                    const char *string,
                                    gsize       length);
void gstream_json_write_member (GString    *out,
                                const char *name); /* writes a comma if needed, and "name": */
void gstream_json_write_double (GString *out,
                                double   value);
void gstream_json_write_strv (GString           *out,
                              const char *const *strv);

/* Each writes a whole member, or nothing if the value is NULL. */
void gstream_json_add_string (GString    *out,
                              const char *name,
                              const char *string);
void gstream_json_add_integer (GString    *out,
                               const char *name,
                               gint64      value);
void gstream_json_add_payload (GString        *out,
                               const char     *name,
                               GstreamPayload *payload);

G_END_DECLS
