/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One execution of a graph, as the object that a program holds: the class and its
 * properties.
 */
#include "config.h"

#include <gstream/stream/gstream-run-stream-private.h>

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
 * Dropping the last reference to a run aborts it (R6). Whoever still waits, for
 * an item of a cursor or for a message to finish, is told that by
 * %GSTREAM_ERROR_CLOSED: it is no end. [method@RunStream.output] and its like
 * keep the run while they wait.
 */

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

GstreamRunStreamPrivate *
gstream_run_stream_peek (GstreamRunStream *self)
{
  return get_private (self);
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

/* --- what it notifies, between events --- */

static void
on_notify (GstreamNotifier *notifier)
{
  GstreamRunStreamPrivate *priv =
    (GstreamRunStreamPrivate *) ((char *) notifier - G_STRUCT_OFFSET (GstreamRunStreamPrivate, notifier));
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

/* --- its properties --- */

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
        g_value_set_object (value, gstream_run_stream_find_projection (self, g_param_spec_get_nick (pspec)));
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
gstream_run_stream_constructed (GObject *object)
{
  G_OBJECT_CLASS (gstream_run_stream_parent_class)->constructed (object);

  gstream_run_stream_begin (GSTREAM_RUN_STREAM (object));
}

static void
gstream_run_stream_dispose (GObject *object)
{
  gstream_run_stream_leave (GSTREAM_RUN_STREAM (object));

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
   * The projection that holds the run, because a queue of it is full (P7). A
   * subgraph's run is held with its root: by one and the same projection, which
   * may be of any run of the tree. Notified from the main loop.
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
  priv->notifier.notify = on_notify;
  gstream_run_state_init (&priv->state);
}

/**
 * gstream_run_stream_new:
 * @source: where its events come from
 * @mux: (nullable): its pipeline, or %NULL for one with the built-in transformers
 *
 * Makes a run. Nothing is asked of @source until somebody waits (R1).
 *
 * A source and a mux belong to one run. One that is made with those of another
 * has failed from the beginning, with %GSTREAM_ERROR_INVALID: so say its status,
 * and whatever is asked of it.
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
