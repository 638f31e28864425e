/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The options with which a run is started, resumed or attached to, besides its input: one object instead of many
 * arguments.
 */
#include <gstream/thread/gstream-run-options.h>

#define FLAGS (G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS)

/**
 * GstreamRunOptions:
 *
 * The options with which a run of a [class@Thread] is started, resumed or attached to, besides its input.
 *
 * ```c
 * g_autoptr (GstreamPayload) config = gstream_payload_new ("{\"recursion_limit\":50}", -1, NULL);
 * g_autoptr (GstreamRunOptions) options =
 *     g_object_new (GSTREAM_TYPE_RUN_OPTIONS, "config", config, "multitask-strategy", GSTREAM_MULTITASK_STRATEGY_ENQUEUE, NULL);
 * g_autoptr (GstreamRunStream) run = gstream_thread_start_sync (thread, input, options, NULL, &error);
 * ```
 *
 * A call copies the options before it returns, so later changes have no effect on it. Options without a
 * [property@RunOptions:mux] can be used for any number of runs. If a kind of thread does not support an option, the
 * call fails with %GSTREAM_ERROR_NOT_SUPPORTED.
 *
 * In Python and JavaScript the options are usually given as keyword arguments of the calls: `thread.start(input,
 * config={"recursion_limit": 50})`.
 *
 * Since: 1.0
 */
struct _GstreamRunOptions
{
  GObject parent_instance;

  GstreamStreamMux        *mux;    /* NULL: built-in projections */
  GstreamPayload          *config; /* NULL: none; the same for the other payloads */
  GstreamPayload          *metadata;
  GstreamMultitaskStrategy multitask_strategy;
  char                    *checkpoint_id; /* NULL: the thread's newest */
  GstreamPayload          *update;
  GstreamPayload          *go_to;
  char                   **channels;   /* NULL: what the mux needs */
  GstreamPayload          *namespaces; /* NULL: all */
  int                      depth;      /* -1: all */
};

enum
{
  PROP_MUX = 1,
  PROP_CONFIG,
  PROP_METADATA,
  PROP_MULTITASK_STRATEGY,
  PROP_CHECKPOINT_ID,
  PROP_UPDATE,
  PROP_GOTO,
  PROP_CHANNELS,
  PROP_NAMESPACES,
  PROP_DEPTH,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];

G_DEFINE_ENUM_TYPE (GstreamMultitaskStrategy, gstream_multitask_strategy,
                    G_DEFINE_ENUM_VALUE (GSTREAM_MULTITASK_STRATEGY_DEFAULT, "default"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MULTITASK_STRATEGY_ENQUEUE, "enqueue"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MULTITASK_STRATEGY_INTERRUPT, "interrupt"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MULTITASK_STRATEGY_ROLLBACK, "rollback"),
                    G_DEFINE_ENUM_VALUE (GSTREAM_MULTITASK_STRATEGY_REJECT, "reject"))

G_DEFINE_FINAL_TYPE (GstreamRunOptions, gstream_run_options, G_TYPE_OBJECT)

/* --- properties --- */

static void
changed (GstreamRunOptions *self,
         guint              property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_payload (GstreamRunOptions *self,
             GstreamPayload   **field,
             GstreamPayload    *payload,
             guint              property)
{
  if (*field == payload)
    return;

  if (payload != NULL)
    gstream_payload_ref (payload);
  g_clear_pointer (field, gstream_payload_unref);
  *field = payload;
  changed (self, property);
}

/**
 * gstream_run_options_get_mux: (get-property mux)
 * @self: options
 *
 * Gets the run's pipeline.
 *
 * Returns: (transfer none) (nullable): the pipeline; %NULL: one with the built-in projections
 *
 * Since: 1.0
 */
GstreamStreamMux *
gstream_run_options_get_mux (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->mux;
}

/**
 * gstream_run_options_set_mux: (set-property mux)
 * @self: options
 * @mux: (nullable): the pipeline; %NULL: one with the built-in projections
 *
 * Sets the run's pipeline.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_mux (GstreamRunOptions *self,
                             GstreamStreamMux  *mux)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));
  g_return_if_fail (mux == NULL || GSTREAM_IS_STREAM_MUX (mux));

  if (g_set_object (&self->mux, mux))
    changed (self, PROP_MUX);
}

/**
 * gstream_run_options_get_config: (get-property config)
 * @self: options
 *
 * Gets the settings of the run.
 *
 * Returns: (transfer none) (nullable): an object, as LangGraph's `config`; %NULL: none
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_options_get_config (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->config;
}

/**
 * gstream_run_options_set_config: (set-property config)
 * @self: options
 * @config: (nullable): an object, as LangGraph's `config`; %NULL: none
 *
 * Sets the settings of the run.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_config (GstreamRunOptions *self,
                                GstreamPayload    *config)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  set_payload (self, &self->config, config, PROP_CONFIG);
}

/**
 * gstream_run_options_get_metadata: (get-property metadata)
 * @self: options
 *
 * Gets the metadata of the run.
 *
 * Returns: (transfer none) (nullable): an object; %NULL: nothing
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_options_get_metadata (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->metadata;
}

/**
 * gstream_run_options_set_metadata: (set-property metadata)
 * @self: options
 * @metadata: (nullable): an object; %NULL: nothing
 *
 * Sets the metadata of the run.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_metadata (GstreamRunOptions *self,
                                  GstreamPayload    *metadata)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  set_payload (self, &self->metadata, metadata, PROP_METADATA);
}

/**
 * gstream_run_options_get_multitask_strategy: (get-property multitask-strategy)
 * @self: options
 *
 * Gets what to do if another run of the thread is running.
 *
 * Returns: what to do
 *
 * Since: 1.0
 */
GstreamMultitaskStrategy
gstream_run_options_get_multitask_strategy (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), GSTREAM_MULTITASK_STRATEGY_DEFAULT);

  return self->multitask_strategy;
}

/**
 * gstream_run_options_set_multitask_strategy: (set-property multitask-strategy)
 * @self: options
 * @strategy: what to do
 *
 * Sets what to do if another run of the thread is running.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_multitask_strategy (GstreamRunOptions       *self,
                                            GstreamMultitaskStrategy strategy)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  if (self->multitask_strategy == strategy)
    return;

  self->multitask_strategy = strategy;
  changed (self, PROP_MULTITASK_STRATEGY);
}

/**
 * gstream_run_options_get_checkpoint_id: (get-property checkpoint-id)
 * @self: options
 *
 * Gets the checkpoint that the run continues from.
 *
 * Returns: (nullable): its id; %NULL: the thread's newest
 *
 * Since: 1.0
 */
const char *
gstream_run_options_get_checkpoint_id (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->checkpoint_id;
}

/**
 * gstream_run_options_set_checkpoint_id: (set-property checkpoint-id)
 * @self: options
 * @checkpoint_id: (nullable): its id; %NULL: the thread's newest
 *
 * Sets the checkpoint that the run continues from.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_checkpoint_id (GstreamRunOptions *self,
                                       const char        *checkpoint_id)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  if (g_strcmp0 (self->checkpoint_id, checkpoint_id) == 0)
    return;

  g_free (self->checkpoint_id);
  self->checkpoint_id = g_strdup (checkpoint_id);
  changed (self, PROP_CHECKPOINT_ID);
}

/**
 * gstream_run_options_get_update: (get-property update)
 * @self: options
 *
 * Gets the update of the state that is made together with an answer.
 *
 * Returns: (transfer none) (nullable): an object, as the `update` of LangGraph's `Command`; %NULL: not at all
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_options_get_update (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->update;
}

/**
 * gstream_run_options_set_update: (set-property update)
 * @self: options
 * @update: (nullable): an object, as the `update` of LangGraph's `Command`; %NULL: not at all
 *
 * Sets the update of the state that is made together with an answer.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_update (GstreamRunOptions *self,
                                GstreamPayload    *update)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  set_payload (self, &self->update, update, PROP_UPDATE);
}

/**
 * gstream_run_options_get_goto: (get-property goto)
 * @self: options
 *
 * Gets where the graph continues after an answer.
 *
 * Returns: (transfer none) (nullable): the name of a node, an object with `node` and `input`, or an array of these;
 *   %NULL: at the interrupt
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_options_get_goto (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->go_to;
}

/**
 * gstream_run_options_set_goto: (set-property goto)
 * @self: options
 * @target: (nullable): the name of a node, an object with `node` and `input`, or an array of these; %NULL: at the
 *   interrupt
 *
 * Sets where the graph continues after an answer.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_goto (GstreamRunOptions *self,
                              GstreamPayload    *target)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  set_payload (self, &self->go_to, target, PROP_GOTO);
}

/**
 * gstream_run_options_get_channels: (get-property channels)
 * @self: options
 *
 * Gets the channels that are subscribed to.
 *
 * Returns: (array zero-terminated=1) (transfer none) (nullable): names of channels; %NULL: those that the projections of the mux need
 *
 * Since: 1.0
 */
const char *const *
gstream_run_options_get_channels (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return (const char *const *) self->channels;
}

/**
 * gstream_run_options_set_channels: (set-property channels)
 * @self: options
 * @channels: (array zero-terminated=1) (nullable): names of channels; %NULL: those that the projections of the mux need
 *
 * Sets the channels that are subscribed to.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_channels (GstreamRunOptions *self,
                                  const char *const *channels)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  g_strfreev (self->channels);
  self->channels = g_strdupv ((char **) channels);
  changed (self, PROP_CHANNELS);
}

/**
 * gstream_run_options_get_namespaces: (get-property namespaces)
 * @self: options
 *
 * Gets the namespaces whose events are subscribed to.
 *
 * Returns: (transfer none) (nullable): an array of arrays of strings; %NULL: all
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_run_options_get_namespaces (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), NULL);

  return self->namespaces;
}

/**
 * gstream_run_options_set_namespaces: (set-property namespaces)
 * @self: options
 * @namespaces: (nullable): an array of arrays of strings; %NULL: all
 *
 * Sets the namespaces whose events are subscribed to.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_namespaces (GstreamRunOptions *self,
                                    GstreamPayload    *namespaces)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));

  set_payload (self, &self->namespaces, namespaces, PROP_NAMESPACES);
}

/**
 * gstream_run_options_get_depth: (get-property depth)
 * @self: options
 *
 * Gets how many levels below those namespaces are subscribed to.
 *
 * Returns: levels; -1: all, or none below the namespaces that are named
 *
 * Since: 1.0
 */
int
gstream_run_options_get_depth (GstreamRunOptions *self)
{
  g_return_val_if_fail (GSTREAM_IS_RUN_OPTIONS (self), -1);

  return self->depth;
}

/**
 * gstream_run_options_set_depth: (set-property depth)
 * @self: options
 * @depth: levels; -1: all, or none below the namespaces that are named
 *
 * Sets how many levels below those namespaces are subscribed to.
 *
 * Since: 1.0
 */
void
gstream_run_options_set_depth (GstreamRunOptions *self,
                               int                depth)
{
  g_return_if_fail (GSTREAM_IS_RUN_OPTIONS (self));
  g_return_if_fail (depth >= -1);

  if (self->depth == depth)
    return;

  self->depth = depth;
  changed (self, PROP_DEPTH);
}

/* --- the object --- */

static void
gstream_run_options_get_property (GObject    *object,
                                  guint       property_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  GstreamRunOptions *self = GSTREAM_RUN_OPTIONS (object);

  switch (property_id)
    {
    case PROP_MUX:
      g_value_set_object (value, self->mux);
      break;
    case PROP_CONFIG:
      g_value_set_boxed (value, self->config);
      break;
    case PROP_METADATA:
      g_value_set_boxed (value, self->metadata);
      break;
    case PROP_MULTITASK_STRATEGY:
      g_value_set_enum (value, self->multitask_strategy);
      break;
    case PROP_CHECKPOINT_ID:
      g_value_set_string (value, self->checkpoint_id);
      break;
    case PROP_UPDATE:
      g_value_set_boxed (value, self->update);
      break;
    case PROP_GOTO:
      g_value_set_boxed (value, self->go_to);
      break;
    case PROP_CHANNELS:
      g_value_set_boxed (value, self->channels);
      break;
    case PROP_NAMESPACES:
      g_value_set_boxed (value, self->namespaces);
      break;
    case PROP_DEPTH:
      g_value_set_int (value, self->depth);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_run_options_set_property (GObject      *object,
                                  guint         property_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  GstreamRunOptions *self = GSTREAM_RUN_OPTIONS (object);

  switch (property_id)
    {
    case PROP_MUX:
      gstream_run_options_set_mux (self, g_value_get_object (value));
      break;
    case PROP_CONFIG:
      gstream_run_options_set_config (self, g_value_get_boxed (value));
      break;
    case PROP_METADATA:
      gstream_run_options_set_metadata (self, g_value_get_boxed (value));
      break;
    case PROP_MULTITASK_STRATEGY:
      gstream_run_options_set_multitask_strategy (self, g_value_get_enum (value));
      break;
    case PROP_CHECKPOINT_ID:
      gstream_run_options_set_checkpoint_id (self, g_value_get_string (value));
      break;
    case PROP_UPDATE:
      gstream_run_options_set_update (self, g_value_get_boxed (value));
      break;
    case PROP_GOTO:
      gstream_run_options_set_goto (self, g_value_get_boxed (value));
      break;
    case PROP_CHANNELS:
      gstream_run_options_set_channels (self, g_value_get_boxed (value));
      break;
    case PROP_NAMESPACES:
      gstream_run_options_set_namespaces (self, g_value_get_boxed (value));
      break;
    case PROP_DEPTH:
      gstream_run_options_set_depth (self, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
gstream_run_options_finalize (GObject *object)
{
  GstreamRunOptions *self = GSTREAM_RUN_OPTIONS (object);

  g_clear_object (&self->mux);
  g_clear_pointer (&self->config, gstream_payload_unref);
  g_clear_pointer (&self->metadata, gstream_payload_unref);
  g_clear_pointer (&self->update, gstream_payload_unref);
  g_clear_pointer (&self->go_to, gstream_payload_unref);
  g_clear_pointer (&self->namespaces, gstream_payload_unref);
  g_free (self->checkpoint_id);
  g_strfreev (self->channels);

  G_OBJECT_CLASS (gstream_run_options_parent_class)->finalize (object);
}

static void
gstream_run_options_class_init (GstreamRunOptionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gstream_run_options_get_property;
  object_class->set_property = gstream_run_options_set_property;
  object_class->finalize = gstream_run_options_finalize;

  /**
   * GstreamRunOptions:mux: (getter get_mux) (setter set_mux)
   *
   * The run's pipeline, which determines its projections; %NULL: one with the built-in projections. A mux belongs to
   * one run, so options with a mux can be used for one run only.
   *
   * Since: 1.0
   */
  properties[PROP_MUX] = g_param_spec_object ("mux", NULL, NULL, GSTREAM_TYPE_STREAM_MUX, FLAGS);
  /**
   * GstreamRunOptions:config: (getter get_config) (setter set_config)
   *
   * Settings for the run, an object: LangGraph's `config`, with `configurable`, `tags` and
   * `recursion_limit`.
   *
   * Since: 1.0
   */
  properties[PROP_CONFIG] = g_param_spec_boxed ("config", NULL, NULL, GSTREAM_TYPE_PAYLOAD, FLAGS);
  /**
   * GstreamRunOptions:metadata: (getter get_metadata) (setter set_metadata)
   *
   * Metadata of the run, an object, which a server stores with the run.
   *
   * Since: 1.0
   */
  properties[PROP_METADATA] = g_param_spec_boxed ("metadata", NULL, NULL, GSTREAM_TYPE_PAYLOAD, FLAGS);
  /**
   * GstreamRunOptions:multitask-strategy: (getter get_multitask_strategy) (setter set_multitask_strategy)
   *
   * What to do if another run of the thread is running.
   *
   * Since: 1.0
   */
  properties[PROP_MULTITASK_STRATEGY] =
      g_param_spec_enum ("multitask-strategy", NULL, NULL, GSTREAM_TYPE_MULTITASK_STRATEGY,
                         GSTREAM_MULTITASK_STRATEGY_DEFAULT, FLAGS);
  /**
   * GstreamRunOptions:checkpoint-id: (getter get_checkpoint_id) (setter set_checkpoint_id)
   *
   * The checkpoint that the run continues from: an earlier one makes a branch of the thread. %NULL: the thread's
   * newest.
   *
   * Since: 1.0
   */
  properties[PROP_CHECKPOINT_ID] = g_param_spec_string ("checkpoint-id", NULL, NULL, NULL, FLAGS);
  /**
   * GstreamRunOptions:update: (getter get_update) (setter set_update)
   *
   * An update of the state that is made before the graph continues after an answer: an object, the `update` of
   * LangGraph's `Command`. Only used by [method@Thread.respond] and its variants.
   *
   * Since: 1.0
   */
  properties[PROP_UPDATE] = g_param_spec_boxed ("update", NULL, NULL, GSTREAM_TYPE_PAYLOAD, FLAGS);
  /**
   * GstreamRunOptions:goto: (getter get_goto) (setter set_goto)
   *
   * Where the graph continues after an answer, the `goto` of LangGraph's `Command`: the name of a node, an object with
   * `node` and `input`, or an array of these. Only used by [method@Thread.respond] and its variants.
   *
   * Since: 1.0
   */
  properties[PROP_GOTO] = g_param_spec_boxed ("goto", NULL, NULL, GSTREAM_TYPE_PAYLOAD, FLAGS);
  /**
   * GstreamRunOptions:channels: (getter get_channels) (setter set_channels)
   *
   * The channels that are subscribed to (N10): some of `values`, `updates`, `messages`, `tools`, `checkpoints`,
   * `tasks`, `custom` and `custom:NAME`. %NULL: those that the projections of the mux need (M8). `lifecycle` and
   * `input` are always included.
   *
   * Since: 1.0
   */
  properties[PROP_CHANNELS] = g_param_spec_boxed ("channels", NULL, NULL, G_TYPE_STRV, FLAGS);
  /**
   * GstreamRunOptions:namespaces: (getter get_namespaces) (setter set_namespaces)
   *
   * The namespaces whose events are subscribed to (N10), besides those of the root, which have the status of the run:
   * an array of arrays of strings, such as `[["researcher"]]`. A segment without the id after the colon matches all of
   * that name, if the server supports that. %NULL: all.
   *
   * Since: 1.0
   */
  properties[PROP_NAMESPACES] = g_param_spec_boxed ("namespaces", NULL, NULL, GSTREAM_TYPE_PAYLOAD, FLAGS);
  /**
   * GstreamRunOptions:depth: (getter get_depth) (setter set_depth)
   *
   * How many levels below the root, and below [property@RunOptions:namespaces], are subscribed to (N10); -1: all levels
   * or, if there are namespaces, none below these.
   *
   * Since: 1.0
   */
  properties[PROP_DEPTH] = g_param_spec_int ("depth", NULL, NULL, -1, G_MAXINT, -1, FLAGS);

  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
gstream_run_options_init (GstreamRunOptions *self)
{
  self->depth = -1;
}

/**
 * gstream_run_options_new:
 *
 * Makes options with default values, which have the same effect as no options.
 *
 * Returns: (transfer full): new options
 *
 * Since: 1.0
 */
GstreamRunOptions *
gstream_run_options_new (void)
{
  return g_object_new (GSTREAM_TYPE_RUN_OPTIONS, NULL);
}
