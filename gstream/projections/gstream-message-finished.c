/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Awaiting a message as a whole.
 */
#include "config.h"

#include <gstream/projections/gstream-message-private.h>

/**
 * gstream_message_finished:
 * @self: a message
 * @cancellable: (nullable): to stop waiting; the message goes on (R3)
 * @callback: (scope async): called when the message has ended
 * @user_data: for @callback
 *
 * Waits for the whole message. While somebody waits, the run's source is asked
 * for more (R1).
 *
 * May be called any number of times, also after the end. Properties have been
 * notified by the time @callback is called.
 */
void
gstream_message_finished (GstreamMessage      *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_MESSAGE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gstream_latch_begin_wait (&self->ended, self->pump, self, gstream_message_finished, cancellable, callback, user_data);
}

/**
 * gstream_message_finished_finish:
 * @self: a message
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@Message.finished].
 *
 * An incomplete message is given as it is; its [property@Message:status] says so.
 * The error is the model's or the run's own where the message failed (R5), or
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamMessage *
gstream_message_finished_finish (GstreamMessage  *self,
                                 GAsyncResult    *result,
                                 GError         **error)
{
  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_latch_end_wait (result, self->error, error) ? g_object_ref (self) : NULL;
}

/**
 * gstream_message_finished_sync:
 * @self: a message
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@Message.finished] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@Message.finished_finish], and like [method@Cursor.next_sync]
 * where a synchronous call cannot work.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamMessage *
gstream_message_finished_sync (GstreamMessage  *self,
                               GCancellable    *cancellable,
                               GError         **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_MESSAGE (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  result = gstream_latch_wait_sync (&self->ended, self->pump, self, cancellable, error);

  return result ? gstream_message_finished_finish (self, result, error) : NULL;
}
