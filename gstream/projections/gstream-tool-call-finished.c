/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Awaiting the end of a tool call.
 */
#include "config.h"

#include <gstream/projections/gstream-tool-call-private.h>

/**
 * gstream_tool_call_finished:
 * @self: a tool call
 * @cancellable: (nullable): to stop waiting; the call goes on (R3)
 * @callback: (scope async): called when the call has ended
 * @user_data: for @callback
 *
 * Waits for the end of the call. While somebody waits, the run's source is asked
 * for more (R1).
 *
 * May be called any number of times, also after the end.
 */
void
gstream_tool_call_finished (GstreamToolCall     *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_TOOL_CALL (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gstream_latch_begin_wait (&self->ended, self->pump, self, gstream_tool_call_finished, cancellable, callback, user_data);
}

/**
 * gstream_tool_call_finished_finish:
 * @self: a tool call
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@ToolCall.finished].
 *
 * The error is the tool's own, or the run's (R5), where the call failed, or
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamToolCall *
gstream_tool_call_finished_finish (GstreamToolCall  *self,
                                   GAsyncResult     *result,
                                   GError          **error)
{
  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return gstream_latch_end_wait (result, self->error, error) ? g_object_ref (self) : NULL;
}

/**
 * gstream_tool_call_finished_sync:
 * @self: a tool call
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@ToolCall.finished] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@ToolCall.finished_finish], and like [method@Cursor.next_sync]
 * where a synchronous call cannot work.
 *
 * Returns: (transfer full): @self, or %NULL on failure
 */
GstreamToolCall *
gstream_tool_call_finished_sync (GstreamToolCall  *self,
                                 GCancellable     *cancellable,
                                 GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (GSTREAM_IS_TOOL_CALL (self), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  result = gstream_latch_wait_sync (&self->ended, self->pump, self, cancellable, error);

  return result ? gstream_tool_call_finished_finish (self, result, error) : NULL;
}
