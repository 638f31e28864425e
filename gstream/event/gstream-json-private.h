/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * JSON out: a small writer over a GString.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void gstream_json_write_string     (GString    *out,
                                    const char *string); /* quoted and escaped */
void gstream_json_write_string_len (GString    *out,
                                    const char *string,
                                    gsize       length);
void gstream_json_write_member     (GString    *out,
                                    const char *name); /* a comma where one is due, "name": */
void gstream_json_write_double     (GString    *out,
                                    double      value);
void gstream_json_write_strv       (GString            *out,
                                    const char * const *strv);

G_END_DECLS
