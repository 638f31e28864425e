/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The runs of subgraphs (T6): makes a mux and a run for each direct child of its scope (D4), before its first event,
 * and ends the run if its own events do not.
 */
#include <gstream/event/gstream-error.h>
#include <gstream/projections/gstream-subgraphs-transformer-private.h>
#include <gstream/projections/gstream-task-private.h>
#include <gstream/stream/gstream-handle-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

typedef struct _Child Child;

/* A child that has not ended. */
struct _Child
{
  GstreamSubgraphsTransformer *parent;
  GList                        link;    /* in the order of birth */
  GstreamSubgraphRunStream    *run;     /* a weak pointer, unless `held` */
  char                        *trigger; /* the id of its task; NULL: its segment has none */
  Child                       *next;    /* of the same trigger, younger or older; NULL: none */
  gboolean                     held;    /* a reference is held until it ends */
};

struct _GstreamSubgraphsTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *subgraphs;
  GQueue             children;
  GHashTable        *by_trigger; /* trigger -> the newest Child with it; the key is owned by the child */
  GHashTable        *causes;     /* trigger -> the cause of the task, until that ends; for separate agents */
};

G_DEFINE_FINAL_TYPE (GstreamSubgraphsTransformer, gstream_subgraphs_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- children --- */

/* Several children with one trigger are rare. */
static void
unindex_child (Child *child)
{
  GHashTable *by_trigger = child->parent->by_trigger;
  Child      *first = child->trigger ? g_hash_table_lookup (by_trigger, child->trigger) : NULL;

  if (first == child)
    {
      g_hash_table_remove (by_trigger, child->trigger);
      if (child->next != NULL)
        g_hash_table_insert (by_trigger, child->next->trigger, child->next);
    }
  for (; first != NULL && first != child; first = first->next)
    if (first->next == child)
      {
        first->next = child->next;
        break;
      }
}

static void
forget_child (Child *child)
{
  g_queue_unlink (&child->parent->children, &child->link);
  unindex_child (child);
  g_free (child->trigger);
  g_free (child);
}

static void
on_run_gone (gpointer data,
             GObject *run)
{
  forget_child (data);
}

/* Drops the child without ending its run. */
static void
release_child (Child *child)
{
  GstreamSubgraphRunStream *run = child->run;
  gboolean                  held = child->held;

  g_object_weak_unref (G_OBJECT (run), on_run_gone, child);
  forget_child (child);
  if (held)
    g_object_unref (run);
}

static void
watch_child (GstreamSubgraphsTransformer *self,
             GstreamSubgraphRunStream    *run,
             const char                  *trigger,
             gboolean                     held)
{
  Child *child = g_new0 (Child, 1);

  child->parent = self;
  child->link.data = child;
  child->run = held ? g_object_ref (run) : run;
  child->trigger = g_strdup (trigger);
  child->held = held;
  g_object_weak_ref (G_OBJECT (run), on_run_gone, child);
  g_queue_push_tail_link (&self->children, &child->link);
  if (child->trigger == NULL)
    return;

  child->next = g_hash_table_lookup (self->by_trigger, child->trigger);
  g_hash_table_replace (self->by_trigger, child->trigger,
                        child); /* also replaces the key, which is owned by the child */
}

static void
end_child (Child           *child,
           GstreamRunStatus status,
           const GError    *error)
{
  g_autoptr (GstreamSubgraphRunStream) run = g_object_ref (child->run);

  release_child (child);
  gstream_run_stream_end (GSTREAM_RUN_STREAM (run), status, error);
}

/* --- discovery (D4) --- */

/* Applies what `lifecycle` said of the namespace while it was a node. */
static void
describe (GstreamSubgraphsTransformer *self,
          GstreamSubgraphRunStream    *run,
          GstreamNamespace            *scope,
          const char                  *trigger)
{
  const char     *graph_name;
  GstreamPayload *cause;

  gstream_stream_mux_get_said (gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self)), scope, &graph_name, &cause);
  gstream_subgraph_run_stream_describe (run, graph_name, NULL, cause);

  cause = trigger ? g_hash_table_lookup (self->causes, trigger) : NULL;
  if (cause != NULL)
    gstream_subgraph_run_stream_expect (run, cause);
}

static void
hand_out (GstreamSubgraphsTransformer *self,
          GstreamStreamMux            *mux,
          GstreamNamespace            *scope,
          gboolean                     held)
{
  g_autoptr (GstreamSubgraphRunStream) run = NULL;
  g_autofree char *name = gstream_task_dup_name (scope, scope->length - 1);
  const char      *colon = strchr (scope->segments[scope->length - 1], ':');
  const char      *trigger = colon ? colon + 1 : NULL;

  run = gstream_subgraph_run_stream_new (mux, name, trigger);
  describe (self, run, scope, trigger);
  watch_child (self, run, trigger, held);

  /* Buffers early only if somebody receives the run (P11). */
  gstream_handle_start_early (GSTREAM_HANDLE (run));
  gstream_stream_mux_start_early (mux);
  gstream_projection_push_object (self->subgraphs, G_OBJECT (run), NULL);
  gstream_handle_stop_early (GSTREAM_HANDLE (run));
}

/* The event is the first in a subgraph of this scope. */
static gboolean
discover (GstreamSubgraphsTransformer *self,
          GstreamNamespace            *ns,
          GError                     **error)
{
  GstreamStreamMux *parent = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));
  guint             depth = gstream_stream_mux_peek_scope (parent)->length + 1;
  g_autoptr (GstreamNamespace) scope = ns->length == depth
                                           ? gstream_namespace_ref (ns)
                                           : gstream_namespace_new_len ((const char *const *) ns->segments, depth);
  /* Custom transformers are active in each scope, even if nobody receives the subgraph's run (M7). */
  gboolean held = !gstream_stream_mux_is_plain (parent);
  g_autoptr (GstreamStreamMux) mux = NULL;

  if (!held && !gstream_projection_is_wanted (self->subgraphs))
    {
      gstream_stream_mux_mark_child (parent, scope);
      return TRUE;
    }

  mux = gstream_stream_mux_make_child (parent, scope, error);
  if (mux == NULL)
    return FALSE;
  hand_out (self, mux, scope, held);

  return TRUE;
}

/* --- tasks at the scope itself (D1, D6) --- */

static void
end_by_task (GstreamSubgraphsTransformer *self,
             GstreamEvent                *event)
{
  const char      *id = gstream_event_get_fields (event)->key;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GstreamRunStatus status;
  Child           *child;

  if (id == NULL)
    return;

  g_hash_table_remove (self->causes, id);
  status = gstream_task_get_outcome (event, &text);
  if (status == GSTREAM_RUN_STATUS_FAILED)
    error = gstream_run_error_new (text);
  while ((child = g_hash_table_lookup (self->by_trigger, id)) != NULL)
    end_child (child, status, error);
}

static void
note_cause (GstreamSubgraphsTransformer *self,
            GstreamEvent                *event)
{
  const char     *id = gstream_event_get_fields (event)->key;
  GstreamPayload *cause = id ? gstream_task_get_cause (event) : NULL;

  if (cause != NULL)
    g_hash_table_insert (self->causes, g_strdup (id), cause);
}

static void
process_task (GstreamSubgraphsTransformer *self,
              GstreamEvent                *event)
{
  GstreamStreamMux *mux = gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));

  if (gstream_stream_mux_has_lifecycle (mux))
    return;

  if (gstream_event_get_fields (event)->step == GSTREAM_STEP_TASK_RESULT)
    end_by_task (self, event);
  else if (gstream_projection_is_wanted (self->subgraphs))
    note_cause (self, event);
}

static gboolean
gstream_subgraphs_transformer_process (GstreamTransformer *transformer,
                                       GstreamEvent       *event,
                                       GError            **error)
{
  GstreamSubgraphsTransformer *self = GSTREAM_SUBGRAPHS_TRANSFORMER (transformer);
  GstreamStreamMux            *mux = gstream_transformer_get_mux (transformer);
  GstreamNamespace            *ns = gstream_stream_mux_peek_place (mux);
  gboolean                     is_task = gstream_event_get_fields (event)->method == GSTREAM_METHOD_TASKS;

  if (ns->length > gstream_stream_mux_peek_scope (mux)->length)
    {
      if (!discover (self, ns, error))
        return FALSE;
    }
  else if (is_task)
    process_task (self, event);

  return !is_task; /* T7 */
}

/* --- the end of the scope --- */

static gboolean
gstream_subgraphs_transformer_finish (GstreamTransformer *transformer,
                                      GError            **error)
{
  GstreamSubgraphsTransformer *self = GSTREAM_SUBGRAPHS_TRANSFORMER (transformer);
  gboolean                     drained = gstream_stream_mux_is_drained (gstream_transformer_get_mux (transformer));

  while (self->children.length > 0)
    end_child (self->children.head->data, drained ? GSTREAM_RUN_STATUS_DRAINED : GSTREAM_RUN_STATUS_COMPLETED, NULL);

  return TRUE;
}

static void
gstream_subgraphs_transformer_fail (GstreamTransformer *transformer,
                                    const GError       *error)
{
  GstreamSubgraphsTransformer *self = GSTREAM_SUBGRAPHS_TRANSFORMER (transformer);

  while (self->children.length > 0)
    {
      Child *child = self->children.head->data;
      g_autoptr (GstreamRunStream) run = GSTREAM_RUN_STREAM (g_object_ref (child->run));

      if (error != NULL)
        end_child (child, GSTREAM_RUN_STATUS_FAILED, error);
      else
        {
          release_child (child);
          gstream_run_stream_abort (run);
        }
    }
}

static void
gstream_subgraphs_transformer_dispose (GObject *object)
{
  GstreamSubgraphsTransformer *self = GSTREAM_SUBGRAPHS_TRANSFORMER (object);

  while (self->children.length > 0)
    release_child (self->children.head->data);

  G_OBJECT_CLASS (gstream_subgraphs_transformer_parent_class)->dispose (object);
}

static void
gstream_subgraphs_transformer_finalize (GObject *object)
{
  GstreamSubgraphsTransformer *self = GSTREAM_SUBGRAPHS_TRANSFORMER (object);

  g_hash_table_unref (self->by_trigger);
  g_hash_table_unref (self->causes);

  G_OBJECT_CLASS (gstream_subgraphs_transformer_parent_class)->finalize (object);
}

static void
gstream_subgraphs_transformer_class_init (GstreamSubgraphsTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gstream_subgraphs_transformer_dispose;
  G_OBJECT_CLASS (klass)->finalize = gstream_subgraphs_transformer_finalize;
  transformer_class->process = gstream_subgraphs_transformer_process;
  transformer_class->finish = gstream_subgraphs_transformer_finish;
  transformer_class->fail = gstream_subgraphs_transformer_fail;
}

static void
gstream_subgraphs_transformer_init (GstreamSubgraphsTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  self->by_trigger = g_hash_table_new (g_str_hash, g_str_equal);
  self->causes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gstream_payload_unref);
  self->subgraphs = gstream_transformer_add_projection (transformer, "subgraphs", GSTREAM_TYPE_SUBGRAPH_RUN_STREAM);
}
