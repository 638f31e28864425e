/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The built-in transformers that a mux has unless told otherwise. They live in
 * the room below this one, which defines the table; here it is only read.
 */
#pragma once

#include <gstream/stream/gstream-transformer.h>

G_BEGIN_DECLS

typedef struct _GstreamBuiltin GstreamBuiltin;

struct _GstreamBuiltin
{
  const char *name;                                              /* of its main projection: what it is chosen by */
  GstreamTransformer *(*make)     (const GstreamBuiltin *self);
  GType               (*get_type) (void);                        /* for a @make that needs nothing else */
};

extern const GstreamBuiltin gstream_builtins[]; /* ends with a NULL name; in the order they process */

G_END_DECLS
