/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One execution of a graph, as the object that a program holds.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-run-stream-private.h>
#include <gstream/stream/gstream-sync-private.h>

/**
 * GstreamRunStream:
 *
 * One execution of a graph, an agent or a workflow: the object that a program
 * holds while the run streams.
 *
 * A run is made from a source of events. It shows them as projections:
 * [property@RunStream:messages], [property@RunStream:values] and the others,
 * each of which can be subscribed to by itself; and it ends with an output:
 *
 * ```c
 * g_autoptr (GstreamEventSource) source = gstream_json_lines_source_new (file);
 * g_autoptr (GstreamRunStream) run = gstream_run_stream_new (source, NULL);
 *
 * gstream_run_stream_output (run, NULL, on_output, window);
 * ```
 *
 * Nothing happens by itself: the source is asked for its next event only while
 * somebody waits, for an item of a cursor, or for the output (R1). There is no
 * thread. Everything happens in the main context that was the thread default
 * when the run was made (R7).
 *
 * Dropping the last reference to a run aborts it (R6).
 */

typedef struct
{
  GstreamRunStream   *self;     /* what this is the inside of */
  GstreamEventSource *source;   /* NULL for a subgraph: its root's */
  GstreamStreamMux   *mux;
  GstreamPump        *pump;     /* the root's, shared by all below it */
  GstreamRunState     state;
  GstreamLatch        ended;    /* who waits for output, interrupted or interrupts */
  GstreamSettler      settler;  /* notifies status and held-by */
  GstreamRunStatus    status;
  GstreamRunStatus    shown_status;  /* as last notified */
  gpointer            shown_held_by; /* as last notified; only compared */
  GError             *error;    /* why it failed */
  gboolean            wire_pump;
  gboolean            closing;  /* the mux was told to close */
} GstreamRunStreamPrivate;

enum
{
  PROP_0,
  PROP_SOURCE,
  PROP_MUX,
  PROP_WIRE_PUMP,
  PROP_STATUS,
  PROP_ERROR,
  PROP_HELD_BY,
  PROP_TURN_BUDGET,
  PROP_LOG,
  /* The native projections; nick: the name in the mux. */
  PROP_MESSAGES,
  PROP_VALUES,
  PROP_UPDATES,
  PROP_CUSTOM,
  PROP_CHECKPOINTS,
  PROP_TASKS,
  PROP_DEBUG,
  PROP_TOOL_CALLS,
  PROP_LIFECYCLE,
  PROP_SUBGRAPHS,
  PROP_EXTENSIONS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_ENUM_TYPE (GstreamRunStatus, gstream_run_status,
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_PENDING, "pending"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_COMPLETED, "completed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_INTERRUPTED, "interrupted"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_DRAINED, "drained"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_RUN_STATUS_ABORTED, "aborted"))

G_DEFINE_TYPE_WITH_PRIVATE (GstreamRunStream, gstream_run_stream, G_TYPE_OBJECT)

static inline GstreamRunStreamPrivate *
get_private (GstreamRunStream *self)
{
  return gstream_run_stream_get_instance_private (self);
}

/* --- what it notifies, between events --- */

static void
on_settle (GstreamSettler *settler)
{
  GstreamRunStreamPrivate *priv =
    (GstreamRunStreamPrivate *) ((char *) settler - G_STRUCT_OFFSET (GstreamRunStreamPrivate, settler));
  GstreamRunStream *self = priv->self;
  gpointer held_by = gstream_pump_get_held_by (priv->pump);
  gboolean status_changed = priv->shown_status != priv->status;
  gboolean hold_changed = priv->shown_held_by != held_by;

  priv->shown_status = priv->status;
  priv->shown_held_by = held_by;

  g_object_ref (self);
  if (status_changed && priv->error != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
  if (status_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  if (hold_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HELD_BY]);
  g_object_unref (self);
}

static void
set_status (GstreamRunStream *self,
            GstreamRunStatus  status)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  if (priv->status == status)
    return;

  priv->status = status;
  gstream_pump_settle_soon (priv->pump, &priv->settler);
}

/* --- the mux calls --- */

static void
tell_channels (GstreamRunStreamPrivate *priv)
{
  g_auto (GStrv) channels = gstream_stream_mux_list_channels (priv->mux);

  gstream_event_source_set_channels (priv->source, (const char * const *) channels);
}

static void
on_mux_observe (gpointer         owner,
                GstreamEvent    *event,
                GstreamRelation  relation)
{
  GstreamRunStreamClass *klass = GSTREAM_RUN_STREAM_GET_CLASS (owner);

  gstream_run_state_observe (&get_private (owner)->state, event, relation == GSTREAM_RELATION_OWN);
  if (klass->observe != NULL && relation == GSTREAM_RELATION_OWN)
    klass->observe (owner, event);
}

static void
close_mux (GstreamRunStream *self,
           const GError     *error,
           gboolean          aborted)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  priv->closing = TRUE;
  if (priv->state.is_stated && priv->state.stated == GSTREAM_RUN_STATUS_DRAINED)
    gstream_stream_mux_set_drained (priv->mux);
  if (priv->source != NULL)
    gstream_pump_stop (priv->pump);
  gstream_stream_mux_close (priv->mux, error, aborted);
}

static void
on_mux_failed (gpointer  owner,
               GError   *error)
{
  g_object_ref (owner);
  close_mux (owner, error, FALSE);
  g_object_unref (owner);
  g_error_free (error);
}

static void
on_mux_closed (gpointer  owner,
               GError   *error)
{
  GstreamRunStreamPrivate *priv = get_private (owner);

  if (error != NULL)
    {
      priv->error = error;
      set_status (owner, GSTREAM_RUN_STATUS_FAILED);
    }
  else if (priv->status != GSTREAM_RUN_STATUS_ABORTED)
    set_status (owner, gstream_run_state_get_status (&priv->state));
  gstream_latch_open (&priv->ended);
}

static void
on_mux_grown (gpointer owner)
{
  GstreamRunStreamPrivate *priv = get_private (owner);

  if (priv->source != NULL)
    tell_channels (priv);
}

static const GstreamMuxOwnerFuncs mux_funcs = { on_mux_observe, on_mux_failed, on_mux_closed, on_mux_grown };

/* --- the pump calls --- */

static gboolean
on_pump_dispatch (gpointer      owner,
                  GstreamEvent *event)
{
  GstreamRunStreamPrivate *priv = get_private (owner);

  if (G_UNLIKELY (priv->status == GSTREAM_RUN_STATUS_PENDING))
    set_status (owner, GSTREAM_RUN_STATUS_RUNNING);

  return gstream_stream_mux_dispatch (priv->mux, event);
}

static void
on_pump_ended (gpointer  owner,
               GError   *error)
{
  GstreamRunStreamPrivate *priv = get_private (owner);
  g_autoptr (GError) source_error = error;

  g_object_ref (owner);
  if (priv->state.is_stated)
    {
      /* What the source stated of the run decides (R10). */
      if (source_error != NULL)
        g_message ("After the end of its run, the source failed: %s", source_error->message);
      close_mux (owner, priv->state.error, FALSE);
    }
  else
    close_mux (owner, source_error, FALSE);
  g_object_unref (owner);
}

static void
on_pump_held (gpointer owner)
{
  GstreamRunStreamPrivate *priv = get_private (owner);

  gstream_pump_settle_soon (priv->pump, &priv->settler);
}

static const GstreamPumpOwnerFuncs pump_funcs = { on_pump_dispatch, on_pump_ended, on_pump_held };

/* --- for subgraphs --- */

void
gstream_run_stream_end (GstreamRunStream *self,
                        GstreamRunStatus  status,
                        const GError     *error)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  if (priv->closing)
    return;

  priv->state.is_stated = TRUE;
  priv->state.stated = status;
  g_object_ref (self);
  close_mux (self, error, FALSE);
  g_object_unref (self);
}

gboolean
gstream_run_stream_is_over (GstreamRunStream *self)
{
  return get_private (self)->closing;
}

GstreamRunState *
gstream_run_stream_get_state (GstreamRunStream *self)
{
  return &get_private (self)->state;
}

GstreamPump *
gstream_run_stream_get_pump (GstreamRunStream *self)
{
  return get_private (self)->pump;
}

/* --- waiting for the end (R4) --- */

static void
wait_for_end (GstreamRunStream    *self,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data,
              gpointer             tag)
{
  GstreamRunStreamPrivate *priv = get_private (self);
  g_autoptr (GTask) task = gstream_pump_new_task (priv->pump, self, cancellable, callback, user_data);

  g_task_set_source_tag (task, tag);
  gstream_latch_wait (&priv->ended, priv->pump, task);
}

static gboolean
finish_wait (GstreamRunStream  *self,
             GAsyncResult      *result,
             GError           **error)
{
  GstreamRunStreamPrivate *priv = get_private (self);

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
  if (!gstream_sync_begin (sync, get_private (self)->pump, error))
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

  priv = get_private (self);
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

  return finish_wait (self, result, error) && get_private (self)->state.interrupts->len > 0;
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

  own = get_private (self)->state.interrupts;
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

/**
 * gstream_run_stream_abort:
 * @self: a run
 *
 * Ends the run early (R6): the request under way is cancelled, the source
 * closed, and whoever waits is woken: cursors find the end after what is queued,
 * and the output is the newest state. A run that has ended, or was aborted,
 * stays as it is.
 *
 * Aborting the run of a subgraph ends that run alone (T6).
 */
void
gstream_run_stream_abort (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv;

  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));

  priv = get_private (self);
  if (gstream_stream_mux_get_state (priv->mux) >= GSTREAM_MUX_FINISHING || priv->status == GSTREAM_RUN_STATUS_ABORTED)
    return;

  g_object_ref (self);
  set_status (self, GSTREAM_RUN_STATUS_ABORTED);
  close_mux (self, NULL, TRUE);
  g_object_unref (self);
}

/* --- its projections --- */

static GstreamProjection *
find_projection (GstreamRunStream *self,
                 const char       *name)
{
  GstreamStreamMux *mux = get_private (self)->mux;

  return mux->projections ? g_hash_table_lookup (mux->projections, name) : NULL;
}

/**
 * gstream_run_stream_get_projection:
 * @self: a run
 * @name: a projection's name, or `log`
 * @error: return location for an error
 *
 * Finds a projection by name: one of your own transformers', a built-in one, or
 * the main log.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND; the message names those that there are.
 *
 * Returns: (transfer none): the projection
 */
GstreamProjection *
gstream_run_stream_get_projection (GstreamRunStream  *self,
                                   const char        *name,
                                   GError           **error)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_stream_mux_get_projection (get_private (self)->mux, name, error);
}

/**
 * gstream_run_stream_get_extension:
 * @self: a run
 * @name: the name of a custom projection of the source
 *
 * A named custom projection of the source (T9): what the graph writes as
 * `{name, payload}` comes out here, as [struct@Payload], instead of in
 * [property@RunStream:custom]. It may be asked for before its first item.
 *
 * Returns: (transfer none): the projection
 */
GstreamProjection *
gstream_run_stream_get_extension (GstreamRunStream *self,
                                  const char       *name)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return gstream_stream_mux_get_extension (get_private (self)->mux, name);
}

/**
 * gstream_run_stream_interleave:
 * @self: a run
 * @names: (array zero-terminated=1): names of projections, at least one
 * @error: return location for an error
 *
 * Subscribes to several projections with one cursor, which gives their items in
 * the order in which they arrive (P10); [method@Cursor.get_item_name] tells
 * which projection an item is of. All of them are subscribed, or none.
 *
 * Fails with %GSTREAM_ERROR_NOT_FOUND for a name that there is not, with
 * %GSTREAM_ERROR_ALREADY_SUBSCRIBED for one that has its consumer, and with
 * %GSTREAM_ERROR_INVALID where a name comes twice, or none is given.
 *
 * Returns: (transfer full): the cursor
 */
GstreamCursor *
gstream_run_stream_interleave (GstreamRunStream    *self,
                               const char * const  *names,
                               GError             **error)
{
  g_autoptr (GPtrArray) projections = g_ptr_array_new ();

  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);
  g_return_val_if_fail (names != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      GstreamProjection *projection = gstream_run_stream_get_projection (self, names[i], error);

      if (projection == NULL)
        return NULL;
      if (g_ptr_array_find (projections, projection, NULL))
        {
          g_set_error (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                       "Projection “%s” is named twice in an interleave", names[i]);
          return NULL;
        }
      g_ptr_array_add (projections, projection);
    }
  if (projections->len == 0)
    {
      g_set_error_literal (error, GSTREAM_ERROR, GSTREAM_ERROR_INVALID, "An interleave needs at least 1 projection, not 0");
      return NULL;
    }

  return gstream_projection_interleave (projections, error);
}

/**
 * gstream_run_stream_get_log:
 * @self: a run
 *
 * The main log: every event that no transformer suppressed, as [struct@Event],
 * and what projections forward (M6).
 *
 * Returns: (transfer none): the main log
 */
GstreamProjection *
gstream_run_stream_get_log (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_stream_mux_get_log (get_private (self)->mux);
}

#define DEFINE_NATIVE(function, name)                                  \
  GstreamProjection *                                                  \
  gstream_run_stream_get_##function (GstreamRunStream *self)           \
  {                                                                    \
    g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);         \
                                                                       \
    return find_projection (self, name);                               \
  }

/**
 * gstream_run_stream_get_messages:
 * @self: a run
 *
 * One message per model call of this scope (T2).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (messages, "messages")

/**
 * gstream_run_stream_get_values:
 * @self: a run
 *
 * The states of the run, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (values, "values")

/**
 * gstream_run_stream_get_updates:
 * @self: a run
 *
 * What each node changed, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (updates, "updates")

/**
 * gstream_run_stream_get_custom:
 * @self: a run
 *
 * What the graph writes for its users, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (custom, "custom")

/**
 * gstream_run_stream_get_checkpoints:
 * @self: a run
 *
 * The checkpoints that were made, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (checkpoints, "checkpoints")

/**
 * gstream_run_stream_get_tasks:
 * @self: a run
 *
 * The tasks that began and ended, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (tasks, "tasks")

/**
 * gstream_run_stream_get_debug:
 * @self: a run
 *
 * What the engine says for debugging, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (debug, "debug")

/**
 * gstream_run_stream_get_tool_calls:
 * @self: a run
 *
 * One handle per tool call of this scope (T4).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (tool_calls, "tool_calls")

/**
 * gstream_run_stream_get_lifecycle:
 * @self: a run
 *
 * What becomes of every subgraph and node below this scope, as [struct@Payload] (T5).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (lifecycle, "lifecycle")

/**
 * gstream_run_stream_get_subgraphs:
 * @self: a run
 *
 * One [class@SubgraphRunStream] per subgraph of this scope (T6).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (subgraphs, "subgraphs")

/**
 * gstream_run_stream_get_extensions:
 * @self: a run
 *
 * One [class@Projection] per named custom projection of the source, when its
 * first item comes (T9).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 */
DEFINE_NATIVE (extensions, "extensions")

/* --- its properties --- */

/**
 * gstream_run_stream_get_source:
 * @self: a run
 *
 * Where its events come from.
 *
 * Returns: (transfer none) (nullable): the source; %NULL for the run of a subgraph
 */
GstreamEventSource *
gstream_run_stream_get_source (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return get_private (self)->source;
}

/**
 * gstream_run_stream_get_mux:
 * @self: a run
 *
 * Its pipeline.
 *
 * Returns: (transfer none): the mux
 */
GstreamStreamMux *
gstream_run_stream_get_mux (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return get_private (self)->mux;
}

/**
 * gstream_run_stream_get_status:
 * @self: a run
 *
 * How the run is (R10).
 *
 * Returns: the status
 */
GstreamRunStatus
gstream_run_stream_get_status (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), GSTREAM_RUN_STATUS_PENDING);

  return get_private (self)->status;
}

/**
 * gstream_run_stream_get_error:
 * @self: a run
 *
 * Why the run failed.
 *
 * Returns: (transfer none) (nullable): the error, or %NULL unless the status is
 *   %GSTREAM_RUN_STATUS_FAILED
 */
const GError *
gstream_run_stream_get_error (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return get_private (self)->error;
}

/**
 * gstream_run_stream_get_held_by:
 * @self: a run
 *
 * The projection that holds the run, because a queue of it is full (P7).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if nothing does
 */
GstreamProjection *
gstream_run_stream_get_held_by (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);

  return gstream_pump_get_held_by (get_private (self)->pump);
}

/**
 * gstream_run_stream_get_turn_budget:
 * @self: a run
 *
 * How long the run may drive its source before the main loop has its turn (R11).
 *
 * Returns: microseconds; 0 for no end
 */
guint
gstream_run_stream_get_turn_budget (GstreamRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), 0);

  return gstream_pump_get_budget (get_private (self)->pump);
}

/**
 * gstream_run_stream_set_turn_budget:
 * @self: a run
 * @microseconds: the budget; 0 for no end
 *
 * Sets [property@RunStream:turn-budget]. The runs of subgraphs share their root's.
 */
void
gstream_run_stream_set_turn_budget (GstreamRunStream *self,
                                    guint             microseconds)
{
  GstreamRunStreamPrivate *priv;

  g_return_if_fail (GSTREAM_IS_RUN_STREAM (self));

  priv = get_private (self);
  if (gstream_pump_get_budget (priv->pump) == microseconds)
    return;

  gstream_pump_set_budget (priv->pump, microseconds);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TURN_BUDGET]);
}

static void
gstream_run_stream_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  GstreamRunStream *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_SOURCE:
      g_value_set_object (value, priv->source);
      break;
    case PROP_MUX:
      g_value_set_object (value, priv->mux);
      break;
    case PROP_WIRE_PUMP:
      g_value_set_boolean (value, priv->wire_pump);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, priv->status);
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, priv->error);
      break;
    case PROP_HELD_BY:
      g_value_set_object (value, gstream_run_stream_get_held_by (self));
      break;
    case PROP_TURN_BUDGET:
      g_value_set_uint (value, gstream_run_stream_get_turn_budget (self));
      break;
    case PROP_LOG:
      g_value_set_object (value, gstream_run_stream_get_log (self));
      break;
    default:
      if (prop_id >= PROP_MESSAGES && prop_id < N_PROPS)
        g_value_set_object (value, find_projection (self, g_param_spec_get_nick (pspec)));
      else
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_run_stream_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  GstreamRunStream *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  switch (prop_id)
    {
    case PROP_SOURCE:
      priv->source = g_value_dup_object (value);
      break;
    case PROP_MUX:
      priv->mux = g_value_dup_object (value);
      break;
    case PROP_WIRE_PUMP:
      priv->wire_pump = g_value_get_boolean (value);
      break;
    case PROP_TURN_BUDGET:
      gstream_run_stream_set_turn_budget (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
begin (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  if (priv->mux == NULL)
    priv->mux = gstream_stream_mux_new (NULL);
  priv->pump = gstream_pump_new (priv->source, NULL);
  gstream_pump_set_wired (priv->pump, priv->wire_pump);
  gstream_pump_set_owner (priv->pump, &pump_funcs, self);
  gstream_stream_mux_attach (priv->mux, priv->pump, &mux_funcs, self);
  if (priv->source != NULL)
    tell_channels (priv);
}

/* The run of a subgraph: its mux has the pump of the root. */
static void
join (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  priv->pump = gstream_pump_ref (gstream_stream_mux_get_pump (priv->mux));
  priv->status = priv->shown_status = GSTREAM_RUN_STATUS_RUNNING;
  gstream_stream_mux_attach (priv->mux, priv->pump, &mux_funcs, self);
}

/* Whoever made it without a source learns that from whatever is asked of it. */
static void
begin_failed (GstreamRunStream *self)
{
  g_autoptr (GError) error = g_error_new_literal (GSTREAM_ERROR, GSTREAM_ERROR_INVALID,
                                                  "A run needs a source, and this one was made without");

  begin (self);
  close_mux (self, error, FALSE);
}

static void
gstream_run_stream_constructed (GObject *object)
{
  GstreamRunStream *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  G_OBJECT_CLASS (gstream_run_stream_parent_class)->constructed (object);

  if (priv->mux != NULL && gstream_stream_mux_is_attached (priv->mux))
    {
      g_critical ("A mux belongs to one run, and this one has its run already");
      g_clear_object (&priv->mux);
    }

  if (priv->source != NULL)
    begin (self);
  else if (priv->mux != NULL && gstream_stream_mux_get_pump (priv->mux) != NULL)
    join (self);
  else
    begin_failed (self);
}

static void
gstream_run_stream_dispose (GObject *object)
{
  GstreamRunStream *self = GSTREAM_RUN_STREAM (object);
  GstreamRunStreamPrivate *priv = get_private (self);

  if (priv->mux != NULL && priv->pump != NULL)
    {
      gstream_mux_disown_works (priv->mux);
      gstream_run_stream_abort (self);
      gstream_stream_mux_detach (priv->mux);
      gstream_stream_mux_forget (priv->mux);
      gstream_pump_unsettle (priv->pump, &priv->settler);
      if (priv->source != NULL)
        gstream_pump_set_owner (priv->pump, NULL, NULL);
    }

  G_OBJECT_CLASS (gstream_run_stream_parent_class)->dispose (object);
}

static void
gstream_run_stream_finalize (GObject *object)
{
  GstreamRunStreamPrivate *priv = get_private (GSTREAM_RUN_STREAM (object));

  g_assert (g_queue_is_empty (&priv->ended.waits));

  g_clear_object (&priv->mux);
  g_clear_object (&priv->source);
  g_clear_pointer (&priv->pump, gstream_pump_unref);
  gstream_run_state_clear (&priv->state);
  g_clear_error (&priv->error);

  G_OBJECT_CLASS (gstream_run_stream_parent_class)->finalize (object);
}

static GParamSpec *
native_spec (const char *name,
             const char *projection)
{
  return g_param_spec_object (name, projection, NULL, GSTREAM_TYPE_PROJECTION,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
gstream_run_stream_class_init (GstreamRunStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_run_stream_get_property;
  object_class->set_property = gstream_run_stream_set_property;
  object_class->constructed = gstream_run_stream_constructed;
  object_class->dispose = gstream_run_stream_dispose;
  object_class->finalize = gstream_run_stream_finalize;

  /**
   * GstreamRunStream:source: (getter get_source)
   *
   * Where its events come from; %NULL for the run of a subgraph.
   */
  properties[PROP_SOURCE] =
    g_param_spec_object ("source", NULL, NULL, GSTREAM_TYPE_EVENT_SOURCE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:mux: (getter get_mux)
   *
   * Its pipeline; one with the built-in transformers, where none is given.
   */
  properties[PROP_MUX] =
    g_param_spec_object ("mux", NULL, NULL, GSTREAM_TYPE_STREAM_MUX,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:wire-pump:
   *
   * Whether waiting for a projection's items drives the source. If not, only
   * [method@RunStream.output] and its like do, and cursors take what that brings.
   */
  properties[PROP_WIRE_PUMP] =
    g_param_spec_boolean ("wire-pump", NULL, NULL, TRUE,
                          G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:status: (getter get_status)
   *
   * How the run is (R10). Notified from the main loop, between events.
   */
  properties[PROP_STATUS] =
    g_param_spec_enum ("status", NULL, NULL, GSTREAM_TYPE_RUN_STATUS, GSTREAM_RUN_STATUS_PENDING,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:error: (getter get_error)
   *
   * Why the run failed; %NULL unless it has. Notified with [property@RunStream:status].
   */
  properties[PROP_ERROR] =
    g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:held-by: (getter get_held_by)
   *
   * The projection that holds the run, because a queue of it is full (P7).
   * Notified from the main loop.
   */
  properties[PROP_HELD_BY] =
    g_param_spec_object ("held-by", NULL, NULL, GSTREAM_TYPE_PROJECTION, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:turn-budget: (getter get_turn_budget) (setter set_turn_budget)
   *
   * How long the run may drive its source without waiting before the main loop
   * has its turn (R11), in microseconds; 0 for no end.
   */
  properties[PROP_TURN_BUDGET] =
    g_param_spec_uint ("turn-budget", NULL, NULL, 0, G_MAXUINT, 4000,
                       G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:log: (getter get_log)
   *
   * The main log.
   */
  properties[PROP_LOG] =
    g_param_spec_object ("log", NULL, NULL, GSTREAM_TYPE_PROJECTION, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstreamRunStream:messages: (getter get_messages)
   *
   * One message per model call of this scope (T2).
   */
  properties[PROP_MESSAGES] = native_spec ("messages", "messages");
  /**
   * GstreamRunStream:values: (getter get_values)
   *
   * The states of the run (T1).
   */
  properties[PROP_VALUES] = native_spec ("values", "values");
  /**
   * GstreamRunStream:updates: (getter get_updates)
   *
   * What each node changed (T1).
   */
  properties[PROP_UPDATES] = native_spec ("updates", "updates");
  /**
   * GstreamRunStream:custom: (getter get_custom)
   *
   * What the graph writes for its users (T1).
   */
  properties[PROP_CUSTOM] = native_spec ("custom", "custom");
  /**
   * GstreamRunStream:checkpoints: (getter get_checkpoints)
   *
   * The checkpoints that were made (T1).
   */
  properties[PROP_CHECKPOINTS] = native_spec ("checkpoints", "checkpoints");
  /**
   * GstreamRunStream:tasks: (getter get_tasks)
   *
   * The tasks that began and ended (T1).
   */
  properties[PROP_TASKS] = native_spec ("tasks", "tasks");
  /**
   * GstreamRunStream:debug: (getter get_debug)
   *
   * What the engine says for debugging (T1).
   */
  properties[PROP_DEBUG] = native_spec ("debug", "debug");
  /**
   * GstreamRunStream:tool-calls: (getter get_tool_calls)
   *
   * One handle per tool call of this scope (T4).
   */
  properties[PROP_TOOL_CALLS] = native_spec ("tool-calls", "tool_calls");
  /**
   * GstreamRunStream:lifecycle: (getter get_lifecycle)
   *
   * What becomes of every subgraph and node below this scope (T5).
   */
  properties[PROP_LIFECYCLE] = native_spec ("lifecycle", "lifecycle");
  /**
   * GstreamRunStream:subgraphs: (getter get_subgraphs)
   *
   * One run per subgraph of this scope (T6).
   */
  properties[PROP_SUBGRAPHS] = native_spec ("subgraphs", "subgraphs");
  /**
   * GstreamRunStream:extensions: (getter get_extensions)
   *
   * One projection per named custom projection of the source (T9).
   */
  properties[PROP_EXTENSIONS] = native_spec ("extensions", "extensions");
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_run_stream_init (GstreamRunStream *self)
{
  GstreamRunStreamPrivate *priv = get_private (self);

  priv->self = self;
  priv->settler.settle = on_settle;
  gstream_run_state_init (&priv->state);
}

/**
 * gstream_run_stream_new:
 * @source: where its events come from
 * @mux: (nullable): its pipeline, or %NULL for one with the built-in transformers
 *
 * Makes a run. Nothing is asked of @source until somebody waits (R1).
 *
 * Returns: (transfer full): the run
 */
GstreamRunStream *
gstream_run_stream_new (GstreamEventSource *source,
                        GstreamStreamMux   *mux)
{
  g_return_val_if_fail (GSTREAM_IS_EVENT_SOURCE (source), NULL);
  g_return_val_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux), NULL);

  return g_object_new (GSTREAM_TYPE_RUN_STREAM, "source", source, "mux", mux, NULL);
}
