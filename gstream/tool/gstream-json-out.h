/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Writes JSON, one value after another. Commas are added as needed.
 */
#pragma once

#include <gstream.h>

G_BEGIN_DECLS

void gstream_json_out_open (GString *out,
                            char     bracket);
void gstream_json_out_close (GString *out,
                             char     bracket);
void gstream_json_out_key (GString    *out,
                           const char *key);
/* NULL is null, here and below. */
void gstream_json_out_string (GString    *out,
                              const char *text);
void gstream_json_out_strings (GString           *out,
                               const char *const *texts);
void gstream_json_out_boolean (GString *out,
                               gboolean value);
void gstream_json_out_integer (GString *out,
                               guint64  value);
void gstream_json_out_payload (GString        *out,
                               GstreamPayload *payload);
/* @json: one value, or several with commas between them; "": none. */
void gstream_json_out_json (GString    *out,
                            const char *json);

/*
 * Each returns valid JSON formatted differently: without white space; the same with the characters that \u escapes
 * stand for, if they can be shown; with a line for each value, indented. Control characters are escaped in all of them.
 */
char *gstream_json_compact (const char *json);
char *gstream_json_readable (const char *json);
char *gstream_json_indent (const char *json);

G_END_DECLS
