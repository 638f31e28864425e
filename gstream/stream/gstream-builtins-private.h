/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The built-in transformers that a mux has unless told otherwise. They live in
 * the room below this one, which defines the table; here it is only read.
 *
 * The table says what a mux has to know of each before it exists: most runs need
 * few of them, so a mux makes each when somebody asks for its projection, or when
 * the first event comes that it has to act upon.
 */
#pragma once

#include <gstream/stream/gstream-transformer-private.h>

G_BEGIN_DECLS

#define GSTREAM_N_BUILTINS 11

typedef struct _GstreamBuiltin GstreamBuiltin;

struct _GstreamBuiltin
{
  const char *name;                                              /* of its projection: what it is chosen by */
  GstreamTransformer *(*make)     (const GstreamBuiltin *self);
  GType               (*get_type) (void);                        /* for a @make that needs nothing else */
  const char *channels[3];                                       /* the stream modes that it needs (M8), NULL at the end */
  guint       wants[GSTREAM_N_RELATIONS];                        /* bits of GstreamMethod, by where an event lies */
  gboolean    only_pushes;                                       /* events mean nothing to it while nobody gets its items */
  /* Whether something may go on that began at @ns, a node of the scope until now (D4); NULL: nothing goes on in it. */
  gboolean  (*keeps)     (GstreamTransformer *self, GstreamNamespace *ns);
  /* Takes @event, at what is a subgraph by now, where it is about such a thing, over or not; FALSE: it is not. */
  gboolean  (*take_kept) (GstreamTransformer *self, GstreamEvent *event);
};

extern const GstreamBuiltin gstream_builtins[GSTREAM_N_BUILTINS]; /* in the order they process */

G_END_DECLS
