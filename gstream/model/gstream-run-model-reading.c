/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the rows of a model come.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/model/gstream-lifecycle-private.h>
#include <gstream/model/gstream-pending-interrupt-private.h>
#include <gstream/model/gstream-row-reader-private.h>
#include <gstream/model/gstream-run-model-private.h>
#include <gstream/stream/gstream-run-stream-private.h> /* the frames are the pump's */

/* --- what its projections yield --- */

static void read_run (GstreamRunModel  *self,
                      GstreamRunStream *run);

/* Here and now, when it is newborn: what it yields is kept for us, and not for long (P11). */
static void
take_subgraph (GstreamRunModel  *self,
               GstreamRunStream *run,
               guint64           arrival)
{
  g_autoptr (GstreamRunModel) child = NULL;

  if (self->flags & GSTREAM_RUN_MODEL_DEEP)
    read_run (self, run);
  else
    child = gstream_run_model_new_child (self, run);
  if (self->flags & GSTREAM_RUN_MODEL_SUBGRAPHS)
    gstream_rows_add (self->rows, G_OBJECT (run), arrival, (GObject *) child);
}

/* One row a namespace; it is known for as long as more may become of it. */
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

/* An item of somebody's own may say no namespace: it is then the run's. */
static char *
make_key (GstreamPayload *item)
{
  g_autoptr (GstreamPayload) namespace_ = item ? gstream_payload_get (item, "/namespace") : NULL;

  return namespace_ ? gstream_payload_dup_json (namespace_) : g_strdup ("[]");
}

static void
take_lifecycle_item (GstreamRunModel *self,
                     GstreamPayload  *item,
                     guint64          arrival)
{
  g_autofree char *key = make_key (item);
  GstreamLifecycle *lifecycle;

  if (item == NULL)
    return;

  lifecycle = take_lifecycle (self, key, item, arrival);

  if (gstream_lifecycle_get_status (lifecycle) != GSTREAM_RUN_STATUS_RUNNING)
    g_hash_table_remove (self->lifecycles, key);
}

/* What is nothing makes no row. */
static void
take_object (GstreamRunModel *self,
             GObject         *object,
             guint64          arrival)
{
  if (object != NULL)
    gstream_rows_add (self->rows, object, arrival, NULL);
}

static void
on_item (GstreamRowReader *reader,
         const GValue     *item,
         guint64           arrival,
         gpointer          owner)
{
  GstreamRunModel *self = owner;

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

/* Whether rows can be made of what a projection yields: it may be one of somebody's own. */
static gboolean
check_projection (GstreamRunModel   *self,
                  GstreamRunStream  *run,
                  const char        *name)
{
  GstreamProjection *projection = gstream_run_stream_get_projection (run, name, &self->error);
  GType wanted = g_str_equal (name, "lifecycle") ? GSTREAM_TYPE_PAYLOAD : G_TYPE_OBJECT;
  GType type;

  if (projection == NULL)
    return FALSE;

  type = gstream_projection_get_item_type (projection);
  if (g_type_is_a (type, wanted))
    return TRUE;

  g_set_error (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
               "A model makes no rows of projection “%s”, whose items are of type %s: expected %s",
               name, g_type_name (type), g_type_name (wanted));
  return FALSE;
}

static gboolean
check_projections (GstreamRunModel  *self,
                   GstreamRunStream *run,
                   GPtrArray        *names)
{
  for (guint i = 0; g_ptr_array_index (names, i) != NULL; i++)
    if (!check_projection (self, run, g_ptr_array_index (names, i)))
      return FALSE;

  return TRUE;
}

static void
read_cursor (GstreamRunModel *self,
             GstreamCursor   *cursor,
             GObject         *kept)
{
  g_ptr_array_add (self->readers, gstream_row_reader_new (cursor, kept, on_item, self));
}

/* @run is this model's, or, with the flag deep, one below it. */
static void
read_run (GstreamRunModel  *self,
          GstreamRunStream *run)
{
  g_autoptr (GPtrArray) names = list_projections (self, run);
  GstreamCursor *cursor;

  if (names->len == 1)
    return; /* interrupts are no projection */

  if (!check_projections (self, run, names))
    return;

  cursor = gstream_run_stream_interleave (run, (const char * const *) names->pdata, &self->error);
  if (cursor != NULL)
    read_cursor (self, cursor, run != self->run ? G_OBJECT (run) : NULL);
}

/* --- interrupts --- */

static void
on_interrupts (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  GstreamRunModel *self = user_data; /* gone, where there are none because we were cancelled */
  g_autoptr (GPtrArray) interrupts = gstream_run_stream_interrupts_finish (GSTREAM_RUN_STREAM (object), result, NULL);
  GstreamPump *pump = gstream_run_stream_get_pump (GSTREAM_RUN_STREAM (object));

  for (guint i = 0; interrupts != NULL && i < interrupts->len; i++)
    {
      g_autoptr (GstreamPendingInterrupt) row = gstream_pending_interrupt_new (g_ptr_array_index (interrupts, i));

      gstream_rows_add (self->rows, G_OBJECT (row), gstream_pump_stamp (pump), NULL);
    }
}

static void
wait_for_interrupts (GstreamRunModel *self)
{
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

void
gstream_run_model_begin_with_run (GstreamRunModel *self)
{
  if (!has_rows (self->flags))
    {
      g_set_error_literal (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           "A model whose flags name no rows would stay empty: name messages, tool calls, subgraphs, "
                           "lifecycle or interrupts (deep says only where from)");
      return;
    }

  gstream_rows_set_pump (self->rows, gstream_run_stream_get_pump (self->run));
  read_run (self, self->run);
  if (self->error == NULL && (self->flags & GSTREAM_RUN_MODEL_INTERRUPTS))
    wait_for_interrupts (self);
}

void
gstream_run_model_begin_with_cursor (GstreamRunModel *self)
{
  if (!gstream_cursor_yields (self->cursor, G_TYPE_OBJECT))
    {
      g_set_error_literal (&self->error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                           "The rows of a model are objects, and this cursor gives items that are none");
      return;
    }

  gstream_rows_set_pump (self->rows, gstream_cursor_get_pump (self->cursor));
  read_cursor (self, g_steal_pointer (&self->cursor), NULL);
}
