/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON, a value after another. What separates them comes by itself.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

void  gstream_json_out_open    (GString        *out,
                                char            bracket);
void  gstream_json_out_close   (GString        *out,
                                char            bracket);
void  gstream_json_out_key     (GString        *out,
                                const char     *key);
/* NULL is null, here and below. */
void  gstream_json_out_string  (GString        *out,
                                const char     *text);
void  gstream_json_out_strings (GString        *out,
                                const char * const *texts);
void  gstream_json_out_boolean (GString        *out,
                                gboolean        value);
void  gstream_json_out_integer (GString        *out,
                                guint64         value);
void  gstream_json_out_payload (GString        *out,
                                GstreamPayload *payload);
/* What was written elsewhere: one value, or several. */
void  gstream_json_out_json    (GString        *out,
                                const char     *json);

/*
 * The same JSON on one line, for a person who reads with characters in the place of their numbers; or with a line for
 * each value, indented. What a terminal would take for a command is escaped, or stays so.
 */
char *gstream_json_compact     (const char     *json);
char *gstream_json_readable    (const char     *json);
char *gstream_json_indent      (const char     *json);

G_END_DECLS
