/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The built-in transformers that a mux has unless told otherwise. They live in
 * the room below this one, which defines the table; here it is only read.
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;             /* of its main projection: what it is chosen by */
  GType     (*get_type) (void);
} GstreamBuiltin;

extern const GstreamBuiltin gstream_builtins[]; /* ends with a NULL name; in the order they process */

G_END_DECLS
