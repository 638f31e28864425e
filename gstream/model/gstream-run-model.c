/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A run as a list model: its rows are the items of the projections that its flags select.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/event/gstream-i18n-internal.h>
#include <gstream/model/gstream-lifecycle-private.h>
#include <gstream/model/gstream-pending-interrupt-private.h>
#include <gstream/model/gstream-rows-private.h>
#include <gstream/model/gstream-run-model.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-cursor-internal.h>     /* the order of arrival of several cursors' items */
#include <gstream/stream/gstream-run-stream-internal.h> /* its pump's frames are those of the rows */
#include <gstream/stream/gstream-subgraph-run-stream.h>

/**
 * GstreamRunModel:
 *
 * A run as a list model, for a window.
 *
 * Its flags select the rows. These are the objects in the run's projections, in the order in which they began. Their
 * properties are updated and notified, so that a widget only has to be bound to them once:
 *
 * ```c
 * g_autoptr (GstreamRunModel) model =
 *   gstream_run_model_new (run, GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS, &error);
 *
 * gtk_no_selection_set_model (selection, G_LIST_MODEL (model));
 * ```
 *
 * With %GSTREAM_RUN_MODEL_DEEP, the list also has the rows of all runs below. With %GSTREAM_RUN_MODEL_SUBGRAPHS but
 * without that, the model is the root of a tree: the row of each subgraph has its own model, with the same flags, which
 * [func@RunModel.create_child] returns for a `GtkTreeListModel`. Interrupts and lifecycle rows, which cover all levels,
 * are only in the root's model.
 *
 * A model waits for its rows, and so drives the run (R1). It subscribes to the projections that it shows, which have
 * one consumer each (P1). To read one of them elsewhere, too, tee it and pass one of the cursors to
 * [ctor@RunModel.new_for_cursor]. The deltas of a row are not buffered until the row is shown (P11): use its
 * properties, which always have the complete content.
 *
 * The model changes at most once per frame, with one #GListModel::items-changed for each group of neighbouring rows that
 * are removed, and then one for all that are added. While one of them is emitted the model does not change, even if a
 * handler iterates the main loop: what comes meanwhile is shown in the next frame. Dropping the model unsubscribes from
 * the projections (P9). A model may only be used in the main context of its run.
 *
 * Since: 1.0
 */

typedef struct _RowReader RowReader;

struct _GstreamRunModel
{
  GObject parent_instance;

  GstreamRunStream    *run;    /* NULL: it is a model of a cursor */
  GstreamCursor       *cursor; /* of such a model, until it is read */
  GstreamRunModelFlags flags;
  gboolean             is_child; /* it belongs to a row of another model */
  GstreamRows         *rows;
  GPtrArray           *readers;    /* of RowReader, those that have not ended */
  GHashTable          *lifecycles; /* namespace, as JSON -> GstreamLifecycle that is running */
  GPtrArray    *questions;   /* of GstreamPendingInterrupt: the row of each interrupt so far, until the run's end */
  gulong        asked;       /* the handler that adds to them */
  GCancellable *cancellable; /* of the wait for interrupts, which drives the run */
  GError       *error;       /* why it does not read anything, or not a run below */
};

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

/* On the run of a subgraph: the model that belongs to its row. */
static G_DEFINE_QUARK (gstream-run-model, child_model)

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

/* --- reading a cursor --- */

/* Reads one cursor, item by item. */
struct _RowReader
{
  grefcount        ref_count; /* one of the model, one of the call that is waiting */
  GstreamCursor   *cursor;
  GObject         *kept;  /* kept alive while it reads; or NULL */
  GstreamRunModel *model; /* NULL once it is stopped */
};

/* Handles an item of @reader; @item is NULL once, at the end. @arrival: the serial number of the item in the run. */
static void take_item (GstreamRunModel *self,
                       RowReader       *reader,
                       const GValue    *item,
                       guint64          arrival);
static void row_reader_read (RowReader *self);

static void
row_reader_unref (RowReader *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->cursor);
  g_clear_object (&self->kept);
  g_free (self);
}

/* Holds the model: properties are notified, and who is told of them may drop it (R7). */
static void
row_reader_give (RowReader    *self,
                 const GValue *item)
{
  g_autoptr (GstreamRunModel) model = self->model ? g_object_ref (self->model) : NULL;

  if (model != NULL)
    take_item (model, self, item, gstream_cursor_get_item_stamp (self->cursor));
}

static void
on_row_reader_next (GObject      *object,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  RowReader *self = user_data;
  g_auto (GValue) item = G_VALUE_INIT;
  /* An error is the run's, which reports it itself (R5). */
  gboolean found = gstream_cursor_next_finish (self->cursor, result, &item, NULL);

  row_reader_give (self, found ? &item : NULL);
  if (self->model != NULL && found)
    row_reader_read (self);
  row_reader_unref (self);
}

/*
 * Not gstream_cursor_try_next(): it would read the source until this cursor has an item, past items of the other
 * cursors of the model, and the rows would come out of order.
 */
static void
row_reader_read (RowReader *self)
{
  g_ref_count_inc (&self->ref_count);
  gstream_cursor_next (self->cursor, NULL, on_row_reader_next, self);
}

/* Consumes @cursor. */
static RowReader *
row_reader_new (GstreamCursor   *cursor,
                GObject         *kept,
                GstreamRunModel *model)
{
  RowReader *self = g_new0 (RowReader, 1);

  g_ref_count_init (&self->ref_count);
  self->cursor = cursor;
  self->kept = kept ? g_object_ref (kept) : NULL;
  self->model = model;
  row_reader_read (self);

  return self;
}

/* Closes the cursor and releases the model's reference. Nothing more is taken from it. */
static void
row_reader_stop (RowReader *self)
{
  self->model = NULL;
  gstream_cursor_close (self->cursor);
  row_reader_unref (self);
}

/* --- models of rows --- */

/* The model of the row @run, which the row keeps until it leaves. */
static GstreamRunModel *
new_child (GstreamRunModel  *self,
           GstreamRunStream *run)
{
  GstreamRunModel *child = g_object_new (GSTREAM_TYPE_RUN_MODEL, "run", run, "flags",
                                         self->flags & ~(GSTREAM_RUN_MODEL_INTERRUPTS | GSTREAM_RUN_MODEL_LIFECYCLE),
                                         "max-rows", gstream_rows_get_max (self->rows), NULL);

  child->is_child = TRUE;
  g_object_set_qdata (G_OBJECT (run), child_model_quark (), child);

  return child;
}

/* Called when @self is finalized: its row has no model any more. */
static void
forget_child (GstreamRunModel *self)
{
  if (self->is_child)
    g_object_set_qdata (G_OBJECT (self->run), child_model_quark (), NULL);
  self->is_child = FALSE;
}

/* --- the rows --- */

static void read_run (GstreamRunModel  *self,
                      GstreamRunStream *run);

/*
 * Its projections must be subscribed to in the callback that yields @run: they are buffered only until it returns
 * (P11).
 */
static void
take_subgraph (GstreamRunModel  *self,
               GstreamRunStream *run,
               guint64           arrival)
{
  g_autoptr (GstreamRunModel) child = NULL;

  if (self->flags & GSTREAM_RUN_MODEL_DEEP)
    read_run (self, run);
  else
    child = new_child (self, run);
  if (self->flags & GSTREAM_RUN_MODEL_SUBGRAPHS)
    gstream_rows_add (self->rows, G_OBJECT (run), arrival, (GObject *) child);
}

/* Returns the row of the namespace @key, which is made from its first item and updated from later ones. */
static GstreamLifecycle *
take_lifecycle (GstreamRunModel *self,
                const char      *key,
                GstreamPayload  *item,
                guint64          arrival)
{
  GstreamLifecycle *lifecycle = g_hash_table_lookup (self->lifecycles, key);

  if (lifecycle != NULL)
    {
      gstream_lifecycle_take (lifecycle, item);
      return lifecycle;
    }

  lifecycle = gstream_lifecycle_new (item);
  gstream_rows_add (self->rows, G_OBJECT (lifecycle), arrival, NULL);
  g_hash_table_insert (self->lifecycles, g_strdup (key), lifecycle);

  return lifecycle;
}

/* The namespace of a lifecycle item, as JSON. Items of an application's transformer may have none: the root's. */
static char *
make_key (GstreamPayload *item)
{
  g_autoptr (GstreamPayload) namespace_ = item ? gstream_payload_lookup (item, "/namespace") : NULL;

  return namespace_ ? gstream_payload_dup_json (namespace_) : g_strdup ("[]");
}

static void
take_lifecycle_item (GstreamRunModel *self,
                     GstreamPayload  *item,
                     guint64          arrival)
{
  g_autofree char  *key = make_key (item);
  GstreamLifecycle *lifecycle;

  if (item == NULL)
    return;

  lifecycle = take_lifecycle (self, key, item, arrival);

  if (gstream_lifecycle_get_status (lifecycle) != GSTREAM_RUN_STATUS_RUNNING)
    g_hash_table_remove (self->lifecycles, key);
}

/* A NULL item, which a transformer may push, makes no row. */
static void
take_object (GstreamRunModel *self,
             GObject         *object,
             guint64          arrival)
{
  if (object != NULL)
    gstream_rows_add (self->rows, object, arrival, NULL);
}

static void
take_item (GstreamRunModel *self,
           RowReader       *reader,
           const GValue    *item,
           guint64          arrival)
{
  if (item == NULL)
    g_ptr_array_remove (self->readers, reader);
  else if (G_VALUE_HOLDS (item, GSTREAM_TYPE_PAYLOAD))
    take_lifecycle_item (self, g_value_get_boxed (item), arrival);
  else if (self->run != NULL && G_VALUE_HOLDS (item, GSTREAM_TYPE_RUN_STREAM) && g_value_get_object (item) != NULL)
    take_subgraph (self, g_value_get_object (item), arrival);
  else
    take_object (self, g_value_get_object (item), arrival);
}

static GPtrArray *
list_projections (GstreamRunModel  *self,
                  GstreamRunStream *run)
{
  GPtrArray *names = g_ptr_array_new ();

  if (self->flags & GSTREAM_RUN_MODEL_MESSAGES)
    g_ptr_array_add (names, (gpointer) "messages");
  if (self->flags & GSTREAM_RUN_MODEL_TOOL_CALLS)
    g_ptr_array_add (names, (gpointer) "tool_calls");
  if (self->flags & (GSTREAM_RUN_MODEL_SUBGRAPHS | GSTREAM_RUN_MODEL_DEEP))
    g_ptr_array_add (names, (gpointer) "subgraphs");
  if ((self->flags & GSTREAM_RUN_MODEL_LIFECYCLE) && run == self->run)
    g_ptr_array_add (names, (gpointer) "lifecycle");
  g_ptr_array_add (names, NULL);

  return names;
}

/*
 * Whether rows can be made of the items of a projection, because an application may have registered another one of that
 * name.
 */
static gboolean
check_projection (GstreamRunStream *run,
                  const char       *name,
                  GError          **error)
{
  GstreamProjection *projection = gstream_run_stream_get_projection (run, name, error);
  GType              wanted = g_str_equal (name, "lifecycle") ? GSTREAM_TYPE_PAYLOAD : G_TYPE_OBJECT;
  GType              type;

  if (projection == NULL)
    return FALSE;

  type = gstream_projection_get_item_type (projection);
  if (g_type_is_a (type, wanted))
    return TRUE;

  g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
               _ ("A model makes no rows of projection “%s”, whose items are of type %s: expected %s"), name,
               g_type_name (type), g_type_name (wanted));
  return FALSE;
}

static gboolean
check_projections (GstreamRunStream *run,
                   GPtrArray        *names,
                   GError          **error)
{
  for (guint i = 0; g_ptr_array_index (names, i) != NULL; i++)
    if (!check_projection (run, g_ptr_array_index (names, i), error))
      return FALSE;

  return TRUE;
}

static void
read_cursor (GstreamRunModel *self,
             GstreamCursor   *cursor,
             GObject         *kept)
{
  g_ptr_array_add (self->readers, row_reader_new (cursor, kept, self));
}

/* Of several runs that cannot be read, the first one's error is kept. Consumes @error. */
static void
take_error (GstreamRunModel *self,
            GError          *error)
{
  if (self->error != NULL)
    {
      g_error_free (error);
      return;
    }

  self->error = error;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

/* @run: that of the model, or, with the flag DEEP, one of its subgraphs. */
static void
read_run (GstreamRunModel  *self,
          GstreamRunStream *run)
{
  g_autoptr (GPtrArray) names = list_projections (self, run);
  GstreamCursor *cursor = NULL;
  GError        *error = NULL;

  if (names->len == 1)
    return; /* only interrupts, which are not a projection */

  if (check_projections (run, names, &error))
    cursor = gstream_run_stream_interleave (run, (const char *const *) names->pdata, &error);
  if (cursor != NULL)
    read_cursor (self, cursor, run != self->run ? G_OBJECT (run) : NULL);
  else
    take_error (self, error);
}

/* --- interrupts --- */

static void
add_question (GstreamRunModel  *self,
              GstreamInterrupt *interrupt)
{
  GstreamPendingInterrupt *row = gstream_pending_interrupt_new (interrupt);

  gstream_rows_add (self->rows, G_OBJECT (row),
                    gstream_run_stream_get_interrupt_stamp (self->run, self->questions->len), NULL);
  g_ptr_array_add (self->questions, row);
}

/* Those asked so far, while other branches of the run may go on (T8). A later event may have said more of one. */
static void
take_questions (GstreamRunModel *self)
{
  g_autoptr (GstreamRunModel) keep = g_object_ref (self);
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_list_interrupts (self->run);

  for (guint i = 0; i < interrupts->len; i++)
    if (i < self->questions->len)
      gstream_pending_interrupt_take (self->questions->pdata[i], interrupts->pdata[i]);
    else
      add_question (self, interrupts->pdata[i]);
}

static void
forget_questions (GstreamRunModel *self)
{
  g_clear_signal_handler (&self->asked, self->run);
  g_ptr_array_set_size (self->questions, 0);
}

/* Nothing more is asked. An error is the run's, which reports it itself (R5), and what it had asked stays. */
static void
on_interrupts (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_finish (GSTREAM_RUN_STREAM (object), result, NULL);
  g_autoptr (GstreamRunModel) self = NULL;

  if (interrupts == NULL) /* if this was cancelled, the model is freed */
    return;

  self = g_object_ref (GSTREAM_RUN_MODEL (user_data));
  take_questions (self);
  forget_questions (self);
}

static void
watch_interrupts (GstreamRunModel *self)
{
  take_questions (self);
  self->asked =
      g_signal_connect_object (self->run, "notify::n-interrupts", G_CALLBACK (take_questions), self, G_CONNECT_SWAPPED);
  self->cancellable = g_cancellable_new ();
  gstream_run_stream_interrupts (self->run, self->cancellable, on_interrupts, self);
}

/* --- from the beginning --- */

static gboolean
has_rows (GstreamRunModelFlags flags)
{
  return (flags & (GSTREAM_RUN_MODEL_MESSAGES | GSTREAM_RUN_MODEL_TOOL_CALLS | GSTREAM_RUN_MODEL_SUBGRAPHS |
                   GSTREAM_RUN_MODEL_LIFECYCLE | GSTREAM_RUN_MODEL_INTERRUPTS)) != 0;
}

static void
begin_with_run (GstreamRunModel *self)
{
  if (!has_rows (self->flags))
    {
      g_set_error_literal (
          &self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
          _ ("A model whose flags name no rows would stay empty: name messages, tool calls, subgraphs, "
             "lifecycle or interrupts (deep says only where from)"));
      return;
    }

  gstream_rows_set_pump (self->rows, gstream_run_stream_get_pump (self->run));
  read_run (self, self->run);
  if (self->error == NULL && (self->flags & GSTREAM_RUN_MODEL_INTERRUPTS))
    watch_interrupts (self);
}

static void
begin_with_cursor (GstreamRunModel *self)
{
  if (!gstream_cursor_yields (self->cursor, G_TYPE_OBJECT))
    {
      g_set_error_literal (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           _ ("The rows of a model are objects, and this cursor gives items that are none"));
      return;
    }

  gstream_rows_set_pump (self->rows, gstream_cursor_get_pump (self->cursor));
  read_cursor (self, g_steal_pointer (&self->cursor), NULL);
}

/* --- the object --- */

static void
gstream_run_model_constructed (GObject *object)
{
  GstreamRunModel *self = GSTREAM_RUN_MODEL (object);

  G_OBJECT_CLASS (gstream_run_model_parent_class)->constructed (object);

  if (self->run != NULL)
    begin_with_run (self);
  else if (self->cursor != NULL)
    begin_with_cursor (self);
  else
    g_set_error_literal (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                         _ ("A model needs a run or a cursor, and this one was made without"));
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
  forget_child (self);

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
  g_clear_pointer (&self->questions, g_ptr_array_unref);
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
   * The run; %NULL for a model of a cursor.
   *
   * Since: 1.0
   */
  properties[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, GSTREAM_TYPE_RUN_STREAM,
                                              G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:cursor:
   *
   * What it reads instead of a run.
   *
   * Since: 1.0
   */
  properties[PROP_CURSOR] = g_param_spec_object ("cursor", NULL, NULL, GSTREAM_TYPE_CURSOR,
                                                 G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:flags: (getter get_flags)
   *
   * The kinds of rows that it has.
   *
   * Since: 1.0
   */
  properties[PROP_FLAGS] = g_param_spec_flags ("flags", NULL, NULL, GSTREAM_TYPE_RUN_MODEL_FLAGS, 0,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:max-rows: (getter get_max_rows) (setter set_max_rows)
   *
   * The number of rows above which the oldest finished ones are removed; 0 for no limit.
   *
   * Since: 1.0
   */
  properties[PROP_MAX_ROWS] = g_param_spec_uint ("max-rows", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:n-items:
   *
   * How many rows there are.
   *
   * Since: 1.0
   */
  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0,
                                                G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunModel:error: (getter get_error)
   *
   * Why it could not subscribe to its projections; %NULL if it could.
   *
   * With %GSTREAM_RUN_MODEL_DEEP it may also be set later, because of a run below, whose rows are left out.
   *
   * Since: 1.0
   */
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR,
                                               G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_run_model_init (GstreamRunModel *self)
{
  self->rows = gstream_rows_new (on_rows_changed, self);
  self->lifecycles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->readers = g_ptr_array_new_with_free_func ((GDestroyNotify) row_reader_stop);
  self->questions = g_ptr_array_new_with_free_func (g_object_unref);
}

/* --- public calls --- */

/* Consumes @self. Returns NULL and sets @error if it does not read anything. */
static GstreamRunModel *
return_or_fail (GstreamRunModel *self,
                GError         **error)
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
 * Fails with %GSTREAM_ERROR_ALREADY_SUBSCRIBED if a projection that it needs has a consumer, with
 * %GSTREAM_ERROR_NOT_FOUND if the run's mux does not have it, and with %GSTREAM_ERROR_INVALID if @flags select no rows,
 * or an application's projection of that name has items that cannot be rows. For a model that was made by
 * `g_object_new()`, [property@RunModel:error] has the error.
 *
 * Returns: (transfer full): the model
 *
 * Since: 1.0
 */
GstreamRunModel *
gstream_run_model_new (GstreamRunStream    *run,
                       GstreamRunModelFlags flags,
                       GError             **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (run), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return return_or_fail (g_object_new (GSTREAM_TYPE_RUN_MODEL, "run", run, "flags", flags, NULL), error);
}

/**
 * gstream_run_model_new_for_cursor:
 * @cursor: a cursor over objects, such as a branch of a tee; nobody else may read it
 * @error: return location for an error
 *
 * Makes a model of the items of a cursor: for a projection that also has another consumer (P8), or an application's own
 * projection.
 *
 * It holds a reference to the cursor, but not to its run. Fails with %GSTREAM_ERROR_INVALID if the cursor's items are
 * not objects.
 *
 * Returns: (transfer full): the model
 *
 * Since: 1.0
 */
GstreamRunModel *
gstream_run_model_new_for_cursor (GstreamCursor *cursor,
                                  GError       **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (cursor), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return return_or_fail (g_object_new (GSTREAM_TYPE_RUN_MODEL, "cursor", cursor, NULL), error);
}

/**
 * gstream_run_model_get_run:
 * @self: a model
 *
 * The run that it shows.
 *
 * Returns: (transfer none) (nullable): the run; %NULL for a model of a cursor
 *
 * Since: 1.0
 */
GstreamRunStream *
gstream_run_model_get_run (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), NULL);

  return self->run;
}

/**
 * gstream_run_model_get_flags:
 * @self: a model
 *
 * The kinds of rows that it has.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
GstreamRunModelFlags
gstream_run_model_get_flags (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), 0);

  return self->flags;
}

/**
 * gstream_run_model_get_max_rows:
 * @self: a model
 *
 * Gets the number of rows above which the oldest finished ones are removed.
 *
 * Returns: the bound; 0 for none
 *
 * Since: 1.0
 */
guint
gstream_run_model_get_max_rows (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), 0);

  return gstream_rows_get_max (self->rows);
}

/**
 * gstream_run_model_set_max_rows:
 * @self: a model
 * @max_rows: the bound; 0 for none
 *
 * Sets [property@RunModel:max-rows]. Unfinished rows are not removed, even if there are more; they are removed when
 * they are finished. The models of later subgraphs have the same limit, each for its own rows.
 *
 * Since: 1.0
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

/**
 * gstream_run_model_get_error:
 * @self: a model
 *
 * Gets why it could not subscribe to its projections, or to those of a run below.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL if it reads all
 *
 * Since: 1.0
 */
const GError *
gstream_run_model_get_error (GstreamRunModel *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_MODEL (self), NULL);

  return self->error;
}

/**
 * gstream_run_model_create_child:
 * @item: (type GObject.Object): a row of a model
 * @user_data: (nullable): not used
 *
 * Returns the model of a row that is the run of a subgraph. This is a `GtkTreeListModelCreateModelFunc`:
 *
 * ```c
 * tree = gtk_tree_list_model_new (G_LIST_MODEL (g_object_ref (model)), FALSE, TRUE, gstream_run_model_create_child, NULL, NULL);
 * ```
 *
 * The model exists since its run began, so that nothing is missed if the row is expanded late, and is removed together
 * with the row.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL if the row has none
 *
 * Since: 1.0
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
