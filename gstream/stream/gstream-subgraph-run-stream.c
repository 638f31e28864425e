/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The run of one subgraph.
 */
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-run-stream-private.h>

/**
 * GstreamSubgraphRunStream:
 *
 * The run of a subgraph, inside the run that it belongs to.
 *
 * It is an item of its parent's [property@RunStream:subgraphs], and a run like any other: it has the same projections
 * for its own scope, its own output, and its children in its own `subgraphs` (T6):
 *
 * ```c
 * while (gstream_cursor_next_sync (subgraphs, &item, NULL, &error))
 *   {
 *     GstreamSubgraphRunStream *child = g_value_get_object (&item);
 *
 *     g_print ("%s begins\n", gstream_subgraph_run_stream_get_graph_name (child));
 *     watch (GSTREAM_RUN_STREAM (child));
 *   }
 * ```
 *
 * Its projections buffer all items from its first event until the consumer that got it has returned to the main loop
 * (P11), so that a consumer that subscribes at once does not miss any.
 *
 * If it fails or is aborted, other runs are not affected. It ends with its own terminal event, or with its parent; if
 * the root is dropped, all runs below it are dropped, too.
 *
 * Since: 1.0
 */

struct _GstreamSubgraphRunStream
{
  GstreamRunStream parent_instance;

  char           *graph_name;
  char           *trigger_call_id;
  GstreamPayload *cause;          /* of its `started`; NULL: not said */
  GstreamPayload *expected_cause; /* its cause, if it is a separate agent */
  guint           n_early;        /* queues that hold it, and consumers whose newest item it is */
  guint           changed;        /* bits of the properties to notify */
};

enum
{
  PROP_0,
  PROP_PATH,
  PROP_GRAPH_NAME,
  PROP_TRIGGER_CALL_ID,
  PROP_CAUSE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void gstream_subgraph_run_stream_handle_init (GstreamHandleInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstreamSubgraphRunStream, gstream_subgraph_run_stream, GSTREAM_TYPE_RUN_STREAM,
                               G_IMPLEMENT_INTERFACE (GSTREAM_TYPE_HANDLE, gstream_subgraph_run_stream_handle_init))

static void
gstream_subgraph_run_stream_start_early (GstreamHandle *handle)
{
  GSTREAM_SUBGRAPH_RUN_STREAM (handle)->n_early++;
}

static void
gstream_subgraph_run_stream_stop_early (GstreamHandle *handle)
{
  GstreamSubgraphRunStream *self = GSTREAM_SUBGRAPH_RUN_STREAM (handle);

  if (--self->n_early == 0)
    gstream_stream_mux_stop_early (gstream_run_stream_get_mux (GSTREAM_RUN_STREAM (self)));
}

static void
gstream_subgraph_run_stream_handle_init (GstreamHandleInterface *iface)
{
  iface->start_early = gstream_subgraph_run_stream_start_early;
  iface->stop_early = gstream_subgraph_run_stream_stop_early;
}

/**
 * gstream_subgraph_run_stream_get_path:
 * @self: the run of a subgraph
 *
 * Its namespace.
 *
 * Returns: (array zero-terminated=1) (transfer none): the path, from the root's first child down
 *
 * Since: 1.0
 */
const char *const *
gstream_subgraph_run_stream_get_path (GstreamSubgraphRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBGRAPH_RUN_STREAM (self), NULL);

  return gstream_stream_mux_get_scope (gstream_run_stream_get_mux (GSTREAM_RUN_STREAM (self)));
}

/**
 * gstream_subgraph_run_stream_get_graph_name:
 * @self: the run of a subgraph
 *
 * The name of its graph.
 *
 * Returns: (nullable): the name, or %NULL if nothing said it
 *
 * Since: 1.0
 */
const char *
gstream_subgraph_run_stream_get_graph_name (GstreamSubgraphRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBGRAPH_RUN_STREAM (self), NULL);

  return self->graph_name;
}

/**
 * gstream_subgraph_run_stream_get_trigger_call_id:
 * @self: the run of a subgraph
 *
 * The id of the task or call that started it.
 *
 * Returns: (nullable): the id, or %NULL if nothing said it
 *
 * Since: 1.0
 */
const char *
gstream_subgraph_run_stream_get_trigger_call_id (GstreamSubgraphRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBGRAPH_RUN_STREAM (self), NULL);

  return self->trigger_call_id;
}

/**
 * gstream_subgraph_run_stream_get_cause:
 * @self: the run of a subgraph
 *
 * Gets what caused it in its parent, if the source says so: an object with a `type`, such as `toolCall`, `send` or
 * `edge`.
 *
 * Returns: (transfer none) (nullable): the cause, or %NULL
 *
 * Since: 1.0
 */
GstreamPayload *
gstream_subgraph_run_stream_get_cause (GstreamSubgraphRunStream *self)
{
  g_return_val_if_fail (GSTREAM_IS_SUBGRAPH_RUN_STREAM (self), NULL);

  return self->cause;
}

/* --- what events tell of it --- */

/* Returns the bit of the property if it has changed. */
static guint
set_string (char      **field,
            const char *text,
            guint       prop)
{
  if (text == NULL || g_strcmp0 (*field, text) == 0)
    return 0;

  g_free (*field);
  *field = g_strdup (text);

  return 1u << prop;
}

/* NULL leaves a property unchanged. Returns the bits of those that have changed. */
static guint
set_description (GstreamSubgraphRunStream *self,
                 const char               *graph_name,
                 const char               *trigger_call_id,
                 GstreamPayload           *cause)
{
  guint changed = set_string (&self->graph_name, graph_name, PROP_GRAPH_NAME) |
                  set_string (&self->trigger_call_id, trigger_call_id, PROP_TRIGGER_CALL_ID);

  if (cause == NULL)
    return changed;

  g_clear_pointer (&self->cause, gstream_payload_unref);
  self->cause = gstream_payload_ref (cause);

  return changed | 1u << PROP_CAUSE;
}

void
gstream_subgraph_run_stream_describe (GstreamSubgraphRunStream *self,
                                      const char               *graph_name,
                                      const char               *trigger_call_id,
                                      GstreamPayload           *cause)
{
  set_description (self, graph_name, trigger_call_id, cause);
}

/* Notified between events, where a handler may do anything (R7). */
static void
change_description (GstreamSubgraphRunStream *self,
                    const char               *graph_name,
                    const char               *trigger_call_id,
                    GstreamPayload           *cause)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (GSTREAM_RUN_STREAM (self));

  self->changed |= set_description (self, graph_name, trigger_call_id, cause);
  if (self->changed != 0)
    gstream_pump_notify_soon (priv->pump, &priv->notifier);
}

static void
gstream_subgraph_run_stream_notify (GstreamRunStream *run)
{
  GstreamSubgraphRunStream *self = GSTREAM_SUBGRAPH_RUN_STREAM (run);
  guint                     changed = self->changed;

  self->changed = 0;
  for (guint prop = PROP_GRAPH_NAME; prop < N_PROPS; prop++)
    if ((changed & (1u << prop)) != 0)
      g_object_notify_by_pspec (G_OBJECT (self), properties[prop]);
}

void
gstream_subgraph_run_stream_expect (GstreamSubgraphRunStream *self,
                                    GstreamPayload           *cause)
{
  g_clear_pointer (&self->expected_cause, gstream_payload_unref);
  self->expected_cause = gstream_payload_ref (cause);
}

static void
observe_lifecycle (GstreamSubgraphRunStream *self,
                   GstreamEvent             *event)
{
  GstreamRunState          *state = &gstream_run_stream_peek (GSTREAM_RUN_STREAM (self))->state;
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  g_autoptr (GstreamPayload) cause = gstream_payload_lookup (gstream_event_peek_item (event), "/cause");

  change_description (self, fields->name, fields->key, cause);
  if (state->is_stated)
    gstream_run_stream_end (GSTREAM_RUN_STREAM (self), state->stated, state->error);
}

/* A separate agent has its own name in its tasks. */
static void
observe_task (GstreamSubgraphRunStream *self,
              GstreamEvent             *event)
{
  const char *name = NULL;

  if (gstream_event_get_fields (event)->step == GSTREAM_STEP_TASK_START)
    name = gstream_payload_get_string (gstream_event_peek_item (event), "/metadata/lc_agent_name");
  if (name != NULL)
    change_description (self, name, NULL, self->expected_cause);
}

static void
gstream_subgraph_run_stream_observe (GstreamRunStream *run,
                                     GstreamEvent     *event)
{
  GstreamSubgraphRunStream *self = GSTREAM_SUBGRAPH_RUN_STREAM (run);

  if (gstream_event_get_fields (event)->method == GSTREAM_METHOD_LIFECYCLE)
    observe_lifecycle (self, event);
  else if (gstream_event_get_fields (event)->method == GSTREAM_METHOD_TASKS && self->cause == NULL)
    observe_task (self, event);
}

static void
gstream_subgraph_run_stream_get_property (GObject    *object,
                                          guint       prop_id,
                                          GValue     *value,
                                          GParamSpec *pspec)
{
  GstreamSubgraphRunStream *self = GSTREAM_SUBGRAPH_RUN_STREAM (object);

  switch (prop_id)
    {
    case PROP_PATH:
      g_value_set_boxed (value, gstream_subgraph_run_stream_get_path (self));
      break;
    case PROP_GRAPH_NAME:
      g_value_set_string (value, self->graph_name);
      break;
    case PROP_TRIGGER_CALL_ID:
      g_value_set_string (value, self->trigger_call_id);
      break;
    case PROP_CAUSE:
      g_value_set_boxed (value, self->cause);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gstream_subgraph_run_stream_finalize (GObject *object)
{
  GstreamSubgraphRunStream *self = GSTREAM_SUBGRAPH_RUN_STREAM (object);

  g_free (self->graph_name);
  g_free (self->trigger_call_id);
  g_clear_pointer (&self->cause, gstream_payload_unref);
  g_clear_pointer (&self->expected_cause, gstream_payload_unref);

  G_OBJECT_CLASS (gstream_subgraph_run_stream_parent_class)->finalize (object);
}

static void
gstream_subgraph_run_stream_class_init (GstreamSubgraphRunStreamClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gstream_subgraph_run_stream_get_property;
  object_class->finalize = gstream_subgraph_run_stream_finalize;

  /**
   * GstreamSubgraphRunStream:path: (getter get_path)
   *
   * Its namespace.
   *
   * Since: 1.0
   */
  properties[PROP_PATH] = g_param_spec_boxed ("path", NULL, NULL, G_TYPE_STRV, flags);
  /**
   * GstreamSubgraphRunStream:graph-name: (getter get_graph_name)
   *
   * The name of its graph. Notified from the main loop, between events.
   *
   * Since: 1.0
   */
  properties[PROP_GRAPH_NAME] = g_param_spec_string ("graph-name", NULL, NULL, NULL, flags);
  /**
   * GstreamSubgraphRunStream:trigger-call-id: (getter get_trigger_call_id)
   *
   * The id of the task or call that started it. Notified from the main loop, between events.
   *
   * Since: 1.0
   */
  properties[PROP_TRIGGER_CALL_ID] = g_param_spec_string ("trigger-call-id", NULL, NULL, NULL, flags);
  /**
   * GstreamSubgraphRunStream:cause: (getter get_cause)
   *
   * What on its parent caused it. Notified from the main loop, between events.
   *
   * Since: 1.0
   */
  properties[PROP_CAUSE] = g_param_spec_boxed ("cause", NULL, NULL, GSTREAM_TYPE_PAYLOAD, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gstream_subgraph_run_stream_init (GstreamSubgraphRunStream *self)
{
  GstreamRunStreamPrivate *priv = gstream_run_stream_peek (GSTREAM_RUN_STREAM (self));

  priv->observe = gstream_subgraph_run_stream_observe;
  priv->notify = gstream_subgraph_run_stream_notify;
}

GstreamSubgraphRunStream *
gstream_subgraph_run_stream_new (GstreamStreamMux *mux,
                                 const char       *graph_name,
                                 const char       *trigger_call_id)
{
  GstreamSubgraphRunStream *self = g_object_new (GSTREAM_TYPE_SUBGRAPH_RUN_STREAM, "mux", mux, NULL);

  self->graph_name = g_strdup (graph_name);
  self->trigger_call_id = g_strdup (trigger_call_id);

  return self;
}
