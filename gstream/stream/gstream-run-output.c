/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting for the end of a run, and what it gives: its output and its questions (R4, R5).
 */
#include "config.h"

#include <gstream/stream/gstream-run-stream-private.h>
#include <gstream/stream/gstream-sync-private.h>

static void
wait_for_end (GstreamRunStream    *self,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data,
              gpointer             tag)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);
  g_autoptr (GTask) task = gstream_pump_new_task (priv->pump, self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  gstream_latch_wait (&priv->ended, priv->pump, task);
}

static gboolean
finish_wait (GstreamRunStream  *self,
             GAsyncResult      *result,
             GError           **error)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  if (priv->error == NULL)
    return TRUE;

  g_propagate_error (error, g_error_copy (priv->error));

  return FALSE;
}

typedef void (*StartFunc) (GstreamRunStream *, GCancellable *, GAsyncReadyCallback, gpointer);

/* TRUE, and @sync to be finished and ended by the caller; or FALSE with @error. */
static gboolean
wait_sync (GstreamRunStream  *self,
           StartFunc          start,
           GCancellable      *cancellable,
           GstreamSync       *sync,
           GError           **error)
{
  if (!gstream_sync_begin (sync, gstream_run_stream_peek (self)->pump, error))
    return FALSE;

  start (self, cancellable, gstream_sync_done, sync);
  gstream_sync_wait (sync);

  return TRUE;
}

/**
 * gstream_run_stream_drive:
 * @self: a run
 * @cancellable: (nullable): to stop driving it
 *
 * Keeps the run going to its end, without awaiting anything: what a window wants
 * that shows a run by its properties and by list models.
 *
 * The run is kept alive until then. Once @cancellable is cancelled, it goes on
 * only while somebody else waits (R1, R3). How it ended is told by
 * [property@RunStream:status] and [property@RunStream:error].
 */
void
gstream_run_stream_drive (GstreamRunStream *self,
                          GCancellable     *cancellable)
{
  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  wait_for_end (self, cancellable, NULL, NULL, gstream_run_stream_drive);
}

/**
 * gstream_run_stream_output:
 * @self: a run
 * @cancellable: (nullable): to stop waiting; the run goes on (R3)
 * @callback: (scope async): called when the run has ended
 * @user_data: for @callback
 *
 * Drives the run to its end, and gives its output: the newest state of the run's
 * own scope (R4). May be called any number of times, before, during and after
 * consumption; it needs no projection.
 */
void
gstream_run_stream_output (GstreamRunStream    *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  wait_for_end (self, cancellable, callback, user_data, gstream_run_stream_output);
}

/**
 * gstream_run_stream_output_finish:
 * @self: a run
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@RunStream.output].
 *
 * The error is the run's own where it failed (R5), or %G_IO_ERROR_CANCELLED. A
 * run that was aborted gives the newest state that it had (R6).
 *
 * Returns: (transfer full) (nullable): the state, or %NULL: without @error set
 *   where the run had none, else with it
 */
GstreamPayload *
gstream_run_stream_output_finish (GstreamRunStream  *self,
                                  GAsyncResult      *result,
                                  GError           **error)
{
  GstreamRunStreamPrivate *priv;

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  priv = gstream_run_stream_peek (self);
  if (!finish_wait (self, result, error) || priv->state.values == NULL)
    return NULL;

  return gstream_payload_ref (priv->state.values);
}

/**
 * gstream_run_stream_output_sync:
 * @self: a run
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@RunStream.output] that waits by iterating the run's main context (R9).
 *
 * Fails like [method@RunStream.output_finish], and like [method@Cursor.next_sync]
 * where a synchronous call cannot work.
 *
 * Returns: (transfer full) (nullable): the state, or %NULL: without @error set
 *   where the run had none, else with it
 */
GstreamPayload *
gstream_run_stream_output_sync (GstreamRunStream  *self,
                                GCancellable      *cancellable,
                                GError           **error)
{
  GstreamSync sync;
  GstreamPayload *output;

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_sync (self, gstream_run_stream_output, cancellable, &sync, error))
    return NULL;
  output = gstream_run_stream_output_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return output;
}

/**
 * gstream_run_stream_interrupted:
 * @self: a run
 * @cancellable: (nullable): to stop waiting; the run goes on (R3)
 * @callback: (scope async): called when the run has ended
 * @user_data: for @callback
 *
 * Drives the run to its end, and says whether it stopped to ask (R4).
 */
void
gstream_run_stream_interrupted (GstreamRunStream    *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  wait_for_end (self, cancellable, callback, user_data, gstream_run_stream_interrupted);
}

/**
 * gstream_run_stream_interrupted_finish:
 * @self: a run
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@RunStream.interrupted].
 *
 * Returns: %TRUE if the run asked something; %FALSE if not, without @error set,
 *   or with it, as for [method@RunStream.output_finish]
 */
gboolean
gstream_run_stream_interrupted_finish (GstreamRunStream  *self,
                                       GAsyncResult      *result,
                                       GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return finish_wait (self, result, error) && gstream_run_stream_peek (self)->state.interrupts->len > 0;
}

/**
 * gstream_run_stream_interrupted_sync:
 * @self: a run
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@RunStream.interrupted] that waits by iterating the run's main context (R9).
 *
 * Returns: %TRUE if the run asked something; %FALSE if not, without @error set,
 *   or with it, as for [method@RunStream.output_sync]
 */
gboolean
gstream_run_stream_interrupted_sync (GstreamRunStream  *self,
                                     GCancellable      *cancellable,
                                     GError           **error)
{
  GstreamSync sync;
  gboolean interrupted;

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!wait_sync (self, gstream_run_stream_interrupted, cancellable, &sync, error))
    return FALSE;
  interrupted = gstream_run_stream_interrupted_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return interrupted;
}

/**
 * gstream_run_stream_interrupts:
 * @self: a run
 * @cancellable: (nullable): to stop waiting; the run goes on (R3)
 * @callback: (scope async): called when the run has ended
 * @user_data: for @callback
 *
 * Drives the run to its end, and gives the questions that it stopped to ask
 * (R4, T8).
 */
void
gstream_run_stream_interrupts (GstreamRunStream    *self,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  wait_for_end (self, cancellable, callback, user_data, gstream_run_stream_interrupts);
}

/**
 * gstream_run_stream_interrupts_finish:
 * @self: a run
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends [method@RunStream.interrupts].
 *
 * Returns: (transfer container) (element-type GstreamInterrupt): the questions, in the
 *   order in which they were asked, each once; %NULL with @error set, as for
 *   [method@RunStream.output_finish]
 */
GPtrArray *
gstream_run_stream_interrupts_finish (GstreamRunStream  *self,
                                      GAsyncResult      *result,
                                      GError           **error)
{
  GPtrArray *interrupts;
  GPtrArray *own;

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!finish_wait (self, result, error))
    return NULL;

  own = gstream_run_stream_peek (self)->state.interrupts;
  interrupts = g_ptr_array_new_full (own->len, (GDestroyNotify) gstream_interrupt_unref);
  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (interrupts, gstream_interrupt_ref (g_ptr_array_index (own, i)));

  return interrupts;
}

/**
 * gstream_run_stream_interrupts_sync:
 * @self: a run
 * @cancellable: (nullable): to stop waiting
 * @error: return location for an error
 *
 * [method@RunStream.interrupts] that waits by iterating the run's main context (R9).
 *
 * Returns: (transfer container) (element-type GstreamInterrupt): the questions; %NULL with
 *   @error set, as for [method@RunStream.output_sync]
 */
GPtrArray *
gstream_run_stream_interrupts_sync (GstreamRunStream  *self,
                                    GCancellable      *cancellable,
                                    GError           **error)
{
  GstreamSync sync;
  GPtrArray *interrupts;

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!wait_sync (self, gstream_run_stream_interrupts, cancellable, &sync, error))
    return NULL;
  interrupts = gstream_run_stream_interrupts_finish (self, sync.result, error);
  gstream_sync_end (&sync);

  return interrupts;
}
