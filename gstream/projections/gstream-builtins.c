/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of the built-in transformers, which is registered with the class of muxes when the library is loaded, and
 * their projections as properties of a run. To add one, write its transformer, and add a row here with what a mux has
 * to know before it is made, and its property; the getter is declared in gstream-run-stream.h.
 */
#include <gstream/projections/gstream-data-transformer-private.h>
#include <gstream/projections/gstream-extensions-transformer-private.h>
#include <gstream/projections/gstream-lifecycle-transformer-private.h>
#include <gstream/projections/gstream-messages-transformer-private.h>
#include <gstream/projections/gstream-subgraphs-transformer-private.h>
#include <gstream/projections/gstream-tool-calls-transformer-private.h>
#include <gstream/stream/gstream-run-stream.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

#define BIT(method) (1u << GSTREAM_METHOD_##method)

/* Wants these methods at the scope itself; what a node of the scope writes belongs to it, too (D4). */
#define AT_OWN(methods) { [GSTREAM_RELATION_OWN] = (methods) }
#define AT_OWN_OR_NODE(methods) { [GSTREAM_RELATION_OWN] = (methods), [GSTREAM_RELATION_NODE] = (methods) }

#define DATA(name, wants) { name, gstream_data_transformer_make, NULL, { name }, wants, TRUE }

/* Wants these methods below the scope. */
#define LIFE (BIT (LIFECYCLE) | BIT (TASKS) | BIT (INPUT_REQUESTED) | BIT (VALUES))

static GstreamTransformer *
make_by_type (const GstreamBuiltin *self)
{
  return g_object_new (self->get_type (), NULL);
}

static const GstreamBuiltin builtins[] = {
  /* Except for custom, an event of these methods shows that its namespace is a subgraph. */
  DATA ("values", AT_OWN (BIT (VALUES))),
  DATA ("updates", AT_OWN (BIT (UPDATES))),
  DATA ("custom", AT_OWN_OR_NODE (BIT (CUSTOM))),
  DATA ("checkpoints", AT_OWN (BIT (CHECKPOINTS))),
  DATA ("tasks", AT_OWN (BIT (TASKS))),
  DATA ("debug", AT_OWN (BIT (DEBUG))),
  { "messages",
    make_by_type,
    gstream_messages_transformer_get_type,
    { "messages" },
    AT_OWN_OR_NODE (BIT (MESSAGES)),
    FALSE,
    gstream_messages_transformer_keeps,
    gstream_messages_transformer_take_kept },
  { "tool_calls",
    make_by_type,
    gstream_tool_calls_transformer_get_type,
    { "tools" },
    AT_OWN_OR_NODE (BIT (TOOLS)),
    FALSE,
    gstream_tool_calls_transformer_keeps,
    gstream_tool_calls_transformer_take_kept },
  { "extensions",
    make_by_type,
    gstream_extensions_transformer_get_type,
    { "custom" },
    AT_OWN_OR_NODE (BIT (CUSTOM) | BIT (OTHER)),
    FALSE },
  { "lifecycle",
    make_by_type,
    gstream_lifecycle_transformer_get_type,
    { "lifecycle", "tasks" },
    { BIT (TASKS), LIFE, LIFE, LIFE },
    FALSE },
  /* Comes last, so that the other transformers have seen the event before it ends a subgraph. */
  { "subgraphs",
    make_by_type,
    gstream_subgraphs_transformer_get_type,
    { "lifecycle", "tasks" },
    { [GSTREAM_RELATION_OWN] = BIT (TASKS), [GSTREAM_RELATION_BIRTH] = G_MAXUINT },
    FALSE },
};

/* Runs when the library is loaded, because stream/ must not depend on this room. */
__attribute__ ((constructor)) static void
register_builtins (void)
{
  gstream_stream_mux_register_builtins (builtins, G_N_ELEMENTS (builtins));
}

/* --- as properties of a run --- */

#define DEFINE_NATIVE(function, name)                                                    \
  GstreamProjection *gstream_run_stream_get_##function (GstreamRunStream *self)          \
  {                                                                                      \
    g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);                           \
                                                                                         \
    return gstream_stream_mux_find_projection (gstream_run_stream_get_mux (self), name); \
  }

/**
 * GstreamRunStream:messages: (getter get_messages)
 *
 * One message per model call of this scope (T2).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_messages:
 * @self: a run
 *
 * One message per model call of this scope (T2).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (messages,
               "messages")

/**
 * GstreamRunStream:values: (getter get_values)
 *
 * The states of the run (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_values:
 * @self: a run
 *
 * The states of the run, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (values,
               "values")

/**
 * GstreamRunStream:updates: (getter get_updates)
 *
 * What each node changed (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_updates:
 * @self: a run
 *
 * What each node changed, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (updates,
               "updates")

/**
 * GstreamRunStream:custom: (getter get_custom)
 *
 * What the graph writes for its users (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_custom:
 * @self: a run
 *
 * What the graph writes for its users, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (custom,
               "custom")

/**
 * GstreamRunStream:checkpoints: (getter get_checkpoints)
 *
 * The checkpoints that were made (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_checkpoints:
 * @self: a run
 *
 * The checkpoints that were made, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (checkpoints,
               "checkpoints")

/**
 * GstreamRunStream:tasks: (getter get_tasks)
 *
 * The tasks that began and ended (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_tasks:
 * @self: a run
 *
 * The tasks that began and ended, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (tasks,
               "tasks")

/**
 * GstreamRunStream:debug: (getter get_debug)
 *
 * What the engine says for debugging (T1).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_debug:
 * @self: a run
 *
 * What the engine says for debugging, as [struct@Payload] (T1).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (debug,
               "debug")

/**
 * GstreamRunStream:tool-calls: (getter get_tool_calls)
 *
 * One handle per tool call of this scope (T4).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_tool_calls:
 * @self: a run
 *
 * One handle per tool call of this scope (T4).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (tool_calls,
               "tool_calls")

/**
 * GstreamRunStream:lifecycle: (getter get_lifecycle)
 *
 * The state changes of each subgraph and node below this scope (T5).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_lifecycle:
 * @self: a run
 *
 * Gets the projection of the state changes of each subgraph and node below this scope, as [struct@Payload] (T5).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (lifecycle,
               "lifecycle")

/**
 * GstreamRunStream:subgraphs: (getter get_subgraphs)
 *
 * One run per subgraph of this scope (T6).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_subgraphs:
 * @self: a run
 *
 * One [class@SubgraphRunStream] per subgraph of this scope (T6).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (subgraphs,
               "subgraphs")

/**
 * GstreamRunStream:extensions: (getter get_extensions)
 *
 * One projection per named custom projection of the source (T9).
 *
 * Since: 1.0
 */

/**
 * gstream_run_stream_get_extensions:
 * @self: a run
 *
 * One [class@Projection] per named custom projection of the source, when its
 * first item comes (T9).
 *
 * Returns: (transfer none) (nullable): the projection, or %NULL if the mux is without it
 *
 * Since: 1.0
 */
DEFINE_NATIVE (extensions,
               "extensions")
