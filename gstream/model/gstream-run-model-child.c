/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model that belongs to a subgraph's row.
 */
#include "config.h"

#include <gstream/model/gstream-run-model-private.h>

/* On the run of a subgraph: the model that belongs to its row. */
static G_DEFINE_QUARK (gstream-run-model, child_model)

GstreamRunModel *
gstream_run_model_new_child (GstreamRunModel  *self,
                             GstreamRunStream *run)
{
  GstreamRunModel *child = g_object_new (GSTREAM_TYPE_RUN_MODEL,
                                         "run", run,
                                         "flags", self->flags & ~(GSTREAM_RUN_MODEL_INTERRUPTS | GSTREAM_RUN_MODEL_LIFECYCLE),
                                         "max-rows", gstream_rows_get_max (self->rows),
                                         NULL);

  child->is_child = TRUE;
  g_object_set_qdata (G_OBJECT (run), child_model_quark (), child);

  return child;
}

void
gstream_run_model_forget_child (GstreamRunModel *self)
{
  if (self->is_child)
    g_object_set_qdata (G_OBJECT (self->run), child_model_quark (), NULL);
  self->is_child = FALSE;
}

/**
 * gstream_run_model_create_child:
 * @item: (type GObject.Object): a row of a model
 * @user_data: (nullable): not used
 *
 * The model of a row, where the row is the run of a subgraph. This is a
 * `GtkTreeListModelCreateModelFunc`:
 *
 * ```c
 * tree = gtk_tree_list_model_new (G_LIST_MODEL (g_object_ref (model)), FALSE, TRUE, gstream_run_model_create_child, NULL, NULL);
 * ```
 *
 * The model has been there since its run began, so that nothing is missed by
 * opening the row late, and it goes with the row.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL if the row has none
 */
GListModel *
gstream_run_model_create_child (gpointer item,
                                gpointer user_data)
{
  GListModel *child = NULL;

  g_return_val_if_fail (G_IS_OBJECT (item), NULL);

  if (GSTREAM_IS_RUN_STREAM (item))
    child = g_object_get_qdata (item, child_model_quark ());

  return child ? g_object_ref (child) : NULL;
}
