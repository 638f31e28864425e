/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projections of a run: by name, interleaved, and the native ones as its own.
 */
#include "config.h"

#include <gstream/event/gstream-error.h>
#include <gstream/stream/gstream-run-stream-private.h>

GstreamProjection *
gstream_run_stream_find_projection (GstreamRunStream *self,
                                    const char       *name)
{
  return gstream_mux_find_projection (gstream_run_stream_peek (self)->mux, name);
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
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!gstream_pump_check_thread (gstream_run_stream_peek (self)->pump, error))
    return NULL;

  return gstream_stream_mux_get_projection (gstream_run_stream_peek (self)->mux, name, error);
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

  return gstream_stream_mux_get_extension (gstream_run_stream_peek (self)->mux, name);
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

  return gstream_stream_mux_get_log (gstream_run_stream_peek (self)->mux);
}

#define DEFINE_NATIVE(function, name)                                  \
  GstreamProjection *                                                  \
  gstream_run_stream_get_##function (GstreamRunStream *self)           \
  {                                                                    \
    g_return_val_if_fail (GSTREAM_IS_RUN_STREAM (self), NULL);         \
                                                                       \
    return gstream_run_stream_find_projection (self, name);                               \
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
