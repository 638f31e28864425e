/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting for the end of a run, and what it gives: its output and its questions (R4, R5).
 */
#include "config.h"

#include <gstream/stream/gstream-run-stream-private.h>

/*
 * The three questions that the end of a run answers are asked alike: by an asynchronous function
 * that waits for the end, and by a synchronous one that waits by iterating the main context. What
 * differs is what their common finish function gives.
 */

#define DEFINE_ASYNC(name)                                                                                         \
  void gstream_run_stream_##name (GstreamRunStream *self, GCancellable *cancellable, GAsyncReadyCallback callback, \
                                  gpointer user_data)                                                              \
  {                                                                                                                \
    g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));                                                               \
    g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));                                      \
                                                                                                                   \
    wait_for_end (self, gstream_run_stream_##name, cancellable, callback, user_data);                              \
  }

#define DEFINE_SYNC(type, name, nothing)                                                                    \
  type gstream_run_stream_##name##_sync (GstreamRunStream *self, GCancellable *cancellable, GError **error) \
  {                                                                                                         \
    g_autoptr (GAsyncResult) result = NULL;                                                                 \
                                                                                                            \
    g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), nothing);                                           \
    g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), nothing);                  \
    g_return_val_if_fail (error == NULL || *error == NULL, nothing);                                        \
                                                                                                            \
    result = wait_sync (self, cancellable, error);                                                          \
                                                                                                            \
    return result != NULL ? gstream_run_stream_##name##_finish (self, result, error) : nothing;             \
  }

/* @tag: for debugging alone. */
static void
wait_for_end (GstreamRunStream   *self,
              gpointer            tag,
              GCancellable       *cancellable,
              GAsyncReadyCallback callback,
              gpointer            user_data)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  gstream_latch_begin_wait (&priv->ended, priv->pump, self, tag, cancellable, callback, user_data);
}

static gboolean
finish_wait (GstreamRunStream *self,
             GAsyncResult     *result,
             GError          **error)
{
  return gstream_latch_end_wait (result, gstream_run_stream_peek (self)->error, error);
}

/* The result is for the function that finishes it; or NULL, with @error. */
static GAsyncResult *
wait_sync (GstreamRunStream *self,
           GCancellable     *cancellable,
           GError          **error)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (self);

  return gstream_latch_wait_sync (&priv->ended, priv->pump, self, cancellable, error);
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
 *
 * Since: 1.0
 */
void
gstream_run_stream_drive (GstreamRunStream *self,
                          GCancellable     *cancellable)
{
  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  wait_for_end (self, gstream_run_stream_drive, cancellable, NULL, NULL);
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
 *
 * Since: 1.0
 */
DEFINE_ASYNC (output)

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
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_stream_output_finish (GstreamRunStream *self,
                                  GAsyncResult     *result,
                                  GError          **error)
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
 *
 * Since: 1.0
 */
DEFINE_SYNC (GstreamPayload *,
             output,
             NULL)

/**
 * gstream_run_stream_interrupted:
 * @self: a run
 * @cancellable: (nullable): to stop waiting; the run goes on (R3)
 * @callback: (scope async): called when the run has ended
 * @user_data: for @callback
 *
 * Drives the run to its end, and says whether it stopped to ask (R4).
 *
 * Since: 1.0
 */
DEFINE_ASYNC (interrupted)

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
 *
 * Since: 1.0
 */
gboolean
gstream_run_stream_interrupted_finish (GstreamRunStream *self,
                                       GAsyncResult     *result,
                                       GError          **error)
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
 *
 * Since: 1.0
 */
DEFINE_SYNC (gboolean,
             interrupted,
             FALSE)

/**
 * gstream_run_stream_interrupts:
 * @self: a run
 * @cancellable: (nullable): to stop waiting; the run goes on (R3)
 * @callback: (scope async): called when the run has ended
 * @user_data: for @callback
 *
 * Drives the run to its end, and gives the questions that it stopped to ask
 * (R4, T8).
 *
 * Since: 1.0
 */
DEFINE_ASYNC (interrupts)

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
 *
 * Since: 1.0
 */
GPtrArray *
gstream_run_stream_interrupts_finish (GstreamRunStream *self,
                                      GAsyncResult     *result,
                                      GError          **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!finish_wait (self, result, error))
    return NULL;

  return gstream_run_stream_copy_interrupts (gstream_run_stream_peek (self));
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
 *
 * Since: 1.0
 */
DEFINE_SYNC (GPtrArray *,
             interrupts,
             NULL)
