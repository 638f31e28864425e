/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list that knows a model only by its items-changed.
 */
#include "shadow.h"

#include <gstream/model/gstream-lifecycle.h>
#include <gstream/model/gstream-pending-interrupt.h>
#include <gstream/projections/gstream-message.h>
#include <gstream/projections/gstream-tool-call.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-subgraph-run-stream.h>

static guint64 n_turns;

/* --- rows --- */

char *
row_name (gpointer row)
{
  if (GSTREAM_IS_MESSAGE (row))
    return g_strdup (gstream_message_get_id (row));
  if (GSTREAM_IS_TOOL_CALL (row))
    return g_strdup (gstream_tool_call_get_id (row));
  if (GSTREAM_IS_PENDING_INTERRUPT (row))
    return g_strdup (gstream_pending_interrupt_get_id (row));
  if (GSTREAM_IS_LIFECYCLE (row))
    return g_strjoinv ("/", (char **) gstream_lifecycle_get_namespace (row));

  return g_strjoinv ("/", (char **) gstream_subgraph_run_stream_get_path (row));
}

gboolean
row_is_finished (gpointer row)
{
  if (GSTREAM_IS_MESSAGE (row))
    return gstream_message_get_status (row) != GSTREAM_MESSAGE_STATUS_STREAMING;
  if (GSTREAM_IS_TOOL_CALL (row))
    return gstream_tool_call_get_status (row) != GSTREAM_TOOL_CALL_STATUS_RUNNING;

  return GSTREAM_IS_RUN_STREAM (row) && gstream_run_stream_get_status (row) > GSTREAM_RUN_STATUS_RUNNING;
}

char *
list_names (GListModel *model)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (model, i);
      g_autofree char *name = row_name (row);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", name);
    }

  return g_string_free (names, FALSE);
}

/* --- what GListModel promises --- */

static void
assert_same (Shadow *self)
{
  g_autoptr (GObject) beyond = g_list_model_get_item (self->model, self->rows->len);

  g_assert_cmpuint (g_list_model_get_n_items (self->model), ==, self->rows->len);
  g_assert_null (beyond);
  for (guint i = 0; i < self->rows->len; i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (self->model, i);

      g_assert_true (row == g_ptr_array_index (self->rows, i));
      g_assert_true (g_type_is_a (G_OBJECT_TYPE (row), g_list_model_get_item_type (self->model)));
    }
}

/* No row is there twice, or comes again once it has left. */
static void
assert_news (Shadow    *self,
             GPtrArray *before,
             guint      position,
             guint      added)
{
  for (guint i = position; i < position + added; i++)
    {
      gpointer row = g_ptr_array_index (self->rows, i);

      g_assert_true (g_hash_table_add (self->seen, g_object_ref (row)) != g_ptr_array_find (before, row, NULL));
    }
}

/*
 * One change a turn for what comes, which may have rows in its midst that stay. Of what leaves, one for neighbours: from the
 * first row to the last, with rows between two changes that stay.
 */
static void
assert_turn (Shadow *self,
             guint   position,
             guint   removed,
             guint   added)
{
  if (added > removed)
    {
      g_assert_cmpuint (self->turn, !=, n_turns);
      self->turn = n_turns;
    }
  else
    {
      g_assert_true (self->turn_left != n_turns || position > self->left);
      self->turn_left = n_turns;
      self->left = position;
    }
}

static void
assert_bound (Shadow *self)
{
  if (self->max > 0 && self->rows->len > self->max)
    for (guint i = 0; i < self->rows->len; i++)
      g_assert_false (row_is_finished (g_ptr_array_index (self->rows, i)));
}

static void
on_changed (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  Shadow *self = user_data;
  g_autoptr (GPtrArray) before = g_ptr_array_new ();

  g_assert_cmpuint (removed + added, >, 0);
  g_assert_cmpuint (position + removed, <=, self->rows->len);
  g_assert_true (self->unordered || removed == 0 || added == 0);
  for (guint i = position; i < position + removed; i++)
    g_ptr_array_add (before, g_ptr_array_index (self->rows, i));
  if (removed > 0)
    g_ptr_array_remove_range (self->rows, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->rows, position + i, g_list_model_get_item (model, position + i));

  assert_same (self);
  assert_news (self, before, position, added);
  assert_turn (self, position, removed, added);
  if (added > 0)
    assert_bound (self);
  self->n_changes++;
}

Shadow *
shadow_new (GListModel *model)
{
  Shadow *self = g_new0 (Shadow, 1);

  self->model = g_object_ref (model);
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->seen = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_ptr_array_add (self->rows, g_list_model_get_item (model, i));
      g_hash_table_add (self->seen, g_list_model_get_item (model, i));
    }
  self->handler = g_signal_connect (model, "items-changed", G_CALLBACK (on_changed), self);

  return self;
}

void
shadow_free (Shadow *self)
{
  assert_same (self);
  g_signal_handler_disconnect (self->model, self->handler);
  g_object_unref (self->model);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->seen);
  g_free (self);
}

/* --- turns and frames --- */

gboolean
turn (gboolean may_block)
{
  n_turns++;

  return g_main_context_iteration (NULL, may_block);
}

typedef struct
{
  GstreamNotifier notifier;
  gboolean        shown;
} Frame;

static void
on_frame (GstreamNotifier *notifier)
{
  ((Frame *) notifier)->shown = TRUE;
}

void
wait_for_frame (GstreamRunStream *run)
{
  Frame frame = { .notifier = { .notify = on_frame } };

  while (turn (FALSE))
    ;
  gstream_pump_notify_slowly (gstream_run_stream_get_pump (run), &frame.notifier);
  while (!frame.shown)
    turn (TRUE);
  while (turn (FALSE))
    ;
}

static void
on_output (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GstreamPayload) output = gstream_run_stream_output_finish (GSTREAM_RUN_STREAM (object), result, NULL);

  *(gboolean *) user_data = TRUE;
}

void
play (GstreamRunStream *run)
{
  gboolean ended = FALSE;

  gstream_run_stream_output (run, NULL, on_output, &ended);
  while (!ended)
    turn (TRUE);
  wait_for_frame (run);
}
