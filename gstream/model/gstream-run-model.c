/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run as a list model: its properties, and its life.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/model/gstream-row-reader-private.h>
#include <gstream/model/gstream-run-model-private.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

/**
 * GstreamRunModel:
 *
 * A run as a list model: what a window shows of it, row by row.
 *
 * Its flags say which rows there are. They are the objects that the run's
 * projections yield, in the order in which they began; their properties grow and
 * notify, so that a widget is bound to them once:
 *
 * ```c
 * g_autoptr (GstreamRunModel) model =
 *   gstream_run_model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS, &error);
 *
 * gtk_no_selection_set_model (selection, G_LIST_MODEL (model));
 * ```
 *
 * With %GSTREAM_RUN_MODEL_DEEP the rows of all runs below it are in the same
 * list. With %GSTREAM_RUN_MODEL_SUBGRAPHS and without that, the model is the
 * root of a tree: each subgraph's row has a model of its own, with the same
 * flags, which [func@RunModel.create_child] gives to a `GtkTreeListModel`.
 * Interrupts and lifecycle, which tell of all that is below, are rows of the
 * root alone.
 *
 * A model waits for its rows, and so drives the run while it is there (R1).
 * It takes the projections that it shows, which have one consumer each (P1); to
 * read one of them besides, tee it and give one of the cursors to
 * [ctor@RunModel.new_for_cursor]. What a row yields itself, such as a message's
 * deltas, is not kept until the row is shown (P11): use its properties, which
 * miss nothing.
 *
 * Nothing changes but once a frame: what leaves then leaves in one
 * #GListModel::items-changed, and what comes, comes in one. Dropping the model
 * gives the projections back (P9). A model is used in the main context of its
 * run only.
 */

enum
{
  PROP_0,
  PROP_RUN,
  PROP_CURSOR,
  PROP_FLAGS,
  PROP_MAX_ROWS,
  PROP_N_ITEMS,
  PROP_ERROR,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FLAGS_TYPE (GstreamRunModelFlags, gstream_run_model_flags,
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_MESSAGES, "messages"),
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_TOOL_CALLS, "tool-calls"),
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_SUBGRAPHS, "subgraphs"),
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_INTERRUPTS, "interrupts"),
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_LIFECYCLE, "lifecycle"),
                     G_DEFINE_ENUM_VALUE (GSTREAM_RUN_MODEL_DEEP, "deep"))

static void gstream_run_model_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamRunModel, gstream_run_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, gstream_run_model_list_model_init))

/* --- as a list model --- */

static GType
gstream_run_model_get_item_type (GListModel *list)
{
  switch (GSTREAM_RUN_MODEL (list)->flags & ~GSTREAM_RUN_MODEL_DEEP)
    {
    case GSTREAM_RUN_MODEL_MESSAGES:
      return GSTREAM_TYPE_MESSAGE;
    case GSTREAM_RUN_MODEL_TOOL_CALLS:
      return GSTREAM_TYPE_TOOL_CALL;
    case GSTREAM_RUN_MODEL_SUBGRAPHS:
      return GSTREAM_TYPE_SUBGRAPH_RUN_STREAM;
    case GSTREAM_RUN_MODEL_INTERRUPTS:
      return GSTREAM_TYPE_PENDING_INTERRUPT;
    case GSTREAM_RUN_MODEL_LIFECYCLE:
      return GSTREAM_TYPE_LIFECYCLE;
    default:
      return G_TYPE_OBJECT;
    }
}

static guint
gstream_run_model_get_n_items (GListModel *list)
{
  return gstream_rows_get_length (GSTREAM_RUN_MODEL (list)->rows);
}

static gpointer
gstream_run_model_get_item (GListModel *list,
                            guint       position)
{
  GObject *object = gstream_rows_get (GSTREAM_RUN_MODEL (list)->rows, position);

  return object ? g_object_ref (object) : NULL;
}

static void
gstream_run_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = gstream_run_model_get_item_type;
  iface->get_n_items = gstream_run_model_get_n_items;
  iface->get_item = gstream_run_model_get_item;
}

static void
on_rows_changed (gpointer owner,
                 guint    position,
                 guint    removed,
                 guint    added)
{
  g_autoptr (GstreamRunModel) self = g_object_ref (owner);

  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed != added)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

/* --- its life --- */

static void
gstream_run_model_constructed (GObject *object)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  G_OBJECT_CLASS (gstream_run_model_parent_class)->constructed (object);

  if (self->run != NULL)
    gstream_run_model_begin_with_run (self);
  else if (self->cursor != NULL)
    gstream_run_model_begin_with_cursor (self);
  else
    g_set_error_literal (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         "A model needs a run or a cursor, and this one was made without");
}

static void
gstream_run_model_dispose (GObject *object)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_ptr_array_set_size (self->readers, 0);
  gstream_rows_close (self->rows);
  gstream_run_model_forget_child (self);

  G_OBJECT_CLASS (gstream_run_model_parent_class)->dispose (object);
}

static void
gstream_run_model_finalize (GObject *object)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  g_clear_object (&self->run);
  g_clear_object (&self->cursor);
  g_clear_pointer (&self->rows, gstream_rows_unref);
  g_clear_pointer (&self->readers, g_ptr_array_unref);
  g_clear_pointer (&self->lifecycles, g_hash_table_unref);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (gstream_run_model_parent_class)->finalize (object);
}

static void
gstream_run_model_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  switch (prop_id)
    {
    case PROP_RUN:
      g_value_set_object (value, self->run);
      break;
    case PROP_FLAGS:
      g_value_set_flags (value, self->flags);
      break;
    case PROP_MAX_ROWS:
      g_value_set_uint (value, gstream_run_model_get_max_rows (self));
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, gstream_rows_get_length (self->rows));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_run_model_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  switch (prop_id)
    {
    case PROP_RUN:
      self->run = g_value_dup_object (value);
      break;
    case PROP_CURSOR:
      self->cursor = g_value_dup_object (value);
      break;
    case PROP_FLAGS:
      self->flags = g_value_get_flags (value);
      break;
    case PROP_MAX_ROWS:
      gstream_run_model_set_max_rows (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_run_model_class_init (GstreamRunModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = gstream_run_model_constructed;
  object_class->dispose = gstream_run_model_dispose;
  object_class->finalize = gstream_run_model_finalize;
  object_class->get_property = gstream_run_model_get_property;
  object_class->set_property = gstream_run_model_set_property;

  /**
   * GstreamRunModel:run: (getter get_run)
   *
   * The run that it shows; %NULL for a model of a cursor.
   */
  properties[PROP_RUN] =
    g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_RUN_STREAM,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:cursor:
   *
   * What it reads instead of a run.
   */
  properties[PROP_CURSOR] =
    g_param_spec_object ("cursor", NULL, NULL, GSTREAM_TYPE_CURSOR,
                         G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:flags: (getter get_flags)
   *
   * Which rows it has.
   */
  properties[PROP_FLAGS] =
    g_param_spec_flags ("flags", NULL, NULL, GSTREAM_TYPE_RUN_MODEL_FLAGS, 0,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:max-rows: (getter get_max_rows) (setter set_max_rows)
   *
   * How many rows there may be before the oldest finished ones leave; 0 for no
   * bound.
   */
  properties[PROP_MAX_ROWS] =
    g_param_spec_uint ("max-rows", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:n-items:
   *
   * How many rows there are.
   */
  properties[PROP_N_ITEMS] =
    g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:error: (getter get_error)
   *
   * Why it reads nothing; %NULL if it does.
   */
  properties[PROP_ERROR] =
    g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_run_model_init (GstreamRunModel *self)
{
  self->rows = gstream_rows_new (on_rows_changed, self);
  self->lifecycles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) gstream_row_reader_stop);
}

static GstreamRunModel *
give_or_fail (GstreamRunModel  *self,
              GError          **error)
{
  if (self->error == NULL)
    return self;

  g_propagate_error (error, g_error_copy (self->error));
  g_object_unref (self);

  return NULL;
}

/**
 * gstream_run_model_new:
 * @run: the run to show
 * @flags: which rows to show
 * @error: return location for an error
 *
 * Makes a model of a run, which subscribes to what it shows, at once.
 *
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED where a projection that it needs
 * has its consumer, with %GSTREAM_ERROR_NOT_FOUND where the run's mux is
 * without it, and with %GSTREAM_ERROR_INVALID where @flags name no rows or
 * a projection of your own has its place, whose items make no rows. A model that was made by `g_object_new()` tells the same by
 * [property@RunModel:error].
 *
 * Returns: (transfer full): the model
 */
GstreamRunModel *
gstream_run_model_new (GstreamRunStream      *run,
                       GstreamRunModelFlags   flags,
                       GError               **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (run), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return give_or_fail (g_object_new (GSTREAM_TYPE_RUN_MODEL, "run", run, "flags", flags, NULL), error);
}

/**
 * gstream_run_model_new_for_cursor:
 * @cursor: a cursor over objects, such as a branch of a tee; nobody else may read it
 * @error: return location for an error
 *
 * Makes a model of what a cursor gives: where a projection has another consumer
 * besides (P8), or is one of your own.
 *
 * It keeps the cursor, and not its run. Fails with %GSTREAM_ERROR_INVALID where
 * the cursor's items are no objects.
 *
 * Returns: (transfer full): the model
 */
GstreamRunModel *
gstream_run_model_new_for_cursor (GstreamCursor  *cursor,
                                  GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (cursor), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return give_or_fail (g_object_new (GSTREAM_TYPE_RUN_MODEL, "cursor", cursor, NULL), error);
}

/**
 * gstream_run_model_set_max_rows:
 * @self: a model
 * @max_rows: the bound; 0 for none
 *
 * Sets [property@RunModel:max-rows]. Rows that are not finished stay, however
 * many they are; the oldest ones leave as soon as they are. The models of
 * subgraphs that come later have the same bound, each for its own rows.
 */
void
gstream_run_model_set_max_rows (GstreamRunModel *self,
                                guint            max_rows)
{
  g_return_if_fail (GSTREAM_IS_RUN_MODEL (self));

  if (gstream_rows_get_max (self->rows) == max_rows)
    return;

  gstream_rows_set_max (self->rows, max_rows);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_ROWS]);
}
