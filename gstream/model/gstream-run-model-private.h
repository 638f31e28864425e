/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model of a run from the inside, shared by its files: its properties and its life
 * (gstream-run-model.c), what it says of itself (gstream-run-model-getters.c), how its rows come
 * (gstream-run-model-reading.c), and the models of rows (gstream-run-model-child.c).
 */
#pragma once

#include <gstream/model/gstream-rows-private.h>
#include <gstream/model/gstream-run-model.h>

G_BEGIN_DECLS

struct _GstreamRunModel
{
  GObject              parent_instance;

  GstreamRunStream    *run;         /* NULL for a model of a cursor */
  GstreamCursor       *cursor;      /* of such a model, until it reads */
  GstreamRunModelFlags flags;
  gboolean             is_child;    /* of a row of another's */
  GstreamRows         *rows;
  GPtrArray           *readers;     /* of GstreamRowReader, those that have not ended */
  GHashTable          *lifecycles;  /* namespace, as JSON -> GstreamLifecycle that goes on */
  GCancellable        *cancellable; /* of waiting for interrupts */
  GError              *error;       /* why it does not read */
};

/* It reads its run, or its cursor; or says in its error why not. */
void             gstream_run_model_begin_with_run    (GstreamRunModel  *self);
void             gstream_run_model_begin_with_cursor (GstreamRunModel  *self);

/* The model of the row @run, which goes with the row. */
GstreamRunModel *gstream_run_model_new_child         (GstreamRunModel  *self,
                                                      GstreamRunStream *run);
/* The row has no model any more, if @self was that. */
void             gstream_run_model_forget_child      (GstreamRunModel  *self);

G_END_DECLS
