/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting on a cursor: for an item that is taken, or only until there is one.
 */
#include "config.h"

#include <gstream/stream/gstream-cursor-private.h>
#include <gstream/stream/gstream-wait-internal.h>

/* What next() found, on its way to next_finish(). */
typedef struct
{
  GstreamItemType type;
  GstreamItem     item;
} Found;

/* --- waiting --- */

static void
free_found (gpointer data)
{
  Found *found = data;

  gstream_item_free (&found->type, found->item);
  g_free (found);
}

static GTask *
end_wait (GstreamCursor *self)
{
  if (self->cancel_source != NULL)
    {
      g_source_destroy (self->cancel_source);
      g_clear_pointer (&self->cancel_source, g_source_unref);
    }
  gstream_pump_forget (self->reader.pump, &self->reader.waiter);

  return g_steal_pointer (&self->task);
}

static Found *
take_found (GstreamCursor *self,
            GstreamQueue   *queue)
{
  Found *found = g_new (Found, 1);

  found->type = *gstream_queue_get_item_type (queue);
  found->item = gstream_cursor_pop (self, queue);

  return found;
}

/* What a task is given in place of an item that it does not take. */
static const char there_is_one;

static void
answer (GstreamCursor *self,
        GTask         *task)
{
  GstreamQueue *queue = NULL;
  GError *error = NULL;
  GstreamTry tried = gstream_cursor_find_next (self, &queue, &error);

  g_assert (tried != GSTREAM_TRY_PENDING);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (tried == GSTREAM_TRY_ENDED)
    g_task_return_pointer (task, NULL, NULL);
  else if (g_task_get_source_tag (task) == gstream_cursor_next)
    g_task_return_pointer (task, take_found (self, queue), free_found);
  else
    g_task_return_pointer (task, (gpointer) &there_is_one, NULL);
}

void
gstream_cursor_on_ready (GstreamWaiter *waiter)
{
  GstreamCursor *self = GSTREAM_CURSOR ((char *) waiter - G_STRUCT_OFFSET (GstreamCursor, reader.waiter));
  g_autoptr (GTask) task = NULL;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task)))
    return; /* its source says so, and the item stays for the next call (R3) */
  if (self->reader.available == 0 && !self->closed)
    {
      /* It was begun from inside a try on this cursor, which then took what had available. */
      gstream_pump_wait (self->reader.pump, waiter);
      return;
    }

  task = end_wait (self);
  if (self->cut_short)
    {
      self->cut_short = FALSE;
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The cursor was closed");
      return;
    }

  answer (self, task);
}

static gboolean
on_cancelled (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr (GTask) task = end_wait (user_data);
  GError *error = NULL;

  g_cancellable_set_error_if_cancelled (cancellable, &error);
  g_task_return_error (task, error);

  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (GstreamCursor *self,
                   GCancellable  *cancellable)
{
  if (cancellable == NULL)
    return;

  self->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (on_cancelled), self, NULL);
  g_source_attach (self->cancel_source, gstream_pump_get_context (self->reader.pump));
}

/* Waits for an item, the end or an error; @tag, a function, says whether the item is taken. */
static void
start (GstreamCursor       *self,
       gpointer             tag,
       GCancellable        *cancellable,
       GAsyncReadyCallback  callback,
       gpointer             user_data)
{
  g_autoptr (GTask) task =
    gstream_pump_new_task (gstream_cursor_get_pump (self), self, cancellable, callback, user_data);

  if (task == NULL)
    return;

  g_task_set_source_tag (task, tag);
  /* An item that was taken out is given, whatever happens to the cancellable meanwhile. */
  g_task_set_check_cancellable (task, FALSE);

  if (self->task != NULL)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "Another call is waiting on this cursor");
      return;
    }

  gstream_cursor_end_turn (self);
  self->cut_short = FALSE;
  self->task = g_steal_pointer (&task);
  watch_cancellable (self, cancellable);
  if (self->reader.available > 0 || self->closed)
    gstream_pump_ready (self->reader.pump, &self->reader.waiter);
  else
    gstream_pump_wait (self->reader.pump, &self->reader.waiter);
}

/* --- for the next item --- */

/**
 * gstream_cursor_next:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting; ends this call alone, and loses nothing (R3)
 * @callback: (scope async): called when there is an item, the end, or an error
 * @user_data: for @callback
 *
 * Waits for the next item. While it waits, the run's source is driven (R1, R2).
 *
 * One call at a time: a second one fails with %G_IO_ERROR_PENDING. @callback is
 * called from the run's main context, never from inside this call (R7).
 */
void
gstream_cursor_next (GstreamCursor       *self,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  start (self, gstream_cursor_next, cancellable, callback, user_data);
}

/**
 * gstream_cursor_next_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @item: (out caller-allocates): the item; must be initialised with `G_VALUE_INIT`,
 *   and may hold the previous item
 * @error: return location for an error
 *
 * Ends [method@Cursor.next].
 *
 * The error is the run's own where the run failed (R5), %G_IO_ERROR_CANCELLED
 * where the wait was cancelled or the cursor closed (P9), %GSTREAM_ERROR_CLOSED
 * where the run was dropped meanwhile, which a cursor does not keep (R6),
 * %G_IO_ERROR_PENDING where another wait was under way, and
 * %GSTREAM_ERROR_WRONG_CONTEXT where the run's main context belongs to another
 * thread than that which called (R7).
 *
 * Returns: %TRUE with an item; %FALSE at the end, without @error set, or with it
 */
gboolean
gstream_cursor_next_finish (GstreamCursor  *self,
                            GAsyncResult   *result,
                            GValue         *item,
                            GError        **error)
{
  Found *found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  found = g_task_propagate_pointer (G_TASK (result), error);
  if (found == NULL)
    {
      gstream_cursor_give_nothing (self, item);
      return FALSE;
    }

  gstream_item_take_value (&found->type, found->item, item);
  g_free (found);

  return TRUE;
}

/**
 * gstream_cursor_next_sync:
 * @self: a cursor
 * @item: (out caller-allocates): the item; must be initialised with `G_VALUE_INIT`,
 *   and may hold the previous item
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Waits for the next item by iterating the run's main context (R9). For scripts
 * and tests: a program with a main loop uses [method@Cursor.next].
 *
 * Fails like [method@Cursor.next_finish], with %GSTREAM_ERROR_WRONG_CONTEXT
 * where the run's main context belongs to another thread or the call comes from
 * inside a transformer, and with %GSTREAM_ERROR_ASYNC_ONLY where a transformer
 * of the run only works asynchronously (M3).
 *
 * Returns: %TRUE with an item; %FALSE at the end, without @error set, or with it
 */
gboolean
gstream_cursor_next_sync (GstreamCursor  *self,
                          GValue         *item,
                          GCancellable   *cancellable,
                          GError        **error)
{
  GstreamSync sync;
  GstreamTry tried;
  gboolean found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (item != NULL, FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  gstream_cursor_give_nothing (self, item);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !gstream_sync_begin (&sync, gstream_cursor_get_pump (self), error))
    return FALSE;

  tried = gstream_cursor_try_next (self, item, error);
  found = tried == GSTREAM_TRY_ITEM;
  if (tried == GSTREAM_TRY_PENDING)
    {
      gstream_cursor_next (self, cancellable, gstream_sync_done, &sync);
      gstream_sync_wait (&sync);
      found = gstream_cursor_next_finish (self, sync.result, item, error);
    }
  gstream_sync_end (&sync);

  return found;
}

/* --- without taking --- */

/**
 * gstream_cursor_wait:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting; ends this call alone, and loses nothing (R3)
 * @callback: (scope async): called when there is an item, the end, or an error
 * @user_data: for @callback
 *
 * Waits until there is an item, like [method@Cursor.next], and leaves it where it
 * is: the next [method@Cursor.try_next] or [method@Cursor.peek_texts] finds it.
 *
 * One call at a time: while one is under way, another of this or of
 * [method@Cursor.next] fails with %G_IO_ERROR_PENDING. @callback is called from
 * the run's main context, never from inside this call (R7).
 */
void
gstream_cursor_wait (GstreamCursor       *self,
                     GCancellable        *cancellable,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_CURSOR (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  start (self, gstream_cursor_wait, cancellable, callback, user_data);
}

/**
 * gstream_cursor_wait_finish:
 * @self: a cursor
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Cursor.wait]. Fails like [method@Cursor.next_finish].
 *
 * Returns: %TRUE if there is an item; %FALSE at the end, without @error set, or with it
 */
gboolean
gstream_cursor_wait_finish (GstreamCursor  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * gstream_cursor_wait_sync:
 * @self: a cursor
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * Waits until there is an item by iterating the run's main context (R9), and
 * leaves it where it is. Fails like [method@Cursor.next_sync].
 *
 * Returns: %TRUE if there is an item; %FALSE at the end, without @error set, or with it
 */
gboolean
gstream_cursor_wait_sync (GstreamCursor  *self,
                          GCancellable   *cancellable,
                          GError        **error)
{
  GstreamSync sync;
  gboolean found;

  g_return_val_if_fail (GSTREAM_IS_CURSOR (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      !gstream_sync_begin (&sync, gstream_cursor_get_pump (self), error))
    return FALSE;

  gstream_cursor_wait (self, cancellable, gstream_sync_done, &sync);
  gstream_sync_wait (&sync);
  found = gstream_cursor_wait_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return found;
}
