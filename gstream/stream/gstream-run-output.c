/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Waiting for the end of a run, and its results: the output and the interrupts (R4, R5).
 */
#include <gstream/stream/gstream-run-stream-private.h>

/*
 * The three results of a run have the same kinds of functions: an asynchronous one that waits for the end, and a
 * synchronous one that waits by iterating the main context. They differ only in what the finish function returns.
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
 * Drives the run to its end, without a callback. This is for windows that show a run by its properties and list models.
 *
 * The call holds a reference to the run until then. When @cancellable is cancelled, the run continues only while
 * somebody else waits (R1, R3). [property@RunStream:status] and [property@RunStream:error] tell how it ended.
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
 * Drives the run to its end, and returns its output: the newest state of the run's own scope (R4). May be called any
 * number of times, before, during and after the consumption of projections.
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
 * Fails with the run's error if the run has failed (R5), or with %G_IO_ERROR_CANCELLED. For a run that was aborted,
 * returns the newest state (R6).
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
 * Fails like [method@RunStream.output_finish], and like [method@Cursor.next_sync] if a synchronous call is not
 * possible.
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
 * Drives the run to its end, and returns whether it stopped at an interrupt (R4).
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
 * Drives the run to its end, and returns the interrupts that it stopped at (R4, T8).
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
