/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The projection `lifecycle`: the state changes of each namespace strictly below the scope (T5), taken from `lifecycle`
 * events if the source sends them, otherwise inferred from `tasks` events (D6). Keeps the `tasks` events out of the
 * main log (T7).
 */
#include <gstream/event/gstream-json-writer-internal.h>
#include <gstream/event/gstream-payload.h>
#include <gstream/projections/gstream-lifecycle-transformer-private.h>
#include <gstream/projections/gstream-task-private.h>
#include <gstream/stream/gstream-places-internal.h>
#include <gstream/stream/gstream-run-stream-internal.h>
#include <gstream/stream/gstream-stream-mux-internal.h>

/* --- items, alike whatever they come from --- */

static GString *
begin_item (const char             *event,
            const GstreamNamespace *ns)
{
  GString *json = g_string_new ("{");

  gstream_json_add_string (json, "event", event);
  gstream_json_write_member (json, "namespace");
  gstream_json_write_strv (json, (const char *const *) ns->segments);

  return json;
}

static GstreamPayload *
end_item (GString *json)
{
  GstreamPayload *payload;

  g_string_append_c (json, '}');
  payload = gstream_payload_new (json->str, json->len, NULL);
  g_string_free (json, TRUE);

  return payload;
}

/* An inferred item; members that are %NULL are left out. */
static GstreamPayload *
item_new (const char             *event,
          const GstreamNamespace *ns,
          const char             *graph_name,
          const char             *trigger_call_id,
          GstreamPayload         *cause,
          const char             *error)
{
  GString *json = begin_item (event, ns);

  gstream_json_add_string (json, "graph_name", graph_name);
  gstream_json_add_string (json, "trigger_call_id", trigger_call_id);
  gstream_json_add_payload (json, "cause", cause);
  gstream_json_add_string (json, "error", error);

  return end_item (json);
}

/* Members that are written explicitly. */
static gboolean
is_known (const char *key)
{
  static const char *const known[] = {
    "event", "namespace", "graph_name", "graphName", "trigger_call_id", "triggerCallId", "error", NULL,
  };

  return g_strv_contains (known, key);
}

static void
write_unknown (GString        *json,
               GstreamPayload *data)
{
  GstreamPayloadIter iter;
  const char        *key;
  GstreamPayload    *next;

  gstream_payload_iter_init (&iter, data);
  while (gstream_payload_iter_next (&iter, &key, &next))
    {
      g_autoptr (GstreamPayload) value = next;

      if (key != NULL && !is_known (key))
        gstream_json_add_payload (json, key, value);
    }
}

/* The item of a `lifecycle` event about @ns. */
static GstreamPayload *
item_from_event (GstreamEvent           *event,
                 const GstreamNamespace *ns)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamPayload           *data = gstream_event_peek_item (event);
  g_autofree char          *error = gstream_run_error_dup_text (data);
  GString                  *json = begin_item (gstream_payload_get_string (data, "/event"), ns);

  gstream_json_add_string (json, "graph_name", fields->name);
  gstream_json_add_string (json, "trigger_call_id", fields->key);
  if (error != NULL)
    {
      g_autoptr (GError) meant = gstream_run_error_from_event (event);

      gstream_json_add_string (json, "error", meant->message);
    }
  write_unknown (json, data);

  return end_item (json);
}

/* --- the transformer --- */

/* One namespace. */
typedef struct
{
  GstreamPlace place;
  GstreamStep  step;  /* the newest that was reported */
  guint64      rank;  /* serial number, in the order in which they began; 0: not reported yet */
  GList        link;  /* among the open ones */
  gboolean     open;  /* its begin was reported, and its end was not */
  gboolean     asked; /* it has an interrupt */
} Life;

struct _GstreamLifecycleTransformer
{
  GstreamTransformer parent_instance;

  GstreamProjection *items;
  GstreamPlaces      places; /* of Life */
  GHashTable        *causes; /* id of a task -> what caused it, until it is ended */
  GQueue             open;   /* of Life */
  guint64            n_told; /* namespaces that were reported so far */
};

G_DEFINE_FINAL_TYPE (GstreamLifecycleTransformer, gstream_lifecycle_transformer, GSTREAM_TYPE_TRANSFORMER)

/* --- namespaces --- */

static GstreamStreamMux *
get_mux (GstreamLifecycleTransformer *self)
{
  return gstream_transformer_get_mux (GSTREAM_TRANSFORMER (self));
}

static Life *
get_life (GstreamLifecycleTransformer *self,
          GstreamNamespace            *ns)
{
  return (Life *) gstream_places_get (&self->places, ns, gstream_stream_mux_peek_scope (get_mux (self))->length);
}

/* A namespace ranks after its parents, even if it was reported first. */
static void
rank (GstreamLifecycleTransformer *self,
      Life                        *life)
{
  if (life == NULL || life->rank > 0)
    return;

  rank (self, (Life *) life->place.parent);
  life->rank = ++self->n_told;
}

static void
begin (GstreamLifecycleTransformer *self,
       Life                        *life,
       GstreamStep                  step)
{
  rank (self, life);
  life->step = step;
  gstream_places_revive (&self->places, &life->place);
  if (life->open)
    return;

  life->open = TRUE;
  life->link.data = life;
  g_queue_push_tail_link (&self->open, &life->link);
}

/* --- items --- */

/* Takes ownership of @item. An inferred item is forwarded to the main log (M6). */
static void
tell_inferred (GstreamLifecycleTransformer *self,
               GstreamPayload              *item)
{
  GstreamStreamMux *mux = get_mux (self);

  gstream_stream_mux_append (mux, gstream_event_new ("lifecycle", gstream_stream_mux_get_scope (mux), item));
  gstream_projection_push_item (self->items, (GstreamItem) { .p = item }, NULL);
}

static const char *
step_name (GstreamStep step)
{
  switch (step)
    {
    case GSTREAM_STEP_FAILED:
      return "failed";
    case GSTREAM_STEP_INTERRUPTED:
      return "interrupted";
    case GSTREAM_STEP_DRAINED:
      return "drained";
    case GSTREAM_STEP_COMPLETED:
    default:
      return "completed";
    }
}

/* --- the end of a namespace, and with it of all that is open below it (T6) --- */

/* Returns how a namespace ends if its parent ends with @step and its own end was not reported. */
static GstreamStep
outcome_of (Life       *life,
            GstreamStep step)
{
  if (step == GSTREAM_STEP_FAILED || step == GSTREAM_STEP_DRAINED)
    return step;

  return life->asked ? GSTREAM_STEP_INTERRUPTED : GSTREAM_STEP_COMPLETED;
}

static void
tell_end (GstreamLifecycleTransformer *self,
          Life                        *life,
          GstreamStep                  step,
          const char                  *error)
{
  life->open = FALSE;
  g_queue_unlink (&self->open, &life->link);
  life->step = step;
  tell_inferred (self, item_new (step_name (step), life->place.ns, NULL, NULL, NULL,
                                 step == GSTREAM_STEP_FAILED ? error : NULL));
}

static void
collect_open (gpointer life,
              gpointer ended)
{
  if (((Life *) life)->open)
    g_ptr_array_add (ended, life);
}

static int
compare_ranks (gconstpointer a,
               gconstpointer b)
{
  const Life *one = *(Life *const *) a;
  const Life *other = *(Life *const *) b;

  return one->rank < other->rank ? -1 : one->rank > other->rank;
}

/* In the order they began. */
static void
tell_ends (GstreamLifecycleTransformer *self,
           GPtrArray                   *ended,
           GstreamStep                  step,
           const char                  *error)
{
  g_ptr_array_sort (ended, compare_ranks);
  for (guint i = 0; i < ended->len; i++)
    {
      Life *life = g_ptr_array_index (ended, i);

      tell_end (self, life, outcome_of (life, step), error);
    }
}

/* Namespaces open below it end after it. */
static void
end_life (GstreamLifecycleTransformer *self,
          Life                        *life,
          GstreamStep                  step,
          const char                  *error)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();

  gstream_places_end (&self->places, &life->place, collect_open, ended);
  tell_ends (self, ended, step, error);
}

/* --- from lifecycle --- */

static gboolean
is_end (GstreamStep step)
{
  return step == GSTREAM_STEP_COMPLETED || step == GSTREAM_STEP_FAILED || step == GSTREAM_STEP_INTERRUPTED ||
         step == GSTREAM_STEP_DRAINED;
}

/* A change that an event reports. */
static void
end_by_event (GstreamLifecycleTransformer *self,
              Life                        *life,
              GstreamStep                  step,
              GstreamEvent                *event)
{
  g_autoptr (GError) error = step == GSTREAM_STEP_FAILED ? gstream_run_error_from_event (event) : NULL;

  rank (self, life);
  life->step = step;
  if (life->open)
    g_queue_unlink (&self->open, &life->link);
  life->open = FALSE;
  end_life (self, life, step, error ? error->message : NULL);
}

static void
tell (GstreamLifecycleTransformer *self,
      GstreamEvent                *event,
      GstreamNamespace            *ns)
{
  if (gstream_projection_is_wanted (self->items))
    gstream_projection_push_item (self->items, (GstreamItem) { .p = item_from_event (event, ns) }, NULL);
}

static void
process_lifecycle (GstreamLifecycleTransformer *self,
                   GstreamEvent                *event,
                   GstreamNamespace            *ns)
{
  GstreamStep step = gstream_event_get_fields (event)->step;
  Life       *life = get_life (self, ns);

  /* Each change is reported once; after an end only a new start is. */
  if (step != GSTREAM_STEP_NONE && (life->step == step || (is_end (step) && is_end (life->step))))
    return;

  tell (self, event, ns);
  if (is_end (step))
    end_by_event (self, life, step, event);
  else if (step != GSTREAM_STEP_NONE) /* otherwise it is a step that this version does not know */
    begin (self, life, step);
}

/* --- from tasks (D1) --- */

static void
begin_by_task (GstreamLifecycleTransformer *self,
               GstreamEvent                *event)
{
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  Life             *life = get_life (self, ns);
  const char       *agent = gstream_task_get_agent_name (event);
  const char       *task = life->place.task;
  g_autofree char  *name = NULL;
  GstreamPayload   *cause;

  /* Without a task id in the segment no result could be matched to it. */
  if (life->step != GSTREAM_STEP_NONE || task == NULL)
    return;

  begin (self, life, GSTREAM_STEP_STARTED);
  name = gstream_task_dup_name (ns, ns->length - 1);
  cause = agent ? g_hash_table_lookup (self->causes, task) : NULL;
  tell_inferred (self, item_new ("started", ns, agent ? agent : name, task, cause, NULL));
}

static GstreamStep
step_of (GstreamRunStatus status)
{
  switch ((int) status)
    {
    case GSTREAM_RUN_STATUS_INTERRUPTED:
      return GSTREAM_STEP_INTERRUPTED;
    case GSTREAM_RUN_STATUS_FAILED:
      return GSTREAM_STEP_FAILED;
    default:
      return GSTREAM_STEP_COMPLETED;
    }
}

static void
end_by_task (GstreamLifecycleTransformer *self,
             GstreamEvent                *event)
{
  GstreamNamespace *ns = gstream_event_peek_namespace (event);
  const char       *id = gstream_event_get_fields (event)->key;
  g_autofree char  *error = NULL;
  GstreamStep       step;
  GstreamPlace     *place;

  if (id == NULL)
    return;

  g_hash_table_remove (self->causes, id);
  step = step_of (gstream_task_get_outcome (event, &error));
  while ((place = gstream_places_of_task (&self->places, ns, id)) != NULL)
    {
      Life *life = (Life *) place;

      if (life->open)
        tell_end (self, life, step, error);
      end_life (self, life, step, error);
    }
}

static void
process_task (GstreamLifecycleTransformer *self,
              GstreamEvent                *event,
              gboolean                     below)
{
  const GstreamEventFields *fields = gstream_event_get_fields (event);
  GstreamPayload           *cause;

  if (gstream_stream_mux_has_lifecycle (get_mux (self)))
    return;
  if (fields->step == GSTREAM_STEP_TASK_RESULT)
    {
      end_by_task (self, event);
      return;
    }

  cause = fields->key ? gstream_task_get_cause (event) : NULL;
  if (cause != NULL)
    g_hash_table_insert (self->causes, g_strdup (fields->key), cause);
  if (below)
    begin_by_task (self, event);
}

/* --- questions (T8) --- */

/* An interrupt counts at @ns and at all namespaces it lies in (R4). */
static void
process_request (GstreamLifecycleTransformer *self,
                 GstreamNamespace            *ns)
{
  for (GstreamPlace *place = &get_life (self, ns)->place; place != NULL; place = place->parent)
    ((Life *) place)->asked = TRUE;
}

static void
process_values (GstreamLifecycleTransformer *self,
                GstreamEvent                *event)
{
  GstreamPayload *interrupts = gstream_event_get_interrupts (event);

  if (interrupts != NULL && gstream_payload_get_kind (interrupts) == GSTREAM_PAYLOAD_KIND_ARRAY &&
      gstream_payload_has (interrupts, "/0"))
    get_life (self, gstream_event_peek_namespace (event))->asked = TRUE;
}

/* Returns: %FALSE to keep the event out of the main log (T7) */
static gboolean
process_below (GstreamLifecycleTransformer *self,
               GstreamEvent                *event,
               GstreamNamespace            *ns)
{
  switch ((int) gstream_event_get_fields (event)->method)
    {
    case GSTREAM_METHOD_LIFECYCLE:
      process_lifecycle (self, event, ns);
      return TRUE;
    case GSTREAM_METHOD_TASKS:
      process_task (self, event, TRUE);
      return FALSE;
    case GSTREAM_METHOD_INPUT_REQUESTED:
      process_request (self, ns);
      return TRUE;
    case GSTREAM_METHOD_VALUES:
      process_values (self, event);
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
gstream_lifecycle_transformer_process (GstreamTransformer *transformer,
                                       GstreamEvent       *event,
                                       GError            **error)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (transformer);
  GstreamStreamMux            *mux = gstream_transformer_get_mux (transformer);
  GstreamNamespace            *ns = gstream_stream_mux_peek_place (mux);
  gboolean                     passed = TRUE;

  if (ns->length > gstream_stream_mux_peek_scope (mux)->length)
    passed = process_below (self, event, ns);
  else if (gstream_event_get_fields (event)->method == GSTREAM_METHOD_TASKS)
    {
      process_task (self, event, FALSE);
      passed = FALSE; /* T7 */
    }
  gstream_places_trim (&self->places, NULL);

  return passed;
}

/* --- the end of the scope --- */

static void
end_all (GstreamLifecycleTransformer *self,
         GstreamStep                  step,
         const char                  *error)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new ();

  for (GList *link = self->open.head; link != NULL; link = link->next)
    g_ptr_array_add (ended, link->data);
  tell_ends (self, ended, step, error);
}

static gboolean
gstream_lifecycle_transformer_finish (GstreamTransformer *transformer,
                                      GError            **error)
{
  gboolean drained = gstream_stream_mux_is_drained (gstream_transformer_get_mux (transformer));

  end_all (GSTREAM_LIFECYCLE_TRANSFORMER (transformer), drained ? GSTREAM_STEP_DRAINED : GSTREAM_STEP_COMPLETED, NULL);

  return TRUE;
}

static void
gstream_lifecycle_transformer_fail (GstreamTransformer *transformer,
                                    const GError       *error)
{
  if (error == NULL)
    return; /* aborted: their end is unknown */

  end_all (GSTREAM_LIFECYCLE_TRANSFORMER (transformer), GSTREAM_STEP_FAILED, error->message);
}

static void
gstream_lifecycle_transformer_finalize (GObject *object)
{
  GstreamLifecycleTransformer *self = GSTREAM_LIFECYCLE_TRANSFORMER (object);

  g_hash_table_unref (self->causes);
  gstream_places_clear (&self->places);

  G_OBJECT_CLASS (gstream_lifecycle_transformer_parent_class)->finalize (object);
}

static void
gstream_lifecycle_transformer_class_init (GstreamLifecycleTransformerClass *klass)
{
  GstreamTransformerClass *transformer_class = GSTREAM_TRANSFORMER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gstream_lifecycle_transformer_finalize;
  transformer_class->process = gstream_lifecycle_transformer_process;
  transformer_class->finish = gstream_lifecycle_transformer_finish;
  transformer_class->fail = gstream_lifecycle_transformer_fail;
}

static void
gstream_lifecycle_transformer_init (GstreamLifecycleTransformer *self)
{
  GstreamTransformer *transformer = GSTREAM_TRANSFORMER (self);

  gstream_places_init (&self->places, sizeof (Life), NULL);
  self->causes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gstream_payload_unref);
  self->items = gstream_transformer_add_projection (transformer, "lifecycle", GSTREAM_TYPE_PAYLOAD);
  /* Only inferred items go to the main log: events are in it already. */
  gstream_projection_set_forward (self->items, FALSE);
}
